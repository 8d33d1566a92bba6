"""Quality control: what is held, what speaks for it, and what is never believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.quality import ClockLimits, QualityControl, check
from ingest.readings import Quality, Reading, Reason
from ingest.roster import Roster, Watched
from ingest.stations import QualityLimits, Reads, StationKind

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
