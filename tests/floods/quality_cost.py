"""What quality control costs where nothing is wrong: ``python -m tests.floods.quality_cost``."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Reading
from ingest.roster import Roster
from ingest.stations import Gauge, Registry, Station
from tests.floods.recording import city, gauge, river

GAUGES, BATCH = 30_000, 500
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def main() -> None:
    """Print the processor's time of a good reading and the memory of a gauge."""
    roster = _roster()
    control = QualityControl(_nothing, ClockLimits())
    tracemalloc.start()
    for turn in range(8):
        _judge(control, _readings(roster, turn), roster)
    taken = tracemalloc.get_traced_memory()[0] / GAUGES
    tracemalloc.stop()
    turns = [_readings(roster, turn) for turn in range(8, 13)]
    best_s = min(_judge(control, turn, roster) for turn in turns)
    sys.stdout.write(f"{best_s / GAUGES * 1e6:.2f} µs a reading, {taken:.0f} bytes a gauge, {GAUGES} gauges\n")


def _judge(control: QualityControl, readings: Sequence[Reading], roster: Roster) -> float:
    began_s = time.process_time()
    for begin in range(0, len(readings), BATCH):
        control.adopt(control.judge(readings[begin : begin + BATCH], roster))
    return time.process_time() - began_s


def _roster() -> Roster:
    stations = [river(f"s-{number:05d}", "川", (34.4, 133.2)) for number in range(GAUGES)]
    items: list[Station | Gauge] = [item for each in stations for item in (each, gauge(each, {}))]
    return Roster.of(Registry.of(city("many", "市"), items))


def _readings(roster: Roster, turn: int) -> list[Reading]:
    at = NOON + timedelta(minutes=10 * turn)
    key, value = f"t:{at.timestamp():.6f}", 1.0 + turn / 100
    return [Reading(each, value, at, at + timedelta(seconds=5), key, device_at=at) for each in roster.gauges]


def _nothing(_: Collection[str]) -> Mapping[str, Sequence[Reading]]:
    return {}


if __name__ == "__main__":
    main()
