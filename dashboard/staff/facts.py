"""What the screens depend on, as values that can be compared: a section is sent again only when its facts differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.records import Delivery, Transition
from dashboard.camera_views import CameraView
from dashboard.views import Board, GaugeView, StationView
from ingest import pond
from ingest.equipment.idle import Standstill
from ingest.metres import centimetres
from ingest.readings import NO_CAMERA_VITALS, CameraState, CameraVitals
from ingest.sight.doubt import Doubt
from ingest.sight.look import PictureFault, Unjudged


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert in force at a higher hazard than the present one, and since when it stands there."""

    hazard: int
    since: datetime
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A station as one line of the list. ``minutes`` is the age of its value; stage and rise are rounded to show.

    ``filled_pct`` is how full a pond is, whole per cent. ``water_hazard`` is that of the stage alone: ``hazard`` is
    higher where pumps stand still in the water.
    """

    station_id: str
    hazard: int | None
    gauge_id: str | None
    stage_m: float | None
    rise_m_per_h: float | None
    trend: str
    observed_at: datetime | None
    minutes: int | None
    flags: tuple[str, ...]
    notified: OpenAlert | None = None
    filled_pct: int | None = None
    water_hazard: int | None = None
    rise_window: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """A camera and its newest still. ``minutes`` is the age of the still.

    ``reason`` is the first of why it is not well; ``silence``, ``faults``, ``said`` and ``asked`` are all of
    it. ``unjudged`` says why nothing can be told of the still.
    """

    camera_id: str
    station_id: str
    state: CameraState
    reason: str
    heard_at: datetime | None
    file: str | None
    taken_at: datetime | None
    minutes: int | None
    old: bool
    clock_suspect: bool
    silence: str = ""
    faults: tuple[PictureFault, ...] = ()
    said: str = ""
    vitals: CameraVitals = NO_CAMERA_VITALS
    asked: str = ""
    clock_stands: bool = False
    unjudged: Unjudged | None = None


@dataclass(frozen=True, slots=True)
class GaugeTrouble:
    """A gauge that is ``silent``, at ``fault`` or ``unconfirmed``, and since when (None: never heard)."""

    gauge_id: str
    station_id: str
    what: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """A transition and what became of its deliveries."""

    transition: Transition
    deliveries: tuple[Delivery, ...]


def station_facts(view: StationView, current: Mapping[str, Transition], doubt: Doubt | None = None) -> StationFacts:
    """The line of a station, with the newest transition by gauge, and what makes its stage doubtful.

    Where readings are unconfirmed no trend is claimed, for it is that of older ones.
    """
    worst = view.worst
    trusted = worst is not None and not worst.unconfirmed and not worst.silent
    rise = worst.rise_m_per_h if worst is not None and trusted else None
    return StationFacts(
        station_id=view.station.id,
        hazard=view.hazard,
        gauge_id=worst.gauge.id if worst else None,
        stage_m=None if worst is None or worst.stage_m is None else centimetres(worst.stage_m),
        rise_m_per_h=None if rise is None else round(rise, 2),
        rise_window=worst.rise_window if worst is not None and rise is not None else None,
        trend=worst.trend if worst and trusted else "unknown",
        observed_at=worst.observed_at if worst else None,
        minutes=_minutes(worst.age_s) if worst else None,
        flags=(*flags(view), *equipment_flags(view), *([f"doubt_{doubt.reason}"] if doubt else [])),
        notified=open_alert(view, current),
        filled_pct=filled_pct(worst) if worst else None,
        water_hazard=worst.hazard if worst else None,
    )


def filled_pct(view: GaugeView) -> int | None:
    """How full the pond of a gauge is, in whole per cent; None for what is no pond. 100 is said of a full one alone."""
    found = None if view.stage_m is None else pond.filled_pct(view.gauge.stage_volume, view.stage_m)
    return None if found is None else int(found)


def equipment_flags(view: StationView) -> tuple[str, ...]:
    """``pump_idle`` where pumps stand still in the water, ``pump_unknown`` where that is all that is known, and
    ``pump_fault`` where one reports a fault."""
    equipment = view.equipment
    if equipment is None:
        return ()
    stopped = any(each.why is Standstill.STOPPED for each in equipment.idle)
    found = {
        "pump_idle": stopped,
        "pump_unknown": bool(equipment.idle) and not stopped,
        "pump_fault": any(each.faulty for each in equipment.pumps),
        "gate_fault": any(each.faulty for each in equipment.gates),
    }
    return tuple(flag for flag, raised in found.items() if raised)


def open_alert(view: StationView, current: Mapping[str, Transition]) -> OpenAlert | None:
    """The highest alert of the station's gauges, where it stands above the present hazard.

    An alert goes down only after a while below its threshold: until then the present hazard alone says too little.
    """
    known = [current[gauge.gauge.id] for gauge in view.gauges if gauge.gauge.id in current]
    highest = max(known, key=lambda each: (each.to_level, not each.unconfirmed), default=None)
    if highest is None or highest.to_level <= (view.hazard or 0):
        return None
    return OpenAlert(highest.to_level, highest.recorded_at, highest.unconfirmed)


def _minutes(age_s: float | None) -> int | None:
    return None if age_s is None else max(0, int(age_s // 60))


def flags(view: StationView) -> tuple[str, ...]:
    """What staff must know beside the level: ``silent`` or ``never``, ``unconfirmed``, ``sensor_fault``.

    ``maintenance`` while somebody works on a gauge, ``held_over`` where what is shown was observed during such work.

    ``silent_other`` where the level that is shown is of today, and another gauge of the station is silent.
    ``camera`` where a camera of the station is silent, or its picture cannot be trusted.
    """
    never = bool(view.gauges) and all(gauge.shown is None for gauge in view.gauges)
    shown_is_old = view.worst is not None and view.worst.silent
    found = {
        "never": never,
        "silent": shown_is_old and not never,
        "silent_other": view.silent and not shown_is_old and not never,
        "unconfirmed": any(gauge.unconfirmed for gauge in view.gauges),
        "sensor_fault": any(gauge.sensor_fault for gauge in view.gauges),
        "maintenance": view.maintained,
        "held_over": any(gauge.held_over for gauge in view.gauges),
        "camera": any(camera.state is not CameraState.ONLINE for camera in view.cameras),
    }
    return tuple(flag for flag, raised in found.items() if raised)


def camera_facts(view: CameraView) -> CameraFacts:
    """The facts of a camera."""
    return CameraFacts(
        camera_id=view.camera.id,
        station_id=view.camera.station_id,
        state=view.state,
        reason=view.reason,
        heard_at=view.heard_at,
        file=view.still.file if view.still else None,
        taken_at=view.still.taken_at if view.still else None,
        minutes=_minutes(view.still_age_s),
        old=view.still_old,
        clock_suspect=view.still.clock_suspect if view.still else False,
        silence=view.condition.silence,
        faults=view.faults,
        said=view.condition.said,
        vitals=view.vitals,
        asked=view.condition.asked,
        clock_stands=view.still.clock_stands if view.still else False,
        unjudged=view.unjudged,
    )


def gauge_troubles(board: Board) -> tuple[GaugeTrouble, ...]:
    """Every gauge that staff should look after, silent ones first."""
    gauges = [gauge for station in board.stations for gauge in station.gauges]
    silent = [_trouble(gauge, "silent") for gauge in gauges if gauge.silent]
    fault = [_trouble(gauge, "fault") for gauge in gauges if gauge.sensor_fault]
    unconfirmed = [_trouble(gauge, "unconfirmed") for gauge in gauges if gauge.unconfirmed]
    return (*silent, *unconfirmed, *fault)


def _trouble(view: GaugeView, what: str) -> GaugeTrouble:
    return GaugeTrouble(view.gauge.id, view.gauge.station_id, what, view.observed_at)
