"""What is told of a pump that stands still, after a silence and while somebody works on the gauge that it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from alerts.engine.pumping import PumpStations
from alerts.engine.settings import AlertSettings
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context
from alerts.people.matters import Form
from alerts.records import PUMP_IDLE, Maintenance, Silence, Transition
from alerts.rules.facts import Facts
from alerts.rules.findings import Cause
from alerts.store.mutes import add_maintenance, add_silence, end_silence
from ingest.health.problems import Health
from ingest.store.log import SqlLog
from ingest.store.tables import writing
from tests.alerts.house import House
from tests.alerts.night import at
from tests.pumping import FIRST, INNER, REGISTRY, running, stage


@dataclass
class PumpHouse(House):
    """Asks for its pumps as well."""

    settings: AlertSettings = field(default_factory=AlertSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stations = PumpStations(SqlLog(self.database))

    def facts(self, firing: Mapping[str, int]) -> Facts:
        now, registry = self.clock.now(), self.registry()
        return Facts(now, registry, Health(now), firing=firing, pumping=self.stations.now(registry, now))

    def minutes(self, minutes: range, stage_m: float) -> None:
        """The water stands at a stage, and the pump says that it does not run."""
        for minute in minutes:
            self.receive(stage(minute, stage_m), running(minute, 0))
            self.clock.at = at(minute)
            self.engine.turn()
            self.tick()

    def told(self) -> list[Transition]:
        return [each for each in self.transitions(PUMP_IDLE) if each.cause != Cause.PENDING and not each.muted]


@pytest.fixture
def house(database: Database) -> PumpHouse:
    made = PumpHouse(database)
    made.clock.at = at(0)
    made.serve(REGISTRY)
    return made


def work(house: PumpHouse) -> None:
    """Somebody works on the inner gauge alone."""
    now = house.clock.now()
    with writing(house.database) as connection:
        add_maintenance(connection, Maintenance("minato", "crew", "test", now, now + timedelta(hours=1), (INNER.id,)))


def test_what_a_silence_held_back_says_which_pump_and_how_the_water_stands(house: PumpHouse) -> None:
    with writing(house.database) as connection:
        silence = Silence("duty", "test", at(0), at(60))
        number = add_silence(connection, silence)
    house.minutes(range(0, 10, 3), 1.3)
    assert house.told() == []
    with writing(house.database) as connection:
        end_silence(connection, number, house.clock.now(), "duty")
    house.minutes(range(12, 13), 1.3)
    (still,) = house.told()
    assert (still.cause, still.to_level) == (Cause.STILL, 3)
    text = compose([Run((still,))], Context(house.registry(), at(12), ""), "en", Form.LONG)
    assert "pump 1 does not run" in text.body
    assert "Inner stage: 1.30 m" in text.body


def test_work_on_the_inner_gauge_mutes_an_idle_pump_until_it_ends(house: PumpHouse) -> None:
    work(house)
    house.minutes(range(0, 15, 3), 1.3)
    assert house.told() == []
    house.minutes(range(61, 67, 3), 1.3)
    assert [each.to_level for each in house.told()] == [3]


def test_what_is_told_during_work_on_the_inner_gauge_says_so(house: PumpHouse) -> None:
    """A float that is lifted by hand: hazard 5, which nothing mutes."""
    work(house)
    house.minutes(range(0, 10, 3), 2.4)
    (risen,) = house.told()
    assert (risen.to_level, risen.detail.get("maintenance")) == (5, True)
    assert risen.subject_id == FIRST.id
