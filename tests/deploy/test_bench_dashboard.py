"""The measurement of the dashboard: every viewer holds every change, and no peak of the long past is lost."""

from __future__ import annotations

from pathlib import Path

from deploy.benches.dashboard import Bench, Plan
from deploy.benches.dashboard_figures import table
from deploy.benches.own_mosquitto import OwnMosquitto
from tests.brokers import free_port

SMALL = Plan(
    stations=12,
    gauges=18,
    cameras=0,
    danger=6,
    viewers=3,
    seconds=2.0,
    year_minutes=30_000,
    settles_s=1.0,
    browser=False,
)


def test_a_small_measurement_of_the_dashboard_reaches_every_viewer_and_keeps_every_peak(tmp_path: Path) -> None:
    broker = OwnMosquitto(Path("mosquitto"), tmp_path, free_port())  # without cameras and browser it is not started
    bench = Bench(SMALL, broker, tmp_path, [free_port(), free_port(), free_port()])
    found = bench.run(lambda _: None)
    assert found.errors == []
    assert found.value("viewers_updates") >= SMALL.viewers
    assert 0 < found.value("viewers_update_p50_ms") <= found.value("viewers_update_p95_ms")
    assert found.value("viewers_update_to_plain") > 0
    assert found.value("year_peaks_lost") == 0
    assert found.value("year_points") > 0
    assert 0 < found.value("screen_http_kb") < 2_500
    assert found.left_out[-1].startswith("the screen in a browser")
    assert any("viewers_update_p95_ms" in line and "goal 300" in line for line in table(found))
