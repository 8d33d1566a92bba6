"""The page of a station: what it says in every state, in three languages, and what it never says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from alerts.issued import Announced, IssuedLevel
from dashboard.public.course import Course24, thinned
from dashboard.public.edition import Edition
from dashboard.public.pages import cameras, levels, station
from dashboard.public.words import Words, catalogue
from dashboard.public.words.languages import EASY, EN, JA, LANGUAGES, ON_BY_DEFAULT, Language
from dashboard.views import Board
from ingest.readings import Quality
from ingest.stations import Registry, StationKind, ThresholdSet
from tests import pumping
from tests.dashboard.fakes import FakeLog
from tests.public.fakes import NOW, board_of, edition, log_of, one_station
from tests.public.test_pumps import STANDS, flooded
from tests.public.test_pumps import board_of as pumped

GOOD, SUSPECT, BAD = Quality.GOOD, Quality.SUSPECT, Quality.BAD


def told(registry: Registry, log: FakeLog) -> Edition:
    """An edition with the courses of its good readings."""
    until = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    courses = {
        each: Course24(until, tuple((reading.observed_at, reading.stage_m) for reading in readings))
        for each, readings in log.recent(until - timedelta(hours=24)).items()
    }
    return replace(edition(board_of(registry, log)), courses=courses)


def page_of(found: Edition, language: Language = JA, station_id: str = "bridge") -> str:
    [sheet] = [
        each
        for each in station.sheets(found, language)
        if each.path == f"{language.folder}{station.address(station_id)}"
    ]
    return sheet.render().decode()


def html_of(*rows: tuple[str, float, float, Quality], language: Language = JA, gauges: int = 1) -> str:
    return page_of(told(one_station(gauges=gauges), log_of(*rows)), language)


class Read(HTMLParser):
    """The text of a page without readings, as it is read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self._reading = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._reading = tag in ("rt", "rp")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._reading = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._reading else data


def table_of(html: str) -> list[tuple[str, ...]]:
    """The rows of the table hour by hour."""
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [tuple(filter(None, re.sub(r"<[^>]+>", "\n", row).split("\n"))) for row in body.split("<tr>")[1:]]


@pytest.mark.parametrize("language", ON_BY_DEFAULT, ids=lambda each: each.code)
def test_it_says_what_the_level_is_what_it_means_and_what_to_do(language: Language) -> None:
    html = html_of(("bridge-1", 3.2, 30, GOOD), ("bridge-1", 3.46, 5, GOOD), language=language)
    said = Read(html).text
    words = Words(language, one_station(), NOW)
    for text in (words.label, words.meaning, words.advice):
        assert re.sub("（[ぁ-ゖー]+）", "", text(StationKind.RIVER, 3)) in said
    assert "3.46" in said
    assert "10:37" in said
    assert '<use href="#s-3"/>' in html


def test_how_far_it_is_to_the_next_threshold_is_a_distance_and_says_nothing_of_when() -> None:
    rising = html_of(("bridge-1", 2.2, 30, GOOD), ("bridge-1", 2.46, 5, GOOD))
    assert "次の基準「避難判断」（3.00 m）まで 0.54 m" in rising
    assert not re.search("予測|予想|見込み|あと[0-9]+(分|時間)", Read(rising).text)


@pytest.mark.parametrize("stage_m", [5.0, 6.2])
def test_above_the_highest_threshold_there_is_no_next_one(stage_m: float) -> None:
    assert "次の基準" not in html_of(("bridge-1", stage_m, 5, GOOD))


def test_at_a_threshold_the_next_one_is_the_one_above() -> None:
    assert "（4.00 m）まで 1.00 m" in html_of(("bridge-1", 3.0, 5, GOOD))


def test_while_a_value_is_being_checked_neither_it_nor_the_last_one_is_pointed_out() -> None:
    html = html_of(("bridge-1", 1.11, 75, GOOD), ("bridge-1", 0.83, 15, GOOD), ("bridge-1", 4.87, 5, SUSPECT))
    assert "4.87" not in html
    assert "0.83" not in html
    assert "確認中" in html
    assert 'class="stage"' not in html
    assert "<circle" not in html[html.index('<svg class="graph"') : html.index("</figure>")]
    assert "次の基準" not in html
    assert table_of(html)[:2] == [("10:00–10:59", "確認中"), ("09:00–09:59", "1.11 m", "水防団待機")]


def test_a_silent_gauge_is_told_as_last_known_with_the_time_and_an_open_dot() -> None:
    html = html_of(("bridge-1", 3.1, 90, GOOD), ("bridge-1", 3.46, 60, GOOD))
    assert "いまは不明" in html
    assert "いまの状態ではありません" in html
    assert "最後の観測 09:42" in html
    assert 'class="past"' in html
    assert 'class="gap"' in html
    assert "次の基準" not in html


def test_a_station_without_any_value_does_not_seem_safe() -> None:
    html = html_of()
    assert "安全という意味ではありません" in html
    assert "24時間以内の値はありません" in html
    assert "stage-line" not in html
    assert [row[1] for row in table_of(html)] == ["値なし"] * 24


def test_a_gauge_without_thresholds_shows_its_stage_alone() -> None:
    found = told(one_station(levels={}), log_of(("bridge-1", 0.8, 5, GOOD)))
    html = page_of(found)
    assert "0.80" in html
    assert "この地点には段階の基準がありません" in html
    assert "この地点の基準" not in html


def test_of_two_gauges_the_worse_comes_first_and_gives_the_verdict() -> None:
    html = html_of(("bridge-1", 1.1, 5, GOOD), ("bridge-2", 4.2, 5, GOOD), gauges=2)
    assert html.index("4.20") < html.index("1.10")
    assert 'class="summary verdict h4"' in html
    assert html.count('class="graph"') == 2
    assert html.count("この地点の基準") == 1, "the same thresholds are said once"


def test_a_low_gauge_beside_one_that_is_being_checked_has_no_drawing_either() -> None:
    html = html_of(("bridge-1", 0.44, 5, GOOD), ("bridge-2", 4.2, 5, SUSPECT), gauges=2)
    assert "0.44" not in html
    assert html.count('class="graph"') == 1


def test_the_table_names_the_hazard_by_the_thresholds_of_its_time() -> None:
    revised = NOW - timedelta(minutes=90)
    old = ThresholdSet(valid_from=NOW - timedelta(days=9), levels={4: 1.0})
    new = ThresholdSet(valid_from=revised, levels={2: 1.0})
    city = one_station()
    gauge = city.gauges["bridge-1"].model_copy(update={"thresholds": (old, new)})
    city = city.model_copy(update={"gauges": {gauge.id: gauge}})
    rows = table_of(page_of(told(city, log_of(("bridge-1", 1.5, 120, GOOD), ("bridge-1", 1.6, 5, GOOD)))))
    assert rows[0] == ("10:00–10:59", "1.60 m", "氾濫注意")
    assert rows[2] == ("08:00–08:59", "1.50 m", "氾濫危険")


def test_what_the_city_issued_for_the_place_stands_above_and_apart_from_the_level() -> None:
    entry = IssuedLevel(Announced(4, "市長", NOW), "desk", NOW)
    found = replace(told(one_station(), log_of(("bridge-1", 0.4, 5, GOOD))), issued=[entry])
    html = page_of(found)
    assert html.index("警戒レベル4") < html.index('class="summary verdict h0"')
    assert "センサーの水位の段階とは別のもの" in html
    assert "警戒レベル" not in page_of(replace(found, issued=[]))


def test_its_neighbours_on_the_water_are_links_where_they_have_a_page() -> None:
    city = one_station(twins=2)
    upper = city.stations["twin-1"].model_copy(update={"name": {"ja": "上の橋"}})
    lower = city.stations["twin-2"].model_copy(update={"name": {"ja": "下の橋"}, "upstream": ("bridge",)})
    here = city.stations["bridge"].model_copy(update={"upstream": ("twin-1",)})
    city = city.model_copy(update={"stations": {each.id: each for each in (here, upper, lower)}})
    html = page_of(told(city, log_of(("bridge-1", 0.4, 5, GOOD))))
    assert re.search('すぐ上流の地点.*href="twin-1.html".*すぐ下流の地点.*href="twin-2.html"', html, re.DOTALL)


@pytest.mark.parametrize("stages", [(0.2, 4.4), (4.4, 0.2)])
def test_where_the_water_parts_the_neighbours_come_in_the_order_of_the_registry(stages: tuple[float, float]) -> None:
    city = one_station(twins=2)
    arms = {
        each: city.stations[each].model_copy(update={"name": {"ja": f"{each}橋"}, "upstream": ("bridge",)})
        for each in ("twin-1", "twin-2")
    }
    city = city.model_copy(update={"stations": {"bridge": city.stations["bridge"], **arms}})
    log = log_of(("bridge-1", 0.4, 5, GOOD), ("twin-1", stages[0], 5, GOOD), ("twin-2", stages[1], 5, GOOD))
    html = page_of(told(city, log))
    assert html.index('href="twin-1.html"') < html.index('href="twin-2.html"')


@pytest.mark.parametrize("language", ON_BY_DEFAULT, ids=lambda each: each.code)
def test_pumps_that_stand_still_are_told_in_the_verdict_and_are_no_stage_of_the_water(language: Language) -> None:
    found = edition(pumped(*flooded(), *STANDS))
    html = page_of(found, language, pumping.STATION.id)
    words = Words(language, pumping.REGISTRY, pumping.at(60))
    verdict = html[html.index('class="summary verdict h3"') : html.index('class="now"')]
    assert words.label(StationKind.PUMP_STATION, 3) not in verdict
    said = {
        JA: "排水ポンプが止まっています",
        EN: "pumps that should run stand still",
        EASY: "出すポンプが止まっています",
    }
    assert said[language] in Read(verdict).text
    assert '<use href="#s-3"/>' in verdict


def test_one_page_depends_on_nothing_of_other_stations() -> None:
    calm, other = log_of(("bridge-1", 0.4, 5, GOOD)), log_of(("bridge-1", 0.4, 5, GOOD), ("twin-1", 4.4, 5, GOOD))
    facts = [
        {each.path: each.facts for each in station.sheets(told(one_station(twins=1), log), JA)} for log in (calm, other)
    ]
    assert facts[0]["stations/bridge.html"] == facts[1]["stations/bridge.html"]
    assert facts[0]["stations/twin-1.html"] != facts[1]["stations/twin-1.html"]


def test_a_course_of_every_minute_that_was_thinned_has_no_gap_where_none_is() -> None:
    day = [(NOW - timedelta(minutes=each), 1 + each % 9 / 10) for each in range(1400, 0, -1)]
    city = one_station()
    gauge = city.gauges["bridge-1"].model_copy(update={"interval_s": 60.0})
    city = city.model_copy(update={"gauges": {gauge.id: gauge}})
    until = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    found = replace(
        edition(board_of(city, log_of(("bridge-1", 1.2, 1, GOOD)))),
        courses={"bridge-1": Course24(until, tuple(thinned(day)))},
    )
    [line] = re.findall(r'class="stage-line" d="([^"]*)"', page_of(found))
    assert line.count("M") == 1


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_the_levels_are_explained_for_every_kind_with_their_shapes_and_apart_from_alert_levels(
    language: Language,
) -> None:
    found = told(one_station(), log_of(("bridge-1", 0.4, 5, GOOD)))
    [sheet] = levels.sheets(found, language)
    html = sheet.render().decode()
    assert [int(each) for each in re.findall(r'<use href="#s-([0-5])"/>', html)] == [5, 4, 3, 2, 1, 0]
    assert '<h2 id="river">' in html
    assert '<h2 id="underpass">' not in html, "the city has none"
    title = re.sub("（[ぁ-ゖー]+）", "", catalogue(language.code)["difference.title"])
    assert title in Read(html).text


def test_the_explanation_never_puts_a_level_beside_the_number_of_an_alert_level() -> None:
    [sheet] = levels.sheets(told(one_station(), log_of()), JA)
    assert not re.search(r"警戒レベル\s*[1-5１-５]", sheet.render().decode())


def test_the_cameras_page_changes_with_the_level_of_its_places_alone() -> None:
    def facts(seen: Board) -> object:
        [sheet] = cameras.sheets(edition(seen), JA)
        return sheet.facts

    low, high = (board_of(one_station(), log_of(("bridge-1", stage_m, 5, GOOD))) for stage_m in (0.4, 4.4))
    assert facts(low) == facts(high), "there is no camera"


def test_a_page_is_made_anew_where_only_its_day_changed() -> None:
    """A reading of hours ago that is corrected leaves the level of now as it is."""
    now = told(one_station(), log_of(("bridge-1", 0.4, 5, GOOD)))
    until = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    days = [
        replace(now, courses={"bridge-1": Course24(until, ((NOW - timedelta(hours=3), stage_m),))})
        for stage_m in (0.7, 0.7, 0.9)
    ]
    first, same, other = (station.facts(each, each.spots[0]) for each in days)
    assert first == same
    assert first != other
