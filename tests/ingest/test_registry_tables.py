from __future__ import annotations

from pathlib import Path

import pytest

from ingest.registry_files import RegistryMistakes, load
from ingest.sensors import Reads
from ingest.stations import QualityLimits, Registry

TOP = """[city]
id = "mizu"
name = { ja = "水守市" }

[tables]
stations = "stations.csv"
gauges = "gauges.csv"
cameras = "cameras.csv"
thresholds = "thresholds.csv"
sensors = "sensors.csv"
"""
STATIONS = "id,kind,name_ja,name_en,lat,lon,area_ja\nfujii,river,藤井川,Fujii River,34.4,133.2,美ノ郷\n"
GAUGES = "id,station,interval_s,stage_volume\nfujii-g,fujii,60,0:0 1.5:900\n"
CAMERAS = "id,station,interval_s\nfujii-c,fujii,\n"
THRESHOLDS = "gauge,valid_from,hazard_1,hazard_4\nfujii-g,2026-04-01T00:00:00+09:00,1.0,2.0\n"
SENSORS = "gauge,valid_from,reads,height_m\nfujii-g,2026-04-01T00:00:00+09:00,distance,6.25\n"
TABLES = {"stations": STATIONS, "gauges": GAUGES, "cameras": CAMERAS, "thresholds": THRESHOLDS, "sensors": SENSORS}


def loaded(folder: Path, encoding: str = "utf-8", **tables: str) -> Registry:
    (folder / "city.toml").write_text(TOP, encoding="utf-8")
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding=encoding)
    return load(folder / "city.toml")


def mistakes(folder: Path, **tables: str) -> list[str]:
    with pytest.raises(RegistryMistakes) as caught:
        loaded(folder, **tables)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_tables_become_the_same_registry_as_nested_toml(tmp_path: Path) -> None:
    registry = loaded(tmp_path)
    assert registry.stations["fujii"].area == {"ja": "美ノ郷"}
    assert registry.gauges["fujii-g"].interval_s == 60.0
    assert registry.gauges["fujii-g"].stage_volume == ((0.0, 0.0), (1.5, 900.0))
    assert registry.gauges["fujii-g"].thresholds[0].levels == {1: 1.0, 4: 2.0}
    assert registry.cameras["fujii-c"].interval_s == 300.0


def test_a_station_may_name_the_department_that_looks_after_it(tmp_path: Path) -> None:
    head = "id,kind,name_ja,lat,lon,department_ja,department_en"
    tables = f"{head}\nfujii,river,藤井川,34.4,133.2,河川課,River Division\n"
    department = {"ja": "河川課", "en": "River Division"}
    assert loaded(tmp_path, stations=tables).stations["fujii"].department == department
    nameless = "id,kind,name_ja,lat,lon,department_en\nfujii,river,藤井川,34.4,133.2,River Division\n"
    assert "a name needs at least Japanese" in mistakes(tmp_path, stations=nameless)[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_tables_are_read_as_japanese_spreadsheets_write_them(tmp_path: Path, encoding: str) -> None:
    assert loaded(tmp_path, encoding=encoding).stations["fujii"].name["ja"] == "藤井川"


def test_a_row_of_an_unknown_station_is_told_with_its_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, cameras=CAMERAS + "\nlost-c,lost,60\n")
    assert found == [
        "cameras.csv:4: camera lost-c: there is no station `lost`: write the id of a station of this registry"
    ]


def test_thresholds_of_an_unknown_gauge_are_told_with_their_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, thresholds=THRESHOLDS + "lost-g,2026-04-01T00:00:00+09:00,1.0,2.0\n")
    assert found == ["thresholds.csv:3: there is no gauge `lost-g`: write the id of a gauge of this registry"]


def test_a_table_of_sensors_says_how_numbers_become_stage(tmp_path: Path) -> None:
    (sensor,) = loaded(tmp_path).gauges["fujii-g"].sensors
    assert (sensor.reads, sensor.height_m, sensor.device) == (Reads.DISTANCE, 6.25, "")


def test_mistakes_in_the_table_of_sensors_are_told_with_their_lines(tmp_path: Path) -> None:
    rows = (
        "fujii-g,2026-05-01T00:00:00+09:00,distance,\n"
        "fujii-g,2026-06-01T00:00:00+09:00,distanse,6\n"
        "lost-g,2026-06-01T00:00:00+09:00,distance,6\n"
        "fujii-g,2026/7/1,distance,high\n"
    )
    assert mistakes(tmp_path, sensors=SENSORS + rows) == [
        "sensors.csv:3: gauge fujii-g: a sensor that reads distance needs height_m, its height above the gauge zero",
        'sensors.csv:4: gauge fujii-g: `reads` cannot be "distanse": '
        "write one of stage, below_crown, elevation, distance, depth, pressure",
        "sensors.csv:5: there is no gauge `lost-g`: write the id of a gauge of this registry",
        'sensors.csv:6: gauge fujii-g: `height_m` must be a number, not "high": write for example 2.5',
        'sensors.csv:6: gauge fujii-g: `valid_from` "2026/7/1" must be a date and time with its offset '
        "from UTC: write 2026-04-01T00:00:00+09:00",
    ]


def test_limits_of_quality_are_columns_of_a_gauge(tmp_path: Path) -> None:
    text = "id,station,spike_m,stuck_h\nfujii-g,fujii,0.4,\n"
    assert loaded(tmp_path, gauges=text).gauges["fujii-g"].quality == QualityLimits(spike_m=0.4)
    assert mistakes(tmp_path, gauges=text.replace("0.4", "-1")) == [
        'gauges.csv:2: gauge fujii-g: `spike_m` must be above 0.0, not "-1"'
    ]


def test_stations_upstream_are_one_cell(tmp_path: Path) -> None:
    rows = "id,kind,name_ja,lat,lon,upstream\nfujii,river,川,34.4,133.2,a b\n"
    above = "a,river,名,34,133,\nb,river,名,34,133,\n"
    cameras = "id,station\na-c,a\nb-c,b\n"
    assert loaded(tmp_path, stations=rows + above, cameras=cameras).stations["fujii"].upstream == ("a", "b")
    (found,) = mistakes(tmp_path, stations=rows.replace("a b", "a lost") + above, cameras=cameras)
    assert found == (
        "stations.csv:2: station fujii: `upstream` names `lost`, which is no station: "
        "write ids of stations of this registry"
    )


def test_a_wrong_cell_is_named_by_its_column(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        stations=STATIONS.replace("34.4", "north"),
        thresholds=THRESHOLDS.replace("2026-04-01T00:00:00+09:00", "2026/4/1 0:00").replace("2.0", "2 m"),
    )
    assert found == [
        'stations.csv:2: station fujii: `lat` must be a number, not "north": write for example 2.5',
        'thresholds.csv:2: gauge fujii-g: `hazard_4` must be a number, not "2 m": write for example 2.5',
        'thresholds.csv:2: gauge fujii-g: `valid_from` "2026/4/1 0:00" must be a date and time with its offset '
        "from UTC: write 2026-04-01T00:00:00+09:00",
    ]


def test_a_row_after_a_cell_of_several_lines_has_the_right_line(tmp_path: Path) -> None:
    text = STATIONS.replace("藤井川", '"藤井\n川"') + "b,brook,名,,34,133,\n"
    found = mistakes(tmp_path, stations=text)
    assert found[1].startswith('stations.csv:4: station b: `kind` cannot be "brook"')


def test_a_missing_column_is_told_once_and_not_for_every_row(tmp_path: Path) -> None:
    found = mistakes(tmp_path, stations=STATIONS.replace("kind", "sort") + "b,river,名,,34,133,\n")
    assert len(found) == 2
    assert found[0].startswith("stations.csv:1: the column `kind` is missing")
    assert found[1].startswith("stations.csv:1: the column `sort` is not known")


def test_an_empty_needed_cell_says_which_column_to_fill(tmp_path: Path) -> None:
    assert mistakes(tmp_path, stations=STATIONS.replace("藤井川", "")) == [
        'stations.csv:2: station fujii: `name`: a name needs at least Japanese: name = { ja = "…", en = "…" }'
    ]
    assert mistakes(tmp_path, gauges=GAUGES.replace(",fujii,", ",,"))[0] == (
        "gauges.csv:2: gauge fujii-g: the column `station` is empty: write the id of its station"
    )


def test_a_row_with_more_cells_than_columns_is_told(tmp_path: Path) -> None:
    found = mistakes(tmp_path, cameras=CAMERAS + "c2,fujii,60,x\n")
    assert found == ["cameras.csv:3: this row has 4 cells and the table 3 columns"]


def test_a_table_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(TOP, encoding="utf-8")
    with pytest.raises(RegistryMistakes) as caught:
        load(tmp_path / "city.toml")
    assert [each.line for each in caught.value.mistakes] == [6, 7, 8, 9, 10]


def test_a_table_outside_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(TOP.replace('"stations.csv"', '"../stations.csv"'), encoding="utf-8")
    with pytest.raises(RegistryMistakes) as caught:
        load(tmp_path / "city.toml")
    assert "names a CSV file beside this one" in caught.value.mistakes[0].message


def test_bytes_of_no_known_encoding_are_told(tmp_path: Path) -> None:
    loaded(tmp_path)
    (tmp_path / "stations.csv").write_bytes(b"id\x81\n")
    with pytest.raises(RegistryMistakes) as caught:
        load(tmp_path / "city.toml")
    assert [each.message for each in caught.value.mistakes] == [
        "this file is neither UTF-8 nor Shift_JIS (cp932): save it as CSV UTF-8"
    ]
