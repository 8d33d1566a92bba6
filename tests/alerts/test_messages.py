from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages import Scene, compose, exact_m, one_line, texts
from alerts.rules import Cause, Change, LevelSettings
from ingest.hazard import Levels
from ingest.labels import staff_note
from ingest.readings import Quality, Reading, Reason
from ingest.stations import City, Gauge, Registry, Station, StationKind
from tests.alerts.night import CITY, GAUGE, LEVELS, RIVER, at, reading

LANGUAGES = ("ja", "en")
RULE = LevelSettings(hysteresis_m=0.10, hold=timedelta(minutes=20))
ISSUED = (
    "警報",
    "注意報",
    "避難指示",
    "高齢者等避難",
    "緊急安全確保",
    "避難勧告",
    "発表します",
    "発令します",
    "warning",
)
CHANGES = {
    "rise": (Cause.RISE, 1, 4, 4.23, False),
    "unconfirmed": (Cause.RISE, 1, 4, 4.23, True),
    "confirmed": (Cause.CONFIRMED, 4, 4, 4.23, False),
    "fall": (Cause.FALL, 4, 2, 2.5, False),
    "over": (Cause.FALL, 2, 0, 0.5, False),
}


def change(kind: str = "rise", *reasons: Reason, stage_m: float | None = None) -> Change:
    cause, from_hazard, to_hazard, usual_m, unconfirmed = CHANGES[kind]
    quality = Quality.SUSPECT if unconfirmed else Quality.GOOD
    seen: Reading = reading(30, usual_m if stage_m is None else stage_m, quality, reasons=reasons)
    return Change(cause, from_hazard, to_hazard, seen, unconfirmed)


def scene(
    city: City = CITY,
    station: Station = RIVER,
    gauge: Gauge = GAUGE,
    levels: Levels = LEVELS,
    rule: LevelSettings = RULE,
    rise_m_per_h: float | None = 0.3,
    base_url: str = "",
    previous: Reading | None = None,
    told_at: datetime | None = None,
    others: tuple[Gauge, ...] = (),
) -> Scene:
    registry = Registry.of(city, [station, gauge, *others])
    return Scene(registry, station, gauge, levels, rule, rise_m_per_h, base_url, told_at, previous)


def named_gauge(ja: str, en: str, gauge_id: str = GAUGE.id) -> Gauge:
    return GAUGE.model_copy(update={"id": gauge_id, "name": {"ja": ja, "en": en}})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def leaves(catalogue: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in catalogue.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    ja, en = (dict(leaves(texts(language))) for language in LANGUAGES)
    assert ja.keys() == en.keys()
    assert {key: placeholders(text) for key, text in ja.items()} == {
        key: placeholders(text) for key, text in en.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_kind_has_its_words(language: str) -> None:
    assert texts(language)["reasons"].keys() == set(Reason)
    assert texts(language)["kinds"].keys() == set(StationKind)


@pytest.mark.parametrize(("language", "kind", "station_kind"), list(product(LANGUAGES, CHANGES, StationKind)))
def test_every_message_is_complete_and_claims_no_authority(language: str, kind: str, station_kind: StationKind) -> None:
    station = RIVER.model_copy(update={"kind": station_kind})
    subject, body = compose(change(kind, Reason.OUT_OF_RANGE), scene(station=station), language)
    assert "\n" not in subject
    assert station.name[language] in subject
    assert station.name[language] in body
    assert texts(language)["kinds"][station_kind] in body
    for text in (subject, body):
        assert not placeholders(text)
        assert "None" not in text
        assert not [word for word in ISSUED if word in text.lower()]
    assert "警戒レベル" not in subject
    assert {"ja": "市が発令した警戒レベルではありません", "en": "not an alert level issued by the city"}[
        language
    ] in body


def test_a_rise_as_the_duty_officer_reads_it() -> None:
    subject, body = compose(change("rise"), scene(base_url="http://10.0.0.5:8050"), "ja")
    assert subject == "【危険度4】藤井川 氾濫危険水位に到達"
    assert body == (
        "尾道市 藤井川（河川）\n"
        "氾濫危険水位に到達\n"
        "\n"
        "水位: 4.23 m（危険度4の基準 4.00 m）\n"
        "危険度: 1 → 4（0〜5）\n"
        "変化: 1時間あたり 0.30 m 上昇\n"
        "次の基準: 危険度5 5.00 m（あと 0.77 m）\n"
        "観測時刻: 2026-07-01 18:30（日本時間）\n"
        "\n"
        f"{staff_note(StationKind.RIVER, 4, 'ja')}\n"
        "\n"
        "センサーの値による自動の連絡です。市が発令した警戒レベルではありません。\n"
        "http://10.0.0.5:8050/station/fujii\n"
    )


def test_a_rise_in_english() -> None:
    subject, body = compose(change("rise"), scene(), "en")
    assert subject == "[Hazard 4] Fujii river: At flood danger level"
    assert "Stage: 4.23 m (threshold of hazard 4: 4.00 m)" in body
    assert "Next threshold: hazard 5 at 5.00 m (0.77 m to go)" in body
    assert "Observed: 2026-07-01 18:30 (Japan time)" in body
    assert staff_note(StationKind.RIVER, 4, "en") in body


def test_an_unconfirmed_rise_names_its_reasons() -> None:
    both = change("unconfirmed", Reason.OUT_OF_RANGE, Reason.CLOCK_AHEAD)
    subject, body = compose(both, scene(), "ja")
    assert subject.startswith("【未確認・危険度4】")
    assert "\n氾濫危険水位に到達（未確認）\n" in body
    assert "値は未確認です（測定範囲外の値、機器の時計の進み）。" in body
    subject, body = compose(both, scene(), "en")
    assert subject.startswith("[Unconfirmed, hazard 4]")
    assert "(outside the measuring range, the device's clock is ahead)" in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unconfirmed_rise_without_a_reason_says_that(language: str) -> None:
    _, body = compose(change("unconfirmed"), scene(), language)
    assert texts(language)["reason_unstated"] in body


def test_a_confirmation_says_that_the_value_now_counts_and_what_to_do() -> None:
    subject, body = compose(change("confirmed"), scene(), "ja")
    assert subject == "【危険度4 値を確認】藤井川 氾濫危険水位に到達"
    assert "危険度: 4（0〜5）" in body
    assert "未確認だった値が、新しい観測で確認されました。" in body
    assert staff_note(StationKind.RIVER, 4, "ja") in body


def test_a_fall_is_not_worded_as_reaching_a_level() -> None:
    subject, body = compose(change("fall"), scene(rise_m_per_h=-0.5), "ja")
    assert subject == "【水位低下 危険度4→2】藤井川 危険度4の基準を下回りました"
    assert "到達" not in subject + body
    assert "水位: 2.50 m（危険度4の基準 4.00 m）" in body
    assert "1時間あたり 0.50 m 低下" in body
    assert "3.90 m（危険度4を下げる目安）を下回る状態が20分続いた" in body
    assert "体制の解除は、現地の状況を確かめて判断してください。" in body


def test_the_end_of_an_alert_says_below_all_thresholds_and_leaves_the_decision_to_staff() -> None:
    subject, body = compose(change("over"), scene(), "en")
    assert subject == "[Water falling, hazard 2→0] Fujii river: Below all thresholds"
    assert "Check the situation on site before standing down." in body


def test_a_rule_without_a_hold_does_not_speak_of_zero_minutes() -> None:
    _, body = compose(change("fall"), scene(rule=LevelSettings(0.0, timedelta(0))), "ja")
    assert "4.00 m（危険度4を下げる目安）を下回ったため" in body
    assert "0分" not in body


def test_a_fall_by_a_threshold_that_was_taken_away_says_so() -> None:
    without = {hazard: stage_m for hazard, stage_m in LEVELS.items() if hazard != 4}
    _, body = compose(change("fall"), scene(levels=without), "ja")
    assert "危険度4の基準が廃止されたため" in body
    _, body = compose(change("over"), scene(levels={}), "ja")
    assert "次の基準: 設定なし" in body


def test_inside_the_hysteresis_the_next_threshold_is_above_the_hazard_that_holds() -> None:
    _, body = compose(change("fall", stage_m=1.95), scene(), "ja")
    assert "次の基準: 危険度3 3.00 m（あと 1.05 m）" in body


def test_at_the_top_there_is_no_next_threshold() -> None:
    _, body = compose(change("rise", stage_m=5.4), scene(), "ja")
    assert "次の基準: なし（最上位に達しています）" in body


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
    _, body = compose(change(), scene(rise_m_per_h=rise_m_per_h), "ja")
    assert f"変化: {expected}\n" in body


def test_a_stage_just_short_of_a_threshold_does_not_look_equal_to_it() -> None:
    _, body = compose(change("rise", stage_m=4.996), scene(), "ja")
    assert "水位: 4.99 m" in body
    assert "次の基準: 危険度5 5.00 m（あと 0.01 m）" in body


def test_a_threshold_is_written_as_it_is_set() -> None:
    assert (exact_m(0.146), exact_m(0.15), exact_m(4.0), exact_m(-0.0001)) == ("0.146", "0.15", "4.00", "0.00")
    assert exact_m(1.2000000476837158) == "1.20"


def test_of_several_gauges_subject_and_text_name_the_one_that_is_meant() -> None:
    inner, outer = named_gauge("内水位", "Inner stage"), named_gauge("外水位", "Outer stage", "fujii-02")
    subject, body = compose(change(), scene(gauge=inner, others=(outer,)), "ja")
    assert subject == "【危険度4】藤井川 内水位 氾濫危険水位に到達"
    assert "\n水位計: 内水位\n水位: 4.23 m" in body
    subject, body = compose(change(), scene(gauge=outer, others=(inner,)), "en")
    assert subject == "[Hazard 4] Fujii river, Outer stage: At flood danger level"
    assert "\nGauge: Outer stage\nStage: 4.23 m" in body


def test_the_only_gauge_of_a_station_stands_in_the_text_if_it_has_a_name() -> None:
    subject, body = compose(change(), scene(gauge=named_gauge("危機管理型水位計", "Crisis gauge")), "ja")
    assert "危機管理型水位計" not in subject
    assert "\n水位計: 危機管理型水位計\n" in body


@pytest.mark.parametrize(("language", "usual"), [("ja", "水位計"), ("en", "gauge")])
def test_no_message_shows_the_id_of_a_gauge(language: str, usual: str) -> None:
    alone = compose(change(), scene(), language)
    one_of_two = compose(change(), scene(others=(named_gauge("外水位", "Outer", "fujii-02"),)), language)
    assert usual in one_of_two[0]
    assert not [text for text in (*alone, *one_of_two) if "fujii-0" in text]


def test_a_late_observation_comes_with_the_time_of_sending_and_its_age() -> None:
    _, body = compose(change(), scene(told_at=at(118)), "ja")
    assert (
        "\n観測時刻: 2026-07-01 18:30（日本時間）\n送信時刻: 2026-07-01 19:58（この観測は約88分前のものです）\n\n"
        in body
    )
    _, body = compose(change(), scene(told_at=at(118)), "en")
    assert "\nSent: 2026-07-01 19:58 (this observation is about 88 minutes old)\n\n" in body
    assert "約26時間前" in compose(change(), scene(told_at=at(30 + 26 * 60)), "ja")[1]


def test_the_time_of_sending_is_left_out_where_it_says_nothing_new() -> None:
    assert "送信時刻" not in compose(change(), scene(told_at=at(33)), "ja")[1]


def test_an_observation_of_the_future_is_not_called_old() -> None:
    _, body = compose(change(), scene(told_at=at(20)), "ja")
    assert "\n送信時刻: 2026-07-01 18:20\n" in body
    assert "前のもの" not in body


@pytest.mark.parametrize(
    ("rise_m_per_h", "before_m", "expected"),
    [
        (0.3, 4.18, "1時間あたり 0.30 m 上昇"),
        (0.3, 1.19, "前回 1.19 m（18:20）"),
        (1.2, 4.33, "前回 4.33 m（18:20）"),
        (-0.5, 4.30, "1時間あたり 0.50 m 低下"),
        (None, 4.10, "前回 4.10 m（18:20）"),
    ],
)
def test_a_slope_that_the_last_step_belies_is_not_told(
    rise_m_per_h: float | None, before_m: float, expected: str
) -> None:
    _, body = compose(change(), scene(rise_m_per_h=rise_m_per_h, previous=reading(20, before_m)), "ja")
    assert f"変化: {expected}\n" in body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CHANGES)
def test_no_message_sends_people_to_a_camera_that_may_not_exist(language: str, kind: str) -> None:
    body = compose(change(kind), scene(), language)[1]
    assert body.count("カメラ") == body.count("カメラがあれば")
    assert body.count("camera") == body.count("camera where there is one")


@pytest.mark.parametrize(("language", "mark"), [("ja", "【デモ】"), ("en", "[Demonstration] ")])
def test_a_demonstration_is_marked_in_subject_and_body_and_nothing_else_is(language: str, mark: str) -> None:
    shown = CITY.model_copy(update={"demonstration": True})
    subject, body = compose(change(), scene(city=shown), language)
    assert subject.startswith(mark)
    assert body.startswith(texts(language)["demonstration"])
    plain = compose(change(), scene(), language)
    assert mark.strip() not in plain[0]
    assert texts(language)["demonstration"] not in plain[1]


def test_times_cross_midnight_into_the_japanese_day() -> None:
    late = Change(Cause.RISE, 0, 1, reading(7 * 60, 1.0), unconfirmed=False)
    assert "2026-07-02 01:00（日本時間）" in compose(late, scene(), "ja")[1]


def test_the_city_s_own_label_wins() -> None:
    own = {"ja": {"river": {4: "避難所の準備"}}}
    registry = Registry.of(CITY, [RIVER, GAUGE], own)
    subject, _ = compose(change(), Scene(registry, RIVER, GAUGE, LEVELS, RULE, None), "ja")
    assert subject.endswith("避難所の準備")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["{station}", "{0.__class__}", "{", "}}{", "%s %(x)s", "<script>alert(1)</script>"])
def test_a_name_is_data_and_stays_what_it_is(language: str, name: str) -> None:
    odd = RIVER.model_copy(update={"name": {"ja": name, "en": name}})
    subject, body = compose(change(), scene(station=odd), language)
    assert name in subject
    assert name in body


@given(name=st.text(min_size=1).filter(str.strip), kind=st.sampled_from(sorted(CHANGES)))
def test_no_name_breaks_the_subject_or_adds_lines_to_the_body(name: str, kind: str) -> None:
    odd = RIVER.model_copy(update={"name": {"ja": name}})
    gauge = GAUGE.model_copy(update={"name": {"ja": name}})
    subject, body = compose(change(kind), scene(station=odd, gauge=gauge), "ja")
    usual = compose(change(kind), scene(gauge=named_gauge("水位計", "Gauge")), "ja")[1]
    assert len(subject.splitlines()) == 1
    assert len(body.splitlines()) == len(usual.splitlines())


def test_a_name_of_several_lines_is_written_on_one() -> None:
    assert one_line("藤井川\r\nBcc: all@example.jp\x00\u2028。\n") == "藤井川 Bcc: all@example.jp 。"
