"""The flood of 1 July 2023 at 持世寺 on the 厚東川, Yamaguchi Prefecture: 10-minute stages over a week."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ingest.stations import Registry
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FILE = Path("jp_kotogawa_20230701") / "water-level_20230625-20230701.csv"
JST = timezone(timedelta(hours=9))
LEVELS = {1: 3.80, 2: 5.00, 3: 5.10, 4: 5.50}
"""水防団待機, 氾濫注意, 避難判断 and 氾濫危険水位 of the gauge."""
GAUGE = "jiseiji"
CUT_OFF = "jiseiji-cut-off"
OUTAGE = (datetime(2023, 7, 1, 0, 30, tzinfo=JST), datetime(2023, 7, 1, 3, 0, tzinfo=JST))
OUTAGE_OVER = datetime(2023, 7, 1, 5, 0, tzinfo=JST)


def recording(data: Path) -> Recording:
    """The valued rows of the recording: 902 of 1,008."""
    return Recording(tuple(_rows(data / FILE)), _registry(GAUGE))


def with_an_outage(data: Path) -> Recording:
    """The recording beside the same water at a gauge whose line was cut while the river rose.

    The outage is made up: what was observed from 00:30 to 03:00 arrives together at 05:00.
    """
    rows = recording(data).rows
    late = tuple(Row(row.observed_at, CUT_OFF, row.stage_m, _received(row.observed_at)) for row in rows)
    return Recording((*rows, *late), _registry(GAUGE, CUT_OFF))


def at(text: str) -> datetime:
    """A time in 2023 as the source writes it, midnight as 24:00 included: ``06/30 18:10``."""
    return _time(f"2023/{text}")


def _received(observed_at: datetime) -> datetime | None:
    begun, ended = OUTAGE
    return OUTAGE_OVER if begun <= observed_at <= ended else None


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="cp932", newline="") as text:
        cells = [each[:2] for each in csv.reader(text)][6:]
    return [Row(_time(when), GAUGE, float(stage)) for when, stage in cells if stage.strip()]


def _time(text: str) -> datetime:
    """Full-width blanks around it are dropped; 24:00 is the midnight that ends the day."""
    day, clock = text.split()
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=JST) + timedelta(hours=hour, minutes=minute)


def _registry(*gauge_ids: str) -> Registry:
    stations = [river(each, "厚東川 持世寺", (34.03, 131.28)) for each in gauge_ids]
    items = [item for station in stations for item in (station, gauge(station, LEVELS, dry_interval_s=3600))]
    return Registry.of(city("yamaguchi", "山口県"), items)
