"""Quality control: what is held, what speaks for it, and what is never believed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.quality import ClockLimits, QualityControl, check
from ingest.readings import Quality, Reading, Reason
from ingest.roster import Roster, Watched
from ingest.sensors import Reads
from ingest.stations import QualityLimits, StationKind

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
CLOCK = ClockLimits()
LIMITS = QualityLimits(spike_m=0.5, rise_m_per_h=3.0, stuck_h=24)


def watched(identifier: str = "g", station: str = "s", **more: object) -> Watched:
    values = {
        "kind": StationKind.RIVER,
        "reads": Reads.STAGE,
        "crown_m": None,
        "datum_m": None,
        "min_m": -10.0,
        "max_m": 50.0,
        "interval_s": 600.0,
        "quality": LIMITS,
    }
    return Watched(id=identifier, station_id=station, **{**values, **more})  # type: ignore[arg-type]


def roster(*gauges: Watched, neighbours: Mapping[str, tuple[str, ...]] | None = None) -> Roster:
    by_station: dict[str, tuple[str, ...]] = {}
    for gauge in gauges:
        by_station[gauge.station_id] = (*by_station.get(gauge.station_id, ()), gauge.id)
    return Roster(gauges={each.id: each for each in gauges}, by_station=by_station, neighbours=neighbours or {})


ONE = roster(watched())


def reading(minute: float, stage_m: float, gauge_id: str = "g", received: float | None = None) -> Reading:
    at = NOON + timedelta(minutes=minute)
    receipt = at if received is None else NOON + timedelta(minutes=received)
    return Reading(gauge_id, stage_m, at, receipt, f"t:{at.timestamp():.6f}", device_at=at)


def empty(_: Collection[str]) -> Mapping[str, Sequence[Reading]]:
    return {}


def judged(readings: Sequence[Reading], gauges: Roster = ONE) -> list[Reading]:
    """The rows of readings that came one by one."""
    control = QualityControl(empty, CLOCK)
    rows: list[Reading] = []
    for each in readings:
        found = control.judge([check(each, gauges.gauges[each.gauge_id], CLOCK)], gauges)
        control.adopt(found)
        rows += found.readings
    return rows


def told(rows: Sequence[Reading]) -> list[tuple[float, str]]:
    """Minute and quality of each row; a requalified one with an exclamation mark."""
    return [
        ((each.observed_at - NOON).total_seconds() / 60, str(each.quality) + ("!" if each.requalified else ""))
        for each in rows
    ]


def stages(*stages_m: float, every: float = 10) -> list[Reading]:
    return [reading(number * every, stage_m) for number, stage_m in enumerate(stages_m)]


def test_water_that_rises_as_water_does_is_good() -> None:
    assert told(judged(stages(1.0, 1.1, 1.5, 2.0, 1.8))) == [
        (0, "good"),
        (10, "good"),
        (20, "good"),
        (30, "good"),
        (40, "good"),
    ]


def test_a_jump_is_held_until_the_next_reading_speaks_for_it() -> None:
    rows = judged(stages(1.0, 3.0, 3.2))
    assert told(rows) == [(0, "good"), (10, "suspect"), (10, "good!"), (20, "good")]
    assert rows[1].reasons == (Reason.RATE_OF_CHANGE,)
    assert rows[2] == replace(
        rows[1], quality=Quality.GOOD, reasons=(Reason.RATE_OF_CHANGE, Reason.CORROBORATED), requalified=True
    )


def test_a_spike_that_the_next_reading_contradicts_is_refuted() -> None:
    rows = judged(stages(0.95, 26.48, 0.96))
    assert told(rows) == [(0, "good"), (10, "suspect"), (10, "bad!"), (20, "good")]
    assert rows[2].reasons == (Reason.RATE_OF_CHANGE, Reason.SPIKE, Reason.REFUTED)


def test_a_sensor_that_drops_to_nothing_and_stands_there_is_not_believed() -> None:
    rows = judged(stages(4.0, 4.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert {each.quality for each in rows[2:]} == {Quality.SUSPECT}


def test_water_that_fell_and_moves_on_is_believed() -> None:
    assert told(judged(stages(4.0, 1.0, 1.0, 0.9)))[1:] == [
        (10, "suspect"),
        (20, "suspect"),
        (10, "good!"),
        (20, "good!"),
        (30, "good"),
    ]


def test_a_repeat_speaks_for_nothing() -> None:
    jump = reading(10, 3.0)
    rows = judged(
        [
            reading(0, 1.0),
            jump,
            replace(jump, redelivered=True),
            replace(jump, received_at=NOON + timedelta(minutes=11)),
        ]
    )
    assert told(rows) == [(0, "good"), (10, "suspect"), (10, "good"), (10, "good")]


@pytest.mark.parametrize("neighbours", [{}, {"s": ("other",)}])
def test_another_gauge_that_rose_alike_speaks_for_a_jump_at_once(neighbours: dict[str, tuple[str, ...]]) -> None:
    station = "other" if neighbours else "s"
    two = roster(watched(), watched("h", station), neighbours=neighbours)
    risen = [reading(0, 1.0, "h"), reading(0, 1.0), reading(10, 2.5, "h"), reading(10, 3.0)]
    assert told(judged(risen, two)) == [(0, "good"), (0, "good"), (10, "suspect"), (10, "good!"), (10, "good")]


def test_a_peak_between_readings_far_apart_is_no_spike() -> None:
    rows = judged([reading(0, 1.0), reading(480, 4.5), reading(680, 1.3)])
    assert told(rows) == [(0, "good"), (480, "suspect"), (480, "good!"), (680, "good")]


def test_a_late_reading_is_judged_by_those_around_it_in_time_and_moves_nothing() -> None:
    around = stages(1.0, 1.1, 1.2, 1.3)
    late = reading(15, 9.0, received=31)
    rows = judged([*around, late, reading(16, 1.15, received=32), reading(40, 1.4)])
    assert told(rows)[4:] == [(15, "bad"), (16, "good"), (40, "good")]
    assert rows[4].reasons == (Reason.SPIKE, Reason.REFUTED)


def test_what_is_older_than_all_that_is_remembered_is_not_tested_for_jumps() -> None:
    assert told(judged([*stages(*[1.0 + number / 10 for number in range(9)]), reading(-600, 7.0, received=90)]))[
        -1
    ] == (
        -600,
        "good",
    )


def test_a_correction_is_judged_by_what_was_before_the_reading_that_it_corrects() -> None:
    slip, right = reading(10, 10.4, received=10), reading(10, 1.04, received=12)
    assert told(judged([reading(0, 1.0), slip, right, reading(20, 1.05)]))[1:] == [
        (10, "suspect"),
        (10, "good"),
        (20, "good"),
    ]


def test_a_redelivered_reading_without_time_does_not_speak_for_itself() -> None:
    first = replace(reading(10, 3.0), key="m:7:abc:1.0", device_at=None)
    again = replace(
        first,
        observed_at=first.observed_at + timedelta(minutes=5),
        received_at=first.received_at + timedelta(minutes=5),
        key="m:7:abc:2.0",
        redelivered=True,
    )
    assert [each.requalified for each in judged([reading(0, 1.0), first, again])] == [False, False, False]


def test_an_alike_message_without_time_that_is_sent_anew_is_another_reading() -> None:
    first = replace(reading(10, 3.0), key="m:7:abc:1.0", device_at=None)
    anew = replace(reading(20, 3.0), key="m:7:abc:2.0", device_at=None)
    assert told(judged([reading(0, 1.0), first, anew]))[1:] == [(10, "suspect"), (10, "good!"), (20, "good")]


def with_clock(minute: float, stage_m: float, off: timedelta, still: bool = False) -> Reading:
    plain = reading(minute, stage_m)
    device_at = (NOON if still else plain.observed_at) + off
    return replace(plain, key=f"m:{minute}:abc:{minute}", device_at=device_at)


def test_a_clock_that_is_wrong_but_runs_is_believed_by_the_time_of_receipt_with_its_third_reading() -> None:
    rows = judged([with_clock(10 * number, 1.0 + number / 10, timedelta(days=-400)) for number in range(5)])
    assert told(rows) == [(0, "suspect"), (10, "suspect"), (20, "good"), (30, "good"), (40, "good")]
    assert rows[-1].reasons == (Reason.CLOCK_BEHIND, Reason.CORROBORATED)


def test_a_clock_that_stands_still_is_never_believed() -> None:
    rows = judged([with_clock(number, 1.0, timedelta(days=-400), still=True) for number in range(30)])
    assert {each.quality for each in rows} == {Quality.SUSPECT}


def test_old_readings_of_a_wrong_clock_that_arrive_together_are_not_believed() -> None:
    together = [
        replace(with_clock(10 * number, 1.0, timedelta(days=-400)), observed_at=NOON, received_at=NOON)
        for number in range(9)
    ]
    assert {each.quality for each in judged(together)} == {Quality.SUSPECT}


def test_a_jump_of_a_wrong_clock_waits_for_its_own_second_voice() -> None:
    off = timedelta(days=3)
    rows = judged([with_clock(10 * number, stage_m, off) for number, stage_m in enumerate([1.0, 1.0, 1.1, 3.0, 3.1])])
    assert told(rows)[3:] == [(30, "suspect"), (30, "good!"), (40, "good")]
    assert rows[4].reasons == (
        Reason.CLOCK_AHEAD,
        Reason.CORROBORATED,
        Reason.RATE_OF_CHANGE,
        Reason.CORROBORATED,
    )


def test_a_jump_cures_no_clock() -> None:
    off = timedelta(days=3)
    rows = judged([reading(0, 1.0), with_clock(10, 3.0, off), with_clock(20, 3.1, off)])
    assert [(str(each.quality), each.reasons) for each in rows[1:]] == [
        ("suspect", (Reason.RATE_OF_CHANGE, Reason.CLOCK_AHEAD)),
        ("suspect", (Reason.RATE_OF_CHANGE, Reason.CLOCK_AHEAD)),
    ]


def test_out_of_range_stays_suspect_however_often_it_is_said() -> None:
    assert {each.quality for each in judged(stages(1.0, 55.0, 55.1, 55.2, 55.3))[1:]} == {Quality.SUSPECT}


def test_a_river_that_has_not_moved_for_its_limit_is_stuck() -> None:
    rows = judged([reading(60 * hour, 1.0) for hour in range(27)])
    assert [each.reasons for each in rows[23:]] == [(), (Reason.STUCK,), (Reason.STUCK,), (Reason.STUCK,)]
    assert rows[24].quality is Quality.SUSPECT


def test_what_was_found_stuck_is_so_after_a_restart_too_until_it_moves() -> None:
    before = judged([reading(60 * hour, 1.0) for hour in range(27)])
    again = QualityControl(lambda _: {"g": before[-5:]}, CLOCK)
    rows = again.judge([reading(60 * 27, 1.0), reading(60 * 28, 1.01)], ONE).readings
    assert [each.reasons for each in rows] == [(Reason.STUCK,), ()]


def test_a_gauge_that_reports_once_a_day_is_asleep_and_not_stuck() -> None:
    rows = judged([reading(1440 * day, 1.0) for day in range(30)], roster(watched(quality=QualityLimits())))
    assert {each.quality for each in rows} == {Quality.GOOD}


@pytest.mark.parametrize("kind", [StationKind.UNDERPASS, StationKind.RETENTION_POND, StationKind.WATERWAY])
def test_a_dry_bottom_is_never_stuck(kind: StationKind) -> None:
    dry = roster(watched(kind=kind, quality=QualityLimits()))
    assert {each.quality for each in judged([reading(1440 * day, 0.0) for day in range(60)], dry)} == {Quality.GOOD}


def test_an_underpass_that_was_pumped_dry_is_believed_after_half_an_hour() -> None:
    dry = roster(watched(kind=StationKind.UNDERPASS, quality=QualityLimits()))
    rows = judged([reading(10 * number, stage_m) for number, stage_m in enumerate([0.6, 0.0, 0.0, 0.001, 0.0])], dry)
    assert told(rows)[1:] == [
        *[(minute, "suspect") for minute in (10, 20, 30)],
        *[(minute, "good!") for minute in (10, 20, 30)],
        (40, "good"),
    ]


def test_two_sensors_of_one_logger_that_fail_together_speak_for_no_fall() -> None:
    two = roster(watched(), watched("h"))
    rows = judged(
        [reading(0, 4.0), reading(0, 4.0, "h"), reading(10, 0.0), reading(10, 0.0, "h"), reading(20, 0.0)], two
    )
    assert {each.quality for each in rows[2:]} == {Quality.SUSPECT}


def test_a_fall_that_another_gauge_has_made_already_is_good_at_once() -> None:
    two = roster(watched(), watched("h"))
    fallen = [reading(5 * number, 4.0 - number * 0.4, "h") for number in range(5)]
    rows = judged([reading(0, 4.0), *fallen, reading(20, 2.5)], two)
    assert (rows[-1].quality, rows[-1].reasons) == (Quality.GOOD, (Reason.RATE_OF_CHANGE, Reason.CORROBORATED))


def test_a_sensor_that_raves_is_not_spoken_for_by_itself() -> None:
    rows = judged(stages(4.3, 16.3, 17.8, 13.1, 18.2, 18.3, 18.3, 17.3, 17.9, 18.2, 4.5, 4.6))
    assert {each.quality for each in rows if each.value > 10} <= {Quality.SUSPECT, Quality.BAD}
    assert [(each.value, each.quality) for each in rows if each.value < 5] == [
        (4.3, Quality.GOOD),
        (4.5, Quality.GOOD),
        (4.6, Quality.GOOD),
    ]


def test_a_rise_that_goes_on_is_not_held_anew() -> None:
    rows = judged(stages(1.0, 2.5, 4.0, 5.5, 7.0, 8.0))
    assert [each.value for each in rows if each.quality is Quality.SUSPECT] == [2.5]


def test_after_our_clock_was_set_back_the_present_is_judged_as_the_present() -> None:
    rows = judged(
        [*[reading(number, 1.0) for number in range(600, 606)], *[reading(number, 1.1) for number in range(3)]]
    )
    assert {each.quality for each in rows} == {Quality.GOOD}
    assert told(judged([reading(600, 1.0), reading(0, 1.0), reading(1, 9.0), reading(2, 1.0)]))[1:] == [
        (0, "good"),
        (1, "suspect"),
        (1, "bad!"),
        (2, "good"),
    ]


def test_limits_of_its_own_take_the_place_of_those_of_the_kind() -> None:
    calm = roster(watched(quality=QualityLimits(spike_m=0.1, rise_m_per_h=0.2)))
    assert told(judged(stages(1.0, 1.2), calm))[1] == (10, "suspect")
    assert told(judged(stages(1.0, 1.1), calm))[1] == (10, "good")
    wild = roster(watched(quality=QualityLimits(spike_m=5.0)))
    assert told(judged(stages(1.0, 5.9), wild))[1] == (10, "good")


def test_a_judgement_that_was_not_adopted_leaves_no_trace() -> None:
    control = QualityControl(empty, CLOCK)
    control.adopt(control.judge(stages(1.0), ONE))
    first = control.judge([reading(10, 3.0)], ONE)
    assert control.judge([reading(10, 3.0)], ONE) == first
    assert told(control.judge([reading(20, 3.0)], ONE).readings) == [(20, "suspect")]


def test_a_gauge_that_nobody_knows_passes_as_it_came() -> None:
    stranger = reading(0, 9.0, "stranger")
    assert QualityControl(empty, CLOCK).judge([stranger], ONE).readings == (stranger,)


def test_the_log_is_asked_once_for_a_gauge() -> None:
    asked: list[str] = []

    def recall(gauge_ids: Collection[str]) -> Mapping[str, Sequence[Reading]]:
        asked.extend(gauge_ids)
        return {"g": [reading(-10, 1.0)]}

    control = QualityControl(recall, CLOCK)
    rows = [row for each in stages(3.0, 3.1) for row in control.judge([each], ONE).readings]
    assert (asked, told(rows)[0]) == (["g"], (0, "suspect"))


def test_what_is_remembered_of_a_gauge_takes_less_than_400_bytes() -> None:
    many = roster(*[watched(f"g-{number:04d}", f"s-{number:04d}") for number in range(3000)])
    batches = [[reading(10 * turn, 1.0 + turn / 100, gauge_id) for gauge_id in many.gauges] for turn in range(8)]
    control = QualityControl(empty, CLOCK)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for batch in batches:
            control.adopt(control.judge(batch, many))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken / len(many.gauges) < 400
