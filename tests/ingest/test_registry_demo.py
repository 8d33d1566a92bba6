from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.hazard import levels_at
from ingest.registry_files import load
from ingest.stations import Registry, Station, StationKind

FILE = Path(__file__).parents[2] / "deploy" / "demo" / "city.toml"
NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> Registry:
    return load(FILE)


def test_the_demonstration_says_in_its_name_that_it_is_one(city: Registry) -> None:
    assert city.city.demonstration
    assert "デモ" in city.city.name["ja"]
    assert "demonstration" in city.city.name["en"]


def test_the_demonstration_has_every_kind_of_station(city: Registry) -> None:
    kinds = Counter(station.kind for station in city.stations.values())
    assert min(kinds[kind] for kind in StationKind) >= 4
    assert len(city.stations) >= 24
    assert len(city.gauges) >= 32
    assert len(city.cameras) >= 12


def test_every_gauge_of_the_demonstration_can_reach_the_top_of_the_ladder(city: Registry) -> None:
    for gauge in city.gauges.values():
        levels = levels_at(city.station_of(gauge).kind, gauge, NOW)
        assert {2, 5} <= set(levels)
        assert gauge.min_m < levels[5] < gauge.max_m


def test_the_demonstration_moves(city: Registry) -> None:
    assert sum(gauge.interval_s == 60 for gauge in city.gauges.values()) > len(city.gauges) * 0.8
    assert all(camera.interval_s == 60 for camera in city.cameras.values())


def test_crisis_gauges_of_the_three_river_types_report_below_the_crown(city: Registry) -> None:
    crisis = [gauge for gauge in city.gauges.values() if gauge.reports == "below_crown"]
    assert {gauge.interval_s for gauge in crisis} == {120.0, 300.0, 600.0}
    assert all(gauge.dry_interval_s == 86400.0 for gauge in crisis)
    assert all(gauge.thresholds[-1].levels[5] == gauge.crown_m for gauge in crisis)


def test_pump_stations_have_an_inner_and_an_outer_gauge(city: Registry) -> None:
    for station in city.stations.values():
        if station.kind is StationKind.PUMP_STATION:
            assert [gauge.id for gauge in city.gauges_of(station.id)] == [f"{station.id}-inner", f"{station.id}-outer"]


def test_every_station_stands_on_land_and_has_an_english_name(city: Registry) -> None:
    for station in city.stations.values():
        assert any(_inside(station, outline) for outline in city.city.outlines), station.id
        assert station.name["en"]
        assert station.area is not None


def _inside(station: Station, outline: tuple[tuple[float, float], ...]) -> bool:
    """Even-odd rule: how often a ray to the east crosses the outline."""
    crossings = 0
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(outline):
        if (lat_a > station.lat) != (lat_b > station.lat):
            crossings += station.lon < lon_a + (lon_b - lon_a) * (station.lat - lat_a) / (lat_b - lat_a)
    return crossings % 2 == 1


def test_the_complete_example_of_the_documentation_loads(tmp_path: Path) -> None:
    text = (FILE.parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")
    (tmp_path / "city.toml").write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    registry = load(tmp_path / "city.toml")
    assert len(registry.gauges["fujii-minari-stage"].thresholds) == 2
