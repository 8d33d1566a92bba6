"""CAP 1.2: what is written is valid by the schema, and what the schema lets through is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from random import Random
from typing import Any

import pytest

from alerts.cap.area_checks import is_municipality
from alerts.cap.checks import faults
from alerts.cap.flood import Issued, Notice, Step, message_of
from alerts.cap.message import Area, CapMessage, Circle, Reference
from alerts.cap.reading import NotCap, from_xml
from alerts.cap.vocabulary import Category, MsgType, ResponseType, Scope, Status, Urgency
from alerts.cap.wording import issued_levels_named, official_names, speaks_of_orders
from alerts.cap.writing import to_xml
from tests.alerts.cap_lifecycles import first_notice, lifecycle, says_all_clear
from tests.alerts.cap_report import count, failures, schema
from tests.parts import data_folder

SEED = 8
"""A chain of this seed has an alert and an update."""


def alert() -> CapMessage:
    return lifecycle(SEED)[0]


def update() -> tuple[CapMessage, list[CapMessage]]:
    """An update 10 minutes after an alert that has not expired."""
    notice = replace(first_notice(Random(SEED), SEED), drill=False, note="", issued=None)
    first = message_of(notice, [])
    later = replace(notice, identifier="second", sent=notice.sent + timedelta(minutes=10), step=Step.UPDATE, gravity=3)
    return message_of(later, [first]), [first]


def with_info(message: CapMessage, **changes: Any) -> CapMessage:
    return replace(message, infos=tuple(replace(each, **changes) for each in message.infos))


def with_area(message: CapMessage, **changes: Any) -> CapMessage:
    return with_info(message, areas=(replace(message.infos[0].areas[0], **changes),))


def test_generated_lifecycles_are_valid_by_schema_and_semantics_and_read_back_the_same() -> None:
    found = count(400)
    assert failures(found) == {}
    for kind in ("Actual Alert", "Actual Update", "Actual AllClear", "Actual Cancel", "Exercise Alert"):
        assert found[kind] > 10
    assert found["with an expired one before it"] > 50


RING = ((34.4, 133.2), (34.5, 133.2), (34.5, 133.3), (34.4, 133.2))
Broken = Callable[[CapMessage], CapMessage]
MISTAKES: dict[str, tuple[Broken, str]] = {
    "a space in the identifier": (lambda m: replace(m, identifier="a b"), "identifier"),
    "a comma in the sender": (lambda m: replace(m, sender="a,b"), "sender"),
    "no identifier": (lambda m: replace(m, identifier=""), "identifier"),
    "a time in UTC": (lambda m: replace(m, sent=m.sent.astimezone(UTC)), "+09:00"),
    "a fraction of a second": (lambda m: with_info(m, expires=m.infos[0].expires + timedelta(microseconds=1)), "whole"),  # type: ignore[operator]
    "the status Draft": (lambda m: replace(m, status=Status.DRAFT), "Draft"),
    "an exercise without a note": (lambda m: replace(m, status=Status.EXERCISE, note=""), "note"),
    "a private scope": (lambda m: replace(m, scope=Scope.PRIVATE), "scope"),
    "a restriction": (lambda m: replace(m, restriction="police"), "restriction"),
    "an Ack": (lambda m: replace(m, msg_type=MsgType.ACK), "Ack"),
    "an alert without info": (lambda m: replace(m, infos=()), "needs an info"),
    "an alert that refers": (lambda m: replace(m, references=(m.reference,)), "begins a chain"),
    "no incident": (lambda m: replace(m, incidents=""), "incident"),
    "a control character": (lambda m: with_info(m, headline="a\x0bb"), "control"),
    "a language missing": (lambda m: replace(m, infos=m.infos[:1]), "en-US"),
    "a language twice": (lambda m: replace(m, infos=(*m.infos, m.infos[0])), "twice"),
    "languages that differ": (
        lambda m: replace(m, infos=(replace(m.infos[0], urgency=Urgency.UNKNOWN), m.infos[1])),
        "differ in urgency",
    ),
    "areas that differ": (
        lambda m: replace(m, infos=(replace(m.infos[0], areas=m.infos[0].areas * 2), m.infos[1])),
        "differ in their areas",
    ),
    "no event": (lambda m: with_info(m, event=" "), "no event"),
    "no headline": (lambda m: with_info(m, headline=""), "no headline"),
    "no instruction": (lambda m: with_info(m, instruction=""), "no instruction"),
    "no sender name": (lambda m: with_info(m, sender_name=""), "no sender_name"),
    "a long headline": (lambda m: with_info(m, headline="水" * 161), "161"),
    "another category": (lambda m: with_info(m, categories=(Category.GEO,)), "Met"),
    "a relative address": (lambda m: with_info(m, web="fujii/"), "address"),
    "an event called 警報": (lambda m: with_info(m, event="洪水警報"), "警報"),
    "a headline called warning": (lambda m: with_info(m, headline="Flood warning"), "Flood warning"),
    "no end": (lambda m: with_info(m, expires=None), "expires"),
    "an end before the beginning": (lambda m: with_info(m, expires=m.sent), "expires before"),
    "an effect before it is sent": (lambda m: with_info(m, effective=m.sent - timedelta(hours=1)), "takes effect"),
    "an alert that is over": (lambda m: with_info(m, urgency=Urgency.PAST), "needs an all-clear"),
    "an alert that clears": (lambda m: with_info(m, response_types=(ResponseType.ALL_CLEAR,)), "all-clear is"),
    "no response": (lambda m: with_info(m, response_types=()), "respond"),
    "an evacuation by a gauge": (
        lambda m: with_info(m, response_types=(ResponseType.EVACUATE,), parameters=()),
        "Evacuate",
    ),
    "a hazard of 6": (lambda m: with_info(m, parameters=(("mizumori:hazardOfGauge", "6"),)), "0 to 5"),
    "a level without its issuer": (
        lambda m: with_info(m, parameters=(("mizumori:issuedAlertLevel", "4"),)),
        "who issued",
    ),
    "a level that nobody issued": (lambda m: with_info(m, headline="警戒レベル４です", parameters=()), "level 4"),
    "an order that nobody gave": (
        lambda m: with_info(m, description="避難指示を発令しました", parameters=()),
        "evacuation order",
    ),
    "no area": (lambda m: with_info(m, areas=()), "no area"),
    "an area without a name": (lambda m: with_area(m, description=""), "description"),
    "an open polygon": (lambda m: with_area(m, polygons=((*RING[:3], (34.0, 133.0)),)), "open"),
    "three points": (lambda m: with_area(m, polygons=((RING[0], RING[1], RING[0]),)), "four"),
    "longitude first": (lambda m: with_area(m, polygons=(tuple((b, a) for a, b in RING),)), "latitude"),
    "a circle of nothing": (lambda m: with_area(m, circles=(Circle((34.4, 133.2), 0.0),)), "radius"),
    "a circle at sea": (lambda m: with_area(m, circles=(Circle((134.4, 33.2), 1.0),)), "latitude"),
    "no code": (lambda m: with_area(m, geocodes=()), "municipal_code"),
    "a mistyped code": (lambda m: with_area(m, geocodes=(("全国地方公共団体コード", "342051"),)), "check digit"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_broken_rule_is_said(mistake: str) -> None:
    broken, word = MISTAKES[mistake]
    assert faults(alert()) == []
    assert any(word in sentence for sentence in faults(broken(alert())))


CHAIN_MISTAKES: dict[str, tuple[Callable[[CapMessage, list[CapMessage]], tuple[CapMessage, list[CapMessage]]], str]] = {
    "no references": (lambda m, e: (replace(m, references=()), e), "needs references"),
    "one of two references": (
        lambda m, e: (m, [*e, replace(e[0], identifier="between")]),
        "between has not expired",
    ),
    "a stranger": (
        lambda m, e: (replace(m, references=(*m.references, Reference(m.sender, "other", m.sent))), e),
        "no message of this chain",
    ),
    "a reference twice": (lambda m, e: (replace(m, references=m.references * 2), e), "twice"),
    "the same identifier": (lambda m, e: (replace(m, identifier=e[0].identifier), e), "used already"),
    "another sender": (lambda m, e: (m, [replace(e[0], sender="another")]), "one sender"),
    "a time before": (lambda m, e: (m, [replace(e[0], sent=m.sent + timedelta(hours=1))]), "before an earlier"),
    "a drill of the real": (lambda m, e: (replace(m, status=Status.EXERCISE, note="x"), e), "one status"),
    "another incident": (lambda m, e: (replace(m, incidents="other"), e), "one incident"),
    "what was cancelled": (lambda m, e: (m, [replace(e[0], msg_type=MsgType.CANCEL)]), "cancelled"),
    "a cancel without a note": (lambda m, e: (replace(m, msg_type=MsgType.CANCEL, note=""), e), "needs a note"),
    "a new alert": (lambda m, e: (replace(m, msg_type=MsgType.ALERT), e), "begins a chain"),
    "an all-clear that goes on": (
        lambda m, e: (with_info(m, response_types=(ResponseType.ALL_CLEAR,)), e),
        "urgency Past",
    ),
}


@pytest.mark.parametrize("mistake", CHAIN_MISTAKES)
def test_a_broken_rule_of_a_chain_is_said(mistake: str) -> None:
    broken, word = CHAIN_MISTAKES[mistake]
    assert faults(*update()) == []
    assert any(word in sentence for sentence in faults(*broken(*update())))


@pytest.mark.parametrize(
    "mistake",
    ["a space in the identifier", "an alert without info", "an open polygon", "longitude first", "a language twice"],
)
def test_the_schema_alone_would_let_it_through(mistake: str) -> None:
    assert schema().is_valid(to_xml(MISTAKES[mistake][0](alert())))


def test_evacuate_is_said_only_where_the_authority_has_issued_a_level() -> None:
    notice = replace(notice_of_seed(), gravity=5, issued=None)
    told = replace(notice, issued=Issued(4, "市長", notice.sent))
    assert ResponseType.EVACUATE not in message_of(notice, []).infos[0].response_types
    assert message_of(told, []).infos[0].response_types[0] is ResponseType.EVACUATE
    assert not faults(message_of(told, []))


def notice_of_seed() -> Notice:
    return first_notice(Random(SEED), SEED)


def test_when_all_before_has_expired_an_all_clear_still_refers_to_the_last() -> None:
    notice = notice_of_seed()
    first = message_of(notice, [])
    late = replace(notice, identifier="late", sent=notice.sent + timedelta(days=2), expires=notice.sent + timedelta(3))
    clear = message_of(replace(late, step=Step.ALL_CLEAR), [first])
    assert clear.references == (first.reference,)
    assert faults(clear, [first]) == []


def test_the_messages_of_others_are_read() -> None:
    folder = data_folder() / "cap" / "messages"
    read = {each.name: from_xml(each.read_bytes()) for each in folder.iterdir()}
    assert says_all_clear(read["canada.cap"])
    assert len(read["canada.cap"].references) == 2
    assert read["canada.cap"].infos[0].areas[0].polygons[0][0] == (42.3481, -82.9314)
    assert read["australia.cap"].infos[0].areas[0].circles == (Circle((-35.3888, 147.0598), 25.0),)
    assert all(from_xml(to_xml(each)) == each for each in read.values())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><alert>&b;</alert>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><alert/>', "document type"),
        (b"<alert>", "well-formed"),
        (b"<alert/>", "not the alert of CAP"),
        (b"x" * 5_000_000, "the most"),
        (to_xml(alert()).replace(b"<status>", b"<status>?"), "Status"),
        (to_xml(alert()).replace(b"+09:00</sent>", b"</sent>"), "no offset"),
    ],
)
def test_what_is_no_cap_is_refused_in_a_sentence(document: bytes, why: str) -> None:
    with pytest.raises(NotCap, match=why):
        from_xml(document)


def test_the_check_digit_of_a_municipality_is_that_of_the_real_codes() -> None:
    assert all(map(is_municipality, ("342050", "131016", "011002", "473821", "271004", "131130")))
    assert not any(map(is_municipality, ("342051", "34205", "abcdef", "３４２０５０", "")))


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("警戒レベル４ 避難指示", ["4"]),
        ("警戒レベル三", ["3"]),
        ("Alert level 5", ["5"]),
        ("水位レベル3.10 m", []),
        ("water level 3.10 m", []),
        ("市が発令した警戒レベルではありません", []),
    ],
)
def test_a_level_is_found_however_it_is_written(text: str, levels: list[str]) -> None:
    assert issued_levels_named(text) == levels


def test_an_order_is_told_from_its_absence() -> None:
    assert speaks_of_orders("避難指示を発令しました")
    assert speaks_of_orders("An evacuation order has been issued.")
    assert not speaks_of_orders("避難指示は発令されていません")
    assert not speaks_of_orders("避難指示が発令されたら、すぐに避難してください")
    assert official_names("大雨警報") == ["警報"]
    assert official_names("水位の情報") == []


def test_an_area_may_hold_everything_that_cap_knows() -> None:
    area = Area("山の上", altitude_ft=100.0, ceiling_ft=2000.5, geocodes=(("全国地方公共団体コード", "342050"),))
    message = with_info(alert(), areas=(area,))
    assert schema().is_valid(to_xml(message))
    assert from_xml(to_xml(message)) == message
