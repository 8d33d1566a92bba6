"""What one watch tells the next: what stands, what waits, what is mute or broken, what happened. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest

from alerts.chronology.wanted import ChronologyLog, Stands, Wanted
from alerts.public.records import PublicMessage
from alerts.records import OF_HAZARD, Entry, Incident, Maintenance, Silence
from dashboard.chronology_query import GROUPS
from dashboard.views import Board
from ingest.health.problems import GatewayHealth, GaugeHealth, Health, Severity
from ingest.readings import CameraState

USUAL_SHIFT = timedelta(hours=12)
NOW_WITHIN = timedelta(minutes=1)
"""An end within this before now is meant to be now."""
LONGEST_SHIFT = timedelta(hours=36)
"""An older handover is not that of this watch."""
FEW = 15
NOTES = 40
FAILED = ("delivery_failed", "delivery_unknown")
"""Deliveries that nobody can rely on."""
READ = tuple(each for kinds in GROUPS.values() for each in kinds if each not in ("message", "delivery"))
MATTERS: Mapping[str, int] = {
    "public": 80,
    "issued": 95,
    "delivery_failed": 60,
    "delivery_unknown": 60,
    "escalation_nobody": 70,
    "reminder_nobody": 50,
    "closed_above": 75,
    "sign_differs": 65,
    "quota_all": 55,
    "service_took_over": 55,
    "drill_began": 40,
}
"""How much a line matters to the next watch, by its kind or template; a rise of hazard by its level."""
RISE_OF = {3: 70, 4: 90, 5: 100}


@dataclass(frozen=True, slots=True)
class Broken:
    """Devices that somebody must look after: gauges worst first, gateways that are out, cameras that show nothing."""

    gauges: tuple[GaugeHealth, ...] = ()
    gateways: tuple[GatewayHealth, ...] = ()
    cameras: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.gauges) + len(self.gateways) + len(self.cameras)


@dataclass(frozen=True, slots=True)
class Happened:
    """What was written in a shift: how often each kind, the few lines that matter (in the order of writing), what
    people noted, newest ``NOTES`` of ``notes_count``; how many incidents were opened, with the highest level of them,
    and how many were ended."""

    counts: Mapping[str, int] = field(default_factory=dict)
    few: tuple[Entry, ...] = ()
    notes: tuple[Entry, ...] = ()
    notes_count: int = 0
    opened: int = 0
    peak_level: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A shift from ``since`` on, before ``until``, looked at from ``now``."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def past(self) -> datetime | None:
        """The moment at whose state it ends, where that is not the present one."""
        return self.until if self.until <= self.now - NOW_WITHIN else None


@dataclass(frozen=True, slots=True)
class Handover:
    """The summary of a shift. What stands is that of its end, and of now where it goes on: ``standing`` are the
    incidents of the water worst first, the unverified and unconfirmed ones before all others; ``faults`` those of
    devices. ``broken`` is None for a shift of the past: how devices were is not kept."""

    span: Span
    standing: tuple[Incident, ...]
    faults: tuple[Incident, ...]
    waiting: tuple[Incident, ...]
    silences: tuple[Silence, ...]
    maintenance: tuple[Maintenance, ...]
    published: tuple[PublicMessage, ...]
    drafts: tuple[PublicMessage, ...]
    broken: Broken | None
    happened: Happened

    @property
    def counts(self) -> dict[str, int]:
        """What stands in numbers, as the chronology keeps it."""
        return numbers((*self.standing, *self.faults))


def numbers(incidents: Iterable[Incident]) -> dict[str, int]:
    """How many incidents go on, how many of them are doubtful, and how many nobody has acknowledged."""
    found = list(incidents)
    return {
        "standing": len(found),
        "unverified": sum(doubtful(each) for each in found),
        "waiting": sum(each.waits for each in found),
    }


def handover(span: Span, stands: Stands, done: Happened, out: Broken | None) -> Handover:
    """The summary."""
    ordered = sorted(stands.incidents, key=_worst_first)
    return Handover(
        span=span,
        standing=tuple(each for each in ordered if each.rule in OF_WATER),
        faults=tuple(each for each in ordered if each.rule not in OF_WATER),
        waiting=tuple(each for each in ordered if each.waits),
        silences=tuple(sorted(stands.silences, key=lambda each: each.ends_at)),
        maintenance=tuple(sorted(stands.maintenance, key=lambda each: each.ends_at)),
        published=tuple(sorted(stands.published, key=lambda each: (-each.content.gravity, each.id))),
        drafts=tuple(stands.drafts),
        broken=out,
        happened=done,
    )


OF_WATER = OF_HAZARD | {"rise", "outlook"}
"""Rules that tell of the water; the others tell of devices."""


def doubtful(incident: Incident) -> bool:
    """Whether what it says may no longer be so, or not yet: a gauge that fell silent, a reading nobody confirmed."""
    return incident.unverified or incident.unconfirmed


def _worst_first(incident: Incident) -> tuple[bool, bool, int, datetime]:
    return (not incident.unverified, not incident.unconfirmed, -incident.level, incident.opened_at)


def shift_entries(log: ChronologyLog, since: datetime, until: datetime) -> Iterator[Entry]:
    """The lines of a shift that a summary reads. Of what was told, by far the most, only what failed. Blocks."""
    yield from log.whole(Wanted(since, until, kinds=READ))
    yield from log.whole(Wanted(since, until, kinds=("delivery",), templates=FAILED))


def happened(
    entries: Iterable[Entry], opened: Sequence[Incident], counted: Mapping[str, int] | None = None
) -> Happened:
    """What was written in a shift, read once from front to back; however long it is, little of it is kept.

    ``counted`` is how many lines of each kind there were, where ``entries`` are not all of them.
    """
    counts: Counter[str] = Counter()
    notes: deque[Entry] = deque(maxlen=NOTES)
    few: list[tuple[int, int, Entry]] = []
    failed = noted = 0
    for each in entries:
        counts[each.kind] += 1
        name = each.detail.get("line", "")
        failed += name in FAILED
        if each.kind in ("note", "handover"):
            noted += 1
            notes.append(each)
        elif weight := matters(each):
            few.append((weight, -each.seq, each))
            if len(few) > 20 * FEW:
                few = nlargest(FEW, few, key=lambda found: found[:2])
    best = sorted((each for _, _, each in nlargest(FEW, few, key=lambda found: found[:2])), key=lambda each: each.seq)
    peak = max((each.peak_level for each in opened if each.rule in OF_WATER), default=0)
    return Happened(counted or dict(counts), tuple(best), tuple(notes), noted, len(opened), peak, failed)


def matters(entry: Entry) -> int:
    """How much a line matters to the next watch; 0: it does not."""
    detail = entry.detail
    if entry.kind == "transition":
        risen = detail.get("to_level", 0) > detail.get("from_level", 0)
        return RISE_OF.get(detail["to_level"], 0) if risen and detail.get("rule") in OF_HAZARD else 0
    return MATTERS.get(str(detail.get("line", "")), MATTERS.get(entry.kind, 0))


def broken(health: Health | None, board: Board | None) -> Broken:
    """The devices in trouble, of what the watch saw."""
    gauges = [each for each in health.gauges if each.severity in (Severity.DOWN, Severity.ACT)] if health else []
    cameras = [camera for view in board.stations for camera in view.cameras] if board else []
    return Broken(
        tuple(gauges),
        tuple(each for each in health.gateways if each.out) if health else (),
        tuple(each.camera.id for each in cameras if each.state is not CameraState.ONLINE),
    )


def shift(now: datetime, since: datetime | None, until: datetime | None, last: Entry | None) -> Span:
    """From when to when a handover is: as asked, else since the ``last`` one, else the last twelve hours."""
    end = until or now
    if since is not None:
        return Span(since, end, now)
    recent = last is not None and timedelta(0) < end - last.at <= LONGEST_SHIFT
    return Span(last.at if recent and last else end - USUAL_SHIFT, end, now)
