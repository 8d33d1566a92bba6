"""Flooded and not running: which pumps should run by the inner stage and do not. Pure.

A pump with a ``start_m`` should run from that stage on. The others of a station share the work: where the inner gauge
reaches its lowest threshold, one pump that runs is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.equipment.state import PumpState, patience
from ingest.equipment.water import Inner
from ingest.hazard import TOP


class Standstill(StrEnum):
    """Why a pump does not count as running: it says so, it is not heard any more, or it never was."""

    STOPPED = "pump_stopped"
    UNKNOWN = "pump_unknown"
    NEVER_HEARD = "pump_never_heard"


@dataclass(frozen=True, slots=True)
class Idle:
    """Pumps that should run from ``begins_m`` on and are not known to.

    ``subject_id`` is the pump's, or the station's for those that share the work. ``believed`` is False where only a
    suspect reading of the inner stage says that they should. ``flooded_since`` is None where it is not known.
    """

    subject_id: str
    pumps: tuple[PumpState, ...]
    begins_m: float
    believed: bool
    flooded_since: datetime | None

    @property
    def why(self) -> Standstill:
        """Of several pumps what is known best: a pump that says that it stands comes before one that says nothing."""
        found = {_why(each) for each in self.pumps}
        return next(each for each in Standstill if each in found)


def standing_still(
    station_id: str, pumps: Sequence[PumpState], inner: Inner | None, now: datetime, *, never_heard: bool = False
) -> list[Idle]:
    """Every pump of a station that should run and is not known to. A pump has three of its intervals to say so.

    Pumps that were never heard count where ``never_heard`` says so: they may have no telemetry yet.
    """
    if inner is None:
        return []
    found = [*_each_for_itself(pumps, inner), *_together(station_id, pumps, inner)]
    counted = (each for each in found if never_heard or each.why is not Standstill.NEVER_HEARD)
    return [each for each in counted if _had_time(each, now)]


def subjects(station_id: str, pumps: Sequence[PumpState]) -> set[str]:
    """Every ``Idle.subject_id`` that there can be at a station with these pumps."""
    own = {each.pump.id for each in pumps if each.pump.start_m is not None}
    shared = _shared(station_id, [each for each in pumps if each.pump.start_m is None])
    return own | {shared} if shared else own


def raised(hazard: int) -> int:
    """The hazard of a pump station whose pumps should run and do not: one higher."""
    return min(TOP, hazard + 1)


def start_of(pumps: Sequence[PumpState], inner: Inner) -> float | None:
    """The inner stage from which the first pump should run; None where neither pumps nor thresholds say so."""
    starts = [each.pump.start_m for each in pumps if each.pump.start_m is not None]
    shared = any(each.pump.start_m is None for each in pumps)
    if shared and inner.lowest_m is not None:
        starts.append(inner.lowest_m)
    return min(starts, default=None)


def _each_for_itself(pumps: Sequence[PumpState], inner: Inner) -> Iterator[Idle]:
    for each in pumps:
        start_m = each.pump.start_m
        if start_m is not None and inner.stage_m >= start_m and not each.runs:
            yield _idle(each.pump.id, (each,), start_m, inner)


def _together(station_id: str, pumps: Sequence[PumpState], inner: Inner) -> Iterator[Idle]:
    sharing = tuple(each for each in pumps if each.pump.start_m is None)
    begins_m = inner.lowest_m
    if not sharing or begins_m is None or inner.stage_m < begins_m or any(each.runs for each in pumps):
        return
    yield _idle(_shared(station_id, sharing), sharing, begins_m, inner)


def _shared(station_id: str, sharing: Sequence[PumpState]) -> str:
    """The subject of the pumps that share the work; empty where none does."""
    return sharing[0].pump.id if len(sharing) == 1 else station_id if sharing else ""


def _idle(subject_id: str, pumps: tuple[PumpState, ...], begins_m: float, inner: Inner) -> Idle:
    return Idle(subject_id, pumps, begins_m, inner.believed_from(begins_m), inner.since(begins_m))


def _had_time(idle: Idle, now: datetime) -> bool:
    """Whether the water stands there for long enough. What is only suspected, or stands there since nobody knows when,
    is not waited for."""
    since = idle.flooded_since
    return since is None or now - since >= max(patience(each.pump) for each in idle.pumps)


def _why(pump: PumpState) -> Standstill:
    if pump.heard_at is None:
        return Standstill.NEVER_HEARD
    return Standstill.STOPPED if pump.known else Standstill.UNKNOWN
