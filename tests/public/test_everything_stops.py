"""The whole house in a process of its own stops, then the web server too: the page in a resident's hand says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ingest.clock import JST
from tests.deploy.houses import eventually
from tests.public.house_of_its_own import STALE_AFTER_S, STATION, HouseOfItsOwn
from tests.public.visits import visitor

OLD = "この画面は古くなっています"
AGE = "最後の更新から約1分たっています。"
PATIENCE_MS = 30_000
PAGES = ("", f"stations/{STATION}.html")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HouseOfItsOwn]:
    made = HouseOfItsOwn(tmp_path)
    with made.everything, made.web:
        yield made


def test_the_pages_say_how_old_they_are_when_everything_has_stopped(house: HouseOfItsOwn, browser: Browser) -> None:
    with visitor(browser, house.address) as phone:
        overview, station = phone.page, phone.page.context.new_page()
        for page, path in zip((overview, station), PAGES, strict=True):
            page.goto(f"{house.address}/{path}")
        _a_reading_comes_to_the_file_and_into_both_pages(house, overview, station)
        house.everything.kill()
        _both_say_that_they_are_old(overview, station)
        _without_javascript_the_page_prints_from_when_on_it_is_old(house, browser)
        house.web.kill()
        overview.wait_for_timeout(1000)
        _both_say_that_they_are_old(overview, station)
        house.web.start()
        house.everything.start()
        for page in (overview, station):
            expect(page.locator("#old")).to_be_hidden(timeout=PATIENCE_MS)
        _a_reading_comes_to_the_file_and_into_both_pages(house, overview, station, 1.22)


def _a_reading_comes_to_the_file_and_into_both_pages(
    house: HouseOfItsOwn, overview: Page, station: Page, stage_m: float = 0.91
) -> None:
    """Nobody loads anything again."""
    house.tell(stage_m)
    assert eventually(lambda: f"{stage_m} m" in house.page().replace('<span class="unit"> m</span>', " m"), 30)
    expect(overview.locator(f"#spot-{STATION}")).to_contain_text(str(stage_m), timeout=PATIENCE_MS)
    expect(station.locator(".day .stage").first).to_contain_text(str(stage_m), timeout=PATIENCE_MS)


def _both_say_that_they_are_old(overview: Page, station: Page) -> None:
    for page in (overview, station):
        banner = page.locator("#old")
        expect(banner).to_be_visible(timeout=PATIENCE_MS)
        expect(banner).to_contain_text(OLD)
        expect(banner).to_contain_text(AGE)


def _without_javascript_the_page_prints_from_when_on_it_is_old(house: HouseOfItsOwn, browser: Browser) -> None:
    with visitor(browser, house.address, script=False) as phone:
        for path in PAGES:
            page = phone.open(path)
            made_at = datetime.fromisoformat(page.locator("p.now time").get_attribute("datetime") or "")
            old_from = made_at.astimezone(JST) + timedelta(seconds=STALE_AFTER_S)
            expect(page.locator("p.now")).to_contain_text(f"{old_from:%H:%M} を過ぎたら")
            expect(page.locator("#old")).to_be_hidden()
        assert phone.faults == []
