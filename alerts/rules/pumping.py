"""What the rules of pumps look at: the equipment of one station beside the water on both of its sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alerts.rules.course import LONG, Course, with_reading
from alerts.rules.trend import pace, rounded
from ingest.equipment.state import GateState, MachineState, PumpState
from ingest.equipment.water import Inner
from ingest.readings import Reading
from ingest.rhythm import LATE_AFTER_INTERVALS, expected_s

LOOKED_BACK = timedelta(hours=6)
"""How far back the beginning of a run is looked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """Of a pump what it has been doing without a break, and since when; None where that began before anybody looked.

    ``turned`` says that it was heard to start or stop then; else it was not heard before, and may have done so earlier.
    """

    running: bool
    since: datetime | None
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Pumping:
    """A station with pumps or gates at one moment.

    ``outer`` is the newest reading of the outer stage that is not bad. ``runs`` is known of the pumps that matter, by
    pump: those of a station whose water is anywhere near their work.
    """

    station_id: str
    pumps: tuple[PumpState, ...] = ()
    gates: tuple[GateState, ...] = ()
    inner: Inner | None = None
    outer: Reading | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)

    @property
    def machines(self) -> tuple[MachineState, ...]:
        """Its pumps, then its gates."""
        return (*self.pumps, *self.gates)

    @property
    def course(self) -> Course:
        """The last three quarters of an hour of the inner stage."""
        course = Course()
        for each in self.inner.course if self.inner else ():
            course = with_reading(course, each)
        return course


def run_of(running: Sequence[Reading], patience: timedelta) -> Run | None:
    """What a pump has been doing, by the readings of whether it runs, the oldest first; None without any.

    Where two of them lie further apart than ``patience`` nobody knows what it did in between: it begins anew.
    """
    if not running:
        return None
    newest = begin = running[-1]
    for each in reversed(running[:-1]):
        unheard = begin.observed_at - each.observed_at > patience
        if each.value != newest.value or unheard:
            return Run(newest.value > 0, begin.observed_at, turned=not unheard)
        begin = each
    return Run(newest.value > 0, None)


def is_of_now(inner: Inner, now: datetime) -> bool:
    """Whether its good readings reach up to now: else nothing can be said of where the water goes."""
    if not inner.course:
        return False
    late_s = LATE_AFTER_INTERVALS * expected_s(inner.gauge, inner.hazard)
    return (now - inner.course[-1].observed_at).total_seconds() <= late_s


def is_late(inner: Inner, now: datetime) -> bool:
    """Whether the inner stage is older than that of a gauge that reports may be."""
    return (now - inner.observed_at).total_seconds() > LATE_AFTER_INTERVALS * expected_s(inner.gauge, inner.hazard)


def waters(place: Pumping) -> dict[str, Any]:
    """What messages say of the water: the inner stage with its gauge, time, hazard and slope, and the outer one. Beside
    a stage that is not believed no slope is claimed, for it is that of other readings."""
    found: dict[str, Any] = {}
    if (inner := place.inner) is not None:
        sure = inner.believed_from(inner.stage_m)
        known = inner.course and sure
        slope_m_per_h, window = pace(place.course, inner.course[-1].observed_at) if known else (None, LONG)
        found = {
            "inner_id": inner.gauge.id,
            "inner_m": inner.stage_m,
            "inner_at": inner.observed_at,
            "station_level": inner.hazard,
            "rise_m_per_h": rounded(slope_m_per_h),
            "window_s": None if slope_m_per_h is None else window.total_seconds(),
            "reasons": None if sure else [str(each) for each in inner.reasons],
        }
    if place.outer is not None:
        found |= {"outer_m": place.outer.stage_m, "outer_at": place.outer.observed_at}
    return found


def equipment_ids(devices: Iterable[PumpState]) -> list[str]:
    """The pumps of a message, by their ids: their names are for the reader's language to choose."""
    return [each.pump.id for each in devices]
