"""A small city in a night of rain: readings, thresholds, recipients and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.records import Transition
from ingest.readings import Quality, Reading, Reason
from ingest.stations import City, Gauge, Registry, Station, StationKind, ThresholdSet

DUSK = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
"""18:00 in Japan."""
LEVELS: Mapping[int, float] = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 5.0}
RIVER = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川", "en": "Fujii river"}, lat=34.4, lon=133.2)
GAUGE = Gauge(
    id="fujii-01", station_id="fujii", thresholds=(ThresholdSet(valid_from=DUSK - timedelta(days=365), levels=LEVELS),)
)
OTHER = Station(id="gakuen", kind=StationKind.RIVER, name={"ja": "学園川", "en": "Gakuen river"}, lat=34.4, lon=133.1)
OTHER_GAUGE = GAUGE.model_copy(update={"id": "gakuen-01", "station_id": "gakuen"})
CITY = City(id="onomichi", name={"ja": "尾道市", "en": "Onomichi"})
REGISTRY = Registry.of(CITY, [RIVER, GAUGE, OTHER, OTHER_GAUGE])


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: datetime = DUSK
    speed: float = 1.0

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


ALL_RECEIVED = 100_000
"""Minutes after dusk by which everything has been received: what is older than another reading is late."""


def at(minute: float) -> datetime:
    """That many minutes after dusk."""
    return DUSK + timedelta(minutes=minute)


def reading(
    minute: float,
    stage_m: float,
    quality: Quality = Quality.GOOD,
    gauge_id: str = GAUGE.id,
    reasons: tuple[Reason, ...] = (),
    key: str = "",
) -> Reading:
    return Reading(
        gauge_id=gauge_id,
        value=stage_m,
        observed_at=at(minute),
        received_at=at(ALL_RECEIVED),
        key=key or f"{minute}",
        quality=quality,
        reasons=reasons,
    )


def suspect(minute: float, stage_m: float) -> Reading:
    return reading(minute, stage_m, Quality.SUSPECT, reasons=(Reason.OUT_OF_RANGE,))


def transition() -> Transition:
    return Transition("stage", "fujii-01", "fujii", 0, 3, "rise", DUSK, DUSK, reading_seq=1, stage_m=3.1)
