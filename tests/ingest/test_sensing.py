from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.decoders.decoded import Observed
from ingest.messages import Refusal, Refused
from ingest.roster import Mounted, Watched, watched
from ingest.sensing import chosen, fits, measured, sensor_at, serving, stage_m
from ingest.sensors import Reads, Sensor
from ingest.stations import Gauge, StationKind
from ingest.units import METRES_PER, PASCALS_PER
from tests.ingest.registries import sensors

SPRING = datetime(2026, 4, 1, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 1, tzinfo=UTC)
millimetres = st.integers(-9_000, 40_000)


def sensor(since: datetime = SPRING, **more: Any) -> Sensor:
    return Sensor.model_validate({"valid_from": since, **more})


def gauge(*sensors: Sensor, name: str = "g", **more: Any) -> Watched:
    values = {"id": name, "station_id": "s", "sensors": sensors, **more}
    return watched(Gauge.model_validate(values), StationKind.RIVER)


def stage_of(value: float, measure: Sensor, unit: str = "", channel: str = "", **more: Any) -> float:
    return stage_m(Observed(value, unit=unit, channel=channel), gauge(measure, **more), SUMMER)


def refused(value: Any, measure: Sensor, unit: str = "", channel: str = "") -> str:
    with pytest.raises(Refused) as caught:
        stage_of(value, measure, unit, channel)
    assert caught.value.refusal is Refusal.IMPOSSIBLE
    return caught.value.detail


def test_a_gauge_without_sensors_reports_metres_as_its_registry_says() -> None:
    assert stage_m(Observed(1.2344), gauge(), SUMMER) == 1.234
    assert stage_m(Observed(-0.5), gauge(reports="below_crown", crown_m=3.0), SUMMER) == 2.5


def test_a_distance_is_measured_down_from_the_mounting() -> None:
    assert stage_of(2.35, sensor(reads="distance", height_m=6.1, offset_m=0.02)) == 3.77


def test_a_depth_begins_at_the_sensor() -> None:
    assert stage_of(0.8, sensor(reads="depth", height_m=-0.3)) == 0.5


def test_a_pressure_is_a_column_of_water_of_its_density_above_the_sensor() -> None:
    air_pa, column_pa = 101_325.0, 9_806.65
    absolute = sensor(reads="pressure", height_m=0.1, offset_pa=air_pa)
    assert stage_of(air_pa + column_pa, absolute) == 1.1
    salt = sensor(reads="pressure", height_m=0.0, density_kg_per_m3=1025)
    assert stage_of(column_pa, salt) == round(1000 / 1025, 3)


def test_an_elevation_is_taken_from_the_gauge_zero() -> None:
    assert stage_of(48.75, sensor(reads="elevation"), datum_m=46.5) == 2.25


def test_a_sensor_below_the_crown_counts_from_it() -> None:
    assert stage_of(-0.25, sensor(reads="below_crown"), crown_m=3.1) == 2.85


@pytest.mark.parametrize(
    ("value", "unit", "expected_m"),
    [(1500.0, "mm", 1.5), (150.0, "cm", 1.5), (15.0, "dm", 1.5), (100.0, "in", 2.54), (10.0, "ft", 3.048)],
)
def test_a_length_is_taken_in_the_unit_that_the_message_states(value: float, unit: str, expected_m: float) -> None:
    assert stage_of(value, sensor(), unit) == expected_m


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        *((9_806.65, "Pa"), (98.0665, "hPa"), (9.80665, "kPa"), (0.00980665, "MPa"), (98.0665, "mbar")),
        *((0.0980665, "bar"), (1.42233433, "psi"), (1.0, "mH2O"), (100.0, "cmH2O"), (1000.0, "mmH2O")),
    ],
)
def test_one_metre_of_water_is_one_metre_in_every_unit_of_pressure(value: float, unit: str) -> None:
    assert stage_of(value, sensor(reads="pressure", height_m=0.0), unit) == 1.0
    assert stage_of(value, sensor(reads="pressure", height_m=0.0, unit=unit)) == 1.0


def test_the_messages_own_unit_counts_before_its_channels_and_that_before_the_sensors() -> None:
    in_centimetres = sensor(unit="cm")
    assert stage_of(2.0, in_centimetres) == 0.02
    assert stage_of(2.0, in_centimetres, channel="stage_m") == 2.0
    assert stage_of(2000.0, in_centimetres, unit="mm", channel="stage_m") == 2.0


def test_a_unit_that_does_not_fit_is_refused_with_those_that_do() -> None:
    assert refused(2.0, sensor(), unit="Cel") == (
        'the message states "Cel", and the sensor of g gives one of m, dm, cm, mm, in, ft'
    )
    assert "Pa, hPa" in refused(2.0, sensor(reads="pressure", height_m=0.0), unit="m")
    assert 'states "Pa"' in refused(2.0, sensor(), channel="pressure_pa")


@pytest.mark.parametrize("value", [1e7, -1e7, float("inf"), float("nan")])
def test_a_stage_that_no_gauge_on_earth_has_is_refused(value: float) -> None:
    assert "would be a stage of" in refused(value, sensor(unit="cm"))


@given(millimetres, st.sampled_from(["m", "dm", "cm", "mm"]))
def test_a_stage_of_whole_millimetres_survives_every_metric_unit(stage_mm: int, unit: str) -> None:
    assert stage_of(stage_mm / 1000 / METRES_PER[unit], sensor(), unit) == stage_mm / 1000


@given(millimetres, millimetres)
def test_a_distance_and_its_stage_make_the_height_of_the_mounting(distance_mm: int, height_mm: int) -> None:
    mounted = sensor(reads="distance", height_m=height_mm / 1000)
    assert stage_of(distance_mm / 1000, mounted) == round((height_mm - distance_mm) / 1000, 3)


@given(millimetres, millimetres, st.sampled_from(sorted(PASCALS_PER)), st.floats(900, 1300))
def test_the_pressure_of_a_stage_is_that_stage(stage_mm: int, height_mm: int, unit: str, density: float) -> None:
    pressure_pa = (stage_mm - height_mm) / 1000 * density * 9.80665 + 101_325
    mounted = sensor(reads="pressure", height_m=height_mm / 1000, offset_pa=101_325, density_kg_per_m3=density)
    assert stage_of(pressure_pa / PASCALS_PER[unit], mounted, unit) == stage_mm / 1000


@given(st.data(), millimetres, st.integers(-5_000, 5_000))
def test_what_a_sensor_gives_at_a_stage_becomes_that_stage(data: st.DataObject, stage_mm: int, datum_mm: int) -> None:
    drawn = data.draw(sensors("d")).model_copy(update={"unit": "", "channel": ""})
    near = data.draw(st.floats(-50, 50))
    fitted = drawn.model_copy(update={"height_m": near, "offset_m": near / 7, "offset_pa": near * 1000})
    place = gauge(fitted, datum_m=datum_mm / 1000, crown_m=datum_mm / 500)
    assert stage_m(Observed(measured(stage_mm / 1000, place, fitted)), place, SUMMER) == stage_mm / 1000


def test_what_was_observed_before_a_mounting_moved_keeps_the_earlier_height() -> None:
    moved = gauge(
        sensor(SPRING, reads="distance", height_m=6.0),
        sensor(SUMMER, reads="distance", height_m=5.5),
    )
    seen = Observed(2.0, channel="distance_m")
    assert stage_m(seen, moved, SUMMER - timedelta(seconds=1)) == 4.0
    assert stage_m(seen, moved, SUMMER) == 3.5


def test_before_all_sensors_the_first_counts() -> None:
    first, second = sensor(SUMMER), sensor(AUTUMN)
    both = gauge(second, first)
    assert [sensor_at(both, at) for at in (SPRING, AUTUMN)] == [Mounted.of(first), Mounted.of(second)]
    assert sensor_at(gauge(), SPRING) is None


def old_and_new() -> Watched:
    return gauge(sensor(SPRING, device="old-1"), sensor(SUMMER, device="new-1"), name="fujii-01")


def test_a_replaced_device_is_refused_by_name_and_what_it_saw_before_is_taken_late() -> None:
    both = [old_and_new()]
    assert serving("old-1", both, SUMMER - timedelta(minutes=1)) == tuple(both)
    with pytest.raises(Refused) as caught:
        serving("old-1", both, SUMMER)
    assert caught.value.refusal is Refusal.UNKNOWN_DEVICE
    assert caught.value.detail == ("the device old-1 was replaced at fujii-01 by new-1 on 2026-07-01 09:00 JST")
    assert serving("new-1", both, SUMMER) == tuple(both)


def test_a_device_that_is_not_mounted_yet_is_refused_and_a_gauges_first_one_always_counted() -> None:
    both = [old_and_new()]
    with pytest.raises(Refused, match="new-1 measures at fujii-01 from 2026-07-01 09:00 JST on"):
        serving("new-1", both, SPRING)
    assert serving("old-1", both, SPRING - timedelta(days=900)) == tuple(both)


def test_a_device_that_was_moved_measures_at_one_gauge_at_a_time() -> None:
    before = gauge(sensor(SPRING, device="d"), sensor(SUMMER, device="other"), name="a")
    after = gauge(sensor(AUTUMN, device="d"), name="b")
    assert serving("d", [before, after], SPRING - timedelta(days=1)) == (before,)
    assert serving("d", [before, after], SPRING) == (before,)
    assert serving("d", [before, after], AUTUMN) == (after,)
    with pytest.raises(Refused, match="replaced at a by other"):
        serving("d", [before, after], SUMMER)


def test_a_device_of_two_channels_measures_at_two_gauges() -> None:
    inner = gauge(sensor(device="d", channel="depth_1_m"), name="inner")
    outer = gauge(sensor(device="d", channel="depth_2_m"), name="outer")
    assert serving("d", [inner, outer], SUMMER) == (inner, outer)


def test_what_ingest_keeps_of_a_sensor_is_all_of_it() -> None:
    whole = sensor(model="m", device="d", channel="c", reads="depth", unit="cm", height_m=1, offset_m=2, offset_pa=3)
    kept = Mounted.of(whole)
    assert {key: getattr(kept, key) for key in Sensor.model_fields} == dict(whole)


def test_the_only_number_of_a_message_needs_no_channel() -> None:
    seen = [Observed(1.0)]
    assert chosen(seen, None) == seen
    assert chosen(seen, sensor(channel="depth_m"), "depth_m") == seen


def test_a_message_that_says_stage_is_no_distance() -> None:
    seen = [Observed(1.0, channel="stage_m")]
    assert chosen(seen, None) == chosen(seen, sensor(unit="cm")) == chosen(seen, sensor(reads="below_crown")) == seen
    for measure in (sensor(reads="distance", height_m=6), sensor(reads="elevation")):
        with pytest.raises(Refused, match=r"the message says stage_m, and the sensor gives its .*: send that as value"):
            chosen(seen, measure)


def test_the_sensors_channel_counts_before_that_of_its_model() -> None:
    level, distance = Observed(1.0, channel="level_m"), Observed(4.0, channel="distance_m")
    assert chosen([level, distance], sensor(channel="level_m"), "distance_m") == [level]
    assert chosen([level, distance], sensor(reads="distance", height_m=5), "distance_m") == [distance]


def test_a_message_with_several_times_counts_with_all_of_them() -> None:
    early, late = Observed(1.0, SPRING, channel="level_m"), Observed(1.1, SUMMER, channel="level_m")
    assert chosen([early, Observed(20.0, channel="temperature_c"), late], None) == [early, late]


def test_without_a_channel_the_one_that_fits_is_found() -> None:
    found = [Observed(12.0, channel="temperature_c"), Observed(2e4, channel="pressure_pa")]
    assert chosen(found, sensor(reads="pressure", height_m=0)) == found[1:]


def test_a_message_without_the_channel_or_with_too_many_is_refused_with_what_it_has() -> None:
    two = [Observed(1.0, channel="upper_m"), Observed(2.0, channel="lower_m")]
    for measure, default, detail in (
        (sensor(), "", "several channels for stage among upper_m, lower_m"),
        (sensor(reads="pressure", height_m=0), "", "no channel for pressure among upper_m, lower_m"),
        (sensor(), "distance_m", "no channel distance_m, but upper_m, lower_m"),
    ):
        with pytest.raises(Refused, match=detail) as caught:
            chosen(two, measure, default)
        assert caught.value.refusal is Refusal.MALFORMED


@pytest.mark.parametrize(
    ("channel", "unit", "reads"),
    [
        ("distance_m", "", {Reads.DISTANCE}),
        ("pressure_pa", "", {Reads.PRESSURE}),
        ("depth_m", "", {Reads.DEPTH, Reads.STAGE}),
        ("stage_m", "", set(Reads) - {Reads.PRESSURE}),
        ("level", "mm", set(Reads) - {Reads.PRESSURE}),
        ("level", "kPa", {Reads.PRESSURE}),
        ("level", "", set(Reads)),
        ("temperature_c", "", set()),
        ("conductivity_s_per_m", "", set()),
        ("level", "Cel", set()),
    ],
)
def test_a_channel_fits_what_its_name_and_unit_say(channel: str, unit: str, reads: set[Reads]) -> None:
    assert {each for each in Reads if fits(Observed(1.0, channel=channel, unit=unit), each)} == reads


@pytest.mark.parametrize("reads", ["distance", "depth", "pressure"])
def test_a_sensor_that_measures_from_itself_needs_its_height(reads: str) -> None:
    with pytest.raises(ValidationError, match=f"reads {reads} needs height_m"):
        sensor(reads=reads)


def test_a_sensor_needs_of_its_gauge_what_its_number_refers_to() -> None:
    with pytest.raises(ValidationError, match="needs crown_m"):
        gauge(sensor(reads="below_crown"))
    with pytest.raises(ValidationError, match="needs datum_m"):
        gauge(sensor(reads="elevation"))


def test_a_sensors_unit_fits_what_it_reads() -> None:
    with pytest.raises(ValidationError, match='cannot be "kPa" for depth: write one of m, dm'):
        sensor(reads="depth", height_m=0, unit="kPa")
