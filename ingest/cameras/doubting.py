"""Reads what a doubt about a station is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ingest.cameras.condition import condition
from ingest.hazard import hazard_at, levels_at
from ingest.readings import Quality
from ingest.sight.doubt import FROM_LEVEL, LOOK_BACK, Doubt, Rise, Watched, doubt, risen
from ingest.sight.look import Look
from ingest.sight.sun import elevation_deg
from ingest.stations import Camera, Registry, Station
from ingest.store.protocol import CameraLatest, Log, Pictures

BEFORE_INTERVALS = 6
LEAST_BEFORE = timedelta(minutes=30)
MOST_BEFORE = 5
DAY_DEG = 0.0
"""Height of the sun from which on pictures are of daylight."""


def doubt_at(
    station: Station,
    gauge_id: str,
    registry: Registry,
    log: Log,
    pictures: Pictures,
    now: datetime,
    newest: Mapping[str, CameraLatest] | None = None,
) -> Doubt | None:
    """Whether the pictures of a station confirm the stage of one of its gauges at ``now``; None: there is no doubt.

    Asks the log for three hours of the gauge and, where its newest stage is at hazard 2 or more, for the newest of the
    cameras (unless ``newest`` is that already), and the pictures once for each camera.
    """
    cameras, gauge = registry.cameras_of(station.id), registry.gauges.get(gauge_id)
    if not cameras or gauge is None:
        return None
    levels = levels_at(station.kind, gauge, now)
    readings = [each for each in log.history(gauge_id, now - LOOK_BACK, now) if each.quality is not Quality.BAD]
    level = hazard_at(readings[-1].stage_m, levels) if readings else 0
    if level < FROM_LEVEL:
        return None
    rise, known = risen(readings, levels), log.cameras() if newest is None else newest
    return doubt(level, rise, [_watched(each, station, known, rise, pictures, now) for each in cameras])


def _watched(
    camera: Camera,
    station: Station,
    newest: Mapping[str, CameraLatest],
    rise: Rise | None,
    pictures: Pictures,
    now: datetime,
) -> Watched:
    latest = newest.get(camera.id)
    look = latest.look if latest is not None else None
    before = _before(camera, rise, pictures) if rise is not None else []
    seen = [*before, *([look] if look is not None else [])]
    by_day = all(elevation_deg(station.lat, station.lon, each.taken_at) > DAY_DEG for each in seen)
    return Watched(camera.id, condition(camera, latest, now), before, look, by_day)


def _before(camera: Camera, rise: Rise, pictures: Pictures) -> list[Look]:
    span = max(LEAST_BEFORE, timedelta(seconds=BEFORE_INTERVALS * camera.interval_s))
    return [each.look for each in pictures.strip(camera.id, rise.since - span, rise.since, MOST_BEFORE)]
