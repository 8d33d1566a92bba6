from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest

from dashboard.public.pages.missing import missing_page
from dashboard.public.pages.notice_board import page
from dashboard.public.settings import PublicSettings
from dashboard.public.words import Words, catalogue
from dashboard.public.words.furigana import with_furigana
from dashboard.public.words.languages import BY_CODE, JA, ON_BY_DEFAULT
from ingest.readings import Quality
from ingest.stations import Registry
from tests.dashboard import fake_city
from tests.dashboard.fakes import storm
from tests.public.fakes import NOW, board_of, edition, html_of, log_of, one_station, overview

GOOD, SUSPECT = Quality.GOOD, Quality.SUSPECT
CODES = [each.code for each in ON_BY_DEFAULT]


def as_shown(key: str, language: str) -> str:
    text = catalogue(language)[key]
    return with_furigana(f"<p>{text}</p>")[3:-4] if BY_CODE[language].readings else text


def the_list(html: str) -> str:
    return html[html.index('<div id="list">') : html.index('<section class="areas')]


def top(html: str) -> str:
    return html[html.index('<section class="summary') : html.index('<div id="list">')]


def read(html: str) -> str:
    """The text without its tags."""
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize("language", CODES)
def test_a_page_is_in_its_language_and_links_to_the_others(language: str) -> None:
    html = html_of(one_station(), log_of(("bridge-1", 0.5, 5, GOOD)), language)
    assert html.startswith(f'<!DOCTYPE html>\n<html lang="{BY_CODE[language].tag}">')
    assert all(catalogue(each)["language"] in html for each in CODES)
    assert html.count('aria-current="page"') == 1


def test_a_station_that_is_being_checked_shows_no_number_and_no_level() -> None:
    html = the_list(html_of(one_station(), log_of(("bridge-1", 0.55, 15, GOOD), ("bridge-1", 4.85, 5, SUSPECT))))
    assert "確認中" in html
    assert not re.search(r"\d\.\d\d", html)
    assert not re.search(r'class="[^"]*\bh[0-5]\b', html)


def test_a_silent_gauge_says_when_it_was_last_heard_and_that_this_is_not_now() -> None:
    html = the_list(html_of(one_station(), log_of(("bridge-1", 4.2, 45, GOOD))))
    assert "最後の観測 09:57。その後、確かな値が届いていません。" in html
    assert "いまの状態ではありません" in html
    assert 'class="trend"' not in html


def test_a_silence_since_yesterday_says_the_date() -> None:
    html = html_of(one_station(), log_of(("bridge-1", 4.2, 24 * 60, GOOD)), "en")
    assert "Last measured at 30 Jun 10:42. Nothing reliable has arrived since." in html


def test_a_station_without_data_says_so_and_that_it_is_not_safe() -> None:
    assert "データなし" in html_of(one_station(), log_of())
    assert "does not mean it is safe" in html_of(one_station(), log_of(), "en")


def test_a_level_comes_with_its_label_advice_stage_trend_and_time() -> None:
    registry = one_station()
    html = the_list(html_of(registry, log_of(("bridge-1", 3.9, 25, GOOD), ("bridge-1", 4.2, 5, GOOD))))
    words = Words(JA, registry, NOW)
    kind = registry.stations["bridge"].kind
    said = (words.label(kind, 4), words.advice(kind, 4), "4.20", "上昇中", "10:37 観測")
    assert [text for text in said if text not in html] == []


def test_a_name_cannot_bring_a_script() -> None:
    evil = "<script>alert(1)</script>\" onload='x"
    html = html_of(one_station(name={"ja": evil}), log_of(("bridge-1", 4.2, 5, GOOD)))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert html.count("<script") == 2


def test_a_name_that_exists_only_in_japanese_is_marked_on_the_english_page() -> None:
    html = html_of(one_station(name={"ja": "大橋"}), log_of(), "en")
    assert '<span lang="ja"><span class="whole">大橋</span></span>' in html


def test_only_a_demonstration_says_that_it_is_one() -> None:
    log = log_of(("bridge-1", 0.5, 5, GOOD))
    assert "デモ用のデータです。" in html_of(one_station(demonstration=True), log)
    assert "デモ" not in html_of(one_station(), log)


def test_a_drill_says_so_on_top_and_in_the_title_of_every_page() -> None:
    registry = one_station()
    drill = registry.model_copy(update={"city": registry.city.model_copy(update={"drill": True})})
    html = html_of(drill, log_of())
    assert "【訓練】これは訓練です。" in html
    assert "<title>【訓練】" in html
    assert "This is a drill." in html_of(drill, log_of(), "en")
    assert "訓練" not in html_of(registry, log_of())


def test_the_page_prints_its_time_and_from_when_on_it_is_old() -> None:
    html = html_of(one_station(), log_of())
    assert "2026年7月1日 10:42 現在" in html
    assert "10:47 を過ぎたら" in html


def test_in_a_replay_the_printed_time_goes_with_the_speed_of_the_house() -> None:
    seen = board_of(one_station(), log_of())
    fast = edition(seen, clock_speed=60.0, settings=PublicSettings(stale_after_s=300))
    assert fast.old_from(fast.every_minute) == seen.at + timedelta(hours=5)
    assert 'data-clock-speed="60.0"' in overview(fast, "ja")
    assert 'data-clock-speed="1"' in overview(edition(seen), "ja")


def test_the_summary_names_the_worst_spot() -> None:
    html = overview(edition(board_of(fake_city.registry(NOW), storm(NOW))), "ja")
    assert "いま最も危険な地点は駅前アンダーパスです。" in read(html)


@pytest.mark.parametrize("language", CODES)
def test_a_city_without_any_gauge_in_service_is_not_called_calm(language: str) -> None:
    city = one_station()
    bare = Registry.of(city.city, city.stations.values())
    told = edition(board_of(bare, log_of()))
    paper = page(told, BY_CODE[language]).decode()
    for html in (overview(told, language), paper):
        summary = html[html.index('id="summary"') :]
        assert as_shown("summary.no_spot_text", language) in summary
        assert as_shown("summary.low", language) not in summary
    assert '<section class="summary h0' not in overview(told, language)


def test_the_summary_says_what_the_worst_level_means_and_below_it_what_it_is_called() -> None:
    registry = one_station()
    summary = top(html_of(registry, log_of(("bridge-1", 4.2, 5, GOOD))))
    words, kind = Words(JA, registry, NOW), registry.stations["bridge"].kind
    assert summary.index(words.meaning(kind, 4)) < summary.index(f"段階：{words.label(kind, 4)}")


@pytest.mark.parametrize(
    ("minutes", "language", "text"),
    [
        (5, "ja", "いま最も危険な地点は大橋、ほか2地点です。"),
        (5, "en", "The most dangerous spots now are Big Bridge, and 2 more."),
        (45, "ja", "最も危険と見られる地点は大橋、ほか2地点です。"),
        (45, "en", "The most dangerous spots are thought to be Big Bridge, and 2 more,"),
    ],
)
def test_the_summary_counts_the_spots_that_are_as_bad(minutes: float, language: str, text: str) -> None:
    registry = one_station(twins=2)
    log = log_of(*((gauge, 4.2, minutes, GOOD) for gauge in registry.gauges))
    assert text in read(top(html_of(registry, log, language)))


def test_a_spot_of_a_lesser_level_and_one_last_known_are_not_counted_as_bad() -> None:
    log = log_of(("bridge-1", 4.2, 5, GOOD), ("twin-1", 3.2, 5, GOOD), ("twin-2", 4.2, 45, GOOD))
    assert "いま最も危険な地点は大橋です。" in read(top(html_of(one_station(twins=2), log)))


def test_a_japanese_name_breaks_only_between_its_parts() -> None:
    html = html_of(one_station(name={"ja": "向島 富浜水路"}), log_of(("bridge-1", 4.2, 5, GOOD)))
    whole = '<span class="whole">向島</span> <span class="whole">富浜水路</span>'
    assert f"地点は{whole}です。" in html
    assert f'<h3><a href="stations/bridge.html"><span>{whole}</span></a>' in html


def test_a_name_that_is_too_long_for_a_line_may_break() -> None:
    html = html_of(one_station(name={"ja": "長" * 11}), log_of())
    assert 'class="whole"' not in html


def test_a_summary_of_what_was_last_known_does_not_look_like_the_present() -> None:
    html = html_of(one_station(), log_of(("bridge-1", 4.2, 45, GOOD)))
    assert 'class="summary h4 past"' in top(html)
    assert "最後に分かっている段階：" in top(html)
    assert "09:57 を最後に、確かな観測値が届いていません" in top(html)


def test_calm_is_not_claimed_while_a_spot_is_not_known() -> None:
    low, unknown = log_of(("bridge-1", 0.5, 5, GOOD)), log_of(("bridge-1", 0.5, 5, SUSPECT))
    assert "注意の段階に達した地点はありません" in html_of(one_station(), low)
    assert "注意の段階に達した地点はありません" not in html_of(one_station(), unknown)
    assert "段階が分からない地点があります" in html_of(one_station(), unknown)


@pytest.mark.parametrize("language", CODES)
def test_the_page_says_that_it_is_provisional_and_not_an_evacuation_order(language: str) -> None:
    html = html_of(one_station(), log_of(), language)
    assert as_shown("notes.orders", language) in html
    assert as_shown("notes.provisional", language) in html


@pytest.mark.parametrize("language", CODES)
def test_a_page_has_no_inline_style_or_script_and_no_foreign_address(language: str) -> None:
    html = overview(edition(board_of(fake_city.registry(NOW), storm(NOW))), language)
    assert not re.search(r"<style|\sstyle=|\son\w+=|https?://|javascript:", html)
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == ["", ""]


@pytest.mark.parametrize("language", CODES)
def test_ids_are_unique_and_headings_skip_no_step(language: str) -> None:
    html = overview(edition(board_of(fake_city.registry(NOW), storm(NOW))), language)
    ids = re.findall(r'\sid="([^"]+)"', html)
    steps = [int(step) for step in re.findall(r"<h([1-6])", html)]
    assert len(ids) == len(set(ids))
    assert steps.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(steps))


def test_the_page_for_what_is_missing_speaks_every_language() -> None:
    html = missing_page(edition(board_of(one_station(), log_of()))).decode()
    assert all(catalogue(each)["missing.title"] in html for each in CODES)
    assert 'href="/en/"' in html
