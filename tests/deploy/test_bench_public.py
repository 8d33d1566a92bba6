"""The measurement of the public site: every reading comes to its page, and the first page keeps to its bytes."""

from __future__ import annotations

from pathlib import Path

from deploy.benches import own_nginx
from deploy.benches.dashboard_figures import table
from deploy.benches.public import FIRST_PAGE_KB, Bench, Plan
from tests.brokers import free_port
from tests.parts import absent

SMALL = Plan(stations=12, danger=4, changes=3, readings=2, seconds=0.5)


def test_a_small_measurement_of_the_public_site_sees_every_reading_on_its_page(tmp_path: Path) -> None:
    if missing := own_nginx.missing():
        absent(missing)
    found = Bench(SMALL, tmp_path, [free_port() for _ in range(4)]).run(lambda _: None)
    assert (found.errors, found.left_out) == ([], [])
    assert 0 < found.value("changed_p50_ms") <= found.value("changed_p95_ms")
    assert found.value("durable_to_file_p50_s") > 0
    assert 0.2 < found.value("first_page_to_plain") < 5
    assert 0 < found.value("first_page_brotli_kb") < found.value("first_page_gzip_kb") < FIRST_PAGE_KB
    assert found.value("first_page_all_in_danger_gzip_kb") < FIRST_PAGE_KB
    assert any("scratch_s" in line and "goal 5" in line for line in table(found))
