"""The measurement of the cameras: every still and every reading is counted."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.__main__ import main
from tests.parts import program


def test_a_small_measurement_of_cameras_loses_nothing_and_fills_every_figure(tmp_path: Path) -> None:
    program("mosquitto", "/usr/sbin/mosquitto")
    file = tmp_path / "bench.json"
    asked = ["--cameras", "2", "--per-minute", "60", "--gauges", "50", "--rate", "100", "--seconds", "2"]
    assert main(["bench", "cameras", *asked, "--rounds", "1", "--burst", "8", "--json", str(file)], {}) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["lost"], found["refused"], found["levels_lost"]) == (0, 0, 0)
    assert found["stills"] == 4 + 8
    assert 0 < found["alone_p50_ms"] <= found["alone_p99_ms"]
    assert found["burst_per_s"] > 0
    assert found["burst_per_cpu_s"] > 0
    assert found["still_kb"] > 10
    assert found["copies_kb"] > 0
    assert found["eyes_peak_mb"] > 10
