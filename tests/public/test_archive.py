from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dashboard.public.archive.rows import COLUMNS, HEAD, millimetres
from ingest.clock import JST
from ingest.readings import Quality
from ingest.stations import Registry
from tests.public.archive_house import MORNING, House, read_back
from tests.public.fakes import one_station, served

TODAY, MONTH, HISTORY = "daily/2026-07-01.csv", "stations/bridge/2026-07.csv", "stations/bridge/history.csv.gz"
MINUTES = timedelta(minutes=1)
YESTERDAY = datetime(2026, 6, 30, 12, 0, tzinfo=JST)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.engine.dispose()
    made.past.close()


def test_a_good_reading_is_a_row_of_its_day_with_everything_that_says_what_it_is(house: House) -> None:
    house.say(1.234, MORNING - 10 * MINUTES)
    house.settle()
    [row] = read_back(house.file(TODAY))
    assert row == {
        "全国地方公共団体コード": "",
        "地点ID": "bridge",
        "地点名": "大橋",
        "水位計ID": "bridge-1",
        "観測日時": "2026-07-01T08:50:00+09:00",
        "水位_m": "1.234",
        "値の区分": "暫定値",
    }


def test_the_file_begins_with_the_mark_that_japanese_excel_needs_and_ends_its_lines_as_the_standard_says(
    house: House,
) -> None:
    house.say(1.0, MORNING)
    house.settle()
    body = house.file(TODAY)
    assert body.startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n")
    assert body.count(b"\r\n") == body.count(b"\n") == 2


@pytest.mark.parametrize("quality", [Quality.SUSPECT, Quality.BAD, Quality.NOT_EVALUATED, Quality.MISSING])
def test_only_good_readings_are_public(house: House, quality: Quality) -> None:
    house.say(1.0, MORNING - 20 * MINUTES)
    house.say(7.37, MORNING - 10 * MINUTES, quality=quality)
    house.settle()
    assert house.stages(TODAY) == ["1.000"]


def test_what_a_gauge_says_while_somebody_works_on_it_is_not_public_and_before_and_after_is(house: House) -> None:
    house.work(MORNING - 30 * MINUTES, MORNING - 10 * MINUTES)
    for minutes in (31, 30, 20, 10):
        house.say(float(minutes), MORNING - minutes * MINUTES)
    house.settle()
    assert house.stages(TODAY) == ["31.000", "10.000"]


def test_work_on_one_gauge_leaves_the_other_in(tmp_path: Path) -> None:
    house = House(tmp_path, one_station(gauges=2))
    house.work(MORNING - 30 * MINUTES, MORNING, "bridge-2")
    house.say(1.0, MORNING - 10 * MINUTES)
    house.say(2.0, MORNING - 10 * MINUTES, gauge="bridge-2")
    house.settle()
    assert house.stages(TODAY) == ["1.000"]


def test_a_good_reading_that_is_doubted_later_is_gone_from_every_file_at_the_next_writing(house: House) -> None:
    said = house.say(26.48, YESTERDAY)
    house.say(0.95, YESTERDAY + 10 * MINUTES)
    house.settle()
    june = "stations/bridge/2026-06.csv"
    for path in ("daily/2026-06-30.csv", june, HISTORY):
        assert house.stages(path) == ["26.480", "0.950"], path
    house.requalify(said, Quality.SUSPECT)
    house.later(minutes=6)
    house.settle()
    for path in ("daily/2026-06-30.csv", june, HISTORY):
        assert house.stages(path) == ["0.950"], path
    assert not any(b"26.48" in each.read_bytes() for each in house.site.rglob("*.csv"))
    assert not any(b"26.48" in gzip.decompress(each.read_bytes()) for each in house.site.rglob("*.gz"))


def test_a_held_reading_that_is_confirmed_appears(house: House) -> None:
    said = house.say(4.2, MORNING - 10 * MINUTES, quality=Quality.SUSPECT)
    house.settle()
    assert house.stages(TODAY) == []
    house.requalify(said, Quality.GOOD)
    house.later(minutes=6)
    house.settle()
    assert house.stages(TODAY) == ["4.200"]


def test_a_corrected_value_takes_the_place_of_the_wrong_one(house: House) -> None:
    said = house.say(1.0, MORNING - 10 * MINUTES)
    house.settle()
    house.append(replace(said, value=2.0))
    house.later(minutes=6)
    house.settle()
    assert house.stages(TODAY) == ["2.000"]


def test_work_that_is_noted_afterwards_takes_back_what_was_published(house: House) -> None:
    house.say(7.37, YESTERDAY)
    house.settle()
    assert house.stages("stations/bridge/2026-06.csv") == ["7.370"]
    house.work(YESTERDAY - 10 * MINUTES, YESTERDAY + 10 * MINUTES)
    house.later(minutes=6)
    house.settle()
    assert house.stages("daily/2026-06-30.csv") == house.stages(HISTORY) == []


def test_work_that_ends_early_gives_back_what_was_observed_since(house: House) -> None:
    number = house.work(MORNING - 60 * MINUTES, MORNING + 60 * MINUTES)
    house.say(1.0, MORNING - 10 * MINUTES)
    house.settle()
    assert house.stages(TODAY) == []
    house.end_work(number, MORNING - 20 * MINUTES)
    house.later(minutes=6)
    house.settle()
    assert house.stages(TODAY) == ["1.000"]


def test_the_day_is_that_of_japan(house: House) -> None:
    house.say(1.0, datetime(2026, 6, 30, 23, 59, 59, tzinfo=JST))
    house.say(2.0, datetime(2026, 7, 1, 0, 0, tzinfo=JST))
    house.settle()
    assert house.told("daily/2026-06-30.csv") == [("2026-06-30T23:59:59+09:00", "1.000")]
    assert house.told(TODAY) == [("2026-07-01T00:00:00+09:00", "2.000")]


def test_today_is_in_the_daily_file_and_in_those_of_its_month_when_it_is_over(house: House) -> None:
    house.say(1.0, MORNING - 10 * MINUTES)
    house.settle()
    assert house.stages(TODAY) == ["1.000"]
    assert not (house.site / "data" / MONTH).exists()
    assert house.stages(HISTORY) == []
    house.clock.at = datetime(2026, 7, 2, 0, 14, tzinfo=JST)
    house.settle()
    assert not (house.site / "data" / MONTH).exists()
    house.later(minutes=2)
    house.settle()
    assert house.stages(MONTH) == house.stages(HISTORY) == ["1.000"]


def test_a_reading_that_comes_days_late_is_put_into_its_day_its_month_and_the_history(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    late = YESTERDAY - timedelta(days=5)
    house.append(replace(house.say(9.0, MORNING), gauge_id="bridge-1", value=0.5, observed_at=late, key="late"))
    house.later(minutes=6)
    house.settle()
    assert house.stages("daily/2026-06-25.csv") == ["0.500"]
    assert house.stages("stations/bridge/2026-06.csv") == house.stages(HISTORY) == ["0.500", "1.000"]


def test_the_first_start_finds_years_of_the_past_and_the_history_is_one_file_of_it(house: House) -> None:
    days = [YESTERDAY - timedelta(days=each) for each in (1500, 400, 399, 3, 0)]
    for number, day in enumerate(days):
        house.say(float(number), day)
    house.hand_on_and_prune()
    house.say(9.0, MORNING - 10 * MINUTES)
    house.settle()
    assert house.told(HISTORY) == [(day.isoformat(), f"{number}.000") for number, day in enumerate(days)]
    assert house.stages(f"stations/bridge/{days[0]:%Y-%m}.csv") == ["0.000"]
    assert house.stages(f"daily/{days[0]:%Y-%m-%d}.csv") == ["0.000"]
    names = json.loads(house.file("files.json"))
    assert names["daily"] == [f"{day:%Y-%m-%d}" for day in (*days, MORNING)]
    assert names["stations"] == {"bridge": sorted({f"{day:%Y-%m}" for day in days})}
    assert house.keeper.since == days[0].date()


def test_the_whole_history_is_one_gzip_stream_that_every_reader_takes(house: House) -> None:
    for days in (70, 40, 1):
        house.say(1.0, YESTERDAY - timedelta(days=days))
    house.settle()
    stream = zlib.decompressobj(31)
    body = stream.decompress(house.file(HISTORY))
    assert (stream.eof, stream.unused_data) == (True, b"")
    assert body.startswith(HEAD)
    assert body.count("地点ID".encode()) == 1


def test_beside_each_csv_lies_the_same_made_smaller(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    found = list(house.site.rglob("*.csv"))
    assert len(found) == 3
    for each in found:
        assert gzip.decompress(each.with_name(f"{each.name}.gz").read_bytes()) == each.read_bytes()


def test_a_station_has_its_files_before_it_ever_reported(house: House) -> None:
    house.settle()
    assert house.file(TODAY) == HEAD
    assert gzip.decompress(house.file(HISTORY)) == HEAD


def test_the_months_of_a_retired_station_stay_and_a_doubted_reading_leaves_them_all_the_same(tmp_path: Path) -> None:
    house = House(tmp_path, one_station(twins=1))
    for gauge in ("bridge-1", "twin-1"):
        wrong = house.say(5.0, YESTERDAY, gauge=gauge)
        house.say(1.0, YESTERDAY + 10 * MINUTES, gauge=gauge)
    house.settle()
    house.store.current = one_station()
    bump(house)
    house.later(minutes=6)
    house.settle()
    assert house.stages("stations/twin-1/2026-06.csv") == ["5.000", "1.000"]
    house.requalify(wrong, Quality.BAD)
    house.later(minutes=6)
    house.settle()
    assert house.stages("stations/twin-1/2026-06.csv") == ["1.000"]
    assert house.stages("daily/2026-06-30.csv") == ["5.000", "1.000", "1.000"]


def bump(house: House) -> None:
    """A start sees the registry of now; a running archive sees its revision."""
    house.keeper.keep()
    house.keeper = house.started()


def test_a_name_with_a_comma_and_a_quote_reads_back_and_its_days_are_put_in_place(tmp_path: Path) -> None:
    house = House(tmp_path, one_station({"ja": '大橋,"下流"'}))
    house.say(1.0, YESTERDAY)
    house.say(2.0, YESTERDAY - timedelta(days=1))
    house.settle()
    house.say(3.0, YESTERDAY + 10 * MINUTES)
    house.later(minutes=6)
    house.settle()
    rows = read_back(house.file("stations/bridge/2026-06.csv"))
    assert {row["地点名"] for row in rows} == {'大橋,"下流"'}
    assert [row["水位_m"] for row in rows] == ["2.000", "1.000", "3.000"]


@pytest.mark.parametrize(
    ("flag", "mark"), [("demonstration", "暫定値（デモンストレーション）"), ("drill", "暫定値（訓練）")]
)
def test_a_demonstration_and_a_drill_say_so_in_every_row(tmp_path: Path, flag: str, mark: str) -> None:
    real = one_station()
    city = real.city.model_copy(update={flag: True})
    house = House(tmp_path, Registry.of(city, [*real.stations.values(), *real.gauges.values()]))
    house.say(1.0, MORNING)
    house.settle()
    assert [row["値の区分"] for row in read_back(house.file(TODAY))] == [mark]


@pytest.mark.parametrize(
    ("stage_m", "told"), [(2.8996, 2.899), (2.9, 2.9), (-0.0004, 0.0), (-0.001, -0.001), (0.1 + 0.2, 0.3)]
)
def test_a_stage_is_cut_to_the_millimetre_and_never_rounded_up_to_a_threshold(stage_m: float, told: float) -> None:
    assert millimetres(stage_m) == told


def test_the_server_gives_the_files_as_what_they_are_to_pages_of_any_site(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.say(2.0, MORNING)
    house.settle()
    packing = {"Accept-Encoding": "gzip"}
    with served(house.site) as url, httpx.Client(headers=packing) as client:
        whole, today = client.get(f"{url}/data/{HISTORY}"), client.get(f"{url}/data/{TODAY}")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "application/gzip")
    assert "content-encoding" not in whole.headers
    assert gzip.decompress(whole.content) == HEAD + house.file("stations/bridge/2026-06.csv").removeprefix(HEAD)
    assert (today.headers["content-type"], today.content) == ("text/csv; charset=utf-8", house.file(TODAY))
    assert {each.headers["access-control-allow-origin"] for each in (whole, today)} == {"*"}


def test_work_that_is_noted_months_afterwards_takes_back_what_was_published(house: House) -> None:
    for number in range(3):
        house.work(MORNING + number * MINUTES, MORNING + (number + 1) * MINUTES)
    house.say(7.37, YESTERDAY)
    house.settle()
    house.later(days=100)
    house.settle()
    assert house.stages("daily/2026-06-30.csv") == ["7.370"]
    house.work(YESTERDAY - 10 * MINUTES, YESTERDAY + 10 * MINUTES)
    house.later(minutes=6)
    house.settle()
    for path in ("daily/2026-06-30.csv", "stations/bridge/2026-06.csv", HISTORY):
        assert house.stages(path) == [], path
    house.later(minutes=6)
    assert house.settle() == 0
