"""A small city for tests of ingest, and messages to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingest.messages import Message
from ingest.roster import Roster
from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind, ThresholdSet

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LEVELS = {1: 2.0, 2: 3.0, 3: 3.5, 4: 4.0, 5: 5.0}


def small_city() -> Registry:
    """A river with a stage gauge, a below-crown gauge and a camera, and an underpass."""
    river = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川", "en": "Fujii"}, lat=34.4, lon=133)
    under = Station(
        id="under", kind=StationKind.UNDERPASS, name={"ja": "地下道", "en": "Underpass"}, lat=34.4, lon=133.2
    )
    thresholds = (ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels=LEVELS),)
    return Registry.of(
        City(id="demo", name={"ja": "試験市", "en": "Test City"}),
        [
            river,
            under,
            Gauge(id="fujii-01", station_id="fujii", thresholds=thresholds, min_m=-1, max_m=10, interval_s=600),
            Gauge(id="fujii-02", station_id="fujii", thresholds=thresholds, reports="below_crown", crown_m=5.1),
            Gauge(id="under-01", station_id="under", interval_s=60),
            Camera(id="fujii-cam", station_id="fujii", interval_s=60),
        ],
    )


def small_roster() -> Roster:
    """The same city as ingest sees it."""
    return Roster.of(small_city())


def reading_message(
    payload: bytes | str, *, gauge: str = "fujii-01", station: str = "fujii", **more: object
) -> Message:
    """A message on a gauge's topic, received at noon."""
    return message(f"mizumori/v1/{station}/gauge/{gauge}/reading", payload, **more)


def message(topic: str, payload: bytes | str, **more: Any) -> Message:
    """A message, received at noon unless said otherwise."""
    data = payload.encode() if isinstance(payload, str) else payload
    values: dict[str, Any] = {"received_at": NOON, "size_bytes": len(data), **more}
    return Message(topic, data, **values)
