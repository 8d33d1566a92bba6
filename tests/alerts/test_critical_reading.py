"""Dangers that stayed silent, ends told to those who knew of no beginning, and steps that one place could stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select, update
from sqlalchemy import Engine as Database

from alerts.engine.book import Book
from alerts.engine.engine import Engine
from alerts.engine.late import LONGEST, Late
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.messages.compose import compose
from alerts.messages.runs import Run, waiting
from alerts.messages.told import Text
from alerts.people import Directory
from alerts.public.records import State
from alerts.public.settings import PublicMessages
from alerts.records import STAGE
from alerts.rules import outlook, stage
from alerts.rules.course import Course, with_reading
from alerts.rules.findings import Cause
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing, closed
from alerts.rules.table import ON_READING, ON_TICK, TickRule
from alerts.store.mutes import end_silence
from alerts.store.record import Key, keep_alerts
from alerts.store.tables import standings, transitions
from ingest.store.log import SqlLog
from ingest.store.tables import writing
from tests.alerts.duty import WATCHED
from tests.alerts.house import House
from tests.alerts.machines import AT_ONCE, fold, place
from tests.alerts.night import GAUGE, OTHER_GAUGE, at, reading, suspect
from tests.alerts.public_house import RIVER, ROAD, PublicHouse
from tests.alerts.test_dispatch import Desk, rise
from tests.alerts.test_engine import late, prompt, silence
from tests.alerts.test_escalation import Night
from tests.alerts.test_public import NIGHT
from tests.alerts.town import contact, group, people, route


@pytest.fixture
def house(database: Database) -> House:
    made = House(database)
    made.serve()
    return made


def end(house: House, number: int) -> None:
    with writing(house.database) as connection:
        end_silence(connection, number, house.clock.now(), "duty")


# The rules


def test_a_slope_of_nearly_nothing_foresees_nothing_and_stops_nobody() -> None:
    course, where = Course(), place()
    rising = [prompt(0, 2.6), prompt(20, 2.5), prompt(40, 2.6 + 1e-13)]
    for each in rising:
        course = with_reading(course, each)
    finding = outlook.find(rising[-1], course, where)
    assert finding is not None
    assert finding.reached == 0


def test_the_end_of_a_doubt_is_for_those_who_heard_of_it() -> None:
    _, changes = fold([suspect(0, 4.2), reading(10, 0.5)], AT_ONCE)
    assert [(each.cause, each.unconfirmed) for each in changes] == [(Cause.RISE, True), (Cause.FALL, True)]
    _, changes = fold([reading(0, 2.2), suspect(5, 4.2), reading(10, 0.5)], AT_ONCE)
    assert [(each.cause, each.unconfirmed) for each in changes][-1] == (Cause.FALL, False)
    assert [each.unconfirmed for each in closed(Standing(4, unconfirmed=True), at(0))[1]] == [True]
    assert [each.unconfirmed for each in closed(Standing(4, unconfirmed=True, sure=2), at(0))[1]] == [False]


# The engine


def test_a_silent_gauge_is_told_of_when_what_muted_it_ends(database: Database) -> None:
    house = House(database, AlertSettings())
    house.serve()
    number = silence(house)
    house.silent = [GAUGE.id]
    house.tick()
    house.clock.move(minutes=11)
    house.tick()
    assert house.transitions("silence")[-1].muted == f"silence {number}"
    end(house, number)
    house.tick()
    still = house.transitions("silence")[-1]
    assert (still.cause, still.from_level, still.to_level, still.muted) == (Cause.STILL, 0, 2, "")
    house.clock.move(seconds=10)
    assert house.tick() == 0


def test_an_alert_that_holds_ends_where_it_began_though_its_gauge_was_moved() -> None:
    firing = Alert("old", Standing(3))
    assert Book({(STAGE, "g"): firing}).alert((STAGE, "g"), "new") == firing


def test_a_gauge_that_is_being_filled_in_is_told_of_when_that_has_ended(house: House) -> None:
    house.clock.at = at(300)
    house.receive(late(0, 0.5, 300), late(10, 4.2, 300))
    house.engine.turn()
    assert house.tick() == 0
    house.clock.move(seconds=10)
    house.receive(late(20, 4.2, 300), late(30, 0.5, 300), late(60, 0.5, 300))
    house.engine.turn()
    house.clock.move(seconds=61)
    house.tick()
    assert house.steps() == [(0, 4), (4, 0)]
    assert Cause.STILL not in house.causes()


def test_a_gauge_whose_readings_are_always_late_is_not_passed_over_for_ever() -> None:
    known, now = Late(), at(0)
    while now < at(0) + LONGEST:
        known.came("slow", now)
        assert known.filling(now) == {"slow"}
        now += timedelta(seconds=30)
    known.came("slow", now)
    assert known.filling(now) == frozenset()
    assert known.filling(now - timedelta(hours=3)) == frozenset()


def test_the_end_of_what_nobody_heard_of_is_told_to_nobody(house: House) -> None:
    number = silence(house)
    house.receive(prompt(30, 3.2))
    house.engine.turn()
    house.receive(prompt(40, 0.5))
    house.engine.turn()
    end(house, number)
    house.receive(prompt(60, 0.5))
    house.engine.turn()
    fall = house.transitions()[-1]
    assert (fall.cause, fall.to_level, fall.muted) == (Cause.FALL, 0, "untold")
    house.receive(prompt(70, 3.2), prompt(80, 0.5), prompt(100, 0.5))
    house.engine.turn()
    assert [each.muted for each in house.transitions()][-1] == ""


class Unsure(Ledger):
    """Its first commit is made, and seems to have failed: the connection broke before the answer."""

    broken = False

    def record(self, book: Book, kept: Mapping[Key, Alert], moved: tuple[int, int] | None) -> bool:
        written = super().record(book, kept, moved)
        if not self.broken:
            self.broken = True
            raise ConnectionError("the server closed the connection")
        return written


def test_a_commit_that_only_seems_to_have_failed_is_not_recorded_twice(house: House) -> None:
    engine = Engine(SqlLog(house.database), house.registry, Unsure(house.database), house.settings, house.clock)
    house.receive(prompt(0, 3.2))
    with pytest.raises(ConnectionError):
        engine.turn()
    house.receive(prompt(10, 3.3), prompt(20, 4.2))
    engine.turn()
    assert house.steps() == [(0, 3), (3, 4)]


# Who is told


def test_a_doubtful_danger_does_not_take_the_place_of_one_that_waits_to_be_told(database: Database) -> None:
    desk = Desk(database)
    desk.record(rise(2, subject="first-01"))
    desk.turn()
    desk.clock.move(seconds=5)
    desk.record(rise(3), replace(rise(4, 3), unconfirmed=True))
    desk.turn()
    assert [each.level for each in desk.to("crew")] == [2]
    desk.clock.move(seconds=60)
    desk.turn()
    assert [each.level for each in desk.to("crew")] == [2, 3]


def test_an_urgent_doubt_overtakes_the_doubt_before_it() -> None:
    told = [replace(rise(3), unconfirmed=True, id=1), replace(rise(4, 3), unconfirmed=True, id=2)]
    assert waiting(told) == []


def test_after_the_clock_was_set_back_nobody_waits_longer_than_usual(database: Database) -> None:
    desk = Desk(database)
    desk.clock.move(hours=5)
    desk.record(rise(3))
    desk.turn()
    desk.clock.move(hours=-5)
    desk.record(rise(3, subject="other-01"))
    desk.turn()
    assert len(desk.to("duty")) == 2


def test_what_began_within_somebodys_hours_is_told_though_they_ended_while_it_waited(database: Database) -> None:
    hours = [{"begins": "08:00", "ends": "18:01"}]
    desk = Desk(database, Directory(people([contact("duty")], [group("duty")], [route("duty", hours=hours)])))
    desk.record(rise(2))
    desk.turn()
    desk.clock.move(seconds=30)
    desk.record(replace(rise(2, subject="other-01"), recorded_at=desk.clock.now()))
    desk.turn()
    desk.clock.move(seconds=31)
    desk.turn()
    assert len(desk.to("duty")) == 2
    desk.clock.move(seconds=120)
    desk.record(replace(rise(2, subject="third-01"), recorded_at=desk.clock.now()))
    desk.turn()
    assert len(desk.to("duty")) == 2


@contextmanager
def unsure(database: Database) -> Iterator[Connection]:
    """Its commit is made, and seems to have failed."""
    with writing(database) as connection:
        yield connection
    raise ConnectionError("the server closed the connection")


def test_a_digest_whose_commit_only_seems_to_have_failed_is_not_made_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(database)
    desk.record(rise(2))
    desk.turn()
    desk.record(rise(2, subject="other-01"))
    desk.turn()
    desk.clock.move(seconds=61)
    with monkeypatch.context() as broken:
        broken.setattr("alerts.dispatch.dispatch.writing", unsure)
        with pytest.raises(ConnectionError):
            desk.turn()
    desk.record(rise(2, subject="third-01"))
    desk.turn()
    desk.clock.move(seconds=61)
    desk.turn()
    assert [len(each.data["alerts"]) for each in desk.to("duty")] == [1, 1, 1]


def test_what_cannot_be_worded_with_its_details_is_told_without_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fussy(told: Sequence[Run], *more: Any) -> Text:
        if any(each.last.detail for each in told):
            broken()
        return compose(told, *more)

    monkeypatch.setattr("alerts.dispatch.dispatch.compose", fussy)
    desk = Desk(database)
    desk.record(replace(rise(4), detail={"next_m": 5.0}))
    desk.turn()
    assert [each.level for each in desk.to("duty")] == [4]


def test_after_the_clock_was_set_back_an_escalation_does_not_wait_for_hours(database: Database) -> None:
    night = Night(database)
    night.serve(WATCHED)
    night.water(300, 4.2)
    assert night.turn(301) == 0
    night.turn(2)
    assert [step for step, _ in night.told()] == ["escalation"]
    assert night.turn(3) == 0
    night.turn(8)
    assert night.incident().escalation_step == 2


# The public


def test_a_gauge_that_never_changed_does_not_stop_the_drafts_of_a_city(database: Database) -> None:
    house = PublicHouse(database)
    calm = Alert(RIVER.id, Standing(observed_at=house.clock.now()))
    with writing(database) as connection:
        keep_alerts(connection, {(STAGE, f"{RIVER.id}-02"): calm})
    house.stands(4, unconfirmed=True)
    assert house.turn() == 0
    house.stands(4)
    assert house.turn() == 1


def test_when_work_ends_a_gauge_that_stands_high_is_drafted(database: Database) -> None:
    house = PublicHouse(database)
    house.works_on()
    house.stands(4)
    assert house.turn() == 0
    assert house.turn(minutes=121) == 1
    assert house.newest().content.hazard == 4
    assert house.turn(minutes=1) == 0


def test_work_that_ended_while_nobody_looked_is_seen_after_a_start(database: Database) -> None:
    house = PublicHouse(database)
    house.works_on()
    house.stands(4)
    house.turn()
    again = PublicHouse(database)
    again.clock.at = house.later(300)
    assert again.turn() == 1


STALE: Mapping[str, Mapping[str, Any]] = {
    "silent": {"unverified": True},
    "falling": {"below": {5: at(60)}},
    "heard during the work": {"observed_at": at(100)},
}


@pytest.mark.parametrize("state", [*STALE, "heard since"])
def test_a_rule_publishes_nothing_on_the_word_of_a_gauge_that_may_be_over(database: Database, state: str) -> None:
    house = PublicHouse(database, PublicMessages.model_validate({"desk": "desk", "standing": [NIGHT]}))
    house.works_on(ROAD)
    house.later(121)
    house.stands(5, ROAD)
    own = replace(Standing(5, observed_at=house.clock.now(), since=at(0)), **STALE.get(state, {}))
    with writing(database) as connection:
        keep_alerts(connection, {(STAGE, f"{ROAD.id}-01"): Alert(ROAD.id, own, 5)})
    assert house.turn() == 1
    made = house.newest()
    assert made.state is (State.DRAFT if state in STALE else State.PUBLISHED)
    assert bool(house.deliveries(made)) == (state not in STALE)
    assert len(house.deliveries(made, ("reminder",))) == (state in STALE)


def test_a_place_that_cannot_be_looked_at_keeps_no_other_from_a_draft(database: Database) -> None:
    house = PublicHouse(database)
    house.stands(4, ROAD)
    house.stands(4)
    with writing(database) as connection:
        connection.execute(update(standings).where(standings.c.station_id == ROAD.id).values(standing="torn"))
    assert house.turn() == 1
    assert house.newest().station_id == RIVER.id
    assert house.turn() == 0


# One thing must not stop the others


def broken(*_: object) -> None:
    raise OverflowError("a fault of ours")


def test_a_rule_that_fails_on_one_gauge_keeps_no_other_from_being_told_and_is_heard_of(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_high_up(*asked: Any) -> Mapping[str, Any]:
        if asked[0].to_level == 5:
            broken()
        return stage.detail(*asked)

    rules = (replace(ON_READING[0], detail=fails_high_up), *ON_READING[1:])
    monkeypatch.setattr("alerts.engine.engine.ON_READING", rules)
    house.receive(prompt(0, 3.2), replace(prompt(1, 5.2), gauge_id=OTHER_GAUGE.id), prompt(2, 4.2))
    with pytest.raises(OverflowError):
        house.engine.turn()
    assert house.steps() == [(0, 3), (3, 4)]
    assert house.alert(OTHER_GAUGE.id) is None  # its next reading is its first
    house.receive(replace(prompt(3, 4.9), gauge_id=OTHER_GAUGE.id))
    assert house.engine.turn() == 1
    assert house.steps()[-1] == (0, 4)


def test_a_rule_of_the_clock_that_fails_keeps_the_others_going(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(database)
    house.serve()
    house.receive(prompt(0, 4.2))
    house.engine.turn()
    house.silent = [GAUGE.id]
    monkeypatch.setattr("alerts.engine.clock_side.ON_TICK", (TickRule("battery", broken), *ON_TICK))  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        house.tick()
    assert house.causes() == [Cause.RISE, Cause.UNVERIFIED]


@pytest.mark.parametrize(
    "asked",
    [
        select(standings).where(standings.c.rule == STAGE, standings.c.station_id == "a", standings.c.level > 0),
        select(transitions).where(transitions.c.rule == STAGE).order_by(transitions.c.id.desc()).limit(9),
        select(transitions)
        .where(transitions.c.rule == STAGE, transitions.c.id > 7)
        .order_by(transitions.c.id)
        .limit(9),
    ],
    ids=["a station", "the newest", "what came after"],
)
def test_what_is_asked_again_and_again_is_found_by_an_index(database: Database, asked: Select[Any]) -> None:
    statement = str(asked.compile(database, compile_kwargs={"literal_binds": True}))
    with database.connect() as connection:
        (plan,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")  # more lines would be a sort
    assert "USING INDEX standings_of_station" in plan.detail or "USING INDEX transitions_by_rule" in plan.detail
