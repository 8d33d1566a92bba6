"""What is kept of signs, and when people are told that one does not obey."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine as Database

from alerts.channels.mqtt_settings import SignSettings
from alerts.channels.signs import Command, Report, SignState, heard, highest, reported, told
from alerts.chronology.words import text_of
from alerts.engine.signs import SignRecord
from alerts.records import Delivery
from alerts.rules import sign as rule
from alerts.rules.facts import Facts, Found
from alerts.rules.settings.rules import RulesSettings
from alerts.store.signs import read_signs
from ingest.health.problems import Health
from tests.alerts.house import House, accept, refuse, stage_alone
from tests.alerts.night import GAUGE, OTHER_GAUGE, REGISTRY, at
from tests.alerts.post_room import entries
from tests.alerts.post_room import told as written_message

TOPIC = "onomichi/signs/fujii-underpass"


def after(seconds: float) -> datetime:
    return at(60) + timedelta(seconds=seconds)


def state_at(level: int) -> str:
    return SignSettings().state_at(level)


def commanded(
    level: int = 4, at_s: float = 0.0, before: SignState | None = None, key: str = "k1", gauge: str = GAUGE.id
) -> SignState:
    """The sign after a message about a gauge."""
    sign = heard(before or SignState(TOPIC), {gauge: level}, after(at_s), drill=False)
    assert sign is not None
    highest_now = highest(sign, drill=False)
    return told(sign, Command(TOPIC, key, state_at(highest_now), highest_now, after(at_s), after(300)), after(at_s))


def says(sign: SignState, state: str, at_s: float, key: str = "") -> SignState:
    return reported(sign, Report(TOPIC, state, after(at_s), key))


class Kept:
    """A record, and what stands in its database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.record = SignRecord(database, lambda: REGISTRY)

    def note(self, *signs: SignState) -> None:
        for each in signs:
            self.record.note(each)

    def there(self) -> dict[str, SignState]:
        with self.database.connect() as connection:
            return read_signs(connection)

    def lines(self) -> list[str]:
        return [text_of(each, "en").removeprefix(f"sign {TOPIC} ") for each in entries(self.database)]


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def test_what_a_sign_was_told_and_said_is_kept_and_is_the_same_after_a_start(kept: Kept) -> None:
    sign = says(commanded(gauge=OTHER_GAUGE.id), "danger", 2, "k1")
    kept.note(commanded(gauge=OTHER_GAUGE.id), sign)
    assert kept.record.turn(after(3)) == 1
    assert kept.there() == {TOPIC: sign}
    assert Kept(kept.database).record.restore(after(60), state_at, drill=False) == [sign]
    assert {(each.kind, each.station_id) for each in entries(kept.database)} == {("sign", OTHER_GAUGE.station_id)}
    assert kept.lines() == ['was told "danger" (hazard 4)', 'reported that it shows "danger" as it was told']


def test_the_chronology_tells_what_it_says_instead_and_no_repeat(kept: Kept) -> None:
    sign = commanded()
    for at_s, state in ((2, "caution"), (9, "caution"), (20, "danger"), (30, "danger"), (40, "off")):
        kept.note(sign)
        kept.record.turn(after(at_s - 0.5))
        sign = says(sign, state, at_s)
        kept.note(sign)
        kept.record.turn(after(at_s))
    assert kept.lines() == [
        'was told "danger" (hazard 4)',
        'was told "danger" and reported "caution": check on site',
        'reported that it shows "danger" as it was told',
        'was told "danger" and reported "off": check on site',
    ]


def test_a_command_that_is_repeated_is_one_line(kept: Kept) -> None:
    for at_s in (0, 5, 10):
        kept.note(commanded(at_s=at_s, before=kept.there().get(TOPIC)))
        kept.record.turn(after(at_s))
    assert len(kept.lines()) == 1
    assert kept.there()[TOPIC].differs_since == after(0)


def test_a_sign_that_flickers_fills_no_disk_and_a_command_to_it_is_written_at_once(kept: Kept) -> None:
    sign = commanded()
    kept.note(sign)
    kept.record.turn(after(0))
    for number in range(100):
        sign = says(sign, ("off", "danger")[number % 2], 1 + number / 10)
        kept.note(sign)
        kept.record.turn(after(1 + number / 10))
    assert len(kept.lines()) <= 5
    kept.note(sign := commanded(5, 11, sign, "k2"))
    assert kept.record.turn(after(11)) == 1
    assert kept.there()[TOPIC] == sign


def test_a_topic_that_was_told_nothing_is_not_kept(kept: Kept) -> None:
    kept.note(says(SignState(TOPIC), "off", 1))
    assert kept.record.turn(after(2)) == 0
    assert kept.there() == {}


def test_what_could_not_be_written_is_written_with_its_lines_later(kept: Kept) -> None:
    kept.note(commanded())
    refuse(kept.database, "chronology")
    with pytest.raises(Exception, match="the disk is full"):
        kept.record.turn(after(1))
    assert kept.there() == {}
    accept(kept.database)
    assert kept.record.turn(after(2)) == 1
    assert len(kept.lines()) == 1


def message(level: int, gauge: str, at_s: float, **more: Any) -> Delivery:
    data = {"alerts": [{"rule": "stage", "subject_id": gauge, "level": level}]}
    values = {"created_at": after(at_s), "began_at": after(at_s), "attempts": 1, "data": data, **more}
    return Delivery("sign", "mqtt", TOPIC, "", "", after(at_s), f"{gauge} {at_s}", **values)


def test_a_service_that_was_killed_after_a_command_does_not_lower_the_sign_with_the_next_one(kept: Kept) -> None:
    kept.note(commanded(3, -60, gauge=OTHER_GAUGE.id))
    kept.record.turn(after(-60))
    written_message(kept.database, message(4, GAUGE.id, 0), message(5, "never-begun", 1, began_at=None))
    written_message(kept.database, message(5, "of-a-drill", 1, drill=True), message(5, "old", -90_000))
    record = SignRecord(kept.database, lambda: REGISTRY)
    (sign,) = record.restore(after(10), state_at, drill=False)
    assert (sign.commanded, sign.level, sorted(sign.levels)) == ("danger", 4, [GAUGE.id, OTHER_GAUGE.id])
    assert sign.differs_since == after(-60)
    assert record.turn(after(11)) == 1
    assert kept.lines()[-1] == 'was told "danger" (hazard 4)'


# The rule


def asked(sign: SignState, at_s: float, rules: RulesSettings | None = None) -> list[Found]:
    facts = Facts(after(at_s), REGISTRY, Health(after(at_s)), signs=[sign])
    return list(rule.find(facts, rules or RulesSettings()))


def test_a_sign_that_does_not_answer_within_a_minute_is_found_at_its_station() -> None:
    assert asked(commanded(), 59.9) == []
    (found,) = asked(commanded(), 60)
    assert (found.subject_id, found.station_id, found.finding.reached) == (TOPIC, "fujii", 3)
    assert found.finding.detail == {
        "problem": "sign_silent",
        "commanded": "danger",
        "commanded_at": after(0).isoformat(),
        "since": after(0).isoformat(),
    }


def test_a_sign_that_says_something_else_is_found_with_what_it_says() -> None:
    (found,) = asked(says(commanded(), "off", 5), 60)
    detail = found.finding.detail
    assert (detail["problem"], detail["confirmed"], detail["confirmed_at"]) == (
        "sign_differs",
        "off",
        after(5).isoformat(),
    )


def test_a_sign_that_answered_an_older_command_alone_is_silent() -> None:
    sign = commanded(5, 20, says(commanded(), "danger", 5), "k2")
    (found,) = asked(sign, 80)
    assert (found.finding.detail["problem"], found.finding.detail["since"]) == ("sign_silent", after(20).isoformat())


def test_a_sign_that_obeys_or_was_told_nothing_is_no_matter() -> None:
    assert asked(says(commanded(), "danger", 5), 9999) == []
    assert asked(says(SignState(TOPIC), "off", 5), 9999) == []


def test_a_kind_of_station_may_wait_longer_or_go_without() -> None:
    own = {"kinds": {"river": {"unconfirmed_after_s": 300, "level": 2}}}
    patient = RulesSettings.model_validate({"sign": own})
    assert asked(commanded(), 299, patient) == []
    assert [each.finding.reached for each in asked(commanded(), 300, patient)] == [2]
    assert asked(commanded(), 300, RulesSettings.model_validate({"sign": {"enabled": False}})) == []


def test_the_station_is_that_of_the_highest_gauge_and_none_where_all_are_gone() -> None:
    both = commanded(5, 1, commanded(), gauge=OTHER_GAUGE.id)
    assert rule.station_of(both, REGISTRY) == OTHER_GAUGE.station_id
    assert rule.station_of(commanded(gauge="retired"), REGISTRY) == ""
    assert [each.station_id for each in asked(commanded(gauge="retired"), 60)] == [""]
    exercise = heard(SignState(TOPIC), {GAUGE.id: 4}, after(0), drill=True)
    assert exercise is not None
    assert rule.station_of(exercise, REGISTRY) == "fujii"


def test_the_alert_ends_with_the_confirmation_and_the_next_one_stands_where_the_sign_was_moved(
    database: Database,
) -> None:
    house = House(
        database, stage_alone(rules={name: {"enabled": name == "sign"} for name in RulesSettings.model_fields})
    )
    house.serve()
    sign = commanded()

    def tick(at_s: float) -> None:
        house.clock.at = after(at_s)
        house.engine.tick(lambda firing: replace(house.facts(firing), signs=[sign]))

    for at_s in (30, 61, 70):
        tick(at_s)
    sign = says(sign, "danger", 71)
    tick(72)
    sign = commanded(5, 100, sign, "k2", OTHER_GAUGE.id)
    tick(161)
    found = [(each.station_id, each.from_level, each.to_level) for each in house.transitions("sign")]
    assert found == [("fujii", 0, 3), ("fujii", 3, 0), ("gakuen", 0, 3)]
    assert [(each.station_id, each.open) for each in house.incidents()] == [("fujii", False), ("gakuen", True)]
