"""What the public is told of each spot: pure, from the board that staff see too.

Two rules decide. A confirmed danger is never hidden, and calm is never claimed: a gauge that is being
checked or worked on shows no level, a silent one and one that failed or is doubted in danger only their last known,
and where one gauge of a station is being checked or worked on the low level of another does not stand for the station.
Pumps that should run and are not known to make a station one hazard higher than its water, as they do for staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from dashboard.views import Board, GaugeView, StationView
from ingest.equipment.idle import Standstill, raised
from ingest.metres import centimetres
from ingest.readings import Reading
from ingest.rhythm import is_overdue
from ingest.stations import Gauge, Station

AHEAD = timedelta(minutes=5)
"""What is of a time further ahead than clocks part is no level of now: the clock of a device or ours was wrong."""


class State(StrEnum):
    """What can be said of a gauge."""

    LEVEL = "level"
    LAST_KNOWN = "last_known"
    BEING_CHECKED = "being_checked"
    MAINTENANCE = "maintenance"
    UNJUDGED = "unjudged"
    NO_DATA = "no_data"


class Group(IntEnum):
    """The parts of the list, in their order."""

    ATTENTION = 0
    UNKNOWN = 1
    LOW = 2


@dataclass(frozen=True, slots=True)
class PublicGauge:
    """A gauge as the public sees it.

    ``hazard`` is None unless the state is a level, current or last known. ``stage_m`` (metres above the gauge
    zero, cut to centimetres) and ``observed_at`` are None while being checked or worked on, and before the first one.
    ``silent`` says that the gauge is overdue or failed. ``checked`` says that something newer than its last known level
    came and is being checked. ``trend`` is ``unknown`` unless the level is current.
    """

    gauge: Gauge
    state: State
    silent: bool
    hazard: int | None = None
    stage_m: float | None = None
    observed_at: datetime | None = None
    trend: str = "unknown"
    checked: bool = False

    @property
    def past(self) -> bool:
        """Whether what it says is not of now."""
        return self.silent or self.state is State.LAST_KNOWN

    @property
    def group(self) -> Group:
        """The part of the list it belongs to."""
        if self.hazard:
            return Group.ATTENTION
        return Group.LOW if self.state is State.LEVEL else Group.UNKNOWN

    @property
    def urgency(self) -> tuple[int, int, bool, bool]:
        """Sorts the worst first; of equals the one that is known now, and of these what rises."""
        return (self.group, -(self.hazard or 0), self.past, self.trend != "rising")


@dataclass(frozen=True, slots=True)
class PublicPumps:
    """Pumps of a station that should run by its water and are not known to.

    ``hazard`` is that of the station with it, one above that of its water, and ``silent`` says that this water is only
    the last known. ``stopped``: they say themselves that they stand; else nothing certain was heard of them.
    """

    hazard: int
    stopped: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A station as the public sees it, with what is told of its gauges, worst first (never empty), and of its pumps
    where they stand still in the water."""

    station: Station
    gauges: tuple[PublicGauge, ...]
    pumps: PublicPumps | None = None

    @property
    def worst(self) -> PublicGauge:
        """The gauge that decides the station's place in the list, unless its pumps do."""
        return self.gauges[0]

    @property
    def by_pumps(self) -> PublicPumps | None:
        """The pumps, where they make the station worse than its water does."""
        pumps = self.pumps
        return pumps if pumps is not None and pumps.hazard > (self.worst.hazard or 0) else None

    @property
    def hazard(self) -> int | None:
        """That of the station, of now or last known: of the worst gauge, or what its pumps make of it."""
        return self.by_pumps.hazard if self.by_pumps else self.worst.hazard

    @property
    def last_known(self) -> bool:
        """Whether what decides is not of now."""
        return self.by_pumps.silent if self.by_pumps else self.worst.state is State.LAST_KNOWN

    @property
    def group(self) -> Group:
        """The part of the list it belongs to."""
        return Group.ATTENTION if self.by_pumps else self.worst.group

    @property
    def urgency(self) -> tuple[int, int, bool, bool]:
        """Sorts the worst first; of equals the one that is known now, and of these what rises."""
        past = self.by_pumps.silent if self.by_pumps else self.worst.past
        return (self.group, -(self.hazard or 0), past, self.worst.trend != "rising")


def spots(board: Board) -> tuple[Spot, ...]:
    """Every station that has a gauge, worst first; of equals in the order of the registry.

    The board's own order would tell what is held: staff see the worst first by what is doubted too.
    """
    views = {view.station.id: view for view in board.stations if view.gauges}
    found = [_spot(views[each], board.at) for each in board.registry.stations if each in views]
    return tuple(sorted(found, key=lambda spot: spot.urgency))


def _spot(view: StationView, now: datetime) -> Spot:
    told = [public_gauge(gauge, now) for gauge in view.gauges]
    if len(told) == 1 and view.equipment is None:  # nearly all of a large city: no other gauge speaks for it
        return Spot(view.station, (told[0],))
    pumps = _pumps(view, told)
    if view.being_checked or view.maintained:
        told = [gauge for gauge in told if gauge.group is not Group.LOW]
    return Spot(view.station, tuple(sorted(told, key=_decides_first)), pumps)


def _decides_first(told: PublicGauge) -> tuple[bool, tuple[int, int, bool, bool]]:
    """A gauge without thresholds, such as one outside of a pump station, decides nothing beside one that has some."""
    return (told.state is State.UNJUDGED, told.urgency)


def _pumps(view: StationView, told: Sequence[PublicGauge]) -> PublicPumps | None:
    """Only where the public is told of the water on their side: what is doubted there says nothing of pumps either."""
    equipment = view.equipment
    idle = [each for each in equipment.idle if each.believed] if equipment else []
    water = next((each for each in told if equipment and each.gauge.id == equipment.inner_id), None)
    if not idle or water is None or water.stage_m is None:
        return None
    stopped = any(each.why is Standstill.STOPPED for each in idle)
    return PublicPumps(raised(water.hazard or 0), stopped, water.past)


def public_gauge(view: GaugeView, now: datetime) -> PublicGauge:
    """What the public is told of one gauge. While somebody works on it nothing is, whatever it said before."""
    if view.maintenance is not None:
        return PublicGauge(view.gauge, State.MAINTENANCE, silent=False)
    if view.being_checked or _is_ahead(view.shown, now):
        return _doubted(view, now)
    if view.shown is None:
        return PublicGauge(view.gauge, State.NO_DATA, silent=True)
    return PublicGauge(
        gauge=view.gauge,
        state=_state(view),
        silent=view.silent,
        hazard=view.hazard if view.levels else None,
        stage_m=centimetres(view.shown.stage_m),
        observed_at=view.shown.observed_at,
        trend="unknown" if view.silent or view.paced_at_work else view.trend,
    )


def _doubted(view: GaugeView, now: datetime) -> PublicGauge:
    """After a confirmed danger that stays told, as the last known state, whatever came since; else nothing is.

    What is held decides nothing, not even when the gauge is overdue.
    """
    known = None if view.held_over or _is_ahead(view.confirmed, now) else view.confirmed
    hazard = view.good_hazard if known is not None else 0
    silent = view.heard_at is not None and is_overdue(view.heard_at, view.gauge, hazard, now)
    if known is None or not hazard:
        return PublicGauge(view.gauge, State.BEING_CHECKED, silent)
    return PublicGauge(
        gauge=view.gauge,
        state=State.LAST_KNOWN,
        silent=silent or view.sensor_fault,
        hazard=hazard,
        stage_m=centimetres(known.stage_m),
        observed_at=known.observed_at,
        checked=view.unconfirmed,
    )


def _is_ahead(reading: Reading | None, now: datetime) -> bool:
    return reading is not None and reading.observed_at > now + AHEAD


def _state(view: GaugeView) -> State:
    if view.silent:
        return State.LAST_KNOWN
    return State.LEVEL if view.levels else State.UNJUDGED
