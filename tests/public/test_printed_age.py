"""What a page prints of its own age: it must hold on another day too, and for no longer than its water stays."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dashboard.public import pages
from dashboard.public.edition import Edition
from dashboard.public.settings import PublicSettings
from dashboard.public.words import Words, catalogue
from dashboard.public.words.languages import LANGUAGES, Language
from ingest.readings import Quality
from ingest.stations import Registry, StationKind
from tests.public.fakes import NOW, board_of, edition, log_of, one_station

EVERYWHERE = PublicSettings(
    languages=tuple(each.code for each in LANGUAGES),
    reviewed=dict.fromkeys(("zh", "ko", "vi", "pt"), "a speaker"),
)
OF_NO_WATER = ("levels.html", "places.html", "data.html")


def of_kind(kind: StationKind) -> Registry:
    found = one_station()
    station = found.stations["bridge"].model_copy(update={"kind": kind})
    return Registry.of(found.city, [station, *found.gauges.values()])


def told(kind: StationKind = StationKind.RIVER, stage_m: float = 0.5) -> Edition:
    log = log_of(("bridge-1", stage_m, 5, Quality.GOOD))
    return edition(board_of(of_kind(kind), log), settings=EVERYWHERE)


def html_of(found: Edition, path: str) -> str:
    [sheet] = [each for each in pages.sheets(found) if each.path == path]
    return sheet.render().decode()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_the_sheet_on_the_board_says_the_day_from_which_it_is_old(language: Language) -> None:
    found = told()
    until = Words(language, found.board.registry, NOW).long_time(NOW + timedelta(minutes=5))
    assert "2026" in until
    assert "10:47" in until
    head, _, rest = catalogue(language.code)["print.old_from"].partition("{time}")
    page = html_of(found, f"{language.folder}print.html")
    assert f"{head}{until}{rest[:2]}" in page


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_a_page_on_a_screen_says_the_day_from_which_it_is_old(language: Language) -> None:
    found = told()
    words = Words(language, found.board.registry, NOW - timedelta(days=1))
    page = html_of(found, f"{language.folder}index.html")
    assert words.time(NOW + timedelta(minutes=5)) in page


@pytest.mark.parametrize(
    ("kind", "stage_m", "minutes"),
    [
        (StationKind.RIVER, 0.5, 10),
        (StationKind.RETENTION_POND, 0.5, 10),
        (StationKind.RIVER, 2.5, 5),
        (StationKind.UNDERPASS, 0.5, 5),
        (StationKind.WATERWAY, 0.5, 5),
    ],
)
def test_a_calm_spot_is_told_for_ten_minutes_and_where_water_comes_fast_for_five(
    kind: StationKind, stage_m: float, minutes: int
) -> None:
    found = told(kind, stage_m)
    page = html_of(found, "stations/bridge.html")
    assert f"7月1日 10:{42 + minutes} を過ぎたら" in page
    lasting = found.lasting(found.spots[0])
    assert lasting.lasts_s <= lasting.old_after_s / 2


def test_every_page_is_written_anew_well_before_it_calls_itself_old() -> None:
    found = told()
    html = {each.path: each for each in pages.sheets(found) if each.path.endswith(".html") and "404" not in each.path}
    assert len(html) > 7 * len(LANGUAGES)
    for path, sheet in html.items():
        [old_after_s] = re.findall(rb'data-old-after-s="([\d.]+)"', sheet.render())
        assert sheet.lasts_s is not None, path
        assert sheet.lasts_s <= float(old_after_s) / 2, path


@pytest.mark.parametrize("path", OF_NO_WATER)
def test_a_page_that_tells_no_level_has_no_banner_of_old_levels(path: str) -> None:
    page = html_of(told(), path)
    assert 'id="old"' not in page
    assert "を過ぎたら" not in page
    assert 'id="old"' in html_of(told(), "index.html")


def test_who_looks_at_the_cameras_is_told_that_the_night_is_dark() -> None:
    assert "夜の画像は暗く" in catalogue("ja")["cameras.text"]
    for language in LANGUAGES:
        text = catalogue(language.code)["cameras.text"]
        assert any(word in text for word in ("夜", "night", "夜间", "밤", "đêm", "noite"))
