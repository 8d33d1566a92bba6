"""What the script makes of copies that lag behind, clocks that are wrong, and pages that something else changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from dashboard.public.settings import PublicSettings
from dashboard.public.words import stamp
from tests.public.fakes import served
from tests.public.test_freshness_browser import alive, made

QUICK = PublicSettings(refresh_s=0.2)
LOOKS_MS = 900
"""Several looks for a newer page."""
ADDED_BY_AN_EXTENSION = """document.addEventListener("readystatechange", () => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "prefetch", href: "data:,x" });
    document.head.append(link);
    document.title = "(1) " + document.title;
    document.querySelector(".top").append("translated");
}, { once: true })"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def published_at(phone: Page) -> str:
    return phone.locator("main").get_attribute("data-published-at") or ""


def test_a_page_that_is_old_by_its_own_print_is_old_whatever_the_site_says(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, QUICK, minutes_ago=180)
    alive(tmp_path)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(LOOKS_MS)
        expect(phone.locator("#old")).to_be_visible()
        expect(phone.locator("#old")).to_contain_text("約3時間")
        made(tmp_path, QUICK)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


@pytest.mark.parametrize("whole", [True, False], ids=["with its stamp", "without its stamp"])
def test_an_open_page_never_steps_back_to_an_older_one(phone: Page, tmp_path: Path, whole: bool) -> None:
    made(tmp_path, QUICK)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(LOOKS_MS // 2)
        shown = published_at(phone)
        made(tmp_path, QUICK, minutes_ago=180)
        if not whole:
            alive(tmp_path)
        phone.wait_for_timeout(LOOKS_MS)
        assert published_at(phone) == shown
        phone.goto("about:blank")


def _of_now(route: Route) -> None:
    route.fulfill(json={"published_at": stamp(datetime.now(UTC))})


def test_a_copy_that_lags_does_not_keep_a_page_fresh(phone: Page, tmp_path: Path) -> None:
    hasty = PublicSettings(stale_after_s=4, quiet_stale_after_s=60, refresh_s=0.2, publish_every_s=1)
    made(tmp_path, hasty)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(LOOKS_MS // 2)
        expect(phone.locator("#old")).to_be_hidden()
        phone.route("**/freshness.json", _of_now)
        made(tmp_path, hasty, minutes_ago=180)
        expect(phone.locator("#old")).to_be_visible(timeout=10_000)
        phone.goto("about:blank")


def test_when_the_clock_of_the_house_was_ahead_and_is_set_the_page_goes_back_with_it(
    phone: Page, tmp_path: Path
) -> None:
    made(tmp_path, QUICK, minutes_ago=-30)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(LOOKS_MS // 2)
        ahead = published_at(phone)
        made(tmp_path, QUICK)
        expect(phone.locator("main")).not_to_have_attribute("data-published-at", ahead)
        assert published_at(phone) < ahead
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def test_a_page_of_the_future_counts_as_old_until_a_later_one_comes(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, QUICK, minutes_ago=-10)
    with served(tmp_path) as base:
        phone.goto(base)
        expect(phone.locator("#old")).to_be_visible()
        expect(phone.locator("#old [id^=old-]:visible")).to_have_count(0)
        site.clock.at += timedelta(minutes=2)
        site.publish()
        expect(phone.locator("#old")).to_be_hidden()
        phone.wait_for_timeout(LOOKS_MS)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def loads_of(phone: Page, base: str) -> int:
    """How often the page itself is asked for, until the reader had time for several looks."""
    loaded: list[str] = []
    phone.on("load", lambda page: loaded.append(page.url))
    phone.goto(base)
    phone.wait_for_timeout(2 * LOOKS_MS)
    count = len(loaded)
    phone.goto("about:blank")
    return count


def test_what_an_extension_adds_to_the_page_does_not_load_it_anew(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, QUICK, minutes_ago=1)
    alive(tmp_path)
    phone.add_init_script(ADDED_BY_AN_EXTENSION)
    with served(tmp_path) as base:
        assert loads_of(phone, base) == 1


def test_a_page_that_is_another_at_every_look_is_loaded_anew_once_only(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, QUICK, minutes_ago=1)
    alive(tmp_path)

    def from_another_node(route: Route) -> None:
        page = re.sub(r'data-frame="\w+"', 'data-frame="other"', site.page())
        route.fulfill(body=page, content_type="text/html; charset=utf-8")

    def asked(route: Route) -> None:
        route.fallback() if route.request.is_navigation_request() else from_another_node(route)

    phone.route("**/", asked)
    with served(tmp_path) as base:
        assert loads_of(phone, f"{base}/") == 2


def test_all_that_is_around_the_water_is_in_the_mark_of_a_page(tmp_path: Path) -> None:
    def mark(html: str) -> str:
        found: list[str] = re.findall(r'<main id="main" data-frame="(\w{8})"', html)
        return found[0]

    site = made(tmp_path, QUICK, minutes_ago=1)
    before = site.page()
    site.clock.at = datetime.now(UTC)
    site.log.registry_revision += 1
    site.publish()
    assert site.page() != before
    assert mark(site.page()) == mark(before)
    city = site.store.registry().city.model_copy(update={"drill": True})  # type: ignore[union-attr]
    site.store.current = site.store.registry().model_copy(update={"city": city})  # type: ignore[union-attr]
    site.log.registry_revision += 1
    site.publish()
    assert mark(site.page()) != mark(before)
