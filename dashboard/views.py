"""From the store to frozen view objects: pure, given the registry, the latest readings and the time.

The staff app and the public site draw the same views, so both say the same of a station.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from alerts.records import Maintenance
from alerts.rules.course import KEPT
from dashboard.camera_views import CameraView, camera_view
from dashboard.equipment_views import EquipmentView, equipment_view
from dashboard.paces import Pace, Slopes, pace_now
from ingest.equipment.state import States
from ingest.hazard import Levels, hazard_at, levels_at
from ingest.readings import CameraState, Quality, Reading
from ingest.rhythm import is_overdue
from ingest.stations import Camera, Gauge, Registry, Station
from ingest.store.protocol import CameraLatest, Latest

OfStation = TypeVar("OfStation", Gauge, Camera)
TREND_FLAT_M_PER_H = 0.05
RECENT = timedelta(minutes=60)
"""So far back readings are handed in: a pace looks back 45 minutes from the newest one, which is some minutes old."""
MAINTENANCE_MATTERS = timedelta(days=30)
"""What was observed during work is shown as such for so long after it, where nothing newer comes."""


@dataclass(frozen=True, slots=True)
class GaugeView:
    """A gauge now.

    ``stage_m``, ``observed_at`` and ``hazard`` are those of ``shown``: the newest reading that is not bad,
    None before the first one. ``unconfirmed`` says that it is suspect: staff see it, the public does not, and
    ``hazard`` is that of the last good reading where that is higher.
    ``sensor_fault`` says that something newer than ``shown`` came and was bad. ``silent`` that it is overdue:
    what is shown is then the last known state, unverified.
    ``maintenance`` is the work on the gauge that goes on now: staff see it marked, the public sees no level whatever
    it says. ``held_over`` says that what is shown was observed during work that has ended: it is no level either.
    ``rise_m_per_h`` is the pace that messages say, over ``rise_window``; ``slopes_m_per_h`` are those of the last 10
    and 30 minutes.
    ``confirmed`` is the newest good reading, None where there is none or where it was observed during work on the
    gauge, and ``good_hazard`` that of the newest good one alone. ``heard_at`` is the time of the newest of any quality.
    ``paced_at_work`` says that there was work in the time that the pace looks back over.
    """

    gauge: Gauge
    levels: Levels
    shown: Reading | None
    hazard: int
    age_s: float | None
    silent: bool
    unconfirmed: bool
    sensor_fault: bool
    rise_m_per_h: float | None
    maintenance: Maintenance | None = None
    held_over: bool = False
    rise_window: timedelta | None = None
    slopes_m_per_h: Slopes = (None, None)
    confirmed: Reading | None = None
    good_hazard: int = 0
    heard_at: datetime | None = None
    paced_at_work: bool = False

    @property
    def stage_m(self) -> float | None:
        """Stage shown, metres above the gauge zero."""
        return self.shown.stage_m if self.shown else None

    @property
    def observed_at(self) -> datetime | None:
        """Time of the stage shown."""
        return self.shown.observed_at if self.shown else None

    @property
    def next_level(self) -> tuple[int, float] | None:
        """The next (hazard, stage_m) above the stage shown; without one the lowest."""
        stage_m = self.stage_m
        above = (each for each in sorted(self.levels.items()) if stage_m is None or each[1] > stage_m)
        return next(above, None)

    @property
    def trend(self) -> str:
        """``rising``, ``falling``, ``steady`` or ``unknown``."""
        if self.rise_m_per_h is None:
            return "unknown"
        if abs(self.rise_m_per_h) < TREND_FLAT_M_PER_H:
            return "steady"
        return "rising" if self.rise_m_per_h > 0 else "falling"

    @property
    def being_checked(self) -> bool:
        """Whether the public is told "being checked" in place of a level."""
        return self.unconfirmed or self.sensor_fault or self.held_over


@dataclass(frozen=True, slots=True)
class StationView:
    """A station now: its hazard is the worst of its gauges, and more while its pumps stand still in the water."""

    station: Station
    gauges: tuple[GaugeView, ...]
    cameras: tuple[CameraView, ...]
    equipment: EquipmentView | None = None

    @property
    def worst(self) -> GaugeView | None:
        """The gauge that decides the station's hazard; of equals the one that rises fastest."""
        seen = [gauge for gauge in self.gauges if gauge.shown is not None]
        if len(seen) < 2:  # of a large city nearly all
            return seen[0] if seen else None
        return max(seen, key=lambda each: (each.hazard, each.rise_m_per_h or 0.0))

    @property
    def hazard(self) -> int | None:
        """0 to 5, or None while no gauge has reported yet."""
        if self.worst is None:
            return None
        return max(self.worst.hazard, self.equipment.hazard if self.equipment else 0)

    @property
    def silent(self) -> bool:
        """Whether any gauge of the station is overdue."""
        return any(gauge.silent for gauge in self.gauges)

    @property
    def being_checked(self) -> bool:
        """Whether any gauge shows something that is not yet believed."""
        return any(gauge.being_checked for gauge in self.gauges)

    @property
    def maintained(self) -> bool:
        """Whether any gauge is being worked on."""
        return any(gauge.maintenance is not None for gauge in self.gauges)


@dataclass(frozen=True, slots=True)
class Board:
    """The whole city at one moment, worst station first."""

    at: datetime
    registry: Registry
    stations: tuple[StationView, ...]

    @property
    def counts(self) -> Mapping[int | None, int]:
        """Number of stations by hazard; None counts those without any reading."""
        return Counter(station.hazard for station in self.stations)

    @property
    def silent_gauges(self) -> tuple[GaugeView, ...]:
        """Gauges that are overdue."""
        return tuple(gauge for station in self.stations for gauge in station.gauges if gauge.silent)

    @property
    def faulty_cameras(self) -> tuple[CameraView, ...]:
        """Cameras that are not online."""
        return tuple(
            camera for station in self.stations for camera in station.cameras if camera.state is not CameraState.ONLINE
        )

    def station(self, station_id: str) -> StationView | None:
        """One station's view, or None where there is no such station."""
        return next((each for each in self.stations if each.station.id == station_id), None)


def board(
    registry: Registry,
    latest: Mapping[str, Latest],
    recent: Mapping[str, Sequence[Reading]],
    cameras: Mapping[str, CameraLatest],
    now: datetime,
    maintenance: Sequence[Maintenance] = (),
    states: States | None = None,
    paces: Mapping[str, Pace | None] | None = None,
) -> Board:
    """The city at ``now`` from what the log knows. ``recent`` holds good readings of at least the trend window,
    ``maintenance`` the work that had not ended ``MAINTENANCE_MATTERS`` ago, ``states`` what pumps and gates say: with
    None they are left out. ``paces`` are those of ``recent``, where they are known already."""
    gauges, eyes = _by_station(registry.gauges.values()), _by_station(registry.cameras.values())
    views = [
        StationView(
            station=station,
            gauges=tuple(
                _worked_on(
                    gauge_view(station, gauge, latest.get(gauge.id), recent.get(gauge.id, ()), now, paces),
                    maintenance,
                    now,
                )
                for gauge in gauges.get(station.id, ())
            ),
            cameras=tuple(camera_view(camera, cameras.get(camera.id), now) for camera in eyes.get(station.id, ())),
            equipment=(None if states is None else equipment_view(station, registry, latest, recent, states, now)),
        )
        for station in registry.stations.values()
    ]
    return Board(at=now, registry=registry, stations=tuple(sorted(views, key=_worst_first)))


def _by_station(devices: Iterable[OfStation]) -> Mapping[str, Sequence[OfStation]]:
    # Asked for one by one, a thousand stations would look through all devices a thousand times.
    found: dict[str, list[OfStation]] = {}
    for device in devices:
        found.setdefault(device.station_id, []).append(device)
    return found


def _worked_on(view: GaugeView, maintenance: Sequence[Maintenance], now: datetime) -> GaugeView:
    """The gauge with the work on it: that of now, or that during which it observed what is shown."""
    works = [each for each in maintenance if each.station_id == view.gauge.station_id and each.concerns(view.gauge.id)]
    if not works:
        return view
    present = next((each for each in works if each.holds(view.gauge.id, now)), None)
    good = view.confirmed
    return replace(
        view,
        maintenance=present,
        held_over=present is None and _during(works, view.shown),
        confirmed=None if _during(works, good) else good,
        paced_at_work=good is not None
        and any(each.begins_at <= good.observed_at and each.ends_at > good.observed_at - KEPT for each in works),
    )


def _during(works: Sequence[Maintenance], reading: Reading | None) -> bool:
    return reading is not None and any(each.holds(reading.gauge_id, reading.observed_at) for each in works)


def _worst_first(view: StationView) -> tuple[float, bool, float, str]:
    # What was never heard of is not known to be safe: it stands above the calm ones.
    hazard = 0.5 if view.hazard is None else view.hazard
    rise = view.worst.rise_m_per_h if view.worst else None
    return (-hazard, not (view.silent or view.being_checked), -(rise or 0.0), view.station.id)


def gauge_view(
    station: Station,
    gauge: Gauge,
    latest: Latest | None,
    recent: Sequence[Reading],
    now: datetime,
    paces: Mapping[str, Pace | None] | None = None,
) -> GaugeView:
    """One gauge at ``now``: its newest observation decides if it is silent, its newest that is not bad the level."""
    levels = levels_at(station.kind, gauge, now)
    shown = _shown(latest)
    if latest is None or shown is None:
        heard_at = latest.reading.observed_at if latest else None
        silent = heard_at is None or is_overdue(heard_at, gauge, 0, now)
        return GaugeView(gauge, levels, None, 0, None, silent, False, latest is not None, None, heard_at=heard_at)
    going = pace_now(gauge.id, recent, now, paces)
    hazard = _hazard(station, gauge, shown)
    good_hazard = hazard if latest.good is shown else _hazard(station, gauge, latest.good)
    if shown.quality is Quality.SUSPECT:
        # As with alerts: what is not believed yet may raise a hazard and never lowers it.
        hazard = max(hazard, good_hazard)
    return GaugeView(
        gauge=gauge,
        levels=levels,
        shown=shown,
        hazard=hazard,
        age_s=(now - shown.observed_at).total_seconds(),
        silent=is_overdue(latest.reading.observed_at, gauge, hazard, now),
        unconfirmed=shown.quality is Quality.SUSPECT,
        sensor_fault=latest.reading.quality is Quality.BAD,
        rise_m_per_h=going.rise_m_per_h if going else None,
        rise_window=going.window if going else None,
        slopes_m_per_h=going.slopes_m_per_h if going else (None, None),
        confirmed=latest.good,
        good_hazard=good_hazard,
        heard_at=latest.reading.observed_at,
    )


def _hazard(station: Station, gauge: Gauge, reading: Reading | None) -> int:
    return 0 if reading is None else hazard_at(reading.stage_m, levels_at(station.kind, gauge, reading.observed_at))


def _shown(latest: Latest | None) -> Reading | None:
    if latest is None:
        return None
    return latest.reading if latest.reading.quality is not Quality.BAD else latest.good


def hours_to_next(view: GaugeView) -> float | None:
    """Hours until the next threshold if the stage went on rising as it does: an extrapolation, for staff only.

    None where it does not rise, has no next threshold, or where what is shown is not to be relied on.
    """
    rise, stage_m = view.rise_m_per_h, view.stage_m
    if view.next_level is None or rise is None or stage_m is None or view.trend != "rising":
        return None
    if view.silent or view.being_checked or view.maintenance is not None:
        return None
    return (view.next_level[1] - stage_m) / rise
