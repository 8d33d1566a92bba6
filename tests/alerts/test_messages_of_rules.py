"""Messages of other rules than the stage, and those that come again."""

from __future__ import annotations

import pytest

from alerts.messages.compose import compose_escalation, compose_reminder
from alerts.messages.told import Form
from tests.alerts.scenes import (
    SITUATIONS,
    context,
    incident,
    run,
)
from tests.alerts.written import LANGUAGES, told


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
