"""The flood of 1 July 2023 on the 厚東川 as open data: published, and read back as it was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dashboard.public import data
from dashboard.views import board
from ingest.clock import JST
from ingest.stations import Registry
from tests.floods import kotogawa
from tests.floods.kotogawa import GAUGE, at
from tests.floods.recording import Recording
from tests.parts import data_folder
from tests.public.archive_house import House
from tests.public.fakes import SetClock, edition

CODE = "352012"
PEAK = at("07/01 04:30")


@pytest.fixture(scope="module")
def recording() -> Recording:
    return kotogawa.recording(data_folder())


@pytest.fixture(scope="module")
def house(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two days after the flood, everything published."""
    city = recording.registry.city.model_copy(update={"municipal_code": CODE})
    registry: Registry = recording.registry.model_copy(update={"city": city})
    made = House(tmp_path_factory.mktemp("flood"), registry, SetClock(at("07/03 09:00")))
    made.say_all((row.stage_m, row.observed_at) for row in recording.rows)
    made.settle()
    yield made
    made.engine.dispose()
    made.past.close()


def told(recording: Recording) -> list[tuple[str, str]]:
    return [(row.observed_at.astimezone(JST).isoformat(), f"{row.stage_m:.3f}") for row in recording.rows]


def test_the_whole_history_is_the_recording_with_every_value_and_time(recording: Recording, house: House) -> None:
    assert house.told(f"stations/{GAUGE}/history.csv.gz") == told(recording)
    assert len(told(recording)) == 902


def test_the_days_and_the_months_put_together_are_the_recording_too(recording: Recording, house: House) -> None:
    days = [date(2023, 6, 25) + timedelta(days=number) for number in range(8)]
    assert [row for day in days for row in house.told(f"daily/{day}.csv")] == told(recording)
    months = [row for month in ("2023-06", "2023-07") for row in house.told(f"stations/{GAUGE}/{month}.csv")]
    assert months == told(recording)


def test_the_midnight_that_the_source_writes_as_24_begins_the_next_day(house: House) -> None:
    assert house.told("daily/2023-07-01.csv")[0][0] == "2023-07-01T00:00:00+09:00"
    assert house.told("daily/2023-06-30.csv")[-1][0] == "2023-06-30T23:50:00+09:00"


def test_at_the_peak_the_latest_values_say_danger(recording: Recording, house: House) -> None:
    rows = [row for row in recording.rows if row.observed_at <= PEAK]
    early = House(house.folder / "early", house.registry, SetClock(PEAK))
    early.say_all((row.stage_m, row.observed_at) for row in rows[-20:])
    seen = board(house.registry, early.log.latest(), early.log.recent(PEAK - timedelta(hours=1)), {}, PEAK)
    found = {sheet.path: sheet.render() for sheet in data.sheets(edition(seen))}
    [station] = json.loads(found["data/latest.json"])["stations"]
    [gauge] = station["gauges"]
    assert (gauge["stage_m"], gauge["hazard"], gauge["trend"]) == (7.47, 4, "rising")
    assert gauge["observed_at"] == "2023-07-01T04:30:00+09:00"
    assert [each["stage_m"] for each in gauge["thresholds"]] == [3.8, 5.0, 5.1, 5.5]
    early.engine.dispose()
    early.past.close()
