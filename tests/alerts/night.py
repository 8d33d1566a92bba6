"""A small city in a night of rain: readings, thresholds, recipients and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.people import Recipient
from alerts.records import Delivery, Outcome, Transition
from alerts.store import Recorded, SqlAlerts
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


def recipient(
    name: str = "duty",
    channel: str = "logfile",
    address: str = "messages.txt",
    min_hazard: int = 1,
    stations: Iterable[str] = (),
) -> Recipient:
    return Recipient(id=name, channel=channel, address=address, min_hazard=min_hazard, stations=tuple(stations))


def transition() -> Transition:
    return Transition("fujii-01", "fujii", 0, 3, 3.1, DUSK, DUSK, 1, "rise")


def delivery(name: str, channel: str, address: str, subject: str = "【危険度3】藤井川", number: int = 0) -> Delivery:
    return Delivery(0, name, channel, address, subject, "水位: 3.10 m\n", Outcome.PENDING, 0, DUSK, id=number)


def recorded(alerts: SqlAlerts, *deliveries: Delivery) -> None:
    """A transition with these deliveries, waiting to be sent."""
    cursor = alerts.cursor()
    assert alerts.record(cursor, cursor + 1, {}, [Recorded(transition(), deliveries)])


def kept(alerts: SqlAlerts) -> dict[str, Delivery]:
    """Every delivery of the record, by recipient."""
    ids = [each.id for each in alerts.transitions_after(0)]
    return {each.recipient_id: each for each in alerts.deliveries_of(ids)}
