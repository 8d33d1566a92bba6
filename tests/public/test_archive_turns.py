"""When the archive writes what: in its turns, after a start, a pause, a loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from dashboard.public.archive.rows import HEAD
from ingest.clock import JST
from ingest.readings import Quality
from tests.public.archive_house import MORNING, House
from tests.public.fakes import one_station

TODAY, MONTH, HISTORY = "daily/2026-07-01.csv", "stations/bridge/2026-07.csv", "stations/bridge/history.csv.gz"
MINUTES = timedelta(minutes=1)
YESTERDAY = datetime(2026, 6, 30, 12, 0, tzinfo=JST)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.engine.dispose()
    made.past.close()


def test_nothing_new_writes_nothing(house: House) -> None:
    house.say(1.0, MORNING)
    house.settle()
    before = house.stamps()
    house.later(minutes=6)
    assert house.settle() == 0
    assert house.stamps() == before


def test_news_that_change_no_file_leave_it_as_it_is(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    before = house.stamps()
    house.say(8.8, MORNING, quality=Quality.SUSPECT)
    house.later(minutes=6)
    house.settle()
    assert house.stamps() == before


def test_a_daily_file_is_written_again_no_more_often_than_is_set(house: House) -> None:
    house.say(1.0, MORNING - 20 * MINUTES)
    house.settle()
    house.say(2.0, MORNING)
    house.later(seconds=299)
    house.settle()
    assert house.stages(TODAY) == ["1.000"]
    house.later(seconds=1)
    house.settle()
    assert house.stages(TODAY) == ["1.000", "2.000"]


def test_a_day_that_has_nothing_yet_does_not_wait_for_its_first_reading(house: House) -> None:
    house.settle()
    assert house.file(TODAY) == HEAD
    house.say(1.0, MORNING)
    house.settle()
    assert house.stages(TODAY) == ["1.000"]


def test_at_the_first_start_today_and_the_last_days_come_first_then_the_histories_then_years_of_days(
    tmp_path: Path,
) -> None:
    ticks = count()
    house = House(tmp_path, monotonic=lambda: 0.06 * next(ticks))  # time for one piece of work a turn
    old = YESTERDAY - timedelta(days=400)
    for day in (old, YESTERDAY, MORNING):
        house.say(1.0, day)
    seen: list[str] = []
    for _ in range(300):
        house.keeper.turn()
        seen += [path for path in house.stamps() if path not in seen and path.endswith((".csv", "history.csv.gz"))]
    names = [path.removeprefix("data/").removeprefix("stations/bridge/") for path in seen]
    assert names == [
        *("daily/2026-07-01.csv", "daily/2026-06-30.csv"),
        *("2026-06.csv", f"{old:%Y-%m}.csv", "history.csv.gz", f"daily/{old:%Y-%m-%d}.csv"),
    ]


def test_after_a_restart_only_what_came_meanwhile_is_written(house: House) -> None:
    for days in (40, 1):
        house.say(1.0, YESTERDAY - timedelta(days=days))
    house.settle()
    house.keeper.keep()
    before = house.stamps()
    house.say(2.0, MORNING)
    house.later(minutes=6)
    house.keeper = house.started()
    house.settle()
    assert house.stages(TODAY) == ["2.000"]
    assert {path for path, at in house.stamps().items() if before.get(path) != at} == {
        f"data/{TODAY}",
        f"data/{TODAY}.gz",
    }


def test_work_that_was_begun_when_the_program_ended_is_done_after_the_restart(tmp_path: Path) -> None:
    ticks = count()
    house = House(tmp_path, monotonic=lambda: 0.06 * next(ticks))  # time for one piece of work a turn
    for days in range(5):
        house.say(float(days), YESTERDAY - timedelta(days=days))
    june = house.site / "data/stations/bridge/2026-06.csv"
    while not (house.site / "data/daily/2026-06-26.csv").exists():
        house.keeper.turn()
    house.keeper.turn()
    house.keeper.turn()
    house.keeper.keep()
    assert not june.exists()
    house.keeper = house.started()
    house.settle()
    assert len(house.stages("stations/bridge/2026-06.csv")) == 5
    assert len([path for path in house.stamps() if "daily" in path]) == 2 * 6


def test_a_restart_in_the_middle_of_the_first_days_does_not_begin_again(tmp_path: Path) -> None:
    ticks = count()
    house = House(tmp_path, one_station(twins=2), monotonic=lambda: 0.06 * next(ticks))
    for gauge in ("bridge-1", "twin-1", "twin-2"):
        house.say(1.0, YESTERDAY, gauge=gauge)
    while not (house.site / "data/stations/twin-1/2026-06.csv").exists():
        house.keeper.turn()
    house.keeper.keep()
    before = house.stamps()
    assert f"data/{HISTORY}" in before
    house.keeper = house.started()
    house.settle()
    assert house.stages("stations/twin-2/history.csv.gz") == house.stages("stations/twin-1/history.csv.gz") == ["1.000"]
    assert {path for path in before if house.stamps()[path] != before[path]} == set()


def test_a_crash_that_lost_what_was_remembered_makes_everything_anew(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    (house.folder / "open-data.json").write_text("{half")
    house.later(minutes=6)
    house.keeper = house.started()
    house.settle()
    assert house.stages(HISTORY) == ["1.000"]


def test_files_that_somebody_removed_are_written_again_at_the_next_start(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    house.keeper.keep()
    for each in sorted(house.site.rglob("*"), reverse=True):
        each.rmdir() if each.is_dir() else each.unlink()
    house.keeper = house.started()
    house.later(minutes=6)
    house.settle()
    assert house.stages("daily/2026-06-30.csv") == house.stages(HISTORY) == ["1.000"]


def test_a_pause_of_days_in_which_the_present_forgot_rows_leaves_no_gap(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    house.keeper.keep()
    house.say(2.0, MORNING + timedelta(days=1))
    house.clock.at = MORNING + timedelta(days=20)
    house.hand_on_and_prune()
    house.keeper = house.started()
    house.settle()
    assert house.stages("daily/2026-07-02.csv") == ["2.000"]
    assert house.stages(HISTORY) == ["1.000", "2.000"]


def test_while_the_past_is_away_no_file_loses_what_only_the_past_has(house: House) -> None:
    house.say(1.0, YESTERDAY)
    house.settle()
    house.hand_on_and_prune()
    before = house.file("stations/bridge/2026-06.csv")
    house.past.engine.dispose()
    (house.folder / "past.db").rename(house.folder / "elsewhere.db")
    house.say(2.0, YESTERDAY + 10 * MINUTES)
    house.later(minutes=6)
    house.keeper.turn()
    house.keeper.turn()
    assert house.file("stations/bridge/2026-06.csv") == before
    (house.folder / "past.db").unlink(missing_ok=True)
    (house.folder / "elsewhere.db").rename(house.folder / "past.db")
    house.past.engine.dispose()
    house.keeper = house.started()
    house.settle()
    assert house.stages("stations/bridge/2026-06.csv") == ["1.000", "2.000"]


def test_a_full_disk_is_told_and_what_was_due_is_written_afterwards(house: House) -> None:
    house.say(1.0, MORNING)
    blocked = house.site / "data"
    house.site.mkdir()
    blocked.write_text("in the way")
    with pytest.raises(OSError, match="data"):
        house.keeper.turn()
    blocked.unlink()
    house.settle()
    assert house.stages(TODAY) == ["1.000"]


def test_before_the_first_registry_nothing_is_written(house: House) -> None:
    registry, house.store.current = house.store.current, None
    assert house.settle() == 0
    house.store.current = registry
    house.settle()
    assert house.file(TODAY) == HEAD
