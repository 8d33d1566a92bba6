"""What is asked of the chronology: in an address, and page by page while it grows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from alerts.chronology.wanted import Wanted
from alerts.chronology.words import catalogue
from alerts.records import Entry
from alerts.store import tables
from alerts.store.chronology import SqlChronology, enter
from dashboard.chronology_query import GROUPS, Query, Unclear, lines, query_of
from ingest.store.tables import metadata, open_database, writing
from tests.alerts.night import at

KINDS = frozenset(catalogue("ja")["kinds"])
SEARCHES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), max_size=20)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('chronology') / 'present.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def write(database: Engine, count: int, kind: str = "note", text: str = "何か") -> list[int]:
    with writing(database) as connection:
        return enter(connection, *(Entry(at(0), kind, text, "当番", "fujii") for _ in range(count)))


def emptied(database: Engine) -> SqlChronology:
    with writing(database) as connection:
        connection.execute(delete(tables.chronology))
    return SqlChronology(database)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.integers(0, 23), limit=st.integers(1, 7), coming=st.lists(st.integers(0, 3), max_size=30))
def test_going_back_page_by_page_loses_and_doubles_nothing_while_lines_are_added(
    database: Engine, there: int, limit: int, coming: list[int]
) -> None:
    log = emptied(database)
    before = write(database, there)
    query, seen, more = Query(kinds=("note",)), [], iter(coming)
    while True:
        page = lines(log, query, limit)
        seen += [each.seq for each in page.entries]
        write(database, next(more, 0))
        write(database, 1, "delivery")
        if page.older is None:
            break
        query = Query(kinds=("note",), before=page.older)
    assert seen == before[::-1]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.integers(0, 9), limit=st.integers(1, 7), coming=st.lists(st.integers(0, 9), max_size=8))
def test_going_on_from_a_line_meets_each_later_one_once(
    database: Engine, there: int, limit: int, coming: list[int]
) -> None:
    log = emptied(database)
    last = (write(database, there) or [log.last_seq()])[-1]
    added, seen, after, more = [], [], last, iter(coming)
    while True:
        new = next(more, None)
        added += write(database, new or 0)
        page = lines(log, Query(after=after), limit)
        seen += [each.seq for each in page.entries][::-1]
        after = seen[-1] if seen else after
        if new is None and page.newer is None:
            break
    assert seen == added


def test_a_page_of_later_lines_leads_back_to_the_earlier_ones(database: Engine) -> None:
    log = emptied(database)
    numbers = write(database, 9)
    middle = lines(log, Query(before=numbers[6]), 3)
    assert [each.seq for each in middle.entries] == numbers[3:6][::-1]
    assert middle.newer == numbers[5]
    later = lines(log, Query(after=middle.newer), 2)
    assert [each.seq for each in later.entries] == [numbers[7], numbers[6]]
    assert (later.older, later.newer) == (numbers[6], numbers[7])
    assert [each.seq for each in lines(log, Query(before=later.older), 2).entries] == [numbers[5], numbers[4]]
    assert lines(log, Query(after=numbers[8])).older == numbers[8] + 1  # nothing later yet: back to the newest


def test_lines_are_found_by_who_wrote_them_and_by_their_words_whatever_the_words_are(database: Engine) -> None:
    log = emptied(database)
    with writing(database) as connection:
        enter(connection, Entry(at(0), "note", "100%_増水 Bridge", "当番A"), Entry(at(1), "note", "異状なし", "当番B"))
    assert [each.actor for each in log.whole(Wanted(text="%_"))] == ["当番A"]
    assert [each.actor for each in log.whole(Wanted(text="bRIDGE"))] == ["当番A"]
    assert [each.actor for each in log.whole(Wanted(text="当番b"))] == ["当番B"]
    assert list(log.whole(Wanted(text="' OR 1=1 --"))) == []
    assert [each.text for each in log.whole(Wanted(actors=["当番B"]))] == ["異状なし"]
    assert log.actors() == ["当番A", "当番B"]
    assert log.count(after_seq=log.last_seq() - 1) == 1


@given(
    person=SEARCHES, words=SEARCHES, kinds=st.sets(st.sampled_from([*KINDS, *GROUPS]), max_size=3),
    minute=st.integers(-10**6, 10**6), before=st.none() | st.integers(1, 10**9), oldest=st.booleans(),
    live=st.booleans(),
)  # fmt: skip
def test_what_an_address_says_is_what_was_asked(
    person: str, words: str, kinds: set[str], minute: int, before: int | None, oldest: bool, live: bool
) -> None:
    query = Query(("fujii", "gakuen"), tuple(kinds), person, at(minute), None, words, 5, before, None, oldest, live)
    assert query_of(query.search(), KINDS) == query


@pytest.mark.parametrize("address", ["?from=yesterday", "?to=2026-13-01", "?kind=strange", "?before=-1", "?incident=x"])
def test_what_cannot_be_understood_is_named(address: str) -> None:
    name, written = address[1:].split("=")
    with pytest.raises(Unclear) as raised:
        query_of(address, KINDS)
    assert (raised.value.name, raised.value.written) == (name, written)


def test_every_kind_of_line_belongs_to_one_group() -> None:
    grouped = [kind for group in GROUPS.values() for kind in group]
    assert sorted(grouped) == sorted(KINDS)
    assert Query(kinds=("acts", "note")).wanted().kinds == GROUPS["acts"]


def test_times_are_those_of_japan() -> None:
    query = query_of("?from=2026-07-01T18:00&to=2026-07-01T10:00%2B00:00", KINDS)
    assert query.since == at(0)
    assert query.until == at(60)
    assert query.search() == "?from=2026-07-01T18%3A00&to=2026-07-01T19%3A00"
