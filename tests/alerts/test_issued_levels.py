"""The alert level that the authority issued: entered by people, by place, never from a gauge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from alerts.chronology.words import text_of
from alerts.issued import Announced, WrongIssue, at_station
from alerts.store.chronology import SqlChronology
from alerts.store.issued import SqlIssuedLevels
from tests.alerts.night import HandClock, at
from tests.alerts.public_house import RIVER, ROAD, TOWN


def levels(database: Engine, *, drill: bool = False) -> SqlIssuedLevels:
    return SqlIssuedLevels(database, lambda: TOWN, HandClock(at(60)), drill=drill)


def announced(level: int, **more: str) -> Announced:
    return Announced(level, "町長", at(50), **more)


def test_the_last_entry_of_a_place_stands_until_it_is_lifted(database: Engine) -> None:
    kept = levels(database)
    kept.enter("当番", announced(3, area="美ノ郷"))
    kept.enter("当番", announced(4, area="美ノ郷"))
    kept.enter("当番", announced(3))
    assert [(each.level, each.announced.area) for each in kept.in_force()] == [(4, "美ノ郷"), (3, "")]
    kept.enter("当番", announced(0, area="美ノ郷"))
    assert [each.level for each in kept.in_force()] == [3]
    assert [each.level for each in kept.newest()] == [0, 3, 4, 3]
    assert kept.mark() == 4


def test_a_station_has_the_gravest_level_of_where_it_is(database: Engine) -> None:
    kept = levels(database)
    kept.enter("当番", announced(2))
    kept.enter("当番", announced(4, area="美ノ郷"))
    stands = kept.in_force()
    at_river, at_road = at_station(stands, RIVER), at_station(stands, ROAD)
    assert (at_river and at_river.level, at_road and at_road.level) == (4, 2)


def test_the_chronology_says_who_entered_what_in_both_languages(database: Engine) -> None:
    levels(database).enter("当番", announced(4, station_id="fujii"))
    [entry] = SqlChronology(database).newest()
    assert (entry.kind, entry.actor, entry.station_id) == ("issued", "当番", "fujii")
    assert entry.text == f"藤井川に警戒レベル4が発令された（町長、{entry.text[-17:-1]}）"
    assert text_of(entry, "en").startswith("Alert level 4 was issued for 藤井川 (町長, ")


def test_an_exercise_and_the_real_thing_never_take_each_others_place(database: Engine) -> None:
    levels(database).enter("当番", announced(4))
    exercise = levels(database, drill=True)
    assert exercise.in_force() == []
    exercise.enter("当番", announced(5))
    assert [each.level for each in levels(database).in_force()] == [4]


@pytest.mark.parametrize(
    ("entered", "name"),
    [
        (announced(6), "level"),
        (Announced(3, "  ", at(50)), "by"),
        (Announced(3, "町長", at(60) + timedelta(hours=1)), "future"),
        (announced(3, area="美ノ郷", station_id="fujii"), "both"),
        (announced(3, area="どこか"), "place"),
        (announced(3, station_id="nowhere"), "place"),
        (announced(0), "nothing"),
    ],
)
def test_what_is_no_announcement_is_refused_and_leaves_no_trace(
    database: Engine, entered: Announced, name: str
) -> None:
    kept = levels(database)
    with pytest.raises(WrongIssue) as refused:
        kept.enter("当番", entered)
    assert refused.value.name == name
    assert (kept.mark(), SqlChronology(database).newest()) == (0, [])
