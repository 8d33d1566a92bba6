"""What one watch tells the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from alerts.chronology.wanted import Stands, Wanted
from alerts.chronology.words import line
from alerts.records import Entry, Incident, Silence
from alerts.store.chronology import SqlChronology, enter
from alerts.store.stands import SqlStands
from dashboard.handover import (
    FEW,
    NOTES,
    Broken,
    Handover,
    Span,
    handover,
    happened,
    matters,
    numbers,
    shift,
    shift_entries,
)
from ingest.store.tables import writing
from tests.alerts.conftest import database, new_database  # noqa: F401
from tests.alerts.duty import WATCHED, Duty
from tests.alerts.night import at


def incident(number: int, level: int = 3, rule: str = "stage", **more: object) -> Incident:
    return replace(Incident("fujii", rule, at(number), level, level, id=number), **more)  # type: ignore[arg-type]


def risen(seq: int, to_level: int, rule: str = "stage") -> Entry:
    values = {"rule": rule, "subject_id": "fujii-01", "from_level": 0, "to_level": to_level, "cause": "rise"}
    return replace(line(at(seq), "transition", "transition", values, station_id="fujii"), seq=seq)


def told(stands: Stands, entries: tuple[Entry, ...] = ()) -> Handover:
    return handover(Span(at(0), at(720), at(720)), stands, happened(entries, ()), Broken())


def test_what_nobody_can_verify_comes_before_what_is_worse_but_known() -> None:
    incidents = [
        incident(1, 5),
        incident(2, 3, unverified=True),
        incident(3, 2, unconfirmed=True),
        incident(4, 5, acknowledged_level=5),
        incident(5, 4, unverified=True),
        incident(6, 2, rule="battery"),
    ]
    found = told(Stands(incidents))
    assert [each.id for each in found.standing] == [5, 2, 3, 1, 4]
    assert [each.id for each in found.faults] == [6]
    assert [each.id for each in found.waiting] == [5, 2, 3, 1, 6]
    assert found.counts == {"standing": 6, "unverified": 3, "waiting": 5}


@given(
    st.lists(
        st.builds(
            incident,
            st.integers(1, 99),
            st.integers(1, 5),
            st.sampled_from(["stage", "battery", "rise", "silence"]),
            unverified=st.booleans(),
            acknowledged_level=st.integers(0, 5),
        )
    )
)
def test_nothing_that_stands_is_left_out_or_said_twice(incidents: list[Incident]) -> None:
    found = told(Stands(incidents))
    assert sorted(map(repr, (*found.standing, *found.faults))) == sorted(map(repr, incidents))
    assert found.counts == numbers(incidents)
    assert [each.unverified for each in found.standing] == sorted((e.unverified for e in found.standing), reverse=True)


@given(st.lists(st.integers(0, 5), max_size=600))
def test_of_a_long_night_the_worst_rises_are_told_in_the_order_in_which_they_were_written(levels: list[int]) -> None:
    entries = [risen(number + 1, level) for number, level in enumerate(levels)]
    found = happened(iter(entries), ())
    assert found.counts.get("transition", 0) == len(levels)
    told_of = [each.detail["to_level"] for each in found.few]
    assert sorted(told_of, reverse=True) == sorted((each for each in levels if each >= 3), reverse=True)[:FEW]
    assert [each.seq for each in found.few] == sorted(each.seq for each in found.few)


def test_a_fall_a_camera_and_what_was_sent_do_not_crowd_out_the_water() -> None:
    falls = replace(risen(1, 4), detail={**risen(1, 4).detail, "from_level": 5})
    assert matters(falls) == 0
    assert matters(risen(2, 5, rule="camera")) == 0
    assert matters(line(at(0), "delivery", "delivery_sent", {"recipient": "x", "channel": "mail"})) == 0
    failed = line(at(0), "delivery", "delivery_failed", {"recipient": "x", "channel": "mail", "error": "?"})
    assert 0 < matters(failed) < matters(risen(3, 4))


def test_notes_are_all_counted_and_the_newest_are_told() -> None:
    notes = [Entry(at(each), "note", f"メモ{each}", "当番", seq=each) for each in range(1, NOTES + 11)]
    found = happened(notes, [incident(1, 4), incident(2, 5, rule="battery")])
    assert (found.notes_count, len(found.notes)) == (NOTES + 10, NOTES)
    assert found.notes[-1].text == f"メモ{NOTES + 10}"
    assert (found.opened, found.peak_level) == (2, 4)  # what a device says is no hazard of the water


def test_a_shift_begins_with_the_last_handover_or_twelve_hours_ago_or_where_one_says() -> None:
    now, last = at(3000), Entry(at(2700), "handover", "引き継いだ")
    assert shift(now, None, None, last) == Span(at(2700), now, now)
    assert shift(now, None, None, None) == Span(now - timedelta(hours=12), now, now)
    assert shift(now, None, None, replace(last, at=at(0))) == Span(now - timedelta(hours=12), now, now)
    assert shift(now, at(5), at(10), last) == Span(at(5), at(10), now)
    assert shift(now, None, at(2690), last) == Span(at(2690) - timedelta(hours=12), at(2690), now)


def test_what_stands_is_read_from_the_record_and_the_handover_is_a_line_of_it(database: Engine) -> None:  # noqa: F811
    duty = Duty(database)
    duty.serve(WATCHED)
    duty.water(0, 3.2)
    duty.desk.acknowledge(duty.incident().id, "当番")
    duty.water(10, 4.2)
    duty.mutes.begin_silence(Silence("当番", "工事", at(10), at(100), ("gakuen",)))
    record = SqlStands(database)
    log = SqlChronology(database)
    found = told(record.stands(at(11)), tuple(log.whole()))
    assert log.counts() == found.happened.counts
    assert [(each.level, each.waits) for each in found.standing] == [(4, True)]
    assert [each.reason for each in found.silences] == ["工事"]
    assert record.stands(at(101)).silences == []
    assert len(record.opened(at(0), at(1))) == 1
    assert record.opened(at(1), at(99)) == []
    assert found.happened.counts["acknowledged"] == 1

    duty.desk.hand_over("夜勤", "日勤", "旭橋の水位計を見ること", at(0), found.counts)
    duty.desk.hand_over("夜勤", "日勤", "旭橋の水位計を見ること", at(0), found.counts)
    (written,) = SqlChronology(database).whole(Wanted(kinds=["handover"]))
    assert written.actor == "夜勤"
    assert written.text == (
        "当直を日勤へ引き継いだ（2026-07-01 18:00 から 2026-07-01 18:10 まで）。"
        "続いている事案 1、うち途絶・未確認 0、確認待ち 1\n旭橋の水位計を見ること"
    )


def test_of_all_that_was_sent_a_summary_reads_what_failed_and_counts_the_rest(database: Engine) -> None:  # noqa: F811
    told_ = {"recipient": "水防団", "channel": "sms", "error": "?"}
    with writing(database) as connection:
        enter(connection, *(line(at(each), "delivery", "delivery_sent", told_) for each in range(20)))
        enter(connection, line(at(20), "delivery", "delivery_unknown", told_), line(at(21), "note", "entered", told_))
        enter(connection, line(at(99), "delivery", "delivery_failed", told_))
    log = SqlChronology(database)
    read = list(shift_entries(log, at(0), at(60)))
    assert sorted(each.detail["line"] for each in read) == ["delivery_unknown", "entered"]
    found = happened(read, (), log.counts(Wanted(at(0), at(60))))
    assert (found.counts, found.failed, found.notes_count) == ({"delivery": 21, "note": 1}, 1, 1)
