"""What the public is told of each spot: pure, from the board that staff see too.

Two rules decide. A confirmed danger is never hidden, and calm is never claimed: a gauge that is being
checked or worked on shows no level, a silent one and one that failed in danger only their last known, and where one
gauge of a station is being checked or worked on the low level of another does not stand for the station.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from dashboard.views import Board, GaugeView, StationView
from ingest.metres import centimetres
from ingest.stations import Gauge, Station


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
    ``silent`` says that nothing reliable comes any more. ``trend`` is ``unknown`` unless the level is current.
    """

    gauge: Gauge
    state: State
    silent: bool
    hazard: int | None = None
    stage_m: float | None = None
    observed_at: datetime | None = None
    trend: str = "unknown"

    @property
    def group(self) -> Group:
        """The part of the list it belongs to."""
        if self.hazard:
            return Group.ATTENTION
        return Group.LOW if self.state is State.LEVEL else Group.UNKNOWN

    @property
    def urgency(self) -> tuple[int, int, bool]:
        """Sorts the worst first; of equals the one that is known now."""
        return (self.group, -(self.hazard or 0), self.silent)


@dataclass(frozen=True, slots=True)
class Spot:
    """A station as the public sees it, with what is told of its gauges, worst first (never empty)."""

    station: Station
    gauges: tuple[PublicGauge, ...]

    @property
    def worst(self) -> PublicGauge:
        """What decides the station's place in the list."""
        return self.gauges[0]

    @property
    def group(self) -> Group:
        """The part of the list it belongs to."""
        return self.worst.group


def spots(board: Board) -> tuple[Spot, ...]:
    """Every station that has a gauge, worst first; of equals in the order of the board."""
    found = [_spot(view) for view in board.stations if view.gauges]
    return tuple(sorted(found, key=lambda spot: spot.worst.urgency))


def _spot(view: StationView) -> Spot:
    told = [public_gauge(gauge) for gauge in view.gauges]
    if view.being_checked or view.maintained:
        told = [gauge for gauge in told if gauge.group is not Group.LOW]
    return Spot(view.station, tuple(sorted(told, key=lambda gauge: gauge.urgency)))


def public_gauge(view: GaugeView) -> PublicGauge:
    """What the public is told of one gauge. While somebody works on it nothing is, whatever it said before."""
    if view.maintenance is not None:
        return PublicGauge(view.gauge, State.MAINTENANCE, silent=False)
    if view.being_checked and not _is_known_danger(view):
        return PublicGauge(view.gauge, State.BEING_CHECKED, view.silent)
    if view.shown is None:
        return PublicGauge(view.gauge, State.NO_DATA, silent=True)
    state = _state(view)
    return PublicGauge(
        gauge=view.gauge,
        state=state,
        silent=view.silent or view.sensor_fault,
        hazard=view.hazard if view.levels else None,
        stage_m=centimetres(view.shown.stage_m),
        observed_at=view.shown.observed_at,
        trend="unknown" if view.silent or view.sensor_fault else view.trend,
    )


def _is_known_danger(view: GaugeView) -> bool:
    """Whether the sensor failed after a confirmed danger: that stays told, as the last known state."""
    return view.sensor_fault and not view.unconfirmed and not view.held_over and view.hazard > 0


def _state(view: GaugeView) -> State:
    if view.silent or view.sensor_fault:
        return State.LAST_KNOWN
    return State.LEVEL if view.levels else State.UNJUDGED
