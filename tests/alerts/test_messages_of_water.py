"""Rises and falls as staff and crews read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.messages.catalogue import texts
from alerts.messages.compose import compose
from alerts.messages.figures import exact_m
from alerts.messages.runs import Run
from ingest.labels import staff_note
from ingest.readings import Reason
from ingest.stations import StationKind
from tests.alerts.scenes import (
    BASE_URL,
    GAUGE,
    RIVER,
    SITUATIONS,
    STAGE_DETAIL,
    context,
    run,
)
from tests.alerts.written import LANGUAGES, of, stage, told


def test_a_rise_as_the_duty_officer_reads_it() -> None:
    text = told()
    assert text.subject == "【危険度4】藤井川 氾濫危険水位に到達（4.23 m 18:30）"
    assert text.body == (
        "尾道市 藤井川（河川）\n"
        "【危険度4】氾濫危険水位に到達\n"
        "\n"
        "水位: 4.23 m（危険度4の基準 4.00 m）\n"
        "危険度: 1 → 4（0〜5）\n"
        "変化: 1時間あたり 0.30 m 上昇\n"
        "次の基準: 危険度5 5.00 m（あと 0.77 m）\n"
        "始まり: 7月1日 16:40（危険度1以上になった時刻）\n"
        "観測時刻: 7月1日 18:30（日本時間）\n"
        "\n"
        f"{staff_note(StationKind.RIVER, 4, 'ja')}\n"
        "\n"
        "詳しく: http://10.0.0.5:8050/station/fujii\n"
        "\n"
        "センサーの値による自動の連絡です。市が発令した警戒レベルではありません。時刻は日本時間です。\n"
    )


def test_a_rise_in_english() -> None:
    text = told(language="en")
    assert text.subject == "[Hazard 4] Fujii river: At flood danger level (4.23 m at 18:30)"
    assert "Stage: 4.23 m (threshold of hazard 4: 4.00 m)" in text.body
    assert "Next threshold: hazard 5 at 5.00 m (0.77 m to go)" in text.body
    assert "Observed: 2026-07-01 18:30 (Japan time)" in text.body
    assert staff_note(StationKind.RIVER, 4, "en") in text.body


def test_a_straight_rise_is_told_from_where_it_began_to_where_it_ended() -> None:
    steps = [run(from_level=low, to_level=low + 1, id=low).last for low in (1, 2, 3)]
    assert "危険度: 1 → 4（0〜5）" in compose([Run(tuple(steps))], context(), "ja").body


def test_a_rise_that_was_confirmed_on_the_way_is_told_as_a_rise() -> None:
    first = run(from_level=1, to_level=4, unconfirmed=True).last
    last = run(from_level=4, to_level=4, cause="confirmed").last
    assert compose([Run((first, last))], context(), "ja").subject.startswith("【危険度4】")


def test_an_unconfirmed_rise_names_its_reasons() -> None:
    odd = run(unconfirmed=True, detail={**STAGE_DETAIL, "reasons": [Reason.OUT_OF_RANGE, Reason.CLOCK_AHEAD]})
    text = compose([odd], context(), "ja")
    assert text.subject.startswith("【未確認・危険度4】")
    assert "\n【未確認・危険度4】氾濫危険水位に到達\n" in text.body
    assert "値は未確認です（測定範囲外の値、機器の時計の進み）。" in text.body
    text = compose([odd], context(), "en")
    assert text.subject.startswith("[Unconfirmed, hazard 4]")
    assert "(outside the measuring range, the device's clock is ahead)" in text.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unconfirmed_rise_without_a_reason_says_that(language: str) -> None:
    assert texts(language)["reason_unstated"] in compose([run(unconfirmed=True)], context(), language).body


def test_a_confirmation_says_that_the_value_now_counts_and_what_to_do() -> None:
    text = told("a value confirmed")
    assert text.subject.startswith("【危険度4 値を確認】藤井川 氾濫危険水位に到達")
    assert "危険度: 4（0〜5）" in text.body
    assert "未確認だった値が、新しい観測で確認されました。" in text.body
    assert staff_note(StationKind.RIVER, 4, "ja") in text.body


def test_a_fall_is_not_worded_as_reaching_a_level() -> None:
    text = told("a fall")
    assert text.subject == "【水位低下 危険度4→2】藤井川 危険度4の基準を下回りました（2.50 m 18:30）"
    assert "到達" not in text.subject + text.body
    assert "水位: 2.50 m（危険度4の基準 4.00 m）" in text.body
    assert "1時間あたり 0.50 m 低下" in text.body
    assert "3.90 m（危険度4を下げる目安）を下回る状態が20分続いた" in text.body
    assert "体制の解除は、現地の状況を確かめて判断してください。" in text.body


def test_a_fall_through_several_levels_names_the_one_that_it_began_at() -> None:
    first = SITUATIONS["a fall"].last
    second = replace(first, from_level=2, to_level=1, detail={**first.detail, "threshold_m": 2.0, "release_m": 1.9})
    body = compose([Run((first, second))], context(), "ja").body
    assert "（危険度4の基準 4.00 m）" in body
    assert "3.90 m（危険度4を下げる目安）" in body


def test_the_end_of_an_alert_says_below_all_thresholds_and_leaves_the_decision_to_staff() -> None:
    text = told("the end", "en")
    assert text.subject.startswith("[Water falling, hazard 1 to 0] Fujii river: Below all thresholds")
    assert "Check the situation on site before standing down." in text.body


def test_a_rule_without_a_hold_does_not_speak_of_zero_minutes() -> None:
    at_once = run(from_level=4, to_level=2, cause="fall", detail={**STAGE_DETAIL, "hold_s": 0})
    body = compose([at_once], context(), "ja").body
    assert "3.90 m（危険度4を下げる目安）を下回ったため" in body
    assert "0分" not in body


def test_a_threshold_that_was_taken_away_is_not_told_as_falling_water() -> None:
    text = told("a threshold taken out of use")
    assert "危険度4の基準が廃止されたため" in text.body
    assert "水位低下" not in text.subject + text.body
    assert "下回" not in text.subject + text.body


def test_at_the_top_there_is_no_next_threshold() -> None:
    assert "次の基準: なし（最上位に達しています）" in told("a rise to the top").body


@pytest.mark.parametrize(
    ("rise_m_per_h", "expected"),
    [
        (None, "不明（直近30分の観測が足りません）"),
        (0.0, "ほぼ横ばい"),
        (-0.004, "ほぼ横ばい"),
        (1.234, "1時間あたり 1.23 m 上昇"),
        (-0.01, "1時間あたり 0.01 m 低下"),
    ],
)
def test_how_fast_is_said_in_words(rise_m_per_h: float | None, expected: str) -> None:
    assert f"変化: {expected}\n" in stage(rise_m_per_h=rise_m_per_h, previous_m=None).body


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "1時間あたり 1.51 m 上昇（直近10分）"), ("en", "rising 1.51 m per hour (over the last 10 min)")],
)
@pytest.mark.parametrize("name", ["still", "a fast rise", "an outlook"])
def test_how_fast_comes_with_the_time_over_which_that_was(name: str, language: str, said: str) -> None:
    found = SITUATIONS[name].last
    detail = {**found.detail, "rise_m_per_h": 1.51, "window_s": 600.0, "previous_m": None}
    text = compose([Run((replace(found, detail=detail),))], context(), language)
    assert said in text.body
    assert text.data["alerts"][0]["rise_window_s"] == 600


@pytest.mark.parametrize(
    ("rise_m_per_h", "before_m", "expected"),
    [
        (0.3, 4.18, "1時間あたり 0.30 m 上昇"),
        (0.3, 1.19, "前回 1.19 m（7月1日 18:20）"),
        (1.2, 4.33, "前回 4.33 m（7月1日 18:20）"),
        (-0.5, 4.30, "1時間あたり 0.50 m 低下"),
        (None, 4.10, "前回 4.10 m（7月1日 18:20）"),
    ],
)
def test_a_slope_that_the_last_step_belies_is_not_told(
    rise_m_per_h: float | None, before_m: float, expected: str
) -> None:
    assert f"変化: {expected}\n" in stage(rise_m_per_h=rise_m_per_h, previous_m=before_m).body


def test_a_stage_just_short_of_a_threshold_does_not_look_equal_to_it() -> None:
    body = stage(stage_m=4.996).body
    assert "水位: 4.99 m" in body
    assert "次の基準: 危険度5 5.00 m（あと 0.01 m）" in body


def test_a_threshold_is_written_as_it_is_set() -> None:
    assert (exact_m(0.146), exact_m(0.15), exact_m(4.0), exact_m(-0.0001)) == ("0.146", "0.15", "4.00", "0.00")
    assert exact_m(1.2000000476837158) == "1.20"


def test_of_several_gauges_subject_and_text_name_the_one_that_is_meant() -> None:
    name = "one of two gauges of a pump station"
    assert told(name).subject.startswith("【危険度3】港ポンプ場 内水位 ポンプ場の水位が高い")
    assert "\n水位計: 内水位\n水位: 2.90 m" in told(name).body
    assert "\nGauge: Inner stage\nStage: 2.90 m" in told(name, "en").body


def test_the_only_gauge_of_a_station_stands_in_the_text_if_it_has_a_name() -> None:
    named = GAUGE.model_copy(update={"name": {"ja": "危機管理型水位計", "en": "Crisis gauge"}})
    text = told(registry=of(RIVER, named))
    assert "危機管理型水位計" not in text.subject
    assert "\n水位計: 危機管理型水位計\n" in text.body


def test_a_station_that_is_no_longer_in_the_registry_is_told_by_its_id() -> None:
    text = told(registry=of())
    assert text.subject.startswith("【危険度4】fujii")
    assert text.data["alerts"][0]["station"] is None
    assert text.data["url"] == f"{BASE_URL}/"


def test_a_late_observation_comes_with_the_time_of_sending_and_its_age() -> None:
    seen = "\n観測時刻: 7月1日 18:30（日本時間）\n送信時刻: 7月1日 19:58（この観測は約88分前のものです）\n\n"
    assert seen in told(minutes=118).body
    late = told(language="en", minutes=118).body
    assert "\nSent: 2026-07-01 19:58 (this observation is about 88 min old)\n\n" in late
    assert "約26時間前" in told(minutes=30 + 26 * 60).body


def test_an_observation_of_another_day_has_its_day_also_where_there_is_little_room() -> None:
    assert "（4.23 m 7/1 18:30）" in told(minutes=30 + 26 * 60).subject


def test_the_time_of_sending_is_left_out_where_it_says_nothing_new() -> None:
    assert "送信時刻" not in told(minutes=33).body


def test_an_observation_of_the_future_is_not_called_old() -> None:
    body = told(minutes=20).body
    assert "\n送信時刻: 7月1日 18:20\n" in body
    assert "前のもの" not in body
