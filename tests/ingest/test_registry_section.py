"""The surveyed cross-section of a gauge, in every form of a registry file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.registry_files import load, to_csv, to_toml
from ingest.stations import City, Gauge, Registry, Station, StationKind
from tests.ingest.test_registry_tables import mistakes

POINTS = ((0.0, 4.1), (3.0, 0.0), (9.0, -0.25), (9.0, 1.0), (12.0, 4.1))
STATION = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川"}, lat=34.4, lon=133.2)


def registry() -> Registry:
    gauge = Gauge.model_validate(
        {
            "id": "fujii-01",
            "station_id": "fujii",
            "section": POINTS,
            "crown_m": 4.1,
            "thresholds": [{"valid_from": "2026-04-01T00:00:00+09:00", "levels": {2: 2.0}}],
        }
    )
    return Registry.of(City(id="mizu", name={"ja": "水守市"}), [STATION, gauge])


def test_a_section_comes_back_from_toml_and_from_tables(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(to_toml(registry()), encoding="utf-8")
    assert load(tmp_path / "city.toml") == registry()
    tables = tmp_path / "tables"
    tables.mkdir()
    to_csv(registry(), tables)
    found = [load(file) for file in tables.glob("*.toml")]
    assert [each.gauges["fujii-01"].section for each in found] == [POINTS]


@pytest.mark.parametrize("points", [((0.0, 4.0), (3.0, 0.0)), ((0.0, 4.0), (3.0, 0.0), (2.0, 4.0)), ((1.0, 4.0),) * 3])
def test_a_section_that_cannot_be_drawn_is_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValidationError, match="section"):
        Gauge(id="fujii-01", station_id="fujii", section=points)


def test_a_cell_that_is_no_section_says_what_to_write(tmp_path: Path) -> None:
    said = mistakes(tmp_path, gauges="id,station,interval_s,section\nfujii-g,fujii,60,0:4.1 3:zero 9:0\n")
    assert any("0:4.1 3:0 9:0 12:4.1" in each for each in said)
