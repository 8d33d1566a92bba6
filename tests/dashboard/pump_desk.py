"""A desk in a storm with pump stations: one that stands still in the water, one that works, one that fell silent; and a
pond with a table of its volume."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ingest.devices import Gate, Pump
from ingest.readings import Reading
from ingest.stations import Gauge, Quantity, Registry
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk

IDLE, WORKING, SILENT_PUMP, POND = "hama-pump", "minato-pump", "nishi-pump", "oike-pond"
TABLE = ((1.0, 0.0), (2.0, 4_000.0), (3.3, 12_000.0))
EVERY = timedelta(minutes=5)


def pump_desk(now: datetime | None = None) -> Desk:
    """The desk, six hours into what its pumps did."""
    at = desk(now)
    at.registry.current = with_pumps(at.registry.current)
    _run(at, f"{IDLE}-1", lambda hours: -4.0 <= hours < -1.0)
    _run(at, f"{IDLE}-2", lambda hours: -2.5 <= hours < -1.2)
    _run(at, f"{WORKING}-1", lambda hours: hours >= -2.0)
    _run(at, f"{SILENT_PUMP}-1", lambda hours: True, until_h=-1.0)  # noqa: ARG005
    for station, stage_m in ((IDLE, 0.62), (WORKING, 2.1)):
        at.log.add(reading(f"{station}-out", stage_m, at.now - timedelta(minutes=2)))
    said = at.now - timedelta(minutes=1)
    at.log.add(_state(f"{IDLE}-2", Quantity.FAULT, 17, said))
    at.log.add(_state(f"{WORKING}-1", Quantity.FLOW, 0.82, said))
    at.log.add(_state(f"{WORKING}-gate", Quantity.OPENING, 35, said))
    return at


def with_pumps(city: Registry | None) -> Registry:
    """The city with pumps, gates, outer gauges, and the volumes of a pond."""
    assert city is not None
    pumps = [
        Pump(id=f"{IDLE}-1", station_id=IDLE, name={"ja": "1号ポンプ", "en": "Pump 1"}, interval_s=300, start_m=1.0),
        Pump(id=f"{IDLE}-2", station_id=IDLE, name={"ja": "2号ポンプ", "en": "Pump 2"}, interval_s=300, start_m=1.3),
        Pump(id=f"{WORKING}-1", station_id=WORKING, interval_s=300, capacity_m3_per_s=1.2),
        Pump(id=f"{SILENT_PUMP}-1", station_id=SILENT_PUMP, interval_s=300),
    ]
    gates = [Gate(id=f"{WORKING}-gate", station_id=WORKING, interval_s=300)]
    outer = [Gauge(id=f"{each}-out", station_id=each, role="outer", datum_m=1.0) for each in (IDLE, WORKING)]
    pond = city.gauges[f"{POND}-01"].model_copy(update={"stage_volume": TABLE})
    return city.model_copy(
        update={
            "pumps": {each.id: each for each in pumps},
            "gates": {each.id: each for each in gates},
            "gauges": {**city.gauges, **{each.id: each for each in outer}, pond.id: pond},
        }
    )


def _run(at: Desk, pump_id: str, runs: Callable[[float], bool], until_h: float = 0.0) -> None:
    last = at.now + timedelta(hours=until_h) - timedelta(minutes=1)
    for step in range(int(timedelta(hours=6) / EVERY), -1, -1):
        when = last - step * EVERY
        hours = (when - at.now).total_seconds() / 3600
        at.log.add(_state(pump_id, Quantity.RUNNING, 1.0 if runs(hours) else 0.0, when))


def _state(device_id: str, quantity: Quantity, value: float, at: datetime) -> Reading:
    return Reading(device_id, value, at, at, f"{device_id}-{quantity}-{at.isoformat()}", quantity)
