"""A camera that speaks, and whose picture cannot be trusted. Pure.

A picture of yesterday that shows low water is worse than none: so it weighs more while its station is wet. Whether a
fault stands was settled over several pictures already (``ingest.sight``); here nothing is waited for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.findings import Finding
from alerts.rules.settings.devices import PictureSettings
from alerts.rules.settings.rules import RulesSettings
from ingest.cameras.condition import NO_STILL, CameraCondition, condition
from ingest.readings import CameraState
from ingest.stations import Camera
from ingest.store.protocol import CameraLatest

NAME = "picture"
OWN_WORD = "own_word"
"""The problem of a camera that calls itself degraded for a reason of its own."""
NOTHING = CameraLatest()
EVEN = frozenset[int]()
"""What is undercut while nobody can say how the picture is."""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every camera that speaks and has a problem that counts.

    The detail holds ``picture`` (the problem that misleads most: a name of ``ingest.sight.look.PictureFault``,
    ``no_still`` or ``own_word``), ``picture_also`` (the others), ``reason`` (the camera's own words), ``asked`` (why
    requests for its stills are in vain: a name of ``ingest.pull.vain.Cause``), ``still_at`` (when its newest still was
    taken), ``heard_at`` and, while its station is wet, ``station_level``.

    One that is offline is told by the rule ``camera``; what was told of its picture before stands until it shows
    another one.
    """
    wet = _wet(facts)
    for camera in facts.registry.cameras.values():
        station = facts.registry.station_of(camera)
        own = rules.picture.at(station.kind, station.id)
        if not own.enabled:
            continue
        latest = facts.cameras.get(camera.id, NOTHING)
        now_is = condition(camera, latest, facts.now)
        if now_is.state is CameraState.OFFLINE:
            yield Found(camera.id, station.id, Finding(0, EVEN, facts.now))
        elif found := problems(now_is, own):
            yield _found(facts, camera, own, (now_is, latest), found, wet.get(station.id, 0))


def problems(now_is: CameraCondition, own: PictureSettings) -> tuple[str, ...]:
    """Those of a camera that count, the one that misleads most first."""
    found = [str(each) for each in now_is.faults]
    if now_is.silence == NO_STILL:
        found.append(NO_STILL)
    # A word of its own beside what was seen says nothing new; ONLINE with a word is a remark.
    if not found and now_is.complains:
        found.append(OWN_WORD)
    return tuple(each for each in found if getattr(own, each))


def _wet(facts: Facts) -> Mapping[str, int]:
    """The highest stage alert of every station that has one."""
    found: dict[str, int] = {}
    for gauge_id, level in facts.firing.items():
        gauge = facts.registry.gauges.get(gauge_id)
        if gauge is not None and level:
            found[gauge.station_id] = max(level, found.get(gauge.station_id, 0))
    return found


def _found(
    facts: Facts,
    camera: Camera,
    own: PictureSettings,
    seen: tuple[CameraCondition, CameraLatest],
    found: tuple[str, ...],
    station_level: int,
) -> Found:
    now_is, latest = seen
    is_wet = station_level >= own.wet_from_level
    level = max(own.level, own.while_wet_level) if is_wet else own.level
    detail: dict[str, object | None] = {
        "picture": found[0],
        "picture_also": list(found[1:]) or None,
        "reason": now_is.said or None,
        "asked": now_is.asked or None,
        "still_at": _taken_at(latest),
        "heard_at": now_is.heard_at,
        "station_level": station_level if is_wet else None,
    }
    told = in_trouble(camera.id, camera.station_id, level, facts.now, detail)
    # A camera that has just come back speaks before it has sent its first still.
    return replace(told, lasting_s=own.no_still_s) if found == (NO_STILL,) else told


def _taken_at(latest: CameraLatest) -> datetime | None:
    return latest.still.taken_at if latest.still else None
