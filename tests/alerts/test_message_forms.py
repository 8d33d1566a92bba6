"""Short messages, links, digests and the document for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.compose import compose
from alerts.messages.digest import MOST_LINES
from alerts.messages.document import MOST_ALERTS
from alerts.messages.layout import ONE_ASCII, ONE_SMS, TWO_SMS
from alerts.messages.runs import Run
from alerts.messages.told import Form
from tests.alerts.scenes import (
    BASE_URL,
    GAUGE,
    RIVER,
    SITUATIONS,
    context,
    run,
    storm,
)
from tests.alerts.written import BOTH, LANGUAGES, PERSONAL, of, told


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
