"""A resident opens the site in the storm: what they see, how they find their place, and that nobody learns of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from alerts.public.areas import slug
from tests.public.stormy_city import DANGER, StormyCity
from tests.public.visits import Visitor, visitor

AREA = slug("向島")
HERE = {"latitude": 34.39187, "longitude": 133.19913}
"""Beside the station in danger."""
HAZARDS_OF_THE_FIRST_GROUP = """() => {
    const hazard = each => Number((each.className.match(/h([0-5])/) || [0, 0])[1]);
    const spots = [...document.querySelectorAll('#list section:first-child li[id]')];
    return spots.map(each => Math.max(...[...each.querySelectorAll('.part, .tag')].map(hazard)));
}"""
WITHOUT_READINGS = """each => {
    const copy = each.cloneNode(true);
    copy.querySelectorAll('rt, rp').forEach(reading => reading.remove());
    return copy.textContent.replace(/\\s+/g, ' ');
}"""


@dataclass(frozen=True)
class Spoken:
    """What stands on the pages in a language, and how somebody would look for the place."""

    folder: str
    wanted: str
    name: str
    level: str
    advice: str
    headline: str


LANGUAGES = {
    "ja": Spoken(
        "",
        "富浜",
        "向島 富浜水路",
        "水路の水が岸の高さに到達",
        "命を守る行動をとってください。",
        "富浜水路があふれています。",
    ),
    "easy": Spoken(
        "easy/",
        "とみはま",
        "向島 富浜水路",
        "水路の水が岸の高さになった",
        "命を守ってください。",
        "富浜水路があふれています。",
    ),
    "en": Spoken(
        "en/",
        "tomihama",
        "Tomihama waterway, Mukaishima",
        "Waterway at the height of its bank",
        "Act to save your life.",
        "The Tomihama waterway is overflowing.",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_finds_their_place_and_what_to_do(stormy: StormyCity, browser: Browser, language: str) -> None:
    spoken = LANGUAGES[language]
    with visitor(browser, stormy.address, geolocation=HERE, permissions=["geolocation"]) as resident:
        page = resident.open(spoken.folder)
        _the_worst_comes_first(page, spoken)
        page.locator("#search").fill(spoken.wanted)
        _leads_to_the_station(page, page.locator("#found a"), spoken)
        page.go_back()
        page.locator("#near").click()
        expect(page.locator("#found a")).to_have_count(5)
        _leads_to_the_station(page, page.locator("#found a").first, spoken)
        page.go_back()
        _by_its_area(page, spoken)
        _the_station_tells_all(page, spoken)
        _on_to_message_and_levels(page, spoken)
        _nothing_was_told_to_anybody(resident, stormy.site)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript_links_lead_to_the_same(stormy: StormyCity, browser: Browser, language: str) -> None:
    spoken = LANGUAGES[language]
    with visitor(browser, stormy.address, script=False) as resident:
        page = resident.open(spoken.folder)
        _the_worst_comes_first(page, spoken)
        expect(page.locator("#search")).to_be_hidden()
        _by_its_area(page, spoken)
        page.locator("nav a[href='../places.html']").first.click()
        _leads_to_the_station(page, page.locator(f"main a[href='stations/{DANGER}.html']"), spoken)
        _the_station_tells_all(page, spoken)
        _on_to_message_and_levels(page, spoken)
        _nothing_was_told_to_anybody(resident, stormy.site)


def test_who_keeps_their_place_to_themselves_is_told_how_to_look_for_it(stormy: StormyCity, browser: Browser) -> None:
    with visitor(browser, stormy.address, geolocation=HERE) as resident:
        page = resident.open("en/")
        page.locator("#near").click()
        expect(page.locator("#found-text")).to_contain_text(
            "Allow it in the settings of your device, or search by name."
        )
        expect(page.locator("#found li")).to_have_count(0)
        _nothing_was_told_to_anybody(resident, stormy.site)


def _the_worst_comes_first(page: Page, spoken: Spoken) -> None:
    hazards: list[int] = page.evaluate(HAZARDS_OF_THE_FIRST_GROUP)
    assert hazards == sorted(hazards, reverse=True)
    assert set(hazards) >= {5, 4, 3, 2}
    first = page.locator("#list li").first
    assert spoken.name in said(first)
    assert spoken.level in said(first)
    assert spoken.advice in said(first)
    assert spoken.headline in said(page.locator(".notices li").first)


def _leads_to_the_station(page: Page, link: Locator, spoken: Spoken) -> None:
    expect(link).to_have_count(1)
    assert said(link) == spoken.name
    link.click()
    page.wait_for_url(f"**/{spoken.folder}stations/{DANGER}.html")


def _by_its_area(page: Page, spoken: Spoken) -> None:
    page.locator(f"section.areas a[href='areas/{AREA}.html']").click()
    page.wait_for_url("**/areas/*.html")
    _leads_to_the_station(page, page.locator(f"#list a[href='../stations/{DANGER}.html']"), spoken)


def _the_station_tells_all(page: Page, spoken: Spoken) -> None:
    assert said(page.locator("h1")) == spoken.name
    verdict = said(page.locator("#summary"))
    assert spoken.level in verdict
    assert spoken.advice in verdict
    expect(page.locator(".day .stage")).to_have_text("1.61 m")
    expect(page.locator(".day figure svg[role=img]")).to_be_visible()
    rows = page.locator(".day details tbody tr")
    expect(rows.first).to_be_hidden()
    page.locator(".day summary").click()
    expect(rows.first).to_contain_text("1.61 m")
    expect(rows).to_have_count(24)
    pictures = page.locator(".stills img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("each => each.complete && each.naturalWidth === 640", arg=picture.element_handle())


def _on_to_message_and_levels(page: Page, spoken: Spoken) -> None:
    page.locator(".notices a").click()
    page.wait_for_url(f"**/{spoken.folder}messages.html#m-*")
    target = page.locator("article:target")
    assert spoken.headline in said(target)
    page.go_back()
    page.locator("main a[href='../levels.html#waterway']").click()
    page.wait_for_url(f"**/{spoken.folder}levels.html#waterway")
    assert spoken.advice in said(page.locator("section:has(:target), section:target").first)


def _nothing_was_told_to_anybody(resident: Visitor, site: Path) -> None:
    """Only files of the site were asked for, as anybody would ask for them."""
    assert resident.faults == []
    assert resident.asked
    for request in resident.asked:
        path = unquote(urlsplit(request.url).path)
        assert (site / f"{path.lstrip('/')}{'index.html' if path.endswith('/') else ''}").is_file()
        assert not any(str(each)[:6] in told(request) for each in HERE.values())


def told(request: Request) -> str:
    """All that a request says."""
    return f"{request.url} {request.headers} {request.post_data}"


def said(place: Locator) -> str:
    """The text of a place without the readings of its kanji."""
    text: str = place.evaluate(WITHOUT_READINGS)
    return text.strip()
