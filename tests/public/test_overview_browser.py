"""The overview, the pages of areas, the places and the sheet for the notice board, in a real browser on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.public.publisher import contents
from dashboard.public.settings import PublicSettings
from tests.axe import grave_faults
from tests.dashboard import fake_city
from tests.public.fakes import SetClock, Site, served
from tests.public.thousand import told_of_thousand

PHONE = {"width": 360, "height": 740}
HONMACHI = "areas/2a7c8e5f.html"
OWN = ("", HONMACHI, "places.html", "print.html")
SHIFTS = """new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 400);
})"""


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of a thousand spots in danger; its clock runs at another speed, so it is of another day and not old."""
    folder = tmp_path_factory.mktemp("flood")
    told = told_of_thousand(in_danger=True)
    for sheet in chain.from_iterable(contents(told)):
        if "stations/" not in sheet.path and "feeds/" not in sheet.path:
            (folder / sheet.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / sheet.path).write_bytes(sheet.render().replace(b'clock-speed="1"', b'clock-speed="60.0"'))
    with served(folder) as base:
        yield f"{base}/"


def opened(browser: Browser, script: bool = True) -> BrowserContext:
    return browser.new_context(viewport=PHONE, java_script_enabled=script)  # type: ignore[arg-type]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = opened(browser)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_page_fits_a_phone_and_says_what_it_has_to(browser: Browser, flood: str, script: bool) -> None:
    context = opened(browser, script)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    for path in OWN:
        page.goto(flood + path)
        assert page.locator("h1").all_inner_texts() != []
        assert page.locator("h1").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.locator("#search").is_visible() is (script and path in ("", "places.html")), path
    context.close()
    assert errors == []


def test_without_a_script_the_places_lead_to_every_spot(browser: Browser, flood: str) -> None:
    context = opened(browser, script=False)
    page = context.new_page()
    page.goto(f"{flood}places.html")
    page.locator("#of-e35778cf").click()
    expect(page.locator("[id=e35778cf] a")).to_have_count(126)
    expect(page.locator("[id=e35778cf] a").last).to_be_visible()
    assert page.locator("a[href^='stations/']").count() == 1000
    context.close()


@pytest.mark.parametrize("path", ["", "easy/", "en/places.html"])
def test_nothing_moves_while_a_page_is_loaded(phone: Page, flood: str, path: str) -> None:
    phone.goto(flood + path)
    assert phone.evaluate(SHIFTS) == 0


def test_the_banner_of_an_old_page_moves_nothing(phone: Page, tmp_path: Path) -> None:
    site = Site(
        tmp_path, PublicSettings(stale_after_s=1, refresh_s=60, publish_every_s=0.3), SetClock(datetime.now(UTC))
    )
    site.publish()
    with served(tmp_path) as base:
        phone.goto(base)
        expect(phone.locator("#old")).to_be_visible()
        assert phone.evaluate(SHIFTS) == 0
        phone.goto("about:blank")


@pytest.mark.parametrize("path", ["", "places.html", "print.html"])
def test_axe_finds_nothing_grave(phone: Page, flood: str, path: str) -> None:
    phone.goto(flood + path)
    assert grave_faults(phone) == []


def test_by_keyboard_one_gets_to_the_list_at_once_or_through_every_part_in_its_order(phone: Page, flood: str) -> None:
    phone.goto(flood)
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.className") == "skip"
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    first = phone.locator("#list a").first
    assert phone.evaluate("document.activeElement.href") == first.evaluate("each => each.href")
    assert first.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    stops = phone.eval_on_selector_all(
        "a[href], button, input, summary", "all => all.filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"
    )
    assert stops < 110  # the sixty spots once, not again on the map


def test_a_spot_of_the_map_leads_to_its_page(phone: Page, flood: str) -> None:
    phone.goto(flood)
    worst = phone.locator("#list a").first.get_attribute("href")
    assert phone.locator("svg.city a").last.get_attribute("href") == worst
    assert phone.locator("svg.city a").last.evaluate("each => each.getBoundingClientRect().width") >= 22


def test_the_nearest_spots_are_found_in_the_browser_and_the_place_goes_nowhere(browser: Browser, flood: str) -> None:
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        geolocation={"latitude": 34.61234, "longitude": 133.58765},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.goto(flood + "en/")
    page.wait_for_timeout(300)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    page.locator("#near").click()
    expect(page.locator("#found li")).to_have_count(5)
    assert [each for each in asked if "freshness" not in each] == [f"{flood}places.json None"]
    first = page.locator("#found li").first
    assert re.search(r"about (\d+ m|\d\.\d km)", first.inner_text())
    assert first.locator("svg.icon").count() == 1
    assert "not known" not in first.inner_text()
    context.close()


def test_who_does_not_tell_their_place_is_told_what_to_do_instead(phone: Page, flood: str) -> None:
    phone.goto(flood)
    phone.locator("#near").click()
    expect(phone.locator("#found-text")).to_contain_text("名前で探してください")
    expect(phone.locator("#found li")).to_have_count(0)


def test_a_spot_is_found_by_its_name_in_any_language_and_shows_its_level(phone: Page, flood: str) -> None:
    phone.goto(flood)
    phone.locator("#search").fill("ｈｏｎｍａｃｈｉ waterway 977")
    expect(phone.locator("#found li")).to_have_count(1)
    expect(phone.locator("#found a")).to_have_text("本町 977号")
    expect(phone.locator("#found-text")).to_have_text("1地点が見つかりました。")
    phone.locator("#search").fill("どこにもない")
    expect(phone.locator("#found-text")).to_contain_text("見つかりませんでした")


def test_a_search_without_a_connection_says_so(phone: Page, flood: str) -> None:
    phone.goto(flood)
    phone.wait_for_timeout(300)
    phone.context.set_offline(True)
    phone.locator("#search").fill("本町")
    expect(phone.locator("#found-text")).to_contain_text("読み込めませんでした")


def test_what_was_found_follows_the_news(phone: Page, tmp_path: Path) -> None:
    site = Site(tmp_path, PublicSettings(refresh_s=0.3), SetClock(datetime.now(UTC)))
    site.publish()
    with served(tmp_path) as base:
        phone.goto(base)
        phone.locator("#search").fill("水江")
        expect(phone.locator("#found li")).to_contain_text("水防団待機水位に到達")
        site.clock.at = datetime.now(UTC)
        site.log.add(fake_city.reading("mizue-01", 2.35, site.clock.at))
        site.publish()
        expect(phone.locator("#found li")).to_contain_text("氾濫危険水位に到達")
        expect(phone.locator("#search")).to_have_value("水江")
        phone.goto("about:blank")


def test_the_sheet_for_the_notice_board_fits_one_page_of_a4(browser: Browser, flood: str) -> None:
    context = browser.new_context(viewport={"width": 703, "height": 1032})  # A4 less its margins, at 96 dots an inch
    page = context.new_page()
    for language in ("", "easy/", "en/"):
        page.goto(f"{flood}{language}print.html")
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollHeight") <= 1032
        assert page.locator("nav:visible, #finder:visible, .how:visible").count() == 0
    context.close()
