from __future__ import annotations

import json
import string
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.again import compose_together
from alerts.messages.catalogue import one_line, texts
from alerts.messages.compose import compose, compose_escalation, compose_reminder
from alerts.messages.digest import MOST_LINES
from alerts.messages.document import MOST_ALERTS
from alerts.messages.figures import exact_m
from alerts.messages.layout import ONE_ASCII, ONE_SMS, TWO_SMS
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form, Text
from alerts.records import MessageKind
from alerts.rules.pump_fault import UNHEARD
from ingest.labels import staff_note
from ingest.readings import Reason
from ingest.stations import City, Gauge, Registry, Station, StationKind
from tests.alerts.scenes import (
    BASE_URL,
    CITY,
    GAUGE,
    INNER,
    OUTER,
    REGISTRY,
    RIVER,
    SITUATIONS,
    STAGE_DETAIL,
    context,
    incident,
    iso,
    run,
    storm,
)

LANGUAGES = ("ja", "en")
BOTH = list(product(LANGUAGES, SITUATIONS))
ISSUED = (
    *("警報", "注意報", "避難指示", "高齢者等避難", "緊急安全確保", "避難勧告", "発表します", "発令します"),
    *("warning", "advisory", "evacuation order"),
)
NO_LEVEL = {
    "ja": "市が発令した警戒レベルではありません",
    "en": "not an alert level issued by the city",
}
PERSONAL = "https://kotae.city.example.jp/" + "x" * 31


def told(name: str = "a straight rise to 4", language: str = "ja", form: Form = Form.LONG, **more: Any) -> Text:
    return compose([SITUATIONS[name]], context(**more), language, form)


def stage(language: str = "ja", stage_m: float = 4.23, **detail: Any) -> Text:
    found = {key: value for key, value in {**STAGE_DETAIL, **detail}.items() if value is not None}
    return compose([run(stage_m=stage_m, detail=found)], context(), language)


def of(*items: Station | Gauge, city: City = CITY) -> Registry:
    return Registry.of(city, items)


def placeholders(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def leaves(catalogue: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, value in catalogue.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", [value] if isinstance(value, str) else value


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    ja, en = (dict(leaves(texts(language))) for language in LANGUAGES)
    assert ja.keys() == en.keys()
    for key, lines in ja.items():
        assert [placeholders(line) for line in lines] == [placeholders(line) for line in en[key]], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_kind_has_its_words(language: str) -> None:
    assert texts(language)["values"]["reasons"].keys() == {*Reason, UNHEARD}
    assert texts(language)["kinds"].keys() == set(StationKind)


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_every_message_is_complete_and_claims_no_authority(language: str, name: str) -> None:
    for form in Form:
        text = told(name, language, form)
        assert "\n" not in text.subject
        for part in (text.subject, text.body):
            assert not placeholders(part)
            assert "None" not in part
            assert not [word for word in ISSUED if word in part.lower()]
        assert "警戒レベル" not in text.subject
        assert "警戒レベル" not in text.body.replace(NO_LEVEL["ja"], "")
        assert (NO_LEVEL[language] in text.body) is (form is Form.LONG)


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_every_message_says_where_in_its_subject_and_that_its_times_are_japan_s(language: str, name: str) -> None:
    found = SITUATIONS[name]
    station = REGISTRY.stations.get(found.last.station_id)
    where = station.name[language] if station else found.last.subject_id
    text = told(name, language)
    assert where in text.subject
    assert where in text.body
    assert {"ja": "日本時間", "en": "Japan time"}[language] in text.body


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_a_message_without_any_detail_is_still_one(language: str, name: str) -> None:
    bare = Run(tuple(replace(each, detail={}) for each in SITUATIONS[name].transitions))
    for form in Form:
        text = compose([bare], context(), language, form)
        assert len(text.subject) > 10
        assert text.body.strip()
        assert not placeholders(text.subject + text.body)


NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
KEYS = sorted({key for each in SITUATIONS.values() for key in each.last.detail} | {"maintenance", "reasons"})


@given(
    name=st.sampled_from(sorted(SITUATIONS)),
    language=st.sampled_from(LANGUAGES),
    detail=st.dictionaries(st.sampled_from(KEYS), NONSENSE),
)
def test_no_detail_breaks_a_message(name: str, language: str, detail: dict[str, Any]) -> None:
    odd = Run(tuple(replace(each, detail={**each.detail, **detail}) for each in SITUATIONS[name].transitions))
    for form in Form:
        text = compose([odd], context(), language, form)
        assert len(text.subject.splitlines()) == 1
    json.dumps(text.data, allow_nan=False)


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


@pytest.mark.parametrize(("language", "usual"), [("ja", "水位計"), ("en", "gauge")])
def test_no_message_shows_the_id_of_a_gauge(language: str, usual: str) -> None:
    other = OUTER.model_copy(update={"id": "fujii-02", "station_id": "fujii"})
    alone, one_of_two = told(language=language), told(language=language, registry=of(RIVER, GAUGE, other))
    assert usual in one_of_two.subject
    assert not [text for text in (alone, one_of_two) if "fujii-0" in text.subject + text.body]


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


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_no_message_sends_people_to_a_camera_that_may_not_exist(language: str, name: str) -> None:
    if SITUATIONS[name].last.rule not in ("camera", "picture"):
        body = told(name, language).body
        assert body.count("カメラ") == body.count("カメラがあれば")
        assert body.count("camera") == body.count("camera where there is one")


def test_a_gauge_that_fell_silent_leaves_its_danger_and_says_that_the_water_has_not_fallen() -> None:
    text = told("last known", minutes=61)
    assert text.subject == "【危険度4 最後の値】藤井川 データが途絶え、いまの水位は不明です（最後 4.23 m 18:30）"
    assert "水位が下がったのではありません。危険度は4のままとし、自動では下げません。" in text.body
    assert "低下" not in text.subject


def test_what_a_person_closed_says_who_and_why() -> None:
    body = told("closed by a person", minutes=91).body
    assert "終了にした人: 当番職員\n理由: 現地で水位低下を確認\n" in body


def test_an_extrapolation_is_labelled_as_one_and_not_as_a_forecast() -> None:
    for form in Form:
        ja, en = (told("an outlook", language, form) for language in LANGUAGES)
        assert ja.subject.startswith("【外挿】")
        assert en.subject.startswith("[Extrapolation]")
        assert "【外挿】" in ja.body
        assert "[Extrapolation]" in en.body
    body = told("an outlook").body
    assert "予測でも予報でもありません" in body
    assert "外挿: 危険度4の基準 4.00 m に 7月1日 19:00 ごろ" in body


def test_a_silent_gauge_is_told_with_its_last_value_and_the_rhythm_it_should_have() -> None:
    body = told("a gauge is silent").body
    assert "最後の観測: 7月1日 17:29（日本時間）\n届くはずの間隔: 10分（増水時）\n最後の水位: 4.23 m\n" in body
    assert "自動では下げません" in body


def test_a_gateway_names_the_stations_that_it_leaves_unheard() -> None:
    assert "データが届かなくなった水位計: 3台\n地点: 藤井川、港ポンプ場\n" in told("a gateway is out").body


def test_the_level_of_another_rule_is_not_called_a_hazard() -> None:
    for name, found in SITUATIONS.items():
        if found.last.rule not in ("stage", "rise", "outlook"):
            assert "危険度" not in told(name).subject
            assert "hazard" not in told(name, "en").subject.lower()
            assert told(name).data["alerts"][0]["hazard"] is None


def test_a_rule_that_nobody_described_is_told_in_general_words() -> None:
    text = told("a rule that nobody described")
    assert text.subject == "【連絡】藤井川 weeds: 段階3（18:30）"
    assert "画面で確かめてください。" in text.body


def test_work_on_a_gauge_is_marked_before_everything_else() -> None:
    text = told("work on the gauge")
    assert text.subject.startswith("【作業中】【危険度4】")
    assert text.body.startswith("この機器は点検・工事中です。")
    assert "作業の終わりの予定: 7月1日 21:00" in text.body


# Drills and demonstrations


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_a_drill_is_marked_first_and_last_in_every_form_and_language(language: str, name: str) -> None:
    mark = "【訓練】"
    drill = context(drill=True)
    made = [compose([SITUATIONS[name]], drill, language, form) for form in Form]
    made += [compose(storm(5), drill, language, form) for form in Form]
    made += [compose_escalation(incident(), SITUATIONS[name], 1, drill, language, form) for form in Form]
    made += [compose_reminder(incident(), SITUATIONS[name], drill, language, form) for form in Form]
    made += [text.with_link(PERSONAL) for text in made]
    for text in made:
        assert text.subject.startswith(mark)
        lines = text.body.strip().splitlines()
        assert lines[0].startswith(mark)
        assert mark in lines[-1]
        assert text.data["drill"] is True
    plain = told(name, language)
    assert mark not in plain.subject + plain.body


@pytest.mark.parametrize(("language", "mark"), [("ja", "【デモ】"), ("en", "[Demonstration] ")])
def test_a_demonstration_is_marked_in_subject_and_body_and_nothing_else_is(language: str, mark: str) -> None:
    shown = of(RIVER, GAUGE, city=CITY.model_copy(update={"demonstration": True}))
    text = told(language=language, registry=shown)
    assert text.subject.startswith(mark)
    assert text.body.startswith(texts(language)["demonstration"])
    assert told(language=language, form=Form.SHORT, registry=shown).body.startswith(mark)
    sign = texts(language)["again"]["escalation_sign"]
    for form in Form:
        again = compose_together(MessageKind.ESCALATION, storm(3), context(registry=shown), language, form)
        first = again.subject if form is Form.LONG else again.body
        assert first.startswith(mark + sign), "what is not real is said before that nobody answered"
    plain = told(language=language)
    assert mark.strip() not in plain.subject
    assert texts(language)["demonstration"] not in plain.body


# The short form


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("drill", [False, True])
def test_a_text_message_is_one_in_japanese_and_keeps_its_link(name: str, drill: bool) -> None:
    found = SITUATIONS[name]
    body = compose([found], context(base_url="https://m.example.jp", drill=drill), "ja", Form.SHORT).body
    assert len(body) <= ONE_SMS
    assert "https://m.example.jp/" in body
    assert "\n" not in body


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_text_message_in_plain_letters_is_one(name: str) -> None:
    body = told(name, "en", Form.SHORT).body
    assert body.isascii()
    assert len(body) <= ONE_ASCII


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_with_a_long_personal_link_it_is_two_at_the_most(language: str, name: str) -> None:
    body = told(name, language, Form.SHORT, drill=True).with_link(PERSONAL).body
    assert PERSONAL in body
    assert len(body) <= (ONE_ASCII if body.isascii() else TWO_SMS)


def test_a_long_name_is_shortened_and_hazard_stage_and_link_are_not() -> None:
    long = RIVER.model_copy(update={"name": {"ja": "二級河川藤井川水系藤井川上流第二砂防堰堤下流左岸観測所"}})
    body = compose([run()], context(registry=of(long, GAUGE), base_url="https://m.jp"), "ja", Form.SHORT).body
    assert len(body) <= ONE_SMS
    assert body.startswith("【危険度4】二級河川藤井川")
    assert "… 氾濫危険水位に到達 4.23m" in body
    assert body.endswith("https://m.jp/station/fujii")


@given(name=st.text(min_size=1, max_size=80).filter(str.strip), drill=st.booleans())
def test_no_name_makes_a_text_message_longer_than_one(name: str, drill: bool) -> None:
    odd = RIVER.model_copy(update={"name": {"ja": name}})
    text = compose([run()], context(registry=of(odd, GAUGE), base_url="https://m.jp", drill=drill), "ja", Form.SHORT)
    assert len(text.body) <= ONE_SMS
    assert "危険度4" in text.body
    assert "https://m.jp/station/fujii" in text.body


# Links


def test_a_crew_gets_its_own_link_and_not_that_of_the_dashboard() -> None:
    text = told()
    personal = text.with_link(PERSONAL)
    assert f"{BASE_URL}/station/fujii" in text.body
    assert BASE_URL not in personal.body
    assert f"対応を知らせる（確認・向かう・到着・完了、ログイン不要）:\n{PERSONAL}\n" in personal.body
    assert BASE_URL not in json.dumps(personal.data)
    nothing = personal.with_link("")
    assert "http" not in nothing.body
    assert "対応を知らせる" not in nothing.body


def test_without_an_address_of_the_dashboard_there_is_no_link() -> None:
    for form in Form:
        assert "http" not in told(form=form, base_url="").body


# Digests


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_lists_the_worst_by_station_and_counts_the_rest(language: str) -> None:
    many = storm(45)
    body = compose(many, context(), language).body
    listed = [line for line in body.splitlines() if line.startswith(("・", "- "))]
    assert len(listed) == MOST_LINES
    assert {"ja": "ほか 25 件", "en": "25 more"}[language] in body
    levels = sorted(
        (each.level for each in many if each.last.rule == "stage" and each.last.cause == "rise"), reverse=True
    )
    shown = [int(line.split({"ja": "危険度", "en": "azard "}[language])[1][0]) for line in listed]
    assert sorted(shown, reverse=True) == levels[:MOST_LINES]
    places = [line.split("】")[1].split()[0] for line in listed] if language == "ja" else []
    assert len([1 for before, after in pairwise(places) if before != after]) <= 2


def test_a_digest_counts_every_run_once() -> None:
    text = compose(storm(45), context(), "ja")
    assert text.subject.startswith("【危険度3】45件: ")
    assert "危険度3が15、危険度2が5、危険度1が15、データなし5、低下・終了5" in text.subject
    assert text.data["kind"] == "digest"
    assert len(text.data["alerts"]) == text.data["count"] == 45


def test_falls_and_what_is_not_heard_stand_apart_in_a_digest() -> None:
    names = ("a fall", "a gauge is silent", "an underpass fills", "last known", "a battery is low")
    body = compose([SITUATIONS[name] for name in names], context(61), "ja").body
    parts = [part.splitlines()[0] for part in body.split("\n\n") if part.startswith("■")]
    assert parts == ["■ 水位の危険度（高い順）", "■ データが届かない所", "■ そのほか", "■ 低下・終了"]
    hazards = body.split("■")[1]
    assert "駅前アンダー" in hazards
    assert "最後の値】藤井川" in hazards


def test_a_digest_of_falls_alone_is_not_headed_by_a_hazard() -> None:
    falls = [SITUATIONS["a fall"], replace_station(SITUATIONS["the end"])]
    assert compose(falls, context(), "ja").subject.startswith("【水位低下 危険度4→2】2件: 藤井川ほか（低下・終了2）")


def replace_station(found: Run) -> Run:
    return Run(tuple(replace(each, station_id="ekimae", subject_id="ekimae-01") for each in found.transitions))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("link", ["", PERSONAL])
def test_a_digest_fits_into_two_text_messages(language: str, link: str) -> None:
    text = compose(storm(45), context(drill=True), language, Form.SHORT)
    body = text.with_link(link).body if link else text.body
    assert len(body) <= TWO_SMS
    assert (link or BASE_URL) in body
    assert {"ja": "【危険度3】45件", "en": "[Hazard 3] 45 notices"}[language] in body


def test_a_city_wide_storm_makes_a_document_of_the_worst_hundred() -> None:
    text = compose(storm(3000), context(), "ja")
    assert len(text.data["alerts"]) == MOST_ALERTS
    assert text.data["count"] == 3000
    assert len(text.body) < 2000


# Calls that come again


@pytest.mark.parametrize("form", Form)
def test_an_escalation_says_that_nobody_answered_for_how_long_and_tells_the_alert_again(form: Form) -> None:
    text = compose_escalation(incident(), run(), 2, context(), "ja", form)
    assert text.subject.startswith("【応答なし・危険度4】藤井川 氾濫危険水位に到達")
    assert "21分" in text.body
    assert text.data["kind"] == "escalation"
    if form is Form.LONG:
        assert "まだいません（2回目の呼びかけ）。\n最初の連絡: 7月1日 18:10（21分前）" in text.body
        assert "水位: 4.23 m" in text.body


@pytest.mark.parametrize("form", Form)
def test_a_reminder_says_since_when_it_goes_on(form: Form) -> None:
    silent = SITUATIONS["a gauge is silent"]
    text = compose_reminder(incident(rule="silence"), silent, context(200), "ja", form)
    assert text.subject.startswith("【継続・データなし】藤井川")
    assert "3時間" in text.body
    assert text.data["kind"] == "reminder"


# The document


def test_the_document_for_machines() -> None:
    data = told().data
    assert data["schema"] == "mizumori.alerts/1"
    assert data["sent_at"] == "2026-07-01T18:31:00+09:00"
    assert data["level"] == 4
    alert = data["alerts"][0]
    assert alert["station"] == {"id": "fujii", "kind": "river", "name": RIVER.name, "lat": 34.4, "lon": 133.2}
    assert (alert["rule"], alert["from_level"], alert["level"], alert["hazard"]) == ("stage", 1, 4, 4)
    assert alert["observed_at"] == "2026-07-01T18:30:00+09:00"
    assert (alert["stage_m"], alert["threshold_m"], alert["rise_m_per_h"]) == (4.23, 4.0, 0.3)
    assert (alert["unconfirmed"], alert["unverified"], alert["maintenance"]) == (False, False, False)
    assert alert["since"] == "2026-07-01T16:40:00+09:00"
    assert (alert["incident_id"], alert["transition_ids"]) == (7, [41])
    assert json.loads(json.dumps(data)) == data


# Names are data


def test_times_cross_midnight_into_the_japanese_day() -> None:
    late = run(from_level=0, to_level=1, minutes=7 * 60)
    assert "7月2日 01:00（日本時間）" in compose([late], context(7 * 60), "ja").body


def test_the_city_s_own_label_wins() -> None:
    own = {"ja": {"river": {4: "避難所の準備"}}}
    registry = Registry.of(CITY, [RIVER, GAUGE], own)
    assert "藤井川 避難所の準備（" in compose([run()], Context(registry, context().now), "ja").subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["{station}", "{0.__class__}", "{", "}}{", "%s %(x)s", "<script>alert(1)</script>"])
def test_a_name_is_data_and_stays_what_it_is(language: str, name: str) -> None:
    odd = RIVER.model_copy(update={"name": {"ja": name, "en": name}})
    text = told(language=language, registry=of(odd, GAUGE))
    assert name in text.subject
    assert name in text.body


@given(name=st.text(min_size=1).filter(str.strip), situation=st.sampled_from(sorted(SITUATIONS)))
def test_no_name_breaks_the_subject_or_adds_lines_to_the_body(name: str, situation: str) -> None:
    odd = RIVER.model_copy(update={"name": {"ja": name}})
    gauge = GAUGE.model_copy(update={"name": {"ja": name}})
    usual_gauge = GAUGE.model_copy(update={"name": {"ja": "水位計"}})
    text = told(situation, registry=of(odd, gauge))
    usual = told(situation, registry=of(RIVER, usual_gauge))
    assert len(text.subject.splitlines()) == 1
    assert len(text.body.splitlines()) == len(usual.body.splitlines())


def test_a_name_of_several_lines_is_written_on_one() -> None:
    assert one_line("藤井川\r\nBcc: all@example.jp\x00\u2028。\n") == "藤井川 Bcc: all@example.jp 。"


def test_words_of_a_person_cannot_turn_the_text_around_or_add_lines() -> None:
    closed = run(from_level=4, to_level=0, cause="closed", detail={"by": "a\nb\u202ec", "reason": "x\r\n\r\n終わり"})
    body = compose([closed], context(), "ja").body
    assert "終了にした人: a b c\n理由: x 終わり\n" in body


def test_the_since_of_a_detail_is_read_in_any_offset() -> None:
    assert INNER.name is not None
    assert "始まり: 7月1日 16:40" in stage(since=iso(-80).replace("+00:00", "Z")).body
