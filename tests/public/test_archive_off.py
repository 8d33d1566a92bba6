"""What nobody corrects any more does not stay on the site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.store.mutes import SqlMutes
from dashboard.public.archive import noticing
from dashboard.public.archive.due import Due
from dashboard.public.archive.memory import Memory
from deploy.settings import Settings
from deploy.wiring.archive import archive_jobs
from ingest.readings import Quality
from tests.public.archive_house import MORNING, House

HISTORY = "stations/bridge/history.csv.gz"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.engine.dispose()
    made.past.close()


def wake(house: House, archive: bool) -> None:
    """The jobs of the archive as a start with this setting makes them, each woken once."""
    settings = Settings.model_validate(
        {"data_folder": house.folder, "public": {"folder": str(house.site), "data": {"archive": archive}}}
    )
    for job in archive_jobs(settings, house.keeper):
        job.work()


def test_an_archive_that_is_switched_off_leaves_the_site_and_nothing_else_does(house: House) -> None:
    said = house.say(7.37, MORNING - timedelta(days=1))
    house.settle()
    other = [house.site / each for each in ("data/latest.csv", "stations/bridge.html", "data/stations/readme.txt")]
    for each in other:
        each.parent.mkdir(exist_ok=True)
        each.write_text("7.37")
    wake(house, archive=True)
    assert house.stages(HISTORY) == ["7.370"]
    house.requalify(said, Quality.BAD)
    wake(house, archive=False)
    assert [each for each in sorted(house.site.rglob("*")) if each.is_file()] == sorted(other)
    wake(house, archive=False)


def test_an_archive_that_is_switched_on_again_is_made_anew_without_what_was_doubted_meanwhile(house: House) -> None:
    said = house.say(7.37, MORNING - timedelta(days=1))
    house.say(0.95, MORNING - timedelta(days=1, minutes=10))
    house.settle()
    house.keeper.keep()
    wake(house, archive=False)
    house.requalify(said, Quality.BAD)
    house.keeper = house.started()
    house.later(minutes=6)
    house.settle()
    assert house.stages(HISTORY) == house.stages("daily/2026-06-30.csv") == ["0.950"]


def test_work_is_forgotten_when_nothing_of_it_can_change_any_more(house: House) -> None:
    memory = Memory(0, MORNING)
    days = 2 * noticing.AT_ONCE
    for day in range(days):
        house.work(MORNING + timedelta(days=day), MORNING + timedelta(days=day, hours=1))
    works = SqlMutes(house.engine).maintenance_noted(MORNING - timedelta(days=1), noticing.noted(memory))
    assert len(works) == days
    noticing.notice_works(memory, works, MORNING + timedelta(days=days))
    assert len(memory.works) == noticing.AT_ONCE
    memory.due = Due()
    later = SqlMutes(house.engine).maintenance_noted(MORNING + timedelta(days=days), noticing.noted(memory))
    noticing.notice_works(memory, later, MORNING + timedelta(days=days))
    assert memory.due.days == {}
