"""What is wrong with the house itself, in names: the rules that turn its signs of life into findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.channel_state import ChannelState
from ingest.health.problems import Severity
from ingest.pulse import STOPPED_AFTER_S, Fault, Lag, Part, Pulse, Trouble

BEHIND_S, FAR_BEHIND_S = 60.0, 600.0
"""Real seconds that the oldest reading waits: from then on a part is behind, and far behind."""
WAITS_S = 300.0
FAILED_SAID_FOR = timedelta(hours=1)
OF_PROCESS = frozenset({Fault.STOPPED, Fault.ENDED, Fault.SPARE_STOPPED})
"""Faults that all parts of a process have at once."""
ONLY_NOTED = frozenset({Fault.CLOCK_UNKEPT})
TAILS = frozenset({Part.ALERTS, Part.KEEPER})
"""Parts whose lag nobody but the log tells; of the others a probe does."""


class Kind(StrEnum):
    """What a finding is about."""

    PART = "part"
    CHANNEL = "channel"
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
    """Without those that another process replaced: one that began later on the same host, or one that works while
    they ended in order."""
    all_of_it = list(heard)
    works = any(each.role is Role.ACTIVE for each in all_of_it)
    newest: dict[str, datetime] = {}
    for each in all_of_it:
        host, began = each.pulse.host, each.pulse.started_at
        newest[host] = max(newest.get(host, began), began)
    return [
        each
        for each in all_of_it
        if each.lives or (each.pulse.started_at == newest[each.pulse.host] and not (works and each.role is Role.ENDED))
    ]


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
    if trouble.fault in ONLY_NOTED:
        return Severity.NOTE
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
    """Of a channel: given up within the last hour and nothing sent since, failing at this moment, waiting, used up."""

    def of(severity: Severity, fault: Fault, since: datetime | None = None, **figures: float | str) -> SystemFinding:
        return SystemFinding(severity, Kind.CHANNEL, channel.name, fault, figures, since)

    failed_at = channel.failed_at
    if failed_at is not None and now - failed_at <= FAILED_SAID_FOR * speed:
        fails_now = channel.sent_at is None or failed_at > channel.sent_at
        severity = Severity.DOWN if fails_now else Severity.ACT
        yield of(severity, Fault.CHANNEL_FAILED, failed_at, n=channel.failed_day, reason=channel.error)
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
