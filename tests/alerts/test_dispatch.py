"""Who is told in which message: at once, or at most once a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from alerts.dispatch.dispatch import Dispatch, Surroundings
from alerts.messages.told import Context
from alerts.people import Directory, GroupKind, Receiver
from alerts.records import Delivery, Transition
from alerts.store.deliveries import delivery_of
from alerts.store.record import add_transitions
from alerts.store.tables import deliveries
from ingest.stations import Registry
from ingest.store.tables import writing
from tests.alerts.house import accept, refuse
from tests.alerts.night import CITY, DUSK, HandClock, at
from tests.alerts.town import contact, group, people, route

URL = "http://mizumori.test"
EVERYBODY = Directory(
    people(
        [contact("duty"), contact("crew"), contact("grave")],
        [group("duty"), group("crew", GroupKind.CREW), group("grave")],
        [route("duty"), route("crew"), route("grave", min_level=4)],
    )
)


@dataclass
class NoLinks:
    """Crews answer at an address that says who they are; staff have the dashboard."""

    def link(self, receiver: Receiver, incident_id: int, now: datetime) -> str | None:
        del now
        return f"{URL}/a/{receiver.contact_id}/{incident_id}" if receiver.group_kind is GroupKind.CREW else None


@dataclass
class Desk:
    """A dispatch on a database, and a clock set by hand. ``restarted`` is a new process."""

    database: Database
    directory: Directory = EVERYBODY
    clock: HandClock = field(default_factory=HandClock)
    drill: bool = False

    def __post_init__(self) -> None:
        around = Surroundings(lambda: self.directory, self._context, NoLinks(), lambda: str(uuid4()))
        self.dispatch = Dispatch(self.database, around, digest_s=60.0)

    def _context(self) -> Context:
        return Context(Registry.of(CITY, []), self.clock.now(), URL, self.drill)

    def record(self, *transitions: Transition) -> None:
        with writing(self.database) as connection:
            add_transitions(connection, transitions)

    def turn(self) -> int:
        return self.dispatch.turn(self.clock.now())

    def restarted(self) -> Desk:
        return Desk(self.database, self.directory, self.clock, self.drill)

    def sent(self) -> list[Delivery]:
        with self.database.connect() as connection:
            return [delivery_of(row) for row in connection.execute(select(deliveries).order_by(deliveries.c.id))]

    def told(self) -> list[str]:
        return [each.recipient_id for each in self.sent()]

    def to(self, name: str) -> list[Delivery]:
        return [each for each in self.sent() if each.recipient_id == name]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def rise(to_level: int, from_level: int = 0, subject: str = "fujii-01", cause: str = "rise") -> Transition:
    station = subject.rpartition("-")[0]
    return Transition(
        "stage", subject, station, from_level, to_level, cause, DUSK, DUSK, reading_seq=1, stage_m=3.1, incident_id=7
    )


def gauges(number: int, to_level: int = 3, start: int = 0) -> Sequence[Transition]:
    return [rise(to_level, subject=f"s{each}-01") for each in range(start, start + number)]


def test_the_first_message_that_could_wait_goes_at_once(desk: Desk) -> None:
    desk.record(rise(3))
    assert desk.turn() == 2
    assert sorted(desk.told()) == ["crew", "duty"]
    assert all(each.level == 3 and each.due_at == DUSK for each in desk.sent())


def test_a_straight_rise_is_one_message_from_its_beginning_to_its_end(desk: Desk) -> None:
    desk.record(rise(2), rise(3, 2), rise(4, 3))
    desk.turn()
    assert sorted(desk.told()) == ["crew", "duty", "grave"]
    assert {each.data["alerts"][0]["from_level"] for each in desk.sent()} == {0}
    assert {each.data["alerts"][0]["level"] for each in desk.sent()} == {4}


def test_a_rise_and_the_fall_after_it_are_both_told(desk: Desk) -> None:
    desk.record(rise(4), rise(0, 4, cause="fall"))
    desk.turn()
    assert len(desk.to("grave")) == 2


def test_within_the_minute_everything_that_can_wait_becomes_one_digest(desk: Desk) -> None:
    desk.record(rise(3))
    desk.turn()
    for start in range(0, 50, 10):
        desk.clock.move(seconds=5)
        desk.record(*gauges(10, start=start))
        desk.turn()
    assert len(desk.to("duty")) == 1
    desk.clock.move(seconds=35)
    desk.turn()
    _, digest = desk.to("duty")
    assert len(digest.data["alerts"]) == 50
    desk.clock.move(seconds=120)
    assert desk.turn() == 0


@pytest.mark.parametrize("level", [4, 5])
def test_hazard_4_and_5_never_wait(desk: Desk, level: int) -> None:
    desk.record(rise(3))
    desk.turn()
    desk.clock.move(seconds=1)
    desk.record(rise(level, subject="other-01"))
    desk.turn()
    assert [each.level for each in desk.to("duty")] == [3, level]


def test_what_was_told_at_once_does_not_come_again_in_the_digest(desk: Desk) -> None:
    desk.record(rise(2, subject="first-01"))
    desk.turn()
    desk.clock.move(seconds=5)
    desk.record(rise(3))
    desk.turn()
    desk.clock.move(seconds=5)
    desk.record(rise(4, 3))
    desk.turn()
    desk.clock.move(seconds=60)
    desk.turn()
    assert [each.level for each in desk.to("duty")] == [2, 4]


def test_what_comes_after_the_urgent_message_stays_in_the_digest(desk: Desk) -> None:
    desk.record(rise(4), rise(3, 4, cause="fall"), rise(2, 3, cause="fall"))
    desk.turn()
    assert [each.level for each in desk.to("duty")] == [4, 4]
    desk.record(rise(0, 2, cause="fall"))
    desk.turn()
    assert desk.to("duty")[-1].data["alerts"][0]["level"] == 0


def test_many_urgent_alerts_of_one_moment_are_one_message_at_once(desk: Desk) -> None:
    desk.record(*gauges(300, 4))
    desk.turn()
    assert [each.data["count"] for each in desk.to("duty")] == [300]
    assert [each.level for each in desk.to("duty")] == [4]


@pytest.mark.parametrize("more", [{"live": False}, {"muted": "silence 3"}, {"cause": "pending"}, {"cause": "verified"}])
def test_nobody_is_told_of_what_is_late_muted_or_of_no_matter_to_people(desk: Desk, more: dict[str, object]) -> None:
    desk.record(replace(rise(5), **more))  # type: ignore[arg-type]
    assert desk.turn() == 0
    desk.clock.move(minutes=5)
    assert desk.turn() == 0


def test_a_doubtful_danger_is_for_staff_until_it_is_confirmed(desk: Desk) -> None:
    desk.record(replace(rise(4), unconfirmed=True))
    desk.turn()
    assert sorted(desk.told()) == ["duty", "grave"]
    desk.record(rise(4, 4, cause="confirmed"))
    desk.turn()
    assert desk.told().count("crew") == 1


def test_a_digest_that_was_waiting_is_made_after_a_restart(desk: Desk) -> None:
    desk.record(rise(3))
    desk.turn()
    desk.record(*gauges(3))
    desk.turn()
    again = desk.restarted()
    again.clock.move(seconds=61)
    again.turn()
    assert len(desk.to("duty")) == 2
    assert again.restarted().turn() == 0


@pytest.mark.parametrize("table", ["messages", "deliveries", "digest_progress", "alert_cursors", "chronology"])
def test_a_turn_that_cannot_write_everything_writes_nothing(desk: Desk, table: str) -> None:
    desk.record(rise(3), rise(5, subject="other-01"))
    refuse(desk.database, table)
    with pytest.raises(DatabaseError):
        desk.turn()
    assert desk.sent() == []
    accept(desk.database)
    assert desk.turn() == 5
    assert desk.turn() == 0


def test_two_dispatchers_tell_everything_once(desk: Desk) -> None:
    other = desk.restarted()
    other.turn()
    desk.record(rise(5))
    assert [desk.turn(), other.turn()] == [3, 0]


def test_a_crew_gets_a_link_of_its_own_and_staff_that_of_the_dashboard(desk: Desk) -> None:
    desk.record(rise(4))
    desk.turn()
    assert f"{URL}/a/crew/7" in desk.to("crew")[0].body
    assert f"{URL}/a/" not in desk.to("duty")[0].body


def test_every_delivery_has_a_key_of_its_own_and_the_mark_of_a_drill(database: Database) -> None:
    desk = Desk(database, drill=True)
    desk.record(rise(5))
    desk.turn()
    assert len({each.key for each in desk.sent()}) == 3
    assert all(each.drill and "訓練" in each.subject for each in desk.sent())


def test_after_a_quiet_minute_the_next_message_goes_at_once_again(desk: Desk) -> None:
    desk.record(rise(3))
    desk.turn()
    desk.clock.at = at(5)
    desk.record(rise(2, subject="other-01"))
    desk.turn()
    assert len(desk.to("duty")) == 2
