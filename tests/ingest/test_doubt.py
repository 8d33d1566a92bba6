"""Level and picture together: when a picture does not confirm the stage, and that it is never said which of them is
wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ingest.cameras.condition import NEVER_HEARD, NO_STILL, CameraCondition
from ingest.clock import JST
from ingest.readings import CameraState, Quality, Reading
from ingest.sight.doubt import DoubtReason, Rise, Watched, doubt, is_unchanged, risen
from ingest.sight.look import Look, PictureFault, Unjudged
from tests.ingest.drawn_rises import ONLINE, counted, look, rises

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=JST)
LEVELS = {1: 1.5, 2: 2.0, 3: 2.8, 4: 3.4, 5: 4.2}
OFFLINE = CameraCondition(CameraState.OFFLINE, "no_heartbeat")
FROZEN = CameraCondition(CameraState.DEGRADED, faults=(PictureFault.FROZEN,))
RISE = Rise(NOON - timedelta(hours=1), NOON - timedelta(minutes=20), 2.0)
SEEN = Look(1, "a", NOON, NOON)
MISSING, UNTRUSTED = DoubtReason.MISSING, DoubtReason.UNTRUSTED


def course(*stages: float, quality: Quality = Quality.GOOD) -> list[Reading]:
    """One every ten minutes, the last at noon; only the last is of that quality."""
    found = [
        Reading("g", stage_m, NOON - timedelta(minutes=10 * (len(stages) - 1 - number)), NOON, f"{number}")
        for number, stage_m in enumerate(stages)
    ]
    return [*found[:-1], replace(found[-1], quality=quality)]


# The rise


def test_a_rise_begins_where_the_stage_leaves_its_lowest_and_is_seen_once_it_is_large_enough() -> None:
    rise = risen(course(0.5, 0.4, 0.5, 0.5, 1.0, 1.6, 2.2), LEVELS)
    assert rise is not None
    assert rise.since == NOON - timedelta(minutes=30)
    assert rise.seen_from == NOON - timedelta(minutes=10)  # 1.6 lies a quarter of the way from 0.4 to 4.2 above 0.4
    assert rise.rise_m == pytest.approx(1.8)


@pytest.mark.parametrize("stages", [(2.2,), (2.2, 2.2, 2.2), (1.9, 2.1, 2.3), (3.0, 2.6, 2.2)])
def test_what_no_picture_would_show_is_no_rise(stages: tuple[float, ...]) -> None:
    assert risen(course(*stages), LEVELS) is None


def test_a_high_reading_that_is_not_believed_is_just_what_a_picture_is_asked_about() -> None:
    assert risen(course(0.5, 0.5, 4.0, quality=Quality.SUSPECT), LEVELS) is not None
    assert risen(course(0.5, 0.5, 4.0, quality=Quality.BAD), LEVELS) is None


def test_below_the_crown_stages_are_negative_and_rise_all_the_same() -> None:
    rise = risen(course(-4.0, -4.0, -1.0), {1: -3.0, 4: -1.0, 5: 0.0})
    assert rise is not None
    assert rise.rise_m == pytest.approx(3.0)


# The doubt


def watched(name: str = "a", condition: CameraCondition = ONLINE, **more: object) -> Watched:
    return Watched(name, condition, **{"latest": SEEN, **more})  # type: ignore[arg-type]


def test_no_picture_a_picture_that_cannot_be_trusted_and_a_camera_that_sends_none_are_told_apart() -> None:
    silent = CameraCondition(CameraState.DEGRADED, NO_STILL)
    for condition, reason in ((OFFLINE, MISSING), (silent, MISSING), (FROZEN, UNTRUSTED)):
        found = doubt(3, RISE, [watched(condition=condition)])
        assert found is not None
        assert (found.reason, found.cameras, found.level, found.rise) == (reason, {"a": reason}, 3, RISE)
    assert doubt(3, RISE, [watched(latest=None)]) is not None


def test_a_picture_that_could_not_be_judged_confirms_nothing() -> None:
    found = doubt(3, RISE, [watched(latest=replace(SEEN, unjudged=Unjudged.NOT_JUDGED))])
    assert found is not None
    assert found.reason is UNTRUSTED
    assert doubt(3, RISE, [watched(latest=replace(SEEN, unjudged=Unjudged.DARK_NIGHT), by_day=False)]) is None


def test_low_water_and_a_station_without_a_camera_raise_no_doubt() -> None:
    assert doubt(1, RISE, [watched(condition=OFFLINE)]) is None
    assert doubt(5, RISE, []) is None
    assert doubt(5, RISE, [watched(condition=CameraCondition(CameraState.OFFLINE, NEVER_HEARD))]) is None


def test_one_camera_that_can_be_trusted_is_enough() -> None:
    assert doubt(3, RISE, [watched(condition=OFFLINE), watched("b")]) is None
    both = doubt(3, RISE, [watched(condition=OFFLINE), watched("b", FROZEN)])
    assert both is not None
    assert (both.reason, both.cameras) == (UNTRUSTED, {"a": MISSING, "b": UNTRUSTED})


def test_water_that_stands_high_without_having_risen_of_late_is_doubted_only_where_no_picture_is() -> None:
    assert doubt(3, None, [watched()]) is None
    assert doubt(3, None, [watched(condition=OFFLINE)]) is not None


# By pictures


def test_a_picture_that_follows_the_water_raises_no_doubt_and_one_that_does_not_follow_does() -> None:
    found = counted(6, seed=5, by_day=True)
    assert found["follows"] == 0
    assert found["looped"] >= 3  # of six, of which some are too restless; docs/cameras.md has the figures of many
    assert found["gauge wrong"] >= 2


def test_by_night_pictures_are_not_compared() -> None:
    assert counted(2, seed=5, by_day=False) == {"follows": 0, "looped": 0, "gauge wrong": 0}


def test_a_picture_from_before_the_rise_could_be_seen_says_nothing() -> None:
    drawn = next(rises(1, seed=3))
    before = drawn.looks_before
    rise = risen(drawn.readings(), drawn.before.levels)
    assert rise is not None
    seen = replace(before[-1], taken_at=rise.seen_from)
    early = replace(seen, taken_at=rise.seen_from - timedelta(seconds=1))
    assert doubt(3, rise, [Watched("a", ONLINE, before, seen)]) is not None
    assert doubt(3, rise, [Watched("a", ONLINE, before, early)]) is None
    assert doubt(3, rise, [Watched("a", ONLINE, before, seen, by_day=False)]) is None


def test_where_too_little_is_known_nothing_is_called_unchanged() -> None:
    drawn = next(rises(1, seed=3))
    before = drawn.looks_before
    same = look(drawn.before)
    assert is_unchanged(before, same)
    assert not is_unchanged(before[:2], same)
    assert not is_unchanged(before, replace(same, miniature=b""))
    assert not is_unchanged(before, replace(same, miniature=b"of another version"))
    doubtful = [replace(each, faults=frozenset({PictureFault.SHIFTED})) for each in before]
    assert not is_unchanged(doubtful, same)
