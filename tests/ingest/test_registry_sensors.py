from __future__ import annotations

from pathlib import Path

import pytest

from ingest.stations import Registry
from tests.ingest.test_registry_files import CITY, GAUGE, STATION, THRESHOLDS, line, loaded, mistakes

SENSOR = """
[[stations.gauges.sensors]]
valid_from = 2026-04-01T00:00:00+09:00
device = "24e124713b123456"
channel = "distance_m"
reads = "distance"
height_m = 6.25
"""
GOOD = CITY + STATION + GAUGE + THRESHOLDS + SENSOR
LOWER = STATION.replace("fujii", "lower") + GAUGE.replace("fujii", "lower") + THRESHOLDS


def test_a_gauge_says_how_its_sensors_number_becomes_stage(tmp_path: Path) -> None:
    later = SENSOR.replace("2026-04", "2025-04").replace("6.25", "6.0")
    first, second = loaded(tmp_path, GOOD + later).gauges["fujii-g"].sensors
    assert (first.height_m, second.height_m) == (6.0, 6.25)
    assert second.device == "24e124713b123456"


@pytest.mark.parametrize(
    ("written", "instead", "at", "sentence"),
    [
        (
            "height_m = 6.25\n",
            "",
            "[[stations.gauges.sensors]]",
            "`sensors`: a sensor that reads distance needs height_m, its height above the gauge zero",
        ),
        (
            "height_m = 6.25",
            'height_m = 6.25\nunit = "kPa"',
            "[[stations.gauges.sensors]]",
            '`sensors`: `unit` cannot be "kPa" for distance: write one of m, dm, cm, mm, in, ft',
        ),
        ("height_m = 6.25", "hight_m = 6.25\nheight_m = 6.25", "hight_m", "`hight_m` is not known; did you mean"),
        (
            'reads = "distance"',
            'reads = "pressure"',
            'reads = "pressure"',
            'the channel distance_m is not a pressure: write reads = "distance"',
        ),
        (
            'channel = "distance_m"',
            'channel = "temperature_c"',
            'reads = "distance"',
            "the channel temperature_c is not a distance: write another channel",
        ),
        (
            "24e124713b123456",
            "24E124713B123456",
            "24E1",
            '`sensors.device` cannot be "24E124713B123456": write its identifier in small letters a-z, digits',
        ),
        (
            'reads = "distance"',
            'reads = "distance"\nmodel = "no-such-model"',
            "no-such-model",
            "the model `no-such-model` is not known; known are",
        ),
        (
            'reads = "distance"',
            'reads = "distance"\nmodel = "milesight-em500udl"',
            "em500udl",
            "the model `milesight-em500udl` is not known; did you mean milesight-em500-udl or ",
        ),
        (
            'channel = "distance_m"\nreads = "distance"',
            'model = "milesight-em500-pp"\nreads = "distance"',
            'reads = "distance"',
            'the channel pressure_pa of a Milesight EM500-PP is not a distance: write reads = "pressure"',
        ),
        (
            'channel = "distance_m"',
            'channel = "temperature_c"\nmodel = "dragino-ldds04"',
            "temperature_c",
            "a Dragino LDDS04 has no channel `temperature_c` for water: write one of distance_1_m, distance_2_m,",
        ),
        (
            'reads = "distance"',
            'reads = "elevation"',
            "[[stations.gauges]]",
            "a sensor that reads elevation needs datum_m, the elevation of the gauge zero",
        ),
    ],
)
def test_a_mistake_in_a_sensor_is_told_where_it_stands(
    tmp_path: Path, written: str, instead: str, at: str, sentence: str
) -> None:
    text = GOOD.replace(written, instead)
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(f"city.toml:{line(text, at)}: gauge fujii-g: {sentence}")


def test_a_year_is_no_time_from_which_a_sensor_counts(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace(SENSOR, SENSOR.replace("2026-04-01T00:00:00+09:00", "2026")))
    assert "`valid_from` 2026 must be a date and time" in found


def test_two_sensors_of_one_moment_are_refused_at_the_second(tmp_path: Path) -> None:
    text = GOOD + SENSOR.replace("height_m = 6.25", "height_m = 6.0 # again")
    (found,) = mistakes(tmp_path, text)
    at = line(text, "# again") - 5
    assert found.startswith(f"city.toml:{at}: gauge fujii-g: two sensors begin at 2026-04-01T00:00:00+09:00")


def test_a_device_is_at_one_gauge_at_a_time(tmp_path: Path) -> None:
    text = GOOD + LOWER + SENSOR.replace("2026-04", "2026-08")
    (found,) = mistakes(tmp_path, text)
    at = line(text, "2026-08") + 1
    assert found == (
        f"city.toml:{at}: gauge lower-g: the device 24e124713b123456 with channel distance_m is at fujii-g at the same "
        "time: write a sensor for fujii-g that begins when this one was moved, or the channel of each"
    )


def test_a_device_may_move_to_another_gauge_and_serve_two_with_two_channels(tmp_path: Path) -> None:
    successor = SENSOR.replace("2026-04", "2026-08").replace("24e124713b123456", "24e124713b999999")
    moved = GOOD + successor + LOWER + SENSOR.replace("2026-04", "2026-08")
    two = GOOD + LOWER + SENSOR.replace("distance_m", "distance_2_m")
    for text in (moved, two):
        assert set(loaded(tmp_path, text).gauges) == {"fujii-g", "lower-g"}


def flowing(folder: Path, fujii: str, lower: str) -> Registry:
    return loaded(folder, _flowing(fujii, lower))


def _flowing(fujii: str, lower: str) -> str:
    upper = STATION + f"upstream = {fujii}\n" + GAUGE + THRESHOLDS
    return CITY + upper + LOWER.replace("lat = 34.4", f"upstream = {lower}\nlat = 34.4")


def test_a_station_names_those_next_above_it(tmp_path: Path) -> None:
    assert flowing(tmp_path, "[]", '["fujii"]').stations["lower"].upstream == ("fujii",)


@pytest.mark.parametrize(
    ("fujii", "lower", "at", "sentence"),
    [
        ("[]", '["fuji"]', 'upstream = ["fuji"]', "station lower: `upstream` names `fuji`, which is no station"),
        ('["fujii"]', "[]", "[[stations]]", "station fujii: a station cannot be upstream of itself"),
        ('["lower"]', '["fujii"]', 'upstream = ["lower"]', "station fujii: `upstream` leads in a circle (fujii → "),
        ('"lower"', "[]", 'upstream = "lower"', 'station fujii: `upstream` cannot be "lower": write upstream = ["'),
    ],
)
def test_a_mistake_in_upstream_is_told_where_it_stands(
    tmp_path: Path, fujii: str, lower: str, at: str, sentence: str
) -> None:
    text = _flowing(fujii, lower)
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(f"city.toml:{line(text, at)}: {sentence}")


def test_limits_of_quality_must_be_above_zero_and_known(tmp_path: Path) -> None:
    def with_quality(text: str) -> str:
        return GOOD.replace('id = "fujii-g"', f'id = "fujii-g"\nquality = {text}')

    assert loaded(tmp_path, with_quality("{ spike_m = 0.5 }")).gauges["fujii-g"].quality.spike_m == 0.5
    assert mistakes(tmp_path, with_quality("{ spike_m = 0 }"))[0].endswith("`quality.spike_m` must be above 0.0, not 0")
    assert "did you mean `spike_m`?" in mistakes(tmp_path, with_quality("{ spik_m = 1 }"))[0]
