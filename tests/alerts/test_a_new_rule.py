"""Two rules that the project does not have: each is a function, its settings and a row, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from alerts.rules.course import Course
from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.findings import EVERY_LEVEL, Change, Finding, levels_above
from alerts.rules.machine import Standing, step
from alerts.rules.place import Place
from alerts.rules.settings.every import RuleSettings
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.table import ReadingRule, TickRule
from ingest.hazard import stage_at_volume
from ingest.health.problems import Health
from ingest.readings import Reading
from ingest.stations import Gauge, Registry, Station, StationKind
from tests.alerts.machines import told
from tests.alerts.night import CITY, RIVER, at, reading

POND = RIVER.model_copy(update={"kind": StationKind.RETENTION_POND})
TABLE = ((0.0, 0.0), (1.0, 1000.0), (2.0, 4000.0))


class RoomSettings(RuleSettings):
    level: int = 3
    least_m3: float = Field(default=500.0, description="cubic metres that must be left")


class PumpSettings(RuleSettings):
    level: int = 4
    hold_s: float = 60.0


class MoreRules(RulesSettings):
    room: RoomSettings = RoomSettings()
    pump: PumpSettings = PumpSettings()


def room_left(reading: Reading, course: Course, place: Place) -> Finding:
    """Whether a pond has hardly any room left."""
    del course
    own = place.rules.of("room")
    assert isinstance(own, RoomSettings)
    full_m3 = place.gauge.stage_volume[-1][1]
    short = reading.stage_m >= stage_at_volume(place.gauge.stage_volume, full_m3 - own.least_m3)
    left = levels_above(own.level) if short else EVERY_LEVEL
    return Finding(own.level if short else 0, left, reading.observed_at, received_at=reading.received_at)


def standing_pumps(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Whether a pump station is flooded; that its pumps stand still is taken for granted here."""
    own = rules.of("pump")
    assert isinstance(own, PumpSettings)
    for gauge_id, level in facts.firing.items():
        if level >= 3:
            yield in_trouble(
                gauge_id, facts.registry.gauges[gauge_id].station_id, own.level, facts.now, {"stage": level}
            )


ROOM = ReadingRule("room", room_left)
PUMP = TickRule("pump", standing_pumps)


def pond(rules: RulesSettings) -> Place:
    gauge = Gauge(id="fujii-01", station_id="fujii", stage_volume=TABLE)
    station: Station = POND
    return Place(station, gauge, rules.at(station.kind, station.id))


def test_a_rule_on_readings_is_a_function_its_settings_and_a_row() -> None:
    rules = MoreRules.model_validate({"room": {"stations": {"fujii": {"least_m3": 1000.0}}}})
    where, standing, changes = pond(rules), Standing(), list[Change]()
    for minute, stage_m in [(0, 1.0), (10, 1.7), (20, 1.2), (30, 1.2), (40, 1.2)]:
        finding = ROOM.find(reading(minute, stage_m), Course(), where)
        assert finding is not None
        standing, more = step(standing, finding, where.rules.of(ROOM.name).timing)
        changes += more
    assert told(changes) == [(0, 3), (3, 0)]


def test_a_rule_of_the_clock_is_a_function_its_settings_and_a_row() -> None:
    rules, standing, changes = MoreRules(), Standing(), list[Change]()
    registry = Registry.of(CITY, [POND, pond(rules).gauge])
    for minute, level in [(0, 2), (1, 3), (2, 1), (4, 1)]:
        facts = Facts(at(minute), registry, Health(at(minute)), firing={"fujii-01": level})
        named = {each.subject_id: each.finding for each in PUMP.find(facts, rules)}
        finding = named.get("fujii-01", Finding(0, EVERY_LEVEL, facts.now))
        standing, more = step(standing, finding, rules.of(PUMP.name).timing)
        changes += more
    assert told(changes) == [(0, 4), (4, 0)]
    assert rules.pump.timing.hold == timedelta(minutes=1)
