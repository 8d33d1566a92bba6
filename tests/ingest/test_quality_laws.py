"""What holds of quality control whatever comes: nothing lost, nothing held twice, a restart changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.quality import RECALLED, QualityControl, check
from ingest.quality.memory import KEPT
from ingest.readings import Quality, Reading, Reason
from ingest.roster import Roster
from ingest.stations import QualityLimits, StationKind
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from ingest.store.recall import SqlRecall
from tests.ingest.stores import database
from tests.ingest.test_quality import CLOCK, NOON, empty, judged, reading, roster, watched

TWO = roster(watched("g"), watched("h"))
STAGES_M = st.one_of(
    st.sampled_from([0.0, 1.0, 1.02, 1.1, 1.4, 2.0, 2.6, 3.5, 5.0, 5.1, 8.0, 17.0, 26.48, -3.0, 60.0, 500.0]),
    st.floats(-20, 130).map(lambda stage_m: round(stage_m, 3)),
)


@st.composite
def arrivals(draw: st.DrawFn) -> list[Reading]:
    """Readings of two gauges of one station as they come: late, repeated, corrected, undated, with wrong clocks."""
    made: list[Reading] = []
    minute = 0.0
    for number in range(draw(st.integers(1, 40))):
        gauge_id = draw(st.sampled_from("ggggh"))
        minute += draw(st.sampled_from([0.0, 1.0, 5.0, 10.0, 10.0, 10.0, 70.0, 1500.0]))
        kind = draw(st.sampled_from(["plain"] * 8 + ["late", "repeat", "correction", "undated", "clock"]))
        # A broker delivers again what it has not seen acknowledged: one of the last few, and not its own repeats.
        earlier = [each for each in [each for each in made if each.gauge_id == gauge_id][-4:] if not each.redelivered]
        new = reading(minute, draw(STAGES_M), gauge_id)
        if kind == "late":
            new = reading(minute - draw(st.sampled_from([3.0, 15.0, 45.0, 2000.0])), new.value, gauge_id, minute)
        elif kind == "undated":
            new = replace(new, key=f"m:{number}:abc:{new.received_at.timestamp():.6f}", device_at=None)
        elif kind == "clock":
            off = timedelta(days=draw(st.sampled_from([-20.0, -20.0, 3.0])))
            new = replace(new, key=f"m:{number}:abc:{new.received_at.timestamp():.6f}", device_at=new.observed_at + off)
        elif kind in ("repeat", "correction") and earlier:
            chosen = draw(st.sampled_from(earlier))
            undated = chosen.key.startswith("m:")
            at = new.received_at
            new = replace(chosen, received_at=at, redelivered=undated, quality=Quality.GOOD, reasons=())
            if undated:
                new = replace(new, observed_at=at, key=f"{chosen.key.rpartition(':')[0]}:{at.timestamp():.6f}")
            if kind == "correction" and not undated:
                new = replace(new, value=draw(STAGES_M))
        made.append(check(new, TWO.gauges[gauge_id], CLOCK))
    return made


class Kept:
    """A log in memory: repeats are dropped as the real one drops them."""

    def __init__(self) -> None:
        self.rows: list[Reading] = []
        self._said: dict[tuple[str, str], float] = {}

    def append(self, rows: Sequence[Reading]) -> None:
        """Keep what is new."""
        for row in rows:
            name = (row.gauge_id, row.key.rpartition(":")[0] if row.key.startswith("m:") else row.key)
            if row.requalified or self._said.get(name) != row.value:
                self._said[name] = row.value
                self.rows.append(replace(row, seq=len(self.rows) + 1))

    def recall(self, gauge_ids: Collection[str]) -> Mapping[str, Sequence[Reading]]:
        """As SqlRecall does it, without the flag that no database has."""
        found: dict[str, list[Reading]] = {}
        for gauge_id in gauge_ids:
            own = [each for each in self.rows if each.gauge_id == gauge_id]
            newest = sorted(own, key=lambda each: (each.observed_at, each.seq), reverse=True)
            good = [each for each in newest if each.quality is Quality.GOOD][:1]
            chosen = {each.seq: each for each in [*newest[:RECALLED], *good]}
            found[gauge_id] = [replace(chosen[seq], requalified=False) for seq in sorted(chosen)]
        return found


def run(batches: Sequence[Sequence[Reading]], *, restarts: bool = False, twice: bool = False) -> list[Reading]:
    """The rows of the log after these batches; with ``restarts`` every batch meets a process of its own."""
    log = Kept()
    control = QualityControl(log.recall, CLOCK)
    for batch in batches:
        if restarts:
            control = QualityControl(log.recall, CLOCK)
        judgement = control.judge(batch, TWO)
        if twice:
            assert control.judge(batch, TWO) == judgement
        control.adopt(judgement)
        log.append(judgement.readings)
    return log.rows


def told(rows: Sequence[Reading]) -> list[tuple[object, ...]]:
    """What there is to compare of rows, short enough to be read where a law is broken."""
    return [
        ((each.observed_at - NOON).total_seconds() / 60, each.gauge_id, each.value, str(each.quality), *each.reasons)
        for each in rows
    ]


def split(readings: Sequence[Reading], cuts: Collection[int]) -> list[Sequence[Reading]]:
    ends = sorted({0, len(readings), *(cut % (len(readings) + 1) for cut in cuts)})
    return [readings[begin:end] for begin, end in pairwise(ends)]


@settings(max_examples=150, deadline=None)
@given(arrivals(), st.lists(st.integers(0, 30), max_size=5))
def test_however_the_readings_are_batched_they_are_judged_alike(readings: list[Reading], cuts: list[int]) -> None:
    assert told(run(split(readings, cuts))) == told(run([readings])) == told(run([[each] for each in readings]))


@settings(max_examples=150, deadline=None)
@given(arrivals(), st.lists(st.integers(0, 30), max_size=5))
def test_a_restart_changes_no_judgement(readings: list[Reading], cuts: list[int]) -> None:
    batches = split(readings, cuts)
    assert told(run(batches, restarts=True)) == told(run(batches))


@settings(max_examples=50, deadline=None)
@given(arrivals())
def test_a_batch_judged_again_is_judged_alike(readings: list[Reading]) -> None:
    assert run(split(readings, [10]), twice=True) == run(split(readings, [10]))


@settings(max_examples=150, deadline=None)
@given(arrivals())
def test_every_reading_comes_out_once_with_its_value_and_time(readings: list[Reading]) -> None:
    control = QualityControl(empty, CLOCK)
    rows = control.judge(readings, TWO).readings
    raw = [replace(each, quality=Quality.GOOD, reasons=()) for each in rows if not each.requalified]
    assert raw == [replace(each, quality=Quality.GOOD, reasons=()) for each in readings]


@settings(max_examples=150, deadline=None)
@given(arrivals())
def test_a_row_is_requalified_once_after_it_was_suspect_and_never_again(readings: list[Reading]) -> None:
    last: dict[tuple[str, str], Reading] = {}
    ended: dict[tuple[str, str], int] = defaultdict(int)
    for row in run([readings]):
        name = (row.gauge_id, row.key)
        if row.requalified:
            before = last[name]
            assert before.quality is Quality.SUSPECT
            assert row.reasons[: len(before.reasons)] == before.reasons
            assert (row.value, row.observed_at) == (before.value, before.observed_at)
            assert (row.quality, row.reasons[-1]) in (
                (Quality.GOOD, Reason.CORROBORATED),
                (Quality.BAD, Reason.REFUTED),
            )
            ended[name] += 1
            assert ended[name] == 1
        else:
            ended[name] = 0
        last[name] = row


@settings(max_examples=100, deadline=None)
@given(arrivals())
def test_a_jump_is_ended_or_waits_or_is_left_after_five_further_readings(readings: list[Reading]) -> None:
    control = QualityControl(empty, CLOCK)
    judgement = control.judge(readings, TWO)
    waiting = {each.key for memory in judgement.memories.values() for each in memory.held}
    assert all(len(memory.held) <= KEPT for memory in judgement.memories.values())
    last = {(each.gauge_id, each.key): each for each in judgement.readings}
    for (gauge_id, key), row in last.items():
        jumped = row.quality is Quality.SUSPECT and row.reasons == (Reason.RATE_OF_CHANGE,)
        if jumped and key not in waiting:
            after = [each for each in readings if each.gauge_id == gauge_id and each.observed_at >= row.observed_at]
            assert len(after) > 5


@pytest.mark.parametrize("every", [1, 2, 5, 10, 15])
@pytest.mark.parametrize("lost", [False, True])
@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(StationKind),
    rise=st.lists(st.floats(0.01, 1).map(lambda share: share**4), min_size=15, max_size=15),
    base_m=st.floats(-3, 6),
    noise_m=st.sampled_from([0.0, 0.01]),
    phase=st.integers(0, 9),
    which=st.integers(0, 12),
    recession_m=st.floats(0, 0.02),
)
def test_a_flash_flood_of_4_m_in_15_minutes_waits_for_one_reading_at_most(
    every: int,
    lost: bool,
    kind: StationKind,
    rise: list[float],
    base_m: float,
    noise_m: float,
    phase: int,
    which: int,
    recession_m: float,
) -> None:
    """Any course upwards, minute by minute, at any kind of station by its defaults; with a reading lost on the way."""
    risen = [4.0 * sum(rise[: minute + 1]) / sum(rise) for minute in range(15)]
    course = [0.0] * 30 + risen + [4.0 - recession_m * minute for minute in range(60)]
    sampled = [
        reading(minute, round(base_m + course[minute] + noise_m * (minute % 3 - 1), 3))
        for minute in range(phase, len(course), every)
    ]
    if lost:
        rising = [each for each in sampled if 30 <= (each.observed_at - NOON).total_seconds() / 60 <= 45]
        gone = rising[which % len(rising)] if rising else None
        sampled = [each for each in sampled if each is not gone]
    assert longest_wait(sampled, roster(watched(kind=kind, quality=QualityLimits()))) <= 1


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(StationKind),
    every=st.sampled_from([1, 2, 5, 10, 30]),
    height_m=st.one_of(st.floats(1.6, 40), st.floats(-9, -1.6)),
    base_m=st.floats(0, 4),
)
def test_a_lone_spike_is_never_believed_and_nothing_else_is_doubted(
    kind: StationKind, every: int, height_m: float, base_m: float
) -> None:
    one = roster(watched(kind=kind, quality=QualityLimits()))
    course = [round(base_m + 0.01 * (number % 2), 3) for number in range(12)]
    course[6] = round(base_m + height_m, 3)
    last = {
        each.key: each for each in judged([reading(every * number, each) for number, each in enumerate(course)], one)
    }
    assert [each.value for each in last.values() if each.quality is not Quality.GOOD] == [course[6]]
    assert [each.quality for each in last.values()][6] is Quality.BAD


@settings(max_examples=100, deadline=None)
@given(
    high_m=st.floats(1.0, 8.0),
    floor_m=st.floats(-0.5, 0.3),
    tremble_m=st.lists(st.floats(-0.01, 0.01), min_size=1, max_size=40),
    every=st.sampled_from([1, 10, 60]),
)
def test_a_river_sensor_that_drops_dead_is_never_believed(
    high_m: float, floor_m: float, tremble_m: list[float], every: int
) -> None:
    dead = [round(floor_m + each, 3) for each in tremble_m]
    course = [round(high_m, 3), round(high_m + 0.1, 3), *dead]
    assume(course[1] - max(dead) > 1.6)  # less in an hour is as slow as water
    one = roster(watched(quality=QualityLimits()))
    rows = judged([reading(every * number, each) for number, each in enumerate(course)], one)
    assert {each.quality for each in rows[2:]} == {Quality.SUSPECT}


def longest_wait(readings: Sequence[Reading], gauges: Roster = TWO) -> int:
    """For how many further readings the longest held good reading waited."""
    control = QualityControl(empty, CLOCK)
    since: dict[str, int] = {}
    waits = [0]
    for number, each in enumerate(readings):
        judgement = control.judge([each], gauges)
        control.adopt(judgement)
        for row in judgement.readings:
            if row.quality is Quality.SUSPECT:
                since[row.key] = number
            elif row.requalified:
                assert row.quality is Quality.GOOD
                waits.append(number - since.pop(row.key))
    assert not since
    return max(waits)


def test_what_a_real_database_recalls_is_what_was_known(tmp_path: Path) -> None:
    engine = database(tmp_path)
    try:
        recall, appender = SqlRecall(engine), SqlAppender(engine)
        course = [1.0 + number % 2 / 100 for number in range(40)]
        course += [9.0, 1.0, *[30.0] * 40, 1.02, 1.2, 1.4, *[0.0] * 40, 0.3, 0.35, 0.4]
        told = [reading(10 * number, stage_m) for number, stage_m in enumerate(course)]
        lasting = QualityControl(recall, CLOCK)
        for number, each in enumerate(told):
            judgement = lasting.judge([each], TWO)
            assert QualityControl(recall, CLOCK).judge([each], TWO).readings == judgement.readings, number
            appender.append(Batch(readings=judgement.readings))
            lasting.adopt(judgement)
        kept = recall(["g"])["g"]
        assert len(kept) == RECALLED
        assert kept[-1].value == 0.4
    finally:
        engine.dispose()
