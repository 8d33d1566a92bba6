"""The house's own health as screens and programs show it: from what was read to frozen views. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from alerts.channel_state import ChannelState, SignSeen
from dashboard.disk_outlook import DiskOutlook, outlook
from dashboard.system import SystemFacts
from dashboard.system_findings import (
    Heard,
    Kind,
    Role,
    SystemFinding,
    channel_findings,
    merged,
    never_seen,
    part_findings,
    present,
    severity_of,
    sign_findings,
)
from ingest.health.problems import Severity
from ingest.pulse import Disk, Fault, Lag, Part, Pulse, Trouble
from ingest.readings import Reading
from ingest.store.protocol import LetterReason

NEVER_SEEN_AFTER_S = 20.0
"""Real seconds that somebody listened before a part without any sign of life is missed."""
FULL_SOON_DAYS = 7.0
AHEAD_S, BEHIND_S, LEAST_CLOCKS = 30.0, 300.0, 5
"""Devices whose clocks are ahead of ours by so much cannot all be wrong; nor those that all seem that late."""


@dataclass(frozen=True, slots=True)
class PartView:
    """A part in all processes that have it. ``lag_s`` are real seconds that the first of what waits has waited."""

    part: Part
    processes: tuple[Heard, ...]
    findings: tuple[SystemFinding, ...]
    lag: Lag | None = None
    lag_s: float | None = None

    @property
    def severity(self) -> Severity | None:
        """That of the worst finding; None where all is well."""
        return worst(self.findings)

    @property
    def working(self) -> Heard | None:
        """The process that works and was heard last."""
        return min((each for each in self.processes if each.role is Role.ACTIVE), key=_age, default=None)


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel, and what is wrong with it."""

    state: ChannelState
    findings: tuple[SystemFinding, ...]

    @property
    def severity(self) -> Severity | None:
        """That of the worst finding; None where all is well."""
        return worst(self.findings)


@dataclass(frozen=True, slots=True)
class HostView:
    """What the processes of a host say is wrong with its files, disks and clock."""

    host: str
    findings: tuple[SystemFinding, ...]


@dataclass(frozen=True, slots=True)
class DiskView:
    """A disk of a host, and how long it lasts."""

    host: str
    disk: Disk
    outlook: DiskOutlook
    findings: tuple[SystemFinding, ...]


@dataclass(frozen=True, slots=True)
class SystemView:
    """The house's own health at ``at``; ``findings`` are all of them, worst first.

    ``clock_lead_s`` is by how much the clocks of the devices are ahead of ours, None where too few told it.
    ``databases`` are bytes by name, ``clock_kept`` says by host whether a time service keeps the clock.
    """

    at: datetime
    parts: tuple[PartView, ...] = ()
    channels: tuple[ChannelView, ...] = ()
    hosts: tuple[HostView, ...] = ()
    disks: tuple[DiskView, ...] = ()
    signs: tuple[SignSeen, ...] = ()
    letters: tuple[LetterReason, ...] = ()
    findings: tuple[SystemFinding, ...] = ()
    databases: Mapping[str, int] | None = None
    stills_bytes: int | None = None
    stills_most_bytes: int | None = None
    clock_kept: Mapping[str, bool | None] | None = None
    clock_lead_s: float | None = None

    @property
    def sick(self) -> int:
        """How many faults somebody must look after."""
        return sum(each.severity in (Severity.DOWN, Severity.ACT) for each in self.findings)


def system_view(
    facts: SystemFacts,
    ages_s: Mapping[tuple[str, Part], float],
    newest: Iterable[Reading],
    now: datetime,
    *,
    speed: float = 1.0,
    listened_s: float = 0.0,
) -> SystemView:
    """What was read at ``now`` of the house, with the ages of the signs of life, for ``listened_s`` by now.

    ``newest`` are the newest readings of the gauges, whose clocks are compared with ours.
    """
    heard = [Heard(each, ages_s[each.process, each.part], each.process in facts.gone) for each in facts.pulses]
    parts = tuple(_parts(facts, heard, now, speed, listened_s))
    channels = tuple(ChannelView(each, tuple(channel_findings(each, now, speed))) for each in facts.channels)
    living = [each.pulse for each in heard if each.lives]
    hosts, disks = tuple(_hosts(living)), tuple(_disks(living, facts))
    lead_s = clock_lead_s(newest)
    found = merged(finding for part in parts for finding in part.findings)
    found += [finding for channel in channels for finding in channel.findings]
    found += [finding for sign in facts.signs for finding in sign_findings(sign, now, speed)]
    found += [finding for host in hosts for finding in host.findings]
    found += [finding for disk in disks for finding in disk.findings]
    found += [*_clock_findings(lead_s), *_version_findings(living)]
    based = max((each for each in living if each.basis), key=lambda each: (_summed(each), each.at), default=None)
    basis = based.basis if based else None
    return SystemView(
        at=now,
        parts=parts,
        channels=tuple(sorted(channels, key=lambda each: _rank(each.severity))),
        hosts=hosts,
        disks=disks,
        signs=tuple(facts.signs),
        letters=tuple(facts.letters),
        findings=tuple(sorted(found, key=lambda each: (_rank(each.severity), _order(each)))),
        databases=basis.databases if basis else None,
        stills_bytes=basis.stills_bytes if basis else None,
        stills_most_bytes=basis.stills_most_bytes if basis else None,
        clock_kept={each.host: each.basis.clock_kept for each in living if each.basis},
        clock_lead_s=lead_s,
    )


def worst(findings: Iterable[SystemFinding]) -> Severity | None:
    """The worst severity; None where there is no finding."""
    return min((each.severity for each in findings), key=_rank, default=None)


def clock_lead_s(newest: Iterable[Reading]) -> float | None:
    """By how many seconds the clocks of the devices are ahead of ours; None where fewer than five told their time.

    A reading cannot come before it was taken, so a median above nothing is a lead. What comes late looks like a clock
    that is behind: there the least late quarter counts.
    """
    leads = sorted((each.device_at - each.received_at).total_seconds() for each in newest if each.device_at is not None)
    if len(leads) < LEAST_CLOCKS:
        return None
    middle = median(leads)
    return middle if middle > 0 else leads[3 * len(leads) // 4]


def _parts(
    facts: SystemFacts, heard: list[Heard], now: datetime, speed: float, listened_s: float
) -> Iterable[PartView]:
    for part in (each for each in Part if each is not Part.BASIS):
        mine = present(each for each in heard if each.pulse.part is part)
        if part not in facts.expected and not any(each.lives for each in mine):
            continue  # it was switched off in the settings
        lag = facts.lags.get(part)
        lag_s = (now - lag.since).total_seconds() / speed if lag and lag.since else None
        if mine:
            yield PartView(part, tuple(mine), tuple(part_findings(part, mine, lag, now, speed)), lag, lag_s)
        else:
            missed = (never_seen(part),) if listened_s >= NEVER_SEEN_AFTER_S else ()
            yield PartView(part, (), missed, lag, lag_s)


def _hosts(living: list[Pulse]) -> Iterable[HostView]:
    """Each host of which a process says what it stands on; what several of them say of one thing is told once."""
    for host, mine in _by_host(living).items():
        troubles = {_of_what(each): each for pulse in mine for each in pulse.troubles}
        found = (
            SystemFinding(severity_of(each), Kind.DISK, host, each.fault, each.figures) for each in troubles.values()
        )
        yield HostView(host, tuple(found))


def _disks(living: list[Pulse], facts: SystemFacts) -> Iterable[DiskView]:
    """Each disk of each host once."""
    for host, mine in _by_host(living).items():
        known = {disk.folder: (disk, each.at) for each in mine for disk in (each.basis.disks if each.basis else ())}
        for disk, at in known.values():
            ahead = outlook(facts.room.get((host, disk.folder), ()), disk.free_bytes, at)
            yield DiskView(host, disk, ahead, _fills(host, disk, ahead))


def _by_host(living: list[Pulse]) -> dict[str, list[Pulse]]:
    """What processes say they stand on, by host; the newest word last."""
    found: dict[str, list[Pulse]] = {}
    for each in sorted(living, key=lambda each: each.at):
        if each.part is Part.BASIS:
            found.setdefault(each.host, []).append(each)
    return found


def _of_what(trouble: Trouble) -> tuple[object, ...]:
    """What a trouble is about: two processes that say it of one folder, file or probe say the same."""
    return trouble.fault, trouble.failed, *(trouble.figures.get(name) for name in ("folder", "file", "name"))


def _fills(host: str, disk: Disk, ahead: DiskOutlook) -> tuple[SystemFinding, ...]:
    if ahead.days is None or ahead.days > FULL_SOON_DAYS:
        return ()
    figures: dict[str, float | str] = {"folder": disk.folder, "days": ahead.days}
    return (SystemFinding(Severity.ACT, Kind.DISK, host, Fault.DISK_FILLS, figures),)


def _clock_findings(lead_s: float | None) -> Iterable[SystemFinding]:
    if lead_s is not None and (lead_s > AHEAD_S or lead_s < -BEHIND_S):
        yield SystemFinding(Severity.ACT, Kind.CLOCK, "", Fault.CLOCK_APART, {"s": lead_s})


def _version_findings(living: list[Pulse]) -> Iterable[SystemFinding]:
    versions = sorted({each.version for each in living})
    if len(versions) > 1:
        yield SystemFinding(Severity.NOTE, Kind.VERSIONS, "", Fault.VERSIONS_DIFFER, {"versions": ", ".join(versions)})


def _summed(pulse: Pulse) -> bool:
    return pulse.basis is not None and pulse.basis.stills_bytes is not None


def _order(finding: SystemFinding) -> int:
    """Among findings as bad as each other: what must not stop comes first, as the parts stand."""
    parts = list(Part)
    return parts.index(Part(finding.name)) if finding.kind is Kind.PART else len(parts)


def _rank(severity: Severity | None) -> int:
    order = [*Severity, None]
    return order.index(severity)


def _age(heard: Heard) -> float:
    return heard.age_s
