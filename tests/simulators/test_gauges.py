"""Stages of the gauges of a city under the demonstration storm."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.registry_files.reading import load
from ingest.stations import Gauge, Station, StationKind
from simulators.gauges import NOISE_M, Waters, base_m, ladder, stage_of_severity
from simulators.storm import demonstration_storm
from tests.simulators.city import ORIGIN, RIVER_LEVELS, city

CITY = city()


def waters(seed: int = 1) -> Waters:
    return Waters(CITY, demonstration_storm(ORIGIN, seed))


def minutes(first: int, last: int) -> list[datetime]:
    return [ORIGIN + timedelta(minutes=minute) for minute in range(first, last)]


def hazards(water: Waters, at: datetime) -> dict[str, int]:
    return {gauge_id: water.hazard(gauge_id, at) for gauge_id in CITY.gauges}


@pytest.mark.parametrize("seed", range(6))
def test_at_the_origin_some_stations_are_high_and_most_are_not(seed: int) -> None:
    found = Counter(hazards(waters(seed), ORIGIN).values())
    assert sum(found[hazard] for hazard in (1, 2, 3)) >= 3
    assert found[0] >= len(CITY.gauges) / 2
    assert found[5] == 0


@pytest.mark.parametrize("seed", range(6))
def test_within_twenty_minutes_some_stations_rise_to_four_or_five(seed: int) -> None:
    water = waters(seed)
    before = hazards(water, ORIGIN)
    after = [hazards(water, at) for at in minutes(1, 21)]
    risen = [gauge for gauge in before if before[gauge] < 4 <= max(each[gauge] for each in after)]
    assert risen


def test_the_demonstration_city_shows_the_whole_ladder_within_a_quarter_of_an_hour() -> None:
    registry = load(Path(__file__).parents[2] / "deploy" / "demo" / "city.toml")
    water = Waters(registry, demonstration_storm(ORIGIN))
    at_first = Counter(water.hazard(gauge_id, ORIGIN) for gauge_id in registry.gauges)
    assert set(at_first) == {0, 1, 2, 3}
    risen = [max(water.hazard(gauge_id, at) for at in minutes(5, 16)) for gauge_id in registry.gauges]
    assert risen.count(5) >= 1
    assert risen.count(4) >= 3


@pytest.mark.parametrize("seed", range(6))
def test_some_station_reaches_the_top_and_all_are_down_again_before_the_next_storm(seed: int) -> None:
    water = waters(seed)
    assert max(max(hazards(water, at).values()) for at in minutes(0, 120)) == 5
    assert max(hazards(water, ORIGIN + timedelta(hours=6)).values()) <= 1


def test_an_underpass_floods_in_minutes_and_a_river_in_hours() -> None:
    water = waters()
    flashes = [_rise_minutes(water, gauge) for gauge in _of(StationKind.UNDERPASS)]
    slow = [_rise_minutes(water, gauge) for gauge in _of(StationKind.RIVER)]
    assert 5 <= max(flashes) <= 30
    assert min(slow) > 60


def _of(kind: StationKind) -> list[str]:
    return [gauge.id for gauge in CITY.gauges.values() if CITY.station_of(gauge).kind is kind]


def _rise_minutes(water: Waters, gauge_id: str) -> int:
    """Minutes from a tenth of the largest depth to the largest."""
    stages = [water.stage_m(gauge_id, at) for at in minutes(-300, 240)]
    low, high = min(stages), max(stages)
    return stages.index(high) - next(i for i, stage in enumerate(stages) if stage > low + 0.1 * (high - low))


def test_a_retention_pond_empties_more_slowly_than_it_fills() -> None:
    water = waters()
    pond = max(_of(StationKind.RETENTION_POND), key=lambda gauge: water.stage_m(gauge, ORIGIN + timedelta(hours=1)))
    stages = [water.stage_m(pond, at) for at in minutes(-60, 480)]
    peak = stages.index(max(stages))
    half = (stages[0] + stages[peak]) / 2
    filling = peak - next(i for i, stage in enumerate(stages) if stage > half)
    emptying = next(i for i, stage in enumerate(stages[peak:]) if stage < half)
    assert emptying > 1.5 * filling


def test_no_depth_is_negative_and_a_dry_road_is_exactly_dry() -> None:
    water = waters()
    for gauge_id in _of(StationKind.UNDERPASS):
        stages = [water.measured_m(gauge_id, at) for at in minutes(-360, 0)]
        assert min(stages) == 0
    for gauge_id in CITY.gauges:
        assert all(water.stage_m(gauge_id, at) >= 0 for at in minutes(-60, 60))


def test_the_same_observation_always_has_the_same_value() -> None:
    one, other = waters(), waters()
    at = ORIGIN + timedelta(minutes=17)
    for gauge_id in CITY.gauges:
        later = one.measured_m(gauge_id, at + timedelta(days=3))
        assert one.measured_m(gauge_id, at) == other.measured_m(gauge_id, at)
        assert later == one.measured_m(gauge_id, at + timedelta(days=3))


def test_the_sensor_errs_by_a_centimetre_at_most_and_says_whole_millimetres() -> None:
    water = waters()
    river = _of(StationKind.RIVER)[0]
    errors = [water.measured_m(river, at) - water.stage_m(river, at) for at in minutes(0, 200)]
    assert 0.003 < max(map(abs, errors)) <= NOISE_M + 0.0005
    assert abs(sum(errors)) / len(errors) < 0.002
    assert water.measured_m(river, ORIGIN) == round(water.measured_m(river, ORIGIN), 3)


def test_each_storm_endangers_other_stations() -> None:
    water = waters()
    worst = []
    for number in (0, 1, 2):
        core = water.storm.event(number).core_at
        found = [hazards(water, core + timedelta(minutes=10 * step)) for step in range(8)]
        worst.append({gauge for gauge in CITY.gauges if max(each[gauge] for each in found) >= 4})
    assert all(worst)
    assert worst[0] != worst[1] != worst[2]


def test_the_outer_gauge_of_a_pump_station_is_as_slow_as_its_river() -> None:
    station = CITY.stations["pump_station-03"]
    pair = [Gauge(id=f"pump-{side}", station_id=station.id, bank_m=3.0) for side in ("inner", "outer")]
    water = Waters(CITY.model_copy(update={"gauges": {gauge.id: gauge for gauge in pair}}), waters().storm)
    assert _rise_minutes(water, "pump-outer") > 2 * _rise_minutes(water, "pump-inner")


def test_two_gauges_in_the_same_water_agree() -> None:
    station = CITY.stations["waterway-01"]
    pair = [Gauge(id=name, station_id=station.id, bank_m=1.5) for name in ("old", "new")]
    water = Waters(CITY.model_copy(update={"gauges": {gauge.id: gauge for gauge in pair}}), waters().storm)
    assert all(water.stage_m("old", at) == water.stage_m("new", at) for at in minutes(0, 30))
    assert any(water.measured_m("old", at) != water.measured_m("new", at) for at in minutes(0, 30))


def test_severity_follows_the_ladder_of_the_gauge() -> None:
    assert stage_of_severity(3, 0.4, RIVER_LEVELS) == pytest.approx(2.2)
    assert stage_of_severity(3.5, 0.4, RIVER_LEVELS) == pytest.approx(2.5)
    assert stage_of_severity(5.5, 0.4, RIVER_LEVELS) > 3.5
    assert stage_of_severity(4, 0, {2: 0.05, 4: 0.15, 5: 0.30}) == pytest.approx(0.15)


def test_a_river_without_thresholds_still_has_believable_water() -> None:
    station = Station(id="s", kind=StationKind.RIVER, name={"ja": "川"}, lat=34, lon=133)
    levels = ladder(station.kind, Gauge(id="g", station_id="s", crown_m=4.0), ORIGIN)
    assert max(levels.values()) == 4.0
    assert 0 < base_m(station.kind, levels) < min(levels.values())
