"""How the health of a gauge is folded from the log, and its laws."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.health.fold import Device, GaugeState, from_json, to_json, with_reading, with_vitals
from ingest.health.gaps import missing_since
from ingest.health.hours import last_day
from ingest.health.judge import gauge_health
from ingest.health.limits import HealthSettings
from ingest.health.problems import GaugeHealth, Problem
from ingest.readings import Quality, Reading, Reason, Vitals
from ingest.rhythm import Mode, Rhythm
from tests.ingest.cities import NOON

LIMITS = HealthSettings()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STEADY = Device(Rhythm(600))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CRISIS = Device(Rhythm(600, 86400, ((LONG_AGO, 2.0),)))


def told(
    at: datetime, stage_m: float = 1.0, *, late: timedelta = timedelta(0), seq: int | None = None, **more: object
) -> Reading:
    """A reading dated by its device."""
    return replace(Reading("g", stage_m, at, at + late, f"t:{at}", device_at=at, device_seq=seq), **more)  # type: ignore[arg-type]


def folded(device: Device, *log: Reading | Vitals, state: GaugeState | None = None) -> GaugeState:
    """The state after these."""
    state = state or GaugeState()
    for each in log:
        if isinstance(each, Vitals):
            state = with_vitals(state, each, device, LIMITS)
        else:
            state = with_reading(state, each, device, LIMITS)
    return state


def health(device: Device, now: datetime, *log: Reading | Vitals) -> GaugeHealth:
    """What is said of the gauge."""
    return gauge_health("g", device, folded(device, *log), now, LIMITS)


def every(minutes: float, count: int, start: datetime = NOON, **more: object) -> list[Reading]:
    """Readings in a row."""
    return [told(start + number * minutes * MINUTE, **more) for number in range(count)]  # type: ignore[arg-type]


def names(found: GaugeHealth) -> list[Problem]:
    return [each.problem for each in found.findings]


def test_a_gauge_that_reports_in_time_has_no_problem() -> None:
    found = health(STEADY, NOON + 25 * 60 * MINUTE, *every(10, 150))
    assert found.findings == ()
    assert (found.missing_day, found.missing_week, found.lost_day) == (0, 0, 0)
    assert found.mode is Mode.STEADY


def test_a_dry_gauge_with_a_heartbeat_a_day_is_well_and_in_flood_mode_it_is_silent_after_half_an_hour() -> None:
    dry = [told(NOON + day * DAY) for day in range(5)]
    calm = health(CRISIS, NOON + 4 * DAY + 20 * 60 * MINUTE, *dry)
    assert (calm.findings, calm.mode, calm.expected_s) == ((), Mode.DRY, 86400)
    wet = told(NOON + 4 * DAY + 60 * MINUTE, 2.0)
    loud = health(CRISIS, wet.observed_at + 31 * MINUTE, *dry, wet)
    assert (names(loud), loud.mode, loud.mode_since) == ([Problem.SILENT], Mode.FLOOD, wet.observed_at)
    assert loud.findings[0].since == wet.observed_at
    assert health(CRISIS, wet.observed_at + 29 * MINUTE, *dry, wet).findings == ()


def test_what_is_missing_is_counted_by_the_mode_before_the_gap() -> None:
    wet, dry = told(NOON, 2.5), told(NOON + 60 * MINUTE, 1.0)
    late = told(NOON + 600 * MINUTE, 2.5)
    found = health(CRISIS, late.observed_at, wet, dry, late)
    assert found.missing_day == 5  # 10 … 50 minutes; nine dry hours are no gap
    assert found.longest_gap_s == 3600


def test_a_late_reading_fills_its_gap_again() -> None:
    row = every(10, 12)
    gap = row[4:8]
    without = [each for each in row if each not in gap]
    assert health(STEADY, row[-1].observed_at, *without).missing_day == 4
    filled = health(STEADY, row[-1].observed_at, *without, gap[1])
    assert (filled.missing_day, filled.longest_gap_s) == (3, 1800)
    assert health(STEADY, row[-1].observed_at, *without, *reversed(gap)).missing_day == 0


def test_the_window_of_a_week_forgets_an_older_gap() -> None:
    early, late = every(10, 3), every(10, 1, NOON + 2 * 60 * MINUTE)
    now = NOON + 7 * DAY + 60 * MINUTE
    found = folded(STEADY, *early, *late)
    assert found.told is not None
    closed = replace(found.told.course, newest_s=now.timestamp())
    assert missing_since(closed, (now - 7 * DAY).timestamp(), now.timestamp(), STEADY.rhythm) == 5
    assert missing_since(closed, (now - 8 * DAY).timestamp(), now.timestamp(), STEADY.rhythm) == 9


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 800), min_size=1, max_size=120, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_for_what_is_missing(steps: list[int], chance: random.Random) -> None:
    log = [told(NOON + each * 10 * MINUTE) for each in steps]
    now = NOON + 801 * 10 * MINUTE
    chance.shuffle(log)
    found = folded(STEADY, *log)
    assert found.told is not None
    if len(found.told.course.gaps) < 38:  # beyond, the oldest gaps are put together
        missing = missing_since(found.told.course, 0, now.timestamp(), STEADY.rhythm)
        assert missing == 801 - min(steps) - len(steps)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_folding_in_any_split_and_order_of_the_two_logs_gives_the_same_state(data: st.DataObject) -> None:
    readings = data.draw(st.lists(READINGS, max_size=40))
    vitals = data.draw(st.lists(VITALS, max_size=20))
    whole = folded(CRISIS, *readings, *vitals)
    both: list[list[Reading | Vitals]] = [[*readings], [*vitals]]
    state, left = GaugeState(), both
    while any(left):
        log = data.draw(st.sampled_from([each for each in left if each]))
        count = data.draw(st.integers(1, len(log)))
        state = from_json(to_json(folded(CRISIS, *log[:count], state=state)))
        del log[:count]
    assert state == whole
    gauge_health("g", CRISIS, state, NOON + 30 * DAY, LIMITS)


MOMENTS = st.integers(0, 20 * 1440).map(lambda minute: NOON + minute * MINUTE)
READINGS = st.builds(
    lambda at, late, stage_m, seq, quality, reasons, more: replace(
        told(at, stage_m, late=late * MINUTE, seq=seq), quality=quality, reasons=tuple(reasons), **more
    ),
    MOMENTS,
    st.integers(0, 3000),
    st.floats(-1, 5),
    st.none() | st.integers(0, 70_000),
    st.sampled_from(Quality),
    st.sets(st.sampled_from(Reason), max_size=2).map(sorted),
    st.sampled_from([{}, {"requalified": True}, {"revision": 1}, {"device_at": None}]),
)
VITALS = st.builds(
    lambda at, pct, volts, rssi, snr, gateways: Vitals("g", at, pct, volts, rssi, snr, tuple(gateways)),
    MOMENTS,
    st.none() | st.floats(0, 100),
    st.none() | st.floats(0, 14),
    st.none() | st.floats(-140, -20),
    st.none() | st.floats(-25, 15),
    st.lists(st.sampled_from(["hill", "hall", "weir"]), max_size=3, unique=True),
)


def numbered(*numbers: int, minutes: float = 10) -> list[Reading]:
    return [told(NOON + place * minutes * MINUTE, seq=number) for place, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("numbers", "lost", "restarts"),
    [
        ((1, 2, 3, 4), 0, 0),
        ((1, 2, 6, 7), 3, 0),
        ((1, 2, 2, 3), 0, 0),
        ((65_533, 65_534, 65_535, 0, 1), 0, 1),
        ((254, 255, 0, 1), 0, 1),
        ((900, 901, 0, 1, 2), 0, 1),
        ((10, 11, 4_000_000_000, 4_000_000_001), 0, 1),
        ((2**63 - 2, 2**63 - 1, 0), 0, 1),
    ],
)
def test_the_counter_tells_what_was_lost_and_a_restart_is_not_a_million_lost(
    numbers: tuple[int, ...], lost: int, restarts: int
) -> None:
    found = health(STEADY, NOON + 60 * MINUTE, *numbered(*numbers))
    assert (found.lost_day, found.restarts_day) == (lost, restarts)


def test_a_long_outage_counts_what_was_sent_meanwhile_as_lost() -> None:
    log = [told(NOON, seq=100), told(NOON + 10 * DAY, seq=100 + 1440)]
    assert health(STEADY, NOON + 10 * DAY, *log).lost_day == 1439


def test_messages_that_come_out_of_order_are_not_lost() -> None:
    row = numbered(1, 2, 3, 4, 5, 6)
    late = [replace(each, received_at=each.received_at + 60 * MINUTE) for each in (row[3], row[2])]
    assert health(STEADY, NOON + 60 * MINUTE, row[0], row[1], row[4], row[5]).lost_day == 2
    assert health(STEADY, NOON + 60 * MINUTE, row[0], row[1], row[4], row[5], late[0]).lost_day == 1
    found = health(STEADY, NOON + 60 * MINUTE, row[0], row[1], row[4], row[5], *late)
    assert (found.lost_day, found.restarts_day) == (0, 0)


def test_a_device_that_begins_anew_again_and_again_is_named() -> None:
    found = health(STEADY, NOON + 90 * MINUTE, *numbered(5, 6, 0, 1, 0, 1, 0, 1))
    assert Problem.RESTARTS in names(found)


def test_late_readings_are_told_and_those_made_up_after_an_outage_are_not_called_late() -> None:
    slow = health(STEADY, NOON + 200 * MINUTE, *every(10, 20, late=20 * MINUTE))
    assert Problem.LATE in names(slow)
    assert slow.usual_delay_s == pytest.approx(1200, abs=600)
    back = NOON + 500 * MINUTE
    made_up = [replace(each, received_at=back) for each in every(10, 40, NOON + 100 * MINUTE)]
    found = health(STEADY, back + 5 * MINUTE, *every(10, 10), *made_up, *every(10, 1, back))
    assert found.findings == ()
    assert (found.made_up, found.late_share, found.missing_day) == (39, 0, 0)  # the last of them is ten minutes old
    assert (found.outage_from, found.outage_until) == (NOON + 90 * MINUTE, back)
    assert found.usual_delay_s is not None
    assert found.usual_delay_s <= 900


def test_what_was_observed_before_the_gauge_was_first_heard_is_not_late() -> None:
    past = [replace(each, received_at=NOON) for each in every(10, 36, NOON - 360 * MINUTE)]
    found = health(STEADY, NOON, told(NOON), *past)
    assert (found.findings, found.made_up, found.late_share, found.outage_until) == ((), 0, 0, None)
    assert found.missing_week == 0


def test_a_wrong_clock_is_told_since_it_is_wrong_and_no_longer_once_it_is_right() -> None:
    wrong = replace(told(NOON + 10 * MINUTE), quality=Quality.SUSPECT, reasons=(Reason.CLOCK_AHEAD,))
    again = replace(wrong, observed_at=NOON + 20 * MINUTE)
    found = health(STEADY, NOON + 20 * MINUTE, told(NOON), wrong, again)
    assert [(each.problem, each.since) for each in found.findings] == [(Problem.WRONG_CLOCK, NOON + 10 * MINUTE)]
    assert (found.late_share, found.suspect_day) == (0, 0)
    assert health(STEADY, NOON + 30 * MINUTE, told(NOON), wrong, told(NOON + 30 * MINUTE)).findings == ()


def test_bad_and_stuck_values_are_told_of_the_newest_reading() -> None:
    bad = told(NOON + 10 * MINUTE, 300, quality=Quality.BAD)
    assert names(health(STEADY, NOON + 10 * MINUTE, told(NOON), bad)) == [Problem.BAD_VALUES]
    stuck = told(NOON + 10 * MINUTE, quality=Quality.SUSPECT, reasons=(Reason.STUCK,))
    assert names(health(STEADY, NOON + 10 * MINUTE, told(NOON), stuck)) == [Problem.STUCK]


def test_a_reading_promoted_to_good_is_no_longer_counted_as_suspect() -> None:
    held = every(10, 4, quality=Quality.SUSPECT)
    good = [replace(each, quality=Quality.GOOD, requalified=True) for each in held]
    assert Problem.SUSPECT in names(health(STEADY, NOON + 40 * MINUTE, *held))
    found = health(STEADY, NOON + 40 * MINUTE, *held, *good)
    assert (found.findings, found.suspect_day, found.readings_day) == ((), 0, 4)


def test_a_correction_counts_as_no_further_report_and_may_change_the_mode() -> None:
    first = told(NOON, 1.0)
    found = health(CRISIS, NOON + MINUTE, first, replace(first, value=2.2, revision=1))
    assert (found.mode, found.readings_day) == (Mode.FLOOD, 1)


def test_a_false_value_does_not_put_a_dry_gauge_in_flood_mode() -> None:
    found = health(CRISIS, NOON + 5 * 60 * MINUTE, told(NOON, 1.0), told(NOON + MINUTE, 99, quality=Quality.BAD))
    assert found.mode is Mode.DRY


def test_a_gauge_never_heard_says_so_and_nothing_else() -> None:
    found = health(STEADY, NOON)
    assert [(each.problem, each.since) for each in found.findings] == [(Problem.NEVER_HEARD, None)]


def test_missing_reports_are_a_problem_when_they_are_many_and_named_once_with_a_silence() -> None:
    row = every(10, 100)
    holes = [each for number, each in enumerate(row) if number % 5]
    now = row[-1].observed_at
    assert names(health(STEADY, now, *holes)) == [Problem.MISSING]
    assert names(health(STEADY, now + 60 * MINUTE, *holes)) == [Problem.SILENT]


def test_the_state_of_a_gauge_stays_small_whatever_it_does() -> None:
    chance = random.Random(7)
    log = [told(NOON + each * MINUTE, seq=each // 3) for each in range(0, 30 * 1440, 7) if chance.random() < 0.6]
    vitals = [Vitals("g", each.received_at, 50.0, 3.5, -100.0, 1.0, (f"gw-{chance.randrange(40)}",)) for each in log]
    state = folded(STEADY, *log, *vitals)
    assert len(to_json(state)) < 6000
    assert state.told is not None
    assert last_day(state.told.hours, (NOON + 30 * DAY).timestamp()).readings > 50
