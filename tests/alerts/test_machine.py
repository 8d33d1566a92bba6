"""The laws of the machine, on any course of findings and readings."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.course import Course, with_reading
from alerts.rules.findings import EVERY_LEVEL, Cause, Change, Finding
from alerts.rules.kept import from_json, to_json
from alerts.rules.machine import Phase, Standing, Timing, Waiting, closed, lapsed, lost, step
from alerts.rules.table import ON_READING
from ingest.hazard import hazard_at
from ingest.readings import Quality, Reading
from ingest.stations import StationKind
from tests.alerts.machines import AT_ONCE, DEFAULT, HYSTERESIS_M, PLAIN, find, fold, place, steps, told
from tests.alerts.night import LEVELS, at, reading, suspect
from tests.floods import reference

LAW = settings(max_examples=60, deadline=None)
MINUTES = st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes))
TIMINGS = st.builds(
    Timing,
    samples=st.integers(1, 3),
    duration=MINUTES,
    hold=MINUTES,
    flap_turns=st.integers(0, 3),
    flap_window=st.integers(30, 300).map(lambda minutes: timedelta(minutes=minutes)),
    flap_quiet=MINUTES,
)
SIMPLE = st.builds(Timing, hold=MINUTES, flap_turns=st.just(0))
STAGES = st.floats(-2, 8).map(lambda stage_m: round(stage_m, 3)) | st.sampled_from(
    [*LEVELS.values(), *(each - HYSTERESIS_M for each in LEVELS.values())]
)
QUALITIES = st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.BAD])


@st.composite
def nights(draw: st.DrawFn, most: int = 30, in_order: bool = True) -> list[Reading]:
    """Readings of one gauge."""
    minutes = draw(st.lists(st.integers(0, 400), min_size=1, max_size=most, unique=not in_order))
    return [
        reading(minute, draw(STAGES), draw(QUALITIES), key=f"{number}")
        for number, minute in enumerate(sorted(minutes) if in_order else minutes)
    ]


@st.composite
def tables(draw: st.DrawFn) -> dict[int, float]:
    """Thresholds as a city may write them: any hazards, rising stages."""
    hazards = sorted(draw(st.sets(st.integers(1, 5))))
    rising = sorted(draw(st.lists(st.floats(-1, 6), min_size=len(hazards), max_size=len(hazards))))
    return dict(zip(hazards, [round(each, 3) for each in rising], strict=True))


def findings(night: Iterable[Reading]) -> list[Finding]:
    return [each for each in map(find, night) if each is not None]


def stepped(
    found: Iterable[Finding], timing: Timing, standing: Standing | None = None
) -> tuple[Standing, list[Change]]:
    after, changes = standing or Standing(), list[Change]()
    for each in found:
        after, more = step(after, each, timing)
        changes += more
    return after, changes


def good(minute: float, reached: int, left_from: int | None = None) -> Finding:
    """A believed finding; all levels from ``left_from`` on are undercut, by default all above the one reached."""
    begin = reached + 1 if left_from is None else left_from
    return Finding(reached, frozenset(each for each in EVERY_LEVEL if each >= begin), at(minute), received_at=at(9999))


def doubted(minute: float, reached: int) -> Finding:
    return replace(good(minute, reached), believed=False)


# The number that a city asks for


def noisy(threshold_m: float, every_s: float, seed: int, well_below_m: float) -> list[Reading]:
    """Six hours within 2 cm of a threshold, then an hour well below it; first of all at the threshold."""
    noise = random.Random(seed)
    count = round(6 * 3600 / every_s)
    around = [round(threshold_m + noise.uniform(-0.02, 0.02), 3) for _ in range(count)]
    below = [round(well_below_m + noise.uniform(-0.02, 0.02), 3) for _ in range(round(3600 / every_s) + 1)]
    return [reading(number * every_s / 60, stage_m) for number, stage_m in enumerate([threshold_m, *around, *below])]


@pytest.mark.parametrize("every_s", [60, 120, 300, 600])
@pytest.mark.parametrize(
    ("kind", "levels", "threshold_m", "below_m"),
    [
        (StationKind.RIVER, LEVELS, 3.0, 1.5),
        (StationKind.RIVER, LEVELS, 1.0, 0.5),
        (StationKind.RETENTION_POND, {2: 1.2, 3: 1.6, 4: 1.8, 5: 2.0}, 1.2, 0.6),
        (StationKind.UNDERPASS, {2: 0.05, 4: 0.15, 5: 0.30}, 0.05, 0.0),
    ],
)
def test_six_hours_of_noise_at_a_threshold_and_an_hour_below_are_one_rise_and_one_fall(
    kind: StationKind, levels: dict[int, float], threshold_m: float, below_m: float, every_s: float
) -> None:
    where = place(levels, None, kind)
    for seed in range(5):
        heard = steps(noisy(threshold_m, every_s, seed, below_m), where.rules.stage.timing, where)
        reached, left = hazard_at(threshold_m, levels), hazard_at(below_m, levels)
        assert heard == [(0, reached), (reached, left)]


@pytest.mark.parametrize("every_s", [60, 120, 300, 600])
@pytest.mark.parametrize("kind", list(StationKind))
def test_noise_at_a_threshold_is_no_rise_and_foretells_none(kind: StationKind, every_s: float) -> None:
    levels = {2: 0.05, 4: 0.15, 5: 0.30} if kind is StationKind.UNDERPASS else {2: 1.0, 3: 1.5, 4: 2.0}
    where = place(levels, None, kind)
    for seed in range(3):
        course = Course()
        for row in noisy(levels[2], every_s, seed, 0.0):
            each = replace(row, received_at=row.observed_at)
            course = with_reading(course, each)
            found = [rule.find(each, course, where) for rule in ON_READING if rule.name != "stage"]
            assert [each and each.reached for each in found] == [0, 0]


# Hysteresis


@LAW
@given(noise_m=st.lists(st.floats(-1, 1), min_size=1, max_size=60), hysteresis_m=st.floats(0.001, 1))
def test_noise_inside_the_hysteresis_does_not_chatter(noise_m: list[float], hysteresis_m: float) -> None:
    where = place({2: 2.0}, hysteresis_m)
    stages = [2.0, *(2.0 + hysteresis_m / 2 * each for each in noise_m)]
    assert steps([reading(minute, each) for minute, each in enumerate(stages)], AT_ONCE, where) == [(0, 2)]


@LAW
@given(night=nights(), timing=SIMPLE, data=st.data())
def test_an_alert_is_never_below_a_good_reading_that_was_considered(
    night: list[Reading], timing: Timing, data: st.DataObject
) -> None:
    standing = Standing()
    for each in night:
        where = place(data.draw(tables()))
        before = standing.level
        standing, _ = fold([each], timing, where, standing)
        if each.quality is Quality.GOOD:
            assert standing.level >= hazard_at(each.stage_m, where.levels_at(each.observed_at))
        else:
            assert standing.level >= before


@LAW
@given(night=nights(), timing=TIMINGS)
def test_an_alert_is_never_below_what_has_been_found_often_and_long_enough(
    night: list[Reading], timing: Timing
) -> None:
    """A level is reached as soon as so many good findings in a row, over so long, were all at it."""
    standing, run = Standing(), list[Finding]()
    for each in findings(night):
        standing, _ = step(standing, each, timing)
        if not each.believed:
            continue
        run.append(each)
        for level in EVERY_LEVEL:
            lasting = []
            for past in reversed(run):
                if past.reached < level:
                    break
                lasting.append(past)
            times = {past.at for past in lasting}
            if len(times) >= timing.samples and lasting and each.at - lasting[-1].at >= timing.duration:
                assert standing.level >= level


@LAW
@given(stage_m=st.floats(-1, 6), levels=tables())
def test_at_or_above_a_threshold_nothing_falls(stage_m: float, levels: dict[int, float]) -> None:
    standing, _ = fold([reading(0, stage_m), reading(10, stage_m)], AT_ONCE, place(levels, 0.0))
    assert standing.level == hazard_at(stage_m, levels)


# Folding and stepping


@LAW
@given(night=nights(), timing=TIMINGS)
def test_folding_a_night_at_once_equals_stepping_through_what_is_kept(night: list[Reading], timing: Timing) -> None:
    standing = Standing()
    changes: list[Change] = []
    for each in findings(night):
        standing, more = step(from_json(to_json(standing)), each, timing)
        changes += more
    assert (standing, changes) == stepped(findings(night), timing)


def test_what_was_kept_before_there_was_more_to_keep_is_read() -> None:
    text = json.dumps(
        {"level": 3, "unconfirmed": True, "observed_at": "2026-07-01 09:00:00Z", "below": {"3": at(5).isoformat()}}
    )
    assert from_json(text) == Standing(3, unconfirmed=True, observed_at=at(0), below={3: at(5)})


@LAW
@given(night=nights(), timing=TIMINGS)
def test_the_changes_of_a_night_make_a_chain_that_ends_where_the_alert_stands(
    night: list[Reading], timing: Timing
) -> None:
    standing, changes = stepped(findings(night), timing)
    level = 0
    for each in changes:
        assert each.from_level == level
        level = each.to_level
        direction = each.to_level - each.from_level
        expected = {
            Cause.RISE: direction > 0,
            Cause.FLAPPING: direction > 0,
            Cause.FALL: direction < 0,
            Cause.CONFIRMED: direction <= 0,
        }
        assert expected.get(each.cause, direction == 0)
    assert standing.level == level


@settings(max_examples=120, deadline=None)
@given(night=nights(most=15, in_order=False), hold=MINUTES)
def test_without_waiting_and_flapping_the_changes_are_those_of_a_reference_that_looks_back(
    night: list[Reading], hold: timedelta
) -> None:
    """In any order of arrival: worked out a second way, by reading the past again for every reading."""
    _, changes = fold(night, Timing(hold=hold, flap_turns=0))
    known = [
        reference.Seen(each.observed_at, Decimal(repr(each.stage_m)), each.quality is Quality.GOOD)
        for each in night
        if each.quality is not Quality.BAD
    ]
    by = reference.rule(LEVELS, str(HYSTERESIS_M), hold)
    expected = [(each.before, each.after, each.observed_at, each.unconfirmed) for each in reference.steps(known, by)]
    assert [(each.from_level, each.to_level, each.at, each.unconfirmed) for each in changes if each.told] == expected


# What is not believed, and silence


@LAW
@given(night=nights(), timing=TIMINGS)
def test_what_is_not_believed_never_lowers_and_shortens_no_hold(night: list[Reading], timing: Timing) -> None:
    for change in stepped(findings(night), timing)[1]:
        if change.cause is Cause.FALL:
            assert change.finding is not None
            assert change.finding.believed
            since = change.at - timing.hold
            held = [each for each in findings(night) if since < each.at < change.at and each.believed]
            assert all(change.from_level not in range(1, each.reached + 1) for each in held)


@LAW
@given(night=nights(), timing=TIMINGS, silences=st.lists(st.integers(400, 10_000), max_size=5))
def test_a_gauge_lost_while_firing_never_falls(night: list[Reading], timing: Timing, silences: list[int]) -> None:
    standing, _ = stepped(findings(night), timing)
    level = standing.level
    for minute in sorted(silences):
        standing, changes = lost(standing, at(minute))
        standing, more = stepped(findings([suspect(minute, 0.0), reading(minute, 0.0, Quality.BAD)]), timing, standing)
        assert standing.level == level
        assert not [each for each in (*changes, *more) if each.cause in (Cause.FALL, Cause.CLOSED)]
    if level and silences:
        assert standing.unverified


def test_a_gauge_lost_while_firing_is_the_last_level_known_and_is_said_so_once() -> None:
    standing, _ = fold([reading(0, 4.2)])
    standing, changes = lost(standing, at(60))
    assert [(each.cause, each.from_level, each.to_level, each.unverified) for each in changes] == [
        (Cause.UNVERIFIED, 4, 4, True)
    ]
    assert lost(standing, at(70)) == (standing, ())


def test_a_gauge_that_is_not_firing_has_nothing_to_lose() -> None:
    standing, _ = fold([reading(0, 0.5)])
    assert lost(standing, at(60)) == (standing, ())


def test_silence_is_no_part_of_a_hold() -> None:
    standing, _ = fold([reading(0, 4.2), reading(10, 0.5)])
    silent, _ = lost(standing, at(60))
    back, changes = fold([reading(600, 0.5)], standing=silent)
    assert (back.level, [each.cause for each in changes]) == (4, [Cause.VERIFIED, Cause.RECOVERING])
    assert told(fold([reading(619, 0.5), reading(620, 0.5)], standing=back)[1]) == [(4, 0)]


def test_a_gauge_that_is_back_at_its_level_is_verified_and_nobody_is_told_anew() -> None:
    standing, _ = lost(fold([reading(0, 4.2)])[0], at(60))
    back, changes = fold([reading(600, 4.1)], standing=standing)
    assert (back.unverified, [each.cause for each in changes], told(changes)) == (False, [Cause.VERIFIED], [])


def test_what_was_only_foreseen_lapses_with_the_gauge() -> None:
    standing, changes = lapsed(fold([reading(0, 4.2)])[0], at(60))
    assert (standing.level, told(changes)) == (0, [(4, 0)])


# Pending


def test_a_level_counts_after_so_many_findings_over_so_long_by_the_times_of_observation() -> None:
    timing = Timing(samples=3, duration=timedelta(minutes=15))
    standing, changes = stepped([good(0, 2), good(5, 3), good(10, 2)], timing)
    assert (standing.phase, [each.cause for each in changes]) == (Phase.PENDING, [Cause.PENDING])
    standing, changes = stepped([good(15, 3)], timing, standing)
    assert (standing.level, told(changes)) == (2, [(0, 2)])


def test_a_believed_finding_below_begins_the_count_anew_and_a_doubted_one_does_not() -> None:
    timing = Timing(samples=3)
    assert stepped([good(0, 2), good(5, 2), good(10, 0), good(15, 2)], timing)[0].level == 0
    assert stepped([good(0, 2), good(5, 2), doubted(10, 0), good(15, 2)], timing)[0].level == 2


def test_an_observation_that_is_judged_anew_is_no_second_one() -> None:
    timing = Timing(samples=2)
    promoted = replace(good(0, 4), corrects=True)
    standing, changes = stepped([doubted(0, 4), promoted], timing)
    assert (standing.above[4], told(changes)) == (Waiting(at(0), 1), [])
    assert stepped([good(10, 4)], timing, standing)[0].level == 4


# Rises, flapping, closing


@LAW
@given(reached=st.lists(st.integers(1, 5), min_size=1, max_size=10))
def test_a_straight_rise_is_recorded_level_by_level_and_only_rises(reached: list[int]) -> None:
    rising = [good(number, level) for number, level in enumerate(sorted(reached))]
    standing, changes = stepped(rising, DEFAULT)
    assert [each.to_level for each in changes] == sorted(set(reached))
    assert {each.cause for each in changes} == {Cause.RISE}
    assert standing.since == at(0)


def up_and_down(times: int, level: int = 3, every: float = 25) -> list[Finding]:
    """Each time reached, then undercut for the hold of 20 minutes."""
    return [
        each
        for number in range(times)
        for each in (good(2 * every * number, level), good(2 * every * number + 1, 0), good(2 * every * number + 21, 0))
    ]


def test_flapping_freezes_at_the_highest_level_with_one_notice() -> None:
    found = [*up_and_down(1, level=4), *(replace(each, at=each.at + timedelta(minutes=50)) for each in up_and_down(6))]
    standing, changes = stepped(found, replace(DEFAULT, flap_window=timedelta(hours=4)))
    frozen = [each for each in changes if each.cause is Cause.FLAPPING]
    assert [(each.from_level, each.to_level) for each in frozen] == [(0, 4)]
    after = changes[changes.index(frozen[0]) + 1 :]
    assert told(after) == [(4, 3)]
    assert (standing.level, standing.flaps.frozen) == (3, True)


def test_the_level_at_which_flapping_freezes_is_not_one_of_long_ago() -> None:
    early = up_and_down(1, level=5)
    late = [replace(each, at=each.at + timedelta(hours=6)) for each in up_and_down(4, level=1)]
    (frozen,) = [each for each in stepped([*early, *late], DEFAULT)[1] if each.cause is Cause.FLAPPING]
    assert frozen.to_level == 1


def test_a_flapping_alert_ends_only_after_the_quiet_and_then_begins_afresh() -> None:
    standing, _ = stepped(up_and_down(4), DEFAULT)
    assert standing.flaps.frozen
    begin = 2 * 25 * 3 + 1
    standing, changes = stepped([good(begin + minute, 0) for minute in (10, 30, 59)], DEFAULT, standing)
    assert told(changes) == []
    standing, changes = stepped([good(begin + 60, 0)], DEFAULT, standing)
    assert (told(changes), standing.flaps.frozen) == ([(3, 0)], False)
    assert [each.cause for each in stepped([good(begin + 70, 3)], DEFAULT, standing)[1]] == [Cause.RISE]


def test_rises_that_are_too_far_apart_are_no_flapping() -> None:
    """Three hours hold no more than two that come every hundred minutes."""
    assert Cause.FLAPPING not in {each.cause for each in stepped(up_and_down(6, every=50), DEFAULT)[1]}


def test_a_flood_that_rises_in_many_steps_does_not_flap() -> None:
    rising = [
        good(0, 2),
        good(1, 0),
        good(21, 0),
        *(good(30 + number, level) for number, level in enumerate([1, 2, 3, 4, 5])),
    ]
    assert {each.cause for each in stepped(rising, DEFAULT)[1] if each.told} == {Cause.RISE, Cause.FALL}


@LAW
@given(times=st.integers(0, 12))
def test_without_turns_nothing_flaps(times: int) -> None:
    assert Cause.FLAPPING not in {each.cause for each in stepped(up_and_down(times), PLAIN)[1]}


@LAW
@given(night=nights(), timing=TIMINGS)
def test_a_flapping_alert_does_not_fall_before_its_quiet(night: list[Reading], timing: Timing) -> None:
    standing = Standing()
    for each in findings(night):
        after, changes = step(standing, each, timing)
        if standing.flaps.frozen and any(change.cause is Cause.FALL for change in changes):
            assert each.at - standing.below.get(standing.level, each.at) >= max(timing.hold, timing.flap_quiet)
        standing = after


def test_closed_by_a_person_it_is_raised_again_by_the_next_finding_at_a_level() -> None:
    standing, _ = fold([reading(0, 4.2)])
    standing, changes = closed(standing, at(5))
    assert [(each.cause, each.from_level, each.to_level) for each in changes] == [(Cause.CLOSED, 4, 0)]
    assert told(fold([reading(10, 4.1)], standing=standing)[1]) == [(0, 4)]
    assert closed(standing, at(6)) == (standing, ())


# Late and corrected


@LAW
@given(night=nights(in_order=False), timing=TIMINGS)
def test_what_is_older_than_the_newest_believed_finding_changes_nothing(night: list[Reading], timing: Timing) -> None:
    standing = Standing()
    for each in findings(night):
        after, changes = step(standing, each, timing)
        if standing.observed_at is not None and each.at < standing.observed_at:
            assert (after, changes) == (standing, ())
        standing = after


def test_a_promotion_that_comes_after_newer_readings_starts_no_hold() -> None:
    """The fall of minute 10 was doubted, the water was back at minute 20; only then is minute 10 believed."""
    standing, _ = stepped([good(0, 4), replace(doubted(10, 0), left=EVERY_LEVEL), good(20, 4)], PLAIN)
    promoted = replace(good(10, 0), corrects=True)
    assert step(standing, promoted, PLAIN) == (standing, ())
    assert stepped([promoted, good(30, 0), good(49, 0)], PLAIN, standing)[0].level == 4


def test_a_promotion_after_our_clock_was_set_back_starts_no_hold_either() -> None:
    standing = Standing(4, observed_at=at(20), since=at(0))
    promoted = replace(good(10, 0), corrects=True, received_at=at(12))
    assert step(standing, promoted, PLAIN) == (standing, ())


def test_what_our_own_clock_finds_is_never_late() -> None:
    standing = Standing(2, observed_at=at(600), since=at(500))
    ended, changes = stepped([Finding(0, EVERY_LEVEL, at(minute)) for minute in (0, 20)], PLAIN, standing)
    assert (ended.level, told(changes)) == (0, [(2, 0)])


def observed(changes: Sequence[Change]) -> list[datetime]:
    return [each.at for each in changes]


@LAW
@given(night=nights(), timing=TIMINGS, late_by=st.integers(0, 100_000))
def test_when_things_were_received_changes_nothing(night: list[Reading], timing: Timing, late_by: int) -> None:
    """A replay decides as the night itself did: by the times of observation alone."""
    moved = [replace(each, received_at=each.received_at + timedelta(minutes=late_by)) for each in night]
    assert observed(stepped(findings(moved), timing)[1]) == observed(stepped(findings(night), timing)[1])


def test_a_danger_that_is_believed_takes_the_place_of_a_higher_one_that_was_not() -> None:
    standing, changes = stepped(findings([suspect(0, 5.2), reading(1, 4.2)]), DEFAULT)
    assert (standing.level, standing.sure, standing.unconfirmed) == (4, 4, False)
    assert [(each.cause, each.from_level, each.to_level, each.unconfirmed) for each in changes] == [
        (Cause.RISE, 0, 5, True),
        (Cause.CONFIRMED, 5, 4, False),
    ]


def test_a_good_reading_that_says_nothing_new_leaves_a_doubtful_danger_to_its_hold() -> None:
    standing, changes = stepped(findings([reading(0, 4.2), suspect(1, 5.2), reading(2, 4.2)]), DEFAULT)
    assert (standing.level, standing.sure, standing.unconfirmed) == (5, 4, True)
    assert not any(each.to_level < each.from_level for each in changes)


def test_one_good_reading_below_everything_does_not_end_a_doubtful_danger() -> None:
    standing, changes = stepped(findings([suspect(0, 5.2), reading(1, 0.5)]), DEFAULT)
    assert standing.level == 5
    assert not any(each.to_level < each.from_level for each in changes)


def test_what_was_kept_before_there_was_a_sure_level_is_as_sure_as_it_was_confirmed() -> None:
    assert from_json('{"level": 4}').sure == 4
    assert from_json('{"level": 4, "unconfirmed": true}').sure == 0
