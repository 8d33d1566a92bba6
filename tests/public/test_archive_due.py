from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from dashboard.public.archive import due
from dashboard.public.archive.due import EVERY, MOST_NAMED, Due
from dashboard.public.archive.rows import HEAD, Source
from dashboard.public.archive.sections import Splice, day_of_line, station_of
from dashboard.public.archive.writing import Writer
from ingest.readings import Reading
from ingest.stations import City
from ingest.store.protocol import Archive

JULY = date(2026, 7, 1)
DAYS = st.dates(date(2026, 5, 20), date(2026, 7, 31))
MARKS = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), DAYS, st.booleans()), max_size=12)


def marked(marks: list[tuple[str, date, bool]]) -> Due:
    """Days that changed, some of them known by their months only."""
    found = Due()
    for station, day, only_month in marks:
        if only_month:
            found.mark_months(station, day, day)
        else:
            found.mark(station, day)
    return found


def taken(found: Due, before: date) -> set[tuple[str, date]]:
    """Every day of a station that is taken until nothing is left before a day."""
    written = set()
    while (each := found.next_month(before)) is not None:
        station, month = each
        days = found.take_month(station, month, before)
        assert days
        written |= {(station, month.replace(day=number)) for number in days}
    return written


@given(MARKS, DAYS)
def test_every_marked_day_is_taken_once_it_is_over_and_none_before(
    marks: list[tuple[str, date, bool]], today: date
) -> None:
    found = marked(marks)
    first = taken(found, today)
    wanted = {(station, day) for station, day, _ in marks if day < today}
    assert wanted <= first
    assert all(day < today for _, day in first)
    later = {(station, day) for station, day, only_month in marks if day >= today and not only_month}
    assert later <= taken(found, date(2026, 8, 1)) | first


@given(MARKS)
def test_what_is_due_is_the_same_after_a_restart(marks: list[tuple[str, date, bool]]) -> None:
    found = marked(marks)
    assert due.from_json(json.loads(json.dumps(due.as_json(found)))) == found


@given(MARKS, MARKS)
def test_what_two_know_is_due_together(one: list[tuple[str, date, bool]], other: list[tuple[str, date, bool]]) -> None:
    both = marked(one)
    both.add(marked(other))
    assert both == marked([*one, *other])


def test_a_day_with_news_of_many_stations_names_none_of_them() -> None:
    found = Due()
    for number in range(MOST_NAMED + 5):
        found.mark(f"s{number}", JULY)
    assert found.days == {JULY: {EVERY}}
    assert len(found.months) == MOST_NAMED + 5


def test_the_newest_days_come_first_and_today_is_not_among_those_that_are_over() -> None:
    found = Due()
    for number in (3, 0, 1):
        found.mark("a", JULY + timedelta(days=number))
    assert list(found.next_day(JULY + timedelta(days=3))) == [JULY + timedelta(days=1), JULY]


def row(station: str, day: date, stage: str) -> bytes:
    return f"342050,{station},大橋,{station}-1,{day}T10:00:00+09:00,{stage},暫定値\r\n".encode()


def spliced(before: bytes, new: Mapping[str, bytes], key: Callable[[bytes], str]) -> bytes:
    splice = Splice(before, key)
    for name, section in new.items():
        splice.put(name, section)
    after = b"".join(splice.pieces())
    assert splice.changed == (after != before)
    assert splice.empty == (after == HEAD)
    return after


@given(
    st.dictionaries(DAYS, st.sampled_from(["1.000", "2.000"])), st.dictionaries(DAYS, st.sampled_from(["", "3.000"]))
)
def test_a_section_takes_the_place_of_its_old_one_and_all_stay_in_order(
    before: dict[date, str], new: dict[date, str]
) -> None:
    old = spliced(b"", {day.isoformat(): row("a", day, stage) for day, stage in before.items()}, day_of_line)
    sections = {day.isoformat(): row("a", day, stage) if stage else b"" for day, stage in new.items()}
    whole = {day: stage for day, stage in {**before, **new}.items() if stage}
    expected = HEAD + b"".join(row("a", day, whole[day]) for day in sorted(whole))
    assert spliced(old, sections, day_of_line) == expected


def test_a_file_of_another_form_is_not_mixed_with_this_one() -> None:
    assert spliced(b"other columns\r\n1,2\r\n", {"a": row("a", JULY, "1.000")}, station_of) == HEAD + row(
        "a", JULY, "1.000"
    )


class Quiet:
    """A past in which nothing happened."""

    def whole(self, gauge_id: str, since: datetime, until: datetime) -> list[Reading]:
        del gauge_id, since, until
        return []


def test_no_piece_of_work_on_the_day_of_a_large_city_takes_a_tenth_of_a_second(tmp_path: Path) -> None:
    """500 stations that report every two minutes. Of processor time: it is what readers of the pages would wait for."""
    writer = Writer(tmp_path, cast(Archive, Quiet()))
    path, one = writer.daily_file(JULY), row("station-000", JULY, "1.000")
    path.parent.mkdir(parents=True)
    path.write_bytes(HEAD + b"".join(one.replace(b"station-000", b"station-%03d" % n) * 720 for n in range(500)))
    took_s, began_s = [], time.thread_time()
    gone = [Source(f"station-{n:03}", "", (f"station-{n:03}-1",)) for n in (0, 250, 499)]
    for _ in writer.daily(JULY, City(id="city", name={"ja": "市"}), gone, lambda _: [], even_empty=True):
        took_s.append(time.thread_time() - began_s)
        began_s = time.thread_time()
    took_s.append(time.thread_time() - began_s)
    assert path.read_bytes().count(b"\r\n") == 1 + 497 * 720
    assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
    assert max(took_s) < 0.1, took_s
