"""The staff pages in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.staff.app import create_app
from tests.dashboard import fakes
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk, served

ADDRESSES = ("/", "/en/", "/station/hongo-bridge", "/en/station/hongo-bridge", f"/station/{fakes.SILENT}")
DESK, PHONE = (1366, 768), (360, 740)
PATIENCE_MS = 30_000


@dataclass
class Visit:
    """A browser's page on a desk's app, with what it complained of and whom it asked."""

    page: Page
    desk: Desk
    base: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, address: str) -> None:
        self.page.goto(self.base + address)
        ready = ".head-name" if "station" in address else "a.row"
        self.page.wait_for_selector(ready, timeout=PATIENCE_MS)
        drawn = ".js-plotly-plot .main-svg" if "station" in address else "#map .map-mark"
        self.page.wait_for_selector(drawn, timeout=PATIENCE_MS)


@pytest.fixture
def size() -> tuple[int, int]:
    return DESK


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that what the pages are made of is fetched and read once."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture(scope="module")
def quiet_desk() -> Desk:
    """For those who look and change nothing."""
    return desk()


@pytest.fixture(scope="module")
def quiet_base(quiet_desk: Desk) -> Iterator[str]:
    with served(create_app(quiet_desk.services).server) as base:
        yield base


@pytest.fixture
def look(context: BrowserContext, quiet_desk: Desk, quiet_base: str, size: tuple[int, int]) -> Iterator[Visit]:
    """A visit that changes nothing."""
    yield from visiting(context, quiet_desk, quiet_base, size)


@pytest.fixture
def visit(context: BrowserContext, size: tuple[int, int]) -> Iterator[Visit]:
    """A visit at a desk of its own, which may be changed."""
    at_desk = desk()
    with served(create_app(at_desk.services).server) as base:
        yield from visiting(context, at_desk, base, size)


def visiting(context: BrowserContext, at_desk: Desk, base: str, size: tuple[int, int]) -> Iterator[Visit]:
    made = Visit(context.new_page(), at_desk, base)
    made.page.set_viewport_size({"width": size[0], "height": size[1]})
    made.page.on("console", lambda said: made.errors.append(said.text) if said.type == "error" else None)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    made.page.on("request", lambda asked: made.hosts.add(asked.url.split("/")[2] if "//" in asked.url else ""))
    yield made
    made.page.close()


@pytest.mark.parametrize("size", [DESK, PHONE], indirect=False)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_opens_without_error_or_other_host_and_fits(look: Visit, address: str) -> None:
    look.open(address)
    look.page.wait_for_timeout(200)
    assert look.errors == []
    assert look.hosts <= {look.base.removeprefix("http://"), ""}
    assert look.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("address", ["/", "/en/"])
def test_a_published_reading_changes_the_screen_within_three_seconds(visit: Visit, address: str) -> None:
    visit.open(address)
    row = visit.page.locator("a.row", has_text="1.18")
    expect(row).to_have_count(1)
    visit.desk.log.add(reading("mizue-01", 2.91, datetime.now(UTC)))
    begun = time.monotonic()
    expect(visit.page.locator("a.row", has_text="2.91").locator(".badge-5")).to_be_visible(timeout=3000)
    assert time.monotonic() - begun < 3
    expect(visit.page.locator(".counts .count b").first).to_have_text("2", timeout=3000)
    assert visit.errors == []


def test_a_published_reading_changes_the_page_of_its_station_within_three_seconds(visit: Visit) -> None:
    visit.open("/station/mizue")
    visit.desk.log.add(reading("mizue-01", 2.91, datetime.now(UTC)))
    expect(visit.page.locator(".stage-now")).to_have_text("2.91", timeout=3000)
    expect(visit.page.locator(".head-name .badge-5")).to_be_visible(timeout=3000)


def test_a_row_opens_its_station_and_the_way_back_and_the_language_keep_the_place(look: Visit) -> None:
    look.open("/")
    look.page.locator("a.row", has_text="本郷橋").click()
    look.page.wait_for_selector(".head-name")
    assert look.page.url.endswith("/station/hongo-bridge")
    look.page.locator(".languages a").click()
    expect(look.page.locator("h1")).to_have_text("Hongo Bridge")
    assert look.page.evaluate("document.documentElement.lang") == "en"
    look.page.locator(".back").click()
    expect(look.page.locator("a.row", has_text="Hongo Bridge")).to_be_visible()
    assert look.errors == []


def test_a_mark_on_the_map_opens_its_station(look: Visit) -> None:
    look.open("/")
    look.page.locator("#map .map-mark[data-id=kawaguchi] image").click()
    expect(look.page.locator("h1")).to_have_text("川口", timeout=PATIENCE_MS)
    assert look.page.url.endswith("/station/kawaguchi")


def test_the_range_of_the_hydrograph_is_chosen_by_a_link(look: Visit) -> None:
    look.open("/station/hongo-bridge")
    expect(look.page.locator(".ranges .range.chosen")).to_have_text("6時間")
    look.page.locator(".ranges .range", has_text="3日").click()
    expect(look.page.locator(".ranges .range.chosen")).to_have_text("3日")
    assert look.page.url.endswith("?h=72")


def test_a_still_is_shown_with_its_own_time(look: Visit) -> None:
    look.open("/station/hongo-bridge")
    expect(look.page.locator(".taken")).to_be_visible()
    expect(look.page.locator(".still img")).to_have_js_property("naturalWidth", 640)


def test_a_name_with_a_script_is_shown_as_text(visit: Visit) -> None:
    registry = visit.desk.registry.current
    assert registry
    hostile = registry.stations["ekimae-under"].model_copy(
        update={"name": {"ja": "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"}}
    )
    visit.desk.registry.current = registry.model_copy(
        update={"stations": {**registry.stations, "ekimae-under": hostile}}
    )
    visit.open("/")
    expect(visit.page.locator("a.row .name").first).to_contain_text("<script>")
    visit.page.wait_for_timeout(200)
    assert visit.page.evaluate("window.hacked") is None


def test_the_screen_says_loudly_that_the_store_cannot_be_read(visit: Visit) -> None:
    visit.open("/")
    expect(visit.page.locator("#lost")).to_be_hidden()
    expect(visit.page.locator("#freshness")).to_contain_text("受信中", timeout=5000)
    visit.desk.log.broken = True
    expect(visit.page.locator("#lost")).to_contain_text("観測データを読み出せません", timeout=8000)
    visit.desk.log.broken = False
    expect(visit.page.locator("#lost")).to_be_hidden(timeout=8000)


def test_a_screen_that_lost_its_server_says_so_loudly(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    with served(create_app(desk().services).server) as base:
        page.goto(f"{base}/en/")
        page.wait_for_selector("a.row", timeout=PATIENCE_MS)
        expect(page.locator("#freshness")).to_contain_text("Live", timeout=5000)
    expect(page.locator("#lost")).to_contain_text("Connection lost", timeout=15_000)
    assert page.locator("#freshness").get_attribute("class") == "freshness lost"
    context.close()
