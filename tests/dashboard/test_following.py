"""The log is read whole once, and then by what came after: both say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.following import Following, Heard
from ingest.readings import Quality, Reading
from tests.dashboard.fake_city import reading
from tests.dashboard.fakes import FakeLog

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def minutes_ago(minutes: int, stage_m: float, gauge: str = "a") -> Reading:
    return reading(gauge, stage_m, NOW - timedelta(minutes=minutes))


def whole(log: FakeLog) -> Heard:
    return Following(log).heard(log.marks().reading_seq, NOW)


def test_what_is_followed_is_what_a_whole_reading_says() -> None:
    log = FakeLog()
    for gauge in ("a", "b"):
        for minutes in (50, 40, 30, 20):
            log.add(minutes_ago(minutes, 1.0 + minutes / 100, gauge))
    following = Following(log)
    following.heard(log.marks().reading_seq, NOW)
    late = minutes_ago(35, 1.4)
    for each in (minutes_ago(10, 1.9), late, minutes_ago(5, 2.1), minutes_ago(4, 0.2, "b")):
        log.add(each)
        found = following.heard(log.marks().reading_seq, NOW)
        again = whole(log)
        assert (found.latest, dict(found.recent), found.paces) == (again.latest, dict(again.recent), again.paces)


def test_only_what_came_after_is_read_and_only_the_gauges_that_it_is_of() -> None:
    log = FakeLog()
    log.add(minutes_ago(10, 1.0, "a"))
    log.add(minutes_ago(10, 1.0, "b"))
    following = Following(log)
    before = following.heard(2, NOW)
    asked = log.queries
    assert following.heard(2, NOW) is before
    assert log.queries == asked
    log.add(minutes_ago(1, 1.2, "a"))
    after = following.heard(3, NOW)
    assert log.queries == asked + 1  # the newest of one gauge
    assert after.recent["b"] is before.recent["b"]
    assert [each.stage_m for each in after.recent["a"]] == [1.0, 1.2]


def test_a_reading_that_is_requalified_leaves_the_good_ones() -> None:
    log = FakeLog()
    first = minutes_ago(10, 1.0)
    log.add(first)
    following = Following(log)
    following.heard(1, NOW)
    log.add(replace(first, quality=Quality.BAD, revision=1))
    assert following.heard(2, NOW).recent["a"] == []


def test_a_log_that_ends_earlier_is_another_one_and_is_read_whole() -> None:
    log = FakeLog()
    log.add(minutes_ago(10, 1.0, "gone"))
    log.add(minutes_ago(9, 1.0, "gone"))
    following = Following(log)
    following.heard(2, NOW)
    log.readings.clear()
    log.add(minutes_ago(8, 1.5, "restored"))
    assert set(following.heard(1, NOW).latest) == {"restored"}
