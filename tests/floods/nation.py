"""Every level that the Environment Agency read on one ordinary day, 7 May 2021."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ingest.stations import Registry
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FILE = Path("uk_ea_national_20210507") / "wet_day.csv"
IN_METRES = {"mm": 0.001}


def recording(data: Path) -> Recording:
    """The 19,576 observations in metres; a gauge is a station's qualifier in one unit.

    Four rows with two numbers in one cell and an empty one are left out: ingest refuses their like.
    """
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        cells = [each for each in csv.DictReader(text) if each["parameter"] == "level"]
    rows: list[Row] = []
    for each in cells:
        with suppress(ValueError):
            rows.append(_row(each))
    stations = [river(name, name, (53.0, -1.5)) for name in sorted({row.gauge_id for row in rows})]
    # The range of a gauge above sea level: the default of our own would call most of England a fault.
    items = [item for each in stations for item in (each, gauge(each, {}, min_m=-100.0, max_m=1400.0, interval_s=900))]
    return Recording(tuple(sorted(rows, key=lambda row: row.observed_at)), Registry.of(city("england", "英国"), items))


def _row(each: dict[str, str]) -> Row:
    name = re.sub(r"[^a-z0-9]+", "-", f"{each['stationReference']} {each['qualifier']} {each['unitName']}".lower())
    value_m = float(each["value"]) * IN_METRES.get(each["unitName"], 1.0)
    return Row(datetime.fromisoformat(each["dateTime"]), name.strip("-"), round(value_m, 3))


def is_bad(row: Row) -> bool:
    """Four metres up and down again within half an hour, at three gauges: faults that the source does not name."""
    apart = row.gauge_id.startswith("diff-tb3") and row.stage_m > 4.0
    return apart or (row.gauge_id == "not-specified-tidal-level-maod" and row.stage_m > 2.9)
