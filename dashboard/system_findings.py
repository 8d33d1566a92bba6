"""What is wrong with the house itself, in names: the rules that turn its signs of life into findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.channel_state import ChannelState, SignSeen
from ingest.health.problems import Severity
from ingest.pulse import STOPPED_AFTER_S, Fault, Lag, Part, Pulse, Trouble

BEHIND_S, FAR_BEHIND_S = 60.0, 600.0
"""Real seconds that the oldest reading waits: from then on a part is behind, and far behind."""
WAITS_S = 300.0
FAILED_SAID_FOR = timedelta(hours=1)
SIGN_OBEYS_WITHIN_S = 60.0
"""Real seconds in which a sign confirms what it was told; the rule that tells staff waits as long by default."""
OF_PROCESS = frozenset({Fault.STOPPED, Fault.ENDED, Fault.SPARE_STOPPED})
"""Faults that all parts of a process have at once."""
TAILS = frozenset({Part.ALERTS, Part.KEEPER})
"""Parts whose lag nobody but the log tells; of the others a probe does."""


class Kind(StrEnum):
    """What a finding is about."""

    PART = "part"
    CHANNEL = "channel"
    SIGN = "sign"
    SYSTEM = "system"
    DISK = "disk"
    CLOCK = "clock"
    VERSIONS = "versions"


@dataclass(frozen=True, slots=True)
class SystemFinding:
    """One fault: of what (``name`` is a part, a channel, a host), how bad, and since when, where that is known."""

    severity: Severity
    kind: Kind
    name: str
    fault: Fault
    figures: Mapping[str, float | str] = field(default_factory=dict)
    since: datetime | None = None


class Role(StrEnum):
    """What a process does for a part."""

    ACTIVE = "active"
    STANDBY = "standby"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sign of life and its age by the listener's own clock. ``gone``: the process surely runs no more."""

    pulse: Pulse
    age_s: float
    gone: bool = False

    @property
    def role(self) -> Role:
        """What the process does for the part now."""
        if self.pulse.ended:
            return Role.ENDED
        if self.gone or self.age_s > STOPPED_AFTER_S:
            return Role.STOPPED
        return Role.STANDBY if self.pulse.standing_by else Role.ACTIVE

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self.role in (Role.ACTIVE, Role.STANDBY)


def present(heard: Iterable[Heard]) -> list[Heard]:
    """Without those that another process replaced: by beginning after their last sign, or by working while they
    ended in order."""
    all_of_it = list(heard)
    works = any(each.role is Role.ACTIVE for each in all_of_it)
    replaced = _replaced(all_of_it)
    return [
        each
        for each in all_of_it
        if each.lives or not (each.pulse.process in replaced or (works and each.role is Role.ENDED))
    ]


def _replaced(heard: Sequence[Heard]) -> set[str]:
    """The processes in whose place another began: each start takes that of one alone, rather of its own host, since a
    container is named anew with each start; of several the one that was heard last."""
    found: set[str] = set()
    for new in sorted(heard, key=lambda each: each.pulse.started_at):
        host, began = new.pulse.host, new.pulse.started_at
        left = [each.pulse for each in heard if not each.lives and each.pulse.process not in found]
        before = [each for each in left if each.at < began]
        if before:
            found.add(max(before, key=lambda each: (each.host == host, each.at)).process)
    return found


def part_findings(part: Part, heard: list[Heard], lag: Lag | None, now: datetime, speed: float) -> list[SystemFinding]:
    """Of a part in all processes that have it (without those that were replaced); ``now`` is the house's time."""
    working = [each for each in heard if each.role is Role.ACTIVE]
    if not working:
        return [_nobody_works(part, heard)]
    found = [finding for each in working for finding in _troubles(part, each.pulse)]
    found += [_spare(part, each) for each in heard if each.role is Role.STOPPED]
    if part in TAILS and lag is not None and lag.since is not None:
        behind_s = (now - lag.since).total_seconds() / speed
        if behind_s > BEHIND_S:
            severity = Severity.DOWN if behind_s > FAR_BEHIND_S else Severity.ACT
            found.append(_of(part, severity, Fault.BEHIND, {"n": lag.count, "s": behind_s}))
    return found


def merged(findings: Iterable[SystemFinding]) -> list[SystemFinding]:
    """One finding for all parts of a process that stopped: one cause is told once, with ``parts`` in its figures."""
    found: dict[object, SystemFinding] = {}
    for each in findings:
        key: object = (each.fault, each.figures.get("process"), each.since) if each.fault in OF_PROCESS else id(each)
        before = found.get(key)
        if before is None:
            found[key] = each
        else:
            parts = f"{before.figures.get('parts', before.name)},{each.name}"
            found[key] = replace(before, figures={**before.figures, "parts": parts})
    return list(found.values())


def never_seen(part: Part) -> SystemFinding:
    """Of a part that must run and that no process ever had."""
    return _of(part, Severity.DOWN, Fault.NEVER_SEEN)


def _nobody_works(part: Part, heard: list[Heard]) -> SystemFinding:
    if any(each.lives for each in heard):
        return _of(part, Severity.DOWN, Fault.NOBODY_ACTIVE)
    last = max(heard, key=lambda each: each.pulse.at)
    fault = Fault.ENDED if last.role is Role.ENDED else Fault.STOPPED
    return _of(part, Severity.DOWN, fault, {"process": last.pulse.shown}, last.pulse.at)


def _spare(part: Part, heard: Heard) -> SystemFinding:
    return _of(part, Severity.ACT, Fault.SPARE_STOPPED, {"process": heard.pulse.shown}, heard.pulse.at)


def _troubles(part: Part, pulse: Pulse) -> Iterator[SystemFinding]:
    for each in pulse.troubles:
        yield SystemFinding(severity_of(each), Kind.PART, part, each.fault, each.figures)


def severity_of(trouble: Trouble) -> Severity:
    """How bad a trouble is that a part says of itself."""
    return Severity.DOWN if trouble.failed else Severity.ACT


def _of(
    part: Part,
    severity: Severity,
    fault: Fault,
    figures: Mapping[str, float | str] | None = None,
    since: datetime | None = None,
) -> SystemFinding:
    return SystemFinding(severity, Kind.PART, part, fault, figures or {}, since)


def channel_findings(channel: ChannelState, now: datetime, speed: float) -> Iterator[SystemFinding]:
    """Of a channel: given up, failing at this moment, waiting, used up.

    A failure is said for an hour, and where nothing went out since, until something does: nobody knows that it works.
    """

    def of(severity: Severity, fault: Fault, since: datetime | None = None, **figures: float | str) -> SystemFinding:
        return SystemFinding(severity, Kind.CHANNEL, channel.name, fault, figures, since)

    failed_at = channel.failed_at
    if failed_at is not None:
        fails_now = channel.sent_at is None or failed_at > channel.sent_at
        if now - failed_at <= FAILED_SAID_FOR * speed:
            severity = Severity.DOWN if fails_now else Severity.ACT
            yield of(severity, Fault.CHANNEL_FAILED, failed_at, n=channel.failed_day, reason=channel.error)
        elif fails_now:
            yield of(Severity.ACT, Fault.CHANNEL_UNTRIED, failed_at, reason=channel.error)
    if channel.retried:
        yield of(Severity.ACT, Fault.CHANNEL_RETRIES, n=channel.retried, reason=channel.retry_error)
    elif channel.waiting_since is not None:
        waits_s = (now - channel.waiting_since).total_seconds() / speed
        if waits_s > WAITS_S:
            yield of(Severity.ACT, Fault.CHANNEL_WAITS, n=channel.waiting, s=waits_s)
    yield from (of(*each, used=channel.used, most=channel.per_month) for each in _quota(channel))


def _quota(channel: ChannelState) -> Iterator[tuple[Severity, Fault]]:
    if not channel.per_month:
        return
    if channel.used >= channel.per_month:
        yield Severity.DOWN, Fault.QUOTA_ALL
    elif channel.used >= channel.ordinary:
        yield Severity.ACT, Fault.QUOTA_RESERVE
    elif channel.used >= channel.warned:
        yield Severity.NOTE, Fault.QUOTA_WARNED


def sign_findings(sign: SignSeen, now: datetime, speed: float) -> Iterator[SystemFinding]:
    """Of a sign or siren: not confirmed to show what it was told."""
    since = sign.differs_since
    if since is not None and (now - since).total_seconds() / speed > SIGN_OBEYS_WITHIN_S:
        yield SystemFinding(Severity.DOWN, Kind.SIGN, sign.topic, Fault.SIGN_DIFFERS, {"told": sign.told}, since)


def unread(reason: str, since: datetime) -> SystemFinding:
    """The health of the house cannot be read since then: nobody knows how it is."""
    return SystemFinding(Severity.DOWN, Kind.SYSTEM, "", Fault.HEALTH_UNREAD, {"reason": reason}, since)
