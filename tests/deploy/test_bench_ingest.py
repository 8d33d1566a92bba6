"""The measurement of ingest: it counts every reading, and ingest keeps up with a fair part of doing nothing."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.__main__ import main
from deploy.benches.load import city_of, message
from ingest.clock import JST
from ingest.messages import Message
from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.roster import Roster
from tests.ingest.cities import NOON
from tests.parts import program


def test_a_small_measurement_loses_nothing_and_fills_every_column(tmp_path: Path) -> None:
    program("mosquitto", "/usr/sbin/mosquitto")
    file = tmp_path / "bench.json"
    asked = ["--gauges", "100", "--messages", "3000", "--rounds", "1", "--seconds", "1", "--json", str(file)]
    assert main(["bench", "ingest", *asked], {}) == 0
    (row,) = json.loads(file.read_text(encoding="utf-8"))
    assert row["lost"] == 0
    assert row["ratio"] > 0.25, "a fair part of the goal, for a machine that does other things meanwhile"
    assert 0 < row["p50_ms"] <= row["p99_ms"]
    assert 20 < row["peak_mb"] < 200


def test_every_reading_of_the_load_is_taken_as_it_is() -> None:
    roster = Roster.of(city_of(3))
    for number in range(9):
        topic, payload = message(number, 3, NOON.astimezone(JST))
        kept = interpret(Message(topic, payload, NOON, len(payload)), roster, ClockLimits())
        assert [(each.gauge_id, each.device_seq) for each in kept.readings] == [(f"g{number % 3:05}", number // 3)]
