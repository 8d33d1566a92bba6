from __future__ import annotations

from pathlib import Path

import pytest

from ingest.registry_files import Mistake, RegistryMistakes, load
from ingest.stations import Registry, StationKind

CITY = """[city]
id = "mizu"
name = { ja = "水守市" }
"""
STATION = """
[[stations]]
id = "fujii"
kind = "river"
name = { ja = "藤井川", en = "Fujii River" }
lat = 34.4
lon = 133.2
"""
GAUGE = """
[[stations.gauges]]
id = "fujii-g"
"""
THRESHOLDS = """
[[stations.gauges.thresholds]]
valid_from = 2026-04-01T00:00:00+09:00
levels = { 1 = 1.0, 4 = 2.0 }
"""
GOOD = CITY + STATION + GAUGE + THRESHOLDS


def loaded(folder: Path, text: str) -> Registry:
    file = folder / "city.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(RegistryMistakes) as caught:
        loaded(folder, text)
    return [str(mistake) for mistake in caught.value.mistakes]


def line(text: str, containing: str) -> int:
    return next(number for number, each in enumerate(text.split("\n"), 1) if containing in each)


def test_a_file_becomes_stations_with_their_gauges(tmp_path: Path) -> None:
    registry = loaded(tmp_path, GOOD + '\n[labels.ja.river]\n4 = "あふれそうです"\n')
    assert registry.stations["fujii"].kind is StationKind.RIVER
    assert registry.gauges["fujii-g"].station_id == "fujii"
    assert registry.gauges["fujii-g"].thresholds[0].levels == {1: 1.0, 4: 2.0}
    assert registry.labels == {"ja": {"river": {4: "あふれそうです"}}}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load(file) == loaded(tmp_path, GOOD)


def test_broken_syntax_names_its_line(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace('id = "fujii-g"', "id = fujii-g"))
    assert found.startswith(f"city.toml:{line(GOOD, 'fujii-g')}: this is not valid TOML: ")


def test_a_file_that_ends_too_early_names_its_last_line(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, CITY + "outlines = [\n")
    assert found.startswith("city.toml:4: this is not valid TOML")


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_bytes(GOOD.encode("cp932"))
    with pytest.raises(RegistryMistakes) as caught:
        load(tmp_path / "city.toml")
    assert caught.value.mistakes == (Mistake("city.toml", 3, "this is not UTF-8: save the file as UTF-8"),)


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("lat = 34.4", "latt = 34.4\nlat = 34.4", "station fujii: `latt` is not known; did you mean `lat`?"),
        ("lat = 34.4", 'lat = "north"', 'station fujii: `lat` must be a number, not "north": write lat = 34.41'),
        ("lat = 34.4", "lat = 134.4", "station fujii: `lat` must be at most 90.0, not 134.4"),
        ("lat = 34.4", "lat = true", "station fujii: `lat` cannot be true: write lat = 34.41"),
        (
            "levels = { 1 = 1.0, 4 = 2.0 }",
            "levels = { 1 = true }",
            "gauge fujii-g: `thresholds.levels.1` cannot be true",
        ),
        (
            'kind = "river"',
            'kind = "brook"',
            'station fujii: `kind` cannot be "brook": '
            "write one of river, waterway, underpass, pump_station, retention_pond",
        ),
        (
            'id = "fujii-g"',
            'id = "Fujii 1"',
            'gauge Fujii 1: `id` cannot be "Fujii 1": '
            "write small letters a-z, digits, - and _, at most 64, the first a letter or digit",
        ),
        (
            "valid_from = 2026-04-01T00:00:00+09:00",
            "valid_from = 2026-04-01T00:00:00",
            "gauge fujii-g: `valid_from` 2026-04-01 00:00:00 must be a date and time with its offset from UTC: "
            "write valid_from = 2026-04-01T00:00:00+09:00",
        ),
        (
            "valid_from = 2026-04-01T00:00:00+09:00",
            "valid_from = 2026",
            "gauge fujii-g: `valid_from` 2026 must be a date and time with its offset from UTC: "
            "write valid_from = 2026-04-01T00:00:00+09:00",
        ),
        (
            "levels = { 1 = 1.0, 4 = 2.0 }",
            "levels = { 6 = 1.0 }",
            'gauge fujii-g: hazard "6" is not on the ladder: thresholds are for the hazards 1 to 5',
        ),
        (
            'name = { ja = "藤井川", en = "Fujii River" }',
            'name = "藤井川"',
            'station fujii: `name` cannot be "藤井川": write name = { ja = "藤井川 三成", en = "Fujii River, Minari" }',
        ),
        (
            'id = "fujii-g"',
            'id = "fujii-g"; reports = "below_crown"'.replace("; ", "\n"),
            "gauge fujii-g: a gauge that reports below_crown needs crown_m, the crown's height above the gauge zero",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands_with_what_to_write(
    tmp_path: Path, written: str, instead: str, sentence: str
) -> None:
    text = GOOD.replace(written, instead)
    at = line(text, "[[stations.gauges]]") if "below_crown" in instead else line(text, instead.split("\n")[0])
    assert mistakes(tmp_path, text) == [f"city.toml:{at}: {sentence}"]


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        ("[[133.0, 34.2], [133.3, 34.2], [133.3, 34.6]]", "is not closed: write at least 4 points"),
        ("[[34.2, 133.0], [34.2, 133.3], [34.6, 133.3], [34.2, 133.0]]", "leaves the earth: write [lon, lat]"),
    ],
)
def test_a_boundary_that_is_open_or_turned_round_is_refused(tmp_path: Path, ring: str, sentence: str) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace("[[stations]]", f"boundary = [{ring}]\n\n[[stations]]", 1))
    assert sentence in found


def test_thresholds_that_fall_are_refused_at_their_set(tmp_path: Path) -> None:
    text = GOOD.replace("4 = 2.0", "4 = 0.5")
    (found,) = mistakes(tmp_path, text)
    at = line(text, "[[stations.gauges.thresholds]]")
    assert found.startswith(f"city.toml:{at}: gauge fujii-g: `thresholds`: a higher hazard cannot begin")


def test_two_sets_of_one_moment_are_refused_at_the_second(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD + THRESHOLDS.replace("00:00:00+09:00", "00:00:00+09:00 # again"))
    at = line(GOOD + "#", "#") + 1
    assert found.startswith(f"city.toml:{at}: gauge fujii-g: two threshold sets begin at 2026-04-01")


def test_an_empty_threshold_set_is_refused(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace("{ 1 = 1.0, 4 = 2.0 }", "{}"))
    assert "this threshold set is empty" in found


def test_a_river_gauge_without_thresholds_is_refused_because_rivers_have_no_default(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, CITY + STATION + GAUGE)
    assert found.startswith(f"city.toml:{line(GOOD, '[[stations.gauges]]')}: gauge fujii-g: nothing says at which")


def test_an_underpass_gauge_needs_no_thresholds_because_its_kind_has_defaults(tmp_path: Path) -> None:
    text = CITY + STATION.replace("river", "underpass") + GAUGE
    assert loaded(tmp_path, text).gauges["fujii-g"].thresholds == ()


def test_a_station_that_nothing_watches_is_refused(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, CITY + STATION)
    assert f"city.toml:{line(CITY + STATION, '[[stations]]')}: station fujii: it has neither" in found


def test_an_id_that_is_taken_names_the_line_of_the_first(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD + STATION + GAUGE.replace("fujii-g", "other") + THRESHOLDS)
    assert found.endswith(f"station fujii: this id is taken already (city.toml, line {line(GOOD, 'fujii')})")


def test_a_file_without_city_and_stations_says_what_to_add(tmp_path: Path) -> None:
    found = mistakes(tmp_path, 'citty = "x"\n')
    assert len(found) == 3
    assert "did you mean `city`?" in "\n".join(found)


def test_labels_of_unknown_kinds_and_hazards_are_refused(tmp_path: Path) -> None:
    text = '[labels.ja.rivver]\n4 = "x"\n[labels.en.river]\n6 = "y"\n4 = 5\n'
    found = mistakes(tmp_path, GOOD + text)
    assert [each.split(": ", 1)[1] for each in found] == [
        "`rivver` is not known; did you mean `river`?",
        "`6` is not a hazard: labels are for the hazards 0 to 5",
        'the label of hazard 4 is a text: 4 = "…"',
    ]


def test_every_mistake_of_a_file_is_told_at_once_in_order(tmp_path: Path) -> None:
    text = GOOD.replace('name = { ja = "水守市" }', "").replace("lat = 34.4", "").replace("4 = 2.0", "4 = 0.5")
    found = mistakes(tmp_path, text)
    assert len(found) == 3
    assert found == sorted(found, key=lambda each: int(each.split(":")[1]))


def test_markup_in_a_name_is_only_text(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD.replace("Fujii River", "<b>Fujii</b>")).stations["fujii"].name["en"] == "<b>Fujii</b>"


def test_stations_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "stations = 3\n" + CITY)
    assert "city.toml:1: write [[stations]] above each of them" in found
