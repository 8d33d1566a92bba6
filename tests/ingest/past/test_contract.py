"""What every past must do: the same tests for the SQLite file and for a real InfluxDB server."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.readings import Quality, Reading, Reason
from ingest.stations import Quantity
from ingest.store.past.course import course_of_past, last_revisions, step_of, thinned
from ingest.store.past.protocol import Past, PastRefused, Span
from ingest.store.past.spans import outside
from tests.ingest.cities import NOON
from tests.ingest.past.pasts import YEARS, dated, everything, undated

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


def test_what_is_kept_comes_back_whole(past: Past) -> None:
    kept = [
        dated(2.5, device_seq=4711),
        dated(-0.1 + 0.3, NOON + MICROSECOND),
        dated(9.9, NOON + MINUTE, quality=Quality.SUSPECT, reasons=(Reason.OUT_OF_RANGE, Reason.SPIKE)),
        dated(5e-324, NOON + 2 * MINUTE, quality=Quality.BAD, reasons=(Reason.STUCK,)),
        dated(1.7976931348623157e308, NOON + 3 * MINUTE, quality=Quality.NOT_EVALUATED),
        undated(1.0, 'm:7:"ab\\c":1', NOON + 4 * MINUTE, device_at=datetime(1970, 1, 1, tzinfo=UTC)),
        undated(0.0, "m:8:abc:1", NOON + 5 * MINUTE, device_at=datetime(9999, 12, 31, tzinfo=UTC)),
        undated(-1.0, "m:9:abc:1", NOON + 6 * MINUTE),
    ]
    past.keep(kept)
    assert past.rows("fujii-01", [YEARS]) == kept


def test_every_quality_comes_back(past: Past) -> None:
    kept = {dated(1.0, NOON + number * MINUTE, quality=each) for number, each in enumerate(Quality)}
    past.keep(sorted(kept, key=lambda each: each.seq))
    assert everything(past) == kept


def test_the_same_batch_again_adds_nothing(past: Past) -> None:
    kept = [dated(number / 10, NOON + number * MINUTE) for number in range(300)]
    for begin in (0, 0, 150, 100):
        past.keep(kept[begin : begin + 200])
    assert everything(past) == set(kept)


def test_a_correction_leaves_the_earlier_value_and_history_has_the_last(past: Past) -> None:
    first, second, third = dated(26.48), dated(0.95, revision=1), dated(0.96, revision=2)
    past.keep([first])
    past.keep([third, second])
    assert everything(past) == {first, second, third}
    assert last_revisions(past.rows("fujii-01", [YEARS])) == [third]
    assert set(past.revised("fujii-01", YEARS)) == {second, third}


def test_a_late_copy_of_the_first_value_does_not_undo_a_correction(past: Past) -> None:
    first, second = dated(26.48), dated(0.95, revision=1)
    past.keep([second])
    past.keep([first])
    assert last_revisions(past.rows("fujii-01", [YEARS])) == [second]


def test_a_promotion_changes_the_quality_and_keeps_the_doubt(past: Past) -> None:
    held = dated(4.1, quality=Quality.SUSPECT, reasons=(Reason.RATE_OF_CHANGE,))
    promoted = dated(4.1, revision=1, reasons=(Reason.RATE_OF_CHANGE, Reason.CORROBORATED))
    past.keep([held, promoted])
    assert last_revisions(past.rows("fujii-01", [YEARS])) == [promoted]
    assert everything(past) == {held, promoted}


def test_twins_without_time_in_the_same_microsecond_are_all_kept(past: Past) -> None:
    twins = [undated(2.5, f"m:{number}:abc:1") for number in range(40)]
    alike = [dated(2.5), dated(2.5, revision=1)]
    past.keep([*twins[:20], alike[0]])
    past.keep([*twins[20:], alike[1]])
    past.keep([*alike, *twins])
    assert everything(past) == {*twins, *alike}


def test_neighbouring_microseconds_do_not_mix(past: Past) -> None:
    kept = [
        each
        for number in range(20)
        for each in (dated(number, NOON + number * MICROSECOND), undated(9.0, f"m:{number}:a:1", NOON))
    ]
    past.keep(kept)
    assert set(past.rows("fujii-01", [(NOON, NOON)])) == {each for each in kept if each.observed_at == NOON}
    only = past.rows("fujii-01", [(NOON + MICROSECOND, NOON + 2 * MICROSECOND)])
    assert [each.value for each in only] == [1.0, 2.0]


def test_a_span_has_its_ends_and_nothing_else(past: Past) -> None:
    past.keep([dated(number, NOON + number * MINUTE) for number in range(10)])
    spans = [(NOON + 2 * MINUTE, NOON + 4 * MINUTE), (NOON + 8 * MINUTE, NOON + 30 * MINUTE)]
    assert [each.value for each in past.rows("fujii-01", spans)] == [2.0, 3.0, 4.0, 8.0, 9.0]


def test_gauges_are_apart(past: Past) -> None:
    past.keep([dated(1.0), dated(2.0, gauge="fujii-02"), dated(3.0, gauge="fujii-0")])
    assert [each.value for each in past.rows("fujii-02", [YEARS])] == [2.0]


def test_the_quantities_of_a_pump_are_apart_also_at_one_time_and_in_one_step(past: Past) -> None:
    def said(minute: int, running: float, flow: float) -> list[Reading]:
        at = NOON + minute * MINUTE
        of = {Quantity.RUNNING: running, Quantity.FAULT: 0.0, Quantity.FLOW: flow}
        return [replace(dated(value, at, gauge="minato-p1"), quantity=each) for each, value in of.items()]

    kept = [*said(0, 1.0, 0.5), *said(1, 1.0, 0.9), *said(2, 0.0, -0.1)]
    past.keep(kept)
    assert everything(past, "minato-p1") == set(kept)
    step = timedelta(minutes=10)
    course = course_of_past(past, "minato-p1", YEARS, step, [])
    found = {each: sorted(row.value for row in course if row.quantity is each) for each in {*Quantity}}
    assert found == {
        Quantity.STAGE: [],
        Quantity.OPENING: [],
        Quantity.RUNNING: [0.0, 1.0],
        Quantity.FAULT: [0.0],
        Quantity.FLOW: [-0.1, 0.9],
    }


def test_where_nothing_was_there_is_nothing(past: Past) -> None:
    past.keep([])
    past.keep([dated(1.0)])
    before = (NOON - 2 * MINUTE, NOON - MINUTE)
    assert past.rows("fujii-01", [before]) == []
    assert past.rows("fujii-01", []) == []
    assert past.rows("nobody", [YEARS]) == []
    assert past.extremes("fujii-01", before, MINUTE) == []
    assert past.revised("fujii-01", before) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused_and_said(past: Past, value: float) -> None:
    with pytest.raises(PastRefused, match="is not a number"):
        past.keep([dated(value)])
    assert everything(past) == set()


@pytest.mark.parametrize("name", ["", "fujii 01", "藤井", "a,b=c", "a'; DROP", "x" * 65])
def test_a_name_that_is_none_is_refused(past: Past, name: str) -> None:
    with pytest.raises(PastRefused, match="not the name of a gauge"):
        past.keep([dated(1.0, gauge=name)])


values = st.sampled_from([-1.0, 0.0, 0.5, 2.5, 4.0, 26.48])
revisions = st.lists(st.tuples(values, st.sampled_from(Quality)), min_size=1, max_size=3)
observations = st.lists(
    st.tuples(st.integers(0, 5_000), revisions, st.booleans()), min_size=1, max_size=30, unique_by=lambda each: each[0]
)


def rows_of(drawn: list[tuple[int, list[tuple[float, Quality]], bool]]) -> list[Reading]:
    """The rows of the log that some observations and their corrections made."""
    rows = []
    for second, said, has_time in drawn:
        at = NOON + timedelta(seconds=second)
        for revision, (value, quality) in enumerate(said):
            each = dated(value, at, quality=quality, revision=revision)
            rows.append(each if has_time else replace(each, key=f"m:{second}:x:1", device_at=None))
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(observations, st.integers(1, 60), st.integers(0, 1_000_000))
def test_a_course_has_the_extremes_of_its_readings(
    past: Past, drawn: list[tuple[int, list[tuple[float, Quality]], bool]], steps: int, seed: int
) -> None:
    """Whatever was corrected or promoted, in whatever order it came: highest and lowest of every quality are there."""
    rows = rows_of(drawn)
    gauge = f"gauge-{rows[0].seq}"
    rows = [replace(each, gauge_id=gauge) for each in rows]
    shuffled = random.Random(seed).sample(rows, len(rows))
    past.keep(shuffled)
    span = (NOON, NOON + timedelta(seconds=5_000))
    step = step_of(*span, steps)
    course = course_of_past(past, gauge, span, step, [])
    assert course == thinned(last_revisions(rows), step)
    for quality in Quality:
        drawn_values = [each.value for each in course if each.quality is quality]
        real = [each.value for each in last_revisions(rows) if each.quality is quality]
        assert (min(drawn_values, default=None), max(drawn_values, default=None)) == (
            min(real, default=None),
            max(real, default=None),
        )


def year(gauge: str) -> list[Reading]:
    """A year of ten-minute readings with one flood, one spike that was corrected and one suspect peak."""
    rng = random.Random(3)
    rows = [dated(1 + rng.random(), NOON + number * 10 * MINUTE, gauge) for number in range(52_560)]
    rows[20_000] = replace(rows[20_000], value=6.1)
    rows[30_000] = replace(rows[30_000], value=26.48)
    rows[40_000] = replace(rows[40_000], value=9.5, quality=Quality.SUSPECT)
    at = rows[30_000].observed_at
    return [*rows, dated(0.95, at, gauge, revision=1)]


def test_a_year_is_thinned_with_its_peaks(past: Past) -> None:
    rows = year("fujii-year")
    for begin in range(0, len(rows), 5_000):
        past.keep(rows[begin : begin + 5_000])
    span = (NOON, NOON + timedelta(days=365))
    step = step_of(*span, 400)
    course = course_of_past(past, "fujii-year", span, step, [])
    assert step == timedelta(days=1)
    assert len(course) < 900
    good = [each for each in course if each.quality is Quality.GOOD]
    assert max(good, key=lambda each: each.value) == rows[20_000]
    assert [each for each in course if each.quality is Quality.SUSPECT] == [rows[40_000]]
    assert 26.48 not in [each.value for each in course]
    assert rows[-1] in course


def test_the_past_forgets_what_is_old_but_never_what_is_locked(past: Past) -> None:
    hours = [
        dated(number, NOON + number * timedelta(hours=1), gauge)
        for gauge in ("free", "fujii-01", "fujii-02")
        for number in range(100)
    ]
    past.keep(hours)
    evidence: dict[str, list[Span]] = {
        "fujii-01": [(NOON + timedelta(hours=10), NOON + timedelta(hours=20))],
        "fujii-02": [
            (NOON + timedelta(hours=70), NOON + timedelta(hours=90)),
            (NOON + timedelta(hours=15), NOON + timedelta(hours=16)),
            (NOON + timedelta(hours=16), NOON + timedelta(hours=17)),
        ],
    }
    past.forget(NOON + timedelta(hours=80), evidence)
    left = {
        gauge: [int(each.value) for each in past.rows(gauge, [YEARS])] for gauge in ("free", "fujii-01", "fujii-02")
    }
    assert left == {
        "free": list(range(80, 100)),
        "fujii-01": [*range(10, 21), *range(80, 100)],
        "fujii-02": [15, 16, 17, *range(70, 100)],
    }
    past.forget(NOON + timedelta(hours=80), {})
    assert [int(each.value) for each in past.rows("fujii-01", [YEARS])] == list(range(80, 100))


def test_what_was_forgotten_may_be_kept_again(past: Past) -> None:
    row = dated(1.0)
    past.keep([row])
    past.forget(NOON + MINUTE, {})
    assert everything(past) == set()
    past.keep([row])
    assert everything(past) == {row}


def test_outside_of_locks_is_everything_else_before_the_time() -> None:
    locks = [(NOON, NOON + MINUTE), (NOON + MINUTE, NOON + 2 * MINUTE), (NOON + 9 * MINUTE, NOON + 10 * MINUTE)]
    free = outside(locks, NOON + 9 * MINUTE)
    assert [until for _, until in free] == [NOON - MICROSECOND, NOON + 9 * MINUTE - MICROSECOND]
    assert free[1][0] == NOON + 2 * MINUTE + MICROSECOND
    assert outside([(NOON, datetime.max.replace(tzinfo=UTC))], NOON + MINUTE)[0][1] == NOON - MICROSECOND
    assert outside([(NOON - MINUTE, NOON)], NOON - MINUTE)[0][1] == NOON - MINUTE - MICROSECOND
