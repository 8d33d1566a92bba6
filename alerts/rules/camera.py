"""A camera that is offline: silent for three of its intervals, or gone by its own last will. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings.rules import RulesSettings
from ingest.cameras.condition import NEVER_HEARD, condition
from ingest.readings import CameraState
from ingest.store.protocol import CameraLatest

NAME = "camera"
NOTHING = CameraLatest()


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every camera that is offline.

    The detail holds ``state``, ``reason`` (``no_heartbeat``, ``never_heard``, or its own words, where it or its last
    will gave any), ``asked`` (why requests for its stills are in vain), ``heard_at`` and ``still_at`` (when its newest
    still was taken).
    """
    for camera in facts.registry.cameras.values():
        station = facts.registry.station_of(camera)
        own = rules.camera.at(station.kind, station.id)
        if not own.enabled:
            continue
        latest = facts.cameras.get(camera.id, NOTHING)
        now_is = condition(camera, latest, facts.now)
        if now_is.state is CameraState.OFFLINE and (own.never_heard or now_is.silence != NEVER_HEARD):
            detail = {
                "state": str(now_is.state),
                "reason": now_is.reason or None,
                "asked": now_is.asked or None,
                "heard_at": now_is.heard_at,
                "still_at": latest.still and latest.still.taken_at,
            }
            yield in_trouble(camera.id, station.id, own.level, facts.now, detail)
