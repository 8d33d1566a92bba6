"""What is told of a pump that stands still, after a silence and while somebody works on the gauge that it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from alerts.engine.pumping import PumpStations
from alerts.engine.settings import AlertSettings
from alerts.messages.compose import compose
from alerts.messages.runs import Run, worth_telling
from alerts.messages.told import Context
from alerts.people.matters import Form
from alerts.records import PUMP_IDLE, Maintenance, Silence, Transition
from alerts.rules.facts import Facts
from alerts.rules.findings import Cause
from alerts.store.mutes import add_maintenance, add_silence, end_silence
from ingest.stations import Device, Registry, Station
from ingest.store.log import SqlLog
from ingest.store.tables import writing
from tests.alerts.house import House
from tests.alerts.night import at
from tests.pumping import FIRST, INNER, OUTER, REGISTRY, SECOND, STATION, fault, running, stage

THERE = STATION.model_copy(update={"id": "kawaguchi"})


@dataclass
class PumpHouse(House):
    """Asks for its pumps as well."""

    settings: AlertSettings = field(default_factory=AlertSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stations = PumpStations(SqlLog(self.database))

    def facts(self, firing: Mapping[str, int]) -> Facts:
        now, registry = self.clock.now(), self.registry()
        health = replace(super().facts(firing), firing=firing)
        return replace(health, pumping=self.stations.now(registry, now))

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


def serve(house: PumpHouse, *items: Station | Device) -> None:
    house.serve(Registry.of(REGISTRY.city, list(items)))


def ends(house: PumpHouse, rule: str = PUMP_IDLE) -> list[Transition]:
    return [each for each in house.transitions(rule) if each.to_level < each.from_level]


def test_a_pump_that_is_taken_out_of_the_registry_ends_its_incident_with_the_reason(house: PumpHouse) -> None:
    house.minutes(range(0, 10, 3), 1.3)
    serve(house, STATION, INNER, SECOND)
    house.minutes(range(12, 16, 3), 1.3)
    (ended,) = ends(house)
    assert (ended.cause, ended.station_id, ended.muted) == (Cause.UNWATCHED, "minato", "")
    (incident,) = [each for each in house.incidents() if each.rule == PUMP_IDLE]
    assert (incident.open, incident.close_reason) == (False, "no longer watched")
    assert [each for each in house.entries() if "監視の対象外" in each.text]
    assert house.transitions(PUMP_IDLE)[-1] == ended  # and nothing more is said of it


def test_a_pump_that_is_moved_ends_here_and_is_judged_there(house: PumpHouse) -> None:
    """Its fault goes on: what was told of the old station ends, and the new one hears of it."""
    house.receive(fault(0, 17))
    house.minutes(range(0, 4, 3), 0.2)
    serve(house, STATION, THERE, INNER, SECOND, FIRST.model_copy(update={"station_id": THERE.id}))
    house.minutes(range(6, 10, 3), 0.2)
    told = [(each.station_id, each.from_level, each.to_level, each.cause) for each in house.transitions("pump_fault")]
    assert told == [
        ("minato", 0, 1, Cause.RISE),
        ("minato", 1, 0, Cause.UNWATCHED),
        (THERE.id, 0, 1, Cause.RISE),
    ]
    faults = {each.station_id: each.open for each in house.incidents() if each.rule == "pump_fault"}
    assert faults == {"minato": False, THERE.id: True}
    house.receive(fault(10, 17, SECOND), fault(12, 0, SECOND))  # the old station closes though the moved one goes on
    house.minutes(range(12, 22, 3), 0.2)
    assert {each.station_id: each.open for each in house.incidents() if each.rule == "pump_fault"} == faults


def test_an_end_that_a_silence_held_back_is_told_later_as_what_it_was(house: PumpHouse) -> None:
    house.minutes(range(0, 10, 3), 1.3)
    with writing(house.database) as connection:
        number = add_silence(connection, Silence("duty", "test", at(10), at(600)))
    serve(house, STATION, INNER, SECOND)
    house.minutes(range(12, 16, 3), 1.3)
    with writing(house.database) as connection:
        end_silence(connection, number, house.clock.now(), "duty")
    house.minutes(range(18, 22, 3), 1.3)
    *_, late = house.told()
    assert (late.cause, late.from_level, late.to_level) == (Cause.STILL, 3, 0)
    text = compose([Run((late,))], Context(house.registry(), at(18), ""), "en", Form.LONG)
    assert "no all-clear" in text.body
    assert "stands still in high water any more" not in text.body


def test_who_heard_of_no_alert_hears_of_no_end(house: PumpHouse) -> None:
    with writing(house.database) as connection:
        add_silence(connection, Silence("duty", "test", at(0), at(11)))
    house.minutes(range(0, 10, 3), 1.3)
    serve(house, STATION, INNER, SECOND)
    house.minutes(range(12, 16, 3), 1.3)
    assert house.told() == []
    assert [each.muted for each in ends(house)] == ["untold"]


def test_a_silent_gauge_or_camera_that_is_taken_out_is_not_said_to_be_back(house: PumpHouse) -> None:
    house.silent = [INNER.id]
    for minute in range(0, 16, 3):
        house.clock.at = at(minute)
        house.tick()
    assert [each.to_level for each in house.transitions("silence") if each.to_level] == [2]
    serve(house, STATION, OUTER, FIRST)
    house.tick()
    (ended,) = ends(house, "silence")
    assert ended.cause == Cause.UNWATCHED


def test_an_idle_pump_whose_gauge_is_taken_out_is_told_as_last_known(house: PumpHouse) -> None:
    house.minutes(range(0, 10, 3), 1.3)
    serve(house, STATION, FIRST, SECOND)
    house.minutes(range(12, 13), 1.3)
    last = house.told()[-1]
    assert (last.cause, last.to_level, last.unverified) == (Cause.UNVERIFIED, 3, True)
    assert worth_telling(last)
