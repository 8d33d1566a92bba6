"""What the first page costs over the wire: bytes are counted as they lie beside the files, packed."""

from __future__ import annotations

import re
import time

import pytest

from dashboard.public import assets, pages
from dashboard.public.packing import packed
from dashboard.public.pages import overview
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import ON_BY_DEFAULT, Language
from tests.public.thousand import told_of_thousand

FIRST_PAGE = 60_000
USEFUL = 14_600
"""Ten packets of 1,460 bytes: what a server sends at once, before the phone has answered (RFC 6928)."""
ENDINGS = (".br", ".gz")


def on_the_wire(name: str, body: bytes, ending: str) -> int:
    return len(dict(packed(name, body)).get(ending, body))


def whole(page: bytes, ending: str) -> int:
    """The page with all that it loads at first."""
    loaded = {name: body for name, body in assets.contents().items() if assets.hashed()[name].encode() in page}
    assert set(loaded) == {"site.css", "site.js", "find.js", "icon.svg"}
    own = on_the_wire("index.html", page, ending)
    return own + sum(on_the_wire(name, body, ending) for name, body in loaded.items())


@pytest.mark.parametrize("language", ON_BY_DEFAULT, ids=lambda each: each.code)
@pytest.mark.parametrize("in_danger", [False, True], ids=["calm", "flood"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_first_page_of_a_thousand_spots_is_small(language: Language, in_danger: bool, ending: str) -> None:
    page = overview.page(told_of_thousand(in_danger), language)
    assert whole(page, ending) <= FIRST_PAGE


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_first_round_trip_brings_the_situation_and_the_worst_spots(ending: str) -> None:
    """The page carries its words itself: the start of it, as long as it fits in the first packets, says what matters.

    What the style costs is fetched beside it and blocks nothing but the first picture.
    """
    page = overview.page(told_of_thousand(in_danger=True), ON_BY_DEFAULT[0])
    start = page[: page.index(b'<div id="list">')]
    assert b'id="summary"' in start
    assert on_the_wire("index.html", start, ending) <= USEFUL
    assert on_the_wire("site.css", assets.contents()["site.css"], ending) <= USEFUL


def test_all_dangers_of_a_thousand_are_on_the_map_and_the_worst_sixty_in_the_list() -> None:
    told = told_of_thousand(in_danger=True)
    page = overview.page(told, ON_BY_DEFAULT[0]).decode()
    marks = sum(path.count("M") for path in re.findall(r'<path class="plain [^"]*" d="([^"]*)"', page))
    links = page.count('<use class="mark ')
    at = {(spot.station.id) for spot in told.spots[: told.settings.most_listed]}
    assert links == len(at) == 60
    assert {each.removeprefix("spot-") for each in re.findall(r'id="(spot-spot-\d+)"', page)} == at
    assert 1000 - links - marks < 120  # two spots of one sign at one point of the map are one mark
    assert "このほか940地点" in page


def test_every_spot_of_a_thousand_is_counted_by_its_area() -> None:
    page = overview.page(told_of_thousand(in_danger=True), ON_BY_DEFAULT[0]).decode()
    areas = page[page.index('<section class="areas') :]
    counts = re.findall(r"</span> (\d+)</li>", areas[: areas.index("</section>")])
    assert sum(map(int, counts)) == 1000
    assert areas.count('href="areas/') == 8


def rendered(sheets: list[Sheet]) -> int:
    return sum(len(sheet.render()) for sheet in sheets)


def test_the_pages_of_the_whole_city_are_made_in_a_moment() -> None:
    """The overview, eight areas, the places and the notice board in three languages: of a thousand spots in danger."""
    told = told_of_thousand(in_danger=True)
    own = ("index.html", "areas/", "places.html", "print.html")
    sheets = [each for each in pages.sheets(told) if any(part in each.path for part in own)]
    rendered(sheets[:1])  # templates and words are read once
    begin = time.process_time()
    assert rendered(sheets) > 1_000_000
    assert time.process_time() - begin < 2.5
