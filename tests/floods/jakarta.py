"""Jakarta's flood gates and gauges in April 2019, about every half hour, with all the dirt of the source."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ingest.stations import Registry, Station, StationKind
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge

FILE = Path("id_jakarta_201904") / "data-tinggi-muka-air-april-2019.csv"
WIB = timezone(timedelta(hours=7))
KARET = "p-a-karet"
RAVING = (datetime(2019, 4, 28, 2, 20, tzinfo=WIB), datetime(2019, 4, 28, 15, 0, tzinfo=WIB))
"""When the gauge of Karet showed 8 to 19 m, four metres above all that it ever measured, and was shown as Siaga 1."""


def recording(data: Path) -> Recording:
    """The rows of April 2019 in the order of the source; millimetres become metres."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        cells = [each for each in csv.DictReader(text) if each["tinggi_air"]]
    rows = tuple(row for row in map(_row, cells) if row.observed_at.year == 2019)
    stations = [_station(each) for each in sorted({row.gauge_id for row in rows})]
    items = [item for each in stations for item in (each, gauge(each, {}, interval_s=1800))]
    return Recording(rows, Registry.of(city("jakarta", "ジャカルタ"), items))


def _station(identifier: str) -> Station:
    """A gate (Pintu Air) or pump (Pompa) moves the water by hand and counts as a pump station."""
    kind = StationKind.RIVER if identifier.startswith("ps-") else StationKind.PUMP_STATION
    return Station(id=identifier, kind=kind, name={"ja": identifier}, lat=-6.2, lon=106.8)


def is_bad(row: Row) -> bool:
    """Karet while it raved, and what lies 4 m and more below everything around it (Pulo Gadung, Pasar Ikan)."""
    raved = row.gauge_id == KARET and RAVING[0] <= row.observed_at <= RAVING[1]
    return raved or (row.gauge_id in ("pa-pulo-gadung", "pompa-pasar-ikan") and row.stage_m < -2.0)


def _row(each: dict[str, str]) -> Row:
    observed_at = datetime.fromisoformat(each["tanggal"]).replace(tzinfo=WIB)
    return Row(observed_at, _identifier(each["nama_pintu_air"]), float(each["tinggi_air"]) / 1000)


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
