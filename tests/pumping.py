"""A pump station for tests: two pumps, a gate, the water on both sides, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ingest.equipment.state import PumpState, pump_state
from ingest.equipment.water import Inner, inner_water
from ingest.readings import Quality, Reading
from ingest.stations import City, Gate, Gauge, Pump, Quantity, Registry, Station, StationKind
from ingest.store.protocol import Latest

DUSK = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
"""18:00 in Japan."""
CITY = City(id="onomichi", name={"ja": "尾道市", "en": "Onomichi"})
STATION = Station(
    id="minato", kind=StationKind.PUMP_STATION, name={"ja": "港ポンプ場", "en": "Minato pumps"}, lat=34.4, lon=133.2
)
INNER = Gauge(
    id="minato-in", station_id="minato", role="inner", interval_s=60, bank_m=2.0, inner_flood_m=1.8, min_m=-1, max_m=6
)
"""Its thresholds are 1.2, 1.6, 1.8 and 2.0 m for the hazards 2 to 5."""
OUTER = Gauge(id="minato-out", station_id="minato", role="outer", interval_s=60, min_m=-1, max_m=6)
FIRST = Pump(id="minato-p1", station_id="minato", name={"ja": "1号ポンプ", "en": "pump 1"}, start_m=1.0)
SECOND = Pump(id="minato-p2", station_id="minato", name={"ja": "2号ポンプ", "en": "pump 2"}, start_m=1.4)
GATE = Gate(id="minato-g1", station_id="minato", name={"ja": "樋門", "en": "gate"})
SHARING = tuple(each.model_copy(update={"start_m": None}) for each in (FIRST, SECOND))
"""The same pumps where nobody wrote from which stage each should run."""
REGISTRY = Registry.of(CITY, [STATION, INNER, OUTER, FIRST, SECOND, GATE])


def at(minutes: float) -> datetime:
    """Minutes after dusk."""
    return DUSK + timedelta(minutes=minutes)


def stage(minutes: float, stage_m: float, quality: Quality = Quality.GOOD, gauge: Gauge = INNER) -> Reading:
    return said(gauge.id, Quantity.STAGE, minutes, stage_m, quality)


def running(minutes: float, value: float, pump: Pump = FIRST) -> Reading:
    return said(pump.id, Quantity.RUNNING, minutes, value)


def fault(minutes: float, value: float, device: Pump | Gate = FIRST) -> Reading:
    return said(device.id, Quantity.FAULT, minutes, value)


def said(device_id: str, quantity: Quantity, minutes: float, value: float, quality: Quality = Quality.GOOD) -> Reading:
    when = at(minutes)
    key = f"t:{when.timestamp():.6f}"
    return Reading(device_id, value, when, when, key, quantity, quality, device_at=when)


def newest(readings: Iterable[Reading]) -> dict[tuple[str, Quantity], Reading]:
    """The newest reading by id and quantity, as the log has it."""
    found: dict[tuple[str, Quantity], Reading] = {}
    for each in sorted(readings, key=lambda reading: reading.observed_at):
        found[(each.gauge_id, each.quantity)] = each
    return found


def latest(readings: Sequence[Reading]) -> Mapping[str, Latest]:
    """The newest stage and the newest good one, by gauge."""
    stages = [each for each in readings if each.quantity is Quantity.STAGE]
    good = newest(each for each in stages if each.quality is Quality.GOOD)
    return {key[0]: Latest(each, good.get(key)) for key, each in newest(stages).items()}


def water(readings: Sequence[Reading], now: datetime, gauge: Gauge = INNER) -> Inner | None:
    """The inner stage by some readings, in order."""
    course = [each for each in readings if each.gauge_id == gauge.id and each.quality is Quality.GOOD]
    recent = [each for each in course if each.observed_at >= now - timedelta(minutes=45)]
    return inner_water(STATION.kind, gauge, latest(readings).get(gauge.id), recent, now)


def pumps(readings: Iterable[Reading], now: datetime, of: Sequence[Pump] = (FIRST, SECOND)) -> list[PumpState]:
    """The pumps by some readings."""
    states = newest(readings)
    return [pump_state(each, states, now) for each in of]
