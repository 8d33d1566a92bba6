"""What holds for every message, in both languages: complete, marked, and with names as data."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.again import compose_together
from alerts.messages.catalogue import one_line, texts
from alerts.messages.compose import compose, compose_escalation, compose_reminder
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form
from alerts.records import MessageKind
from alerts.rules.pump_fault import UNHEARD
from ingest.readings import Reason
from ingest.stations import Registry, StationKind
from tests.alerts.scenes import (
    CITY,
    GAUGE,
    INNER,
    OUTER,
    REGISTRY,
    RIVER,
    SITUATIONS,
    context,
    incident,
    iso,
    run,
    storm,
)
from tests.alerts.written import BOTH, LANGUAGES, PERSONAL, of, stage, told

ISSUED = (
    *("警報", "注意報", "避難指示", "高齢者等避難", "緊急安全確保", "避難勧告", "発表します", "発令します"),
    *("warning", "advisory", "evacuation order"),
)
NO_LEVEL = {
    "ja": "市が発令した警戒レベルではありません",
    "en": "not an alert level issued by the city",
}


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


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_no_message_sends_people_to_a_camera_that_may_not_exist(language: str, name: str) -> None:
    if SITUATIONS[name].last.rule not in ("camera", "picture"):
        body = told(name, language).body
        assert body.count("カメラ") == body.count("カメラがあれば")
        assert body.count("camera") == body.count("camera where there is one")


@pytest.mark.parametrize(("language", "usual"), [("ja", "水位計"), ("en", "gauge")])
def test_no_message_shows_the_id_of_a_gauge(language: str, usual: str) -> None:
    other = OUTER.model_copy(update={"id": "fujii-02", "station_id": "fujii"})
    alone, one_of_two = told(language=language), told(language=language, registry=of(RIVER, GAUGE, other))
    assert usual in one_of_two.subject
    assert not [text for text in (alone, one_of_two) if "fujii-0" in text.subject + text.body]


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
