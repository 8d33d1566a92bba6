"""Who is told while nobody acknowledges, and that each step is taken once."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine as Database
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from alerts.dispatch.dispatch import Surroundings
from alerts.incidents.acts import DeskError
from alerts.incidents.again import letters, taken
from alerts.incidents.course import Policy
from alerts.incidents.escalation import after_step, step_of
from alerts.incidents.escalator import Escalator
from alerts.incidents.settings import EscalationRule, Step
from alerts.messages.told import Context
from alerts.people import Directory, GroupKind
from alerts.records import STAGE, Incident, Silence
from alerts.store.tables import deliveries, messages
from ingest.stations import Registry
from ingest.store.tables import open_database
from tests.alerts.duty import WATCHED, Duty, settings_of
from tests.alerts.house import accept, refuse
from tests.alerts.night import CITY, GAUGE, OTHER_GAUGE, RIVER, at
from tests.alerts.town import contact, group, people, route

RULES = [
    {"min_level": 4, "steps": [{"after_s": 300}, {"after_s": 300, "groups": ["heads"]}], "repeat_s": 600},
    {"min_level": 3, "steps": [{"after_s": 900, "groups": ["heads"]}]},
]
ON_CALL = Directory(
    people(
        [contact("duty"), contact("head", "email", "sms"), contact("crew")],
        [group("duty"), group("heads", members=["head"]), group("crew", GroupKind.CREW)],
        [route("all", "duty", "crew", min_level=1)],
    )
)


class Night(Duty):
    """The desk with an escalator beside it."""

    def __init__(self, database: Database, directory: Directory = ON_CALL, remind_s: float = 0.0) -> None:
        super().__init__(database, settings_of(escalation=RULES))
        self.policy = Policy(self.settings.escalation, lambda _rule, _station: remind_s)
        self.ledger._policy = self.policy
        self.directory = directory

    def escalator(self, database: Database | None = None) -> Escalator:
        """A new process."""
        keys = count()
        around = Surroundings(
            lambda: self.directory,
            lambda: Context(self.registry(), self.clock.now()),
            NoLinks(),
            lambda: f"key-{next(keys)}",
        )
        return Escalator(database or self.database, self.policy, around)

    def turn(self, minute: float) -> int:
        """A turn of a new process at a time."""
        self.clock.at = at(minute)
        return self.escalator().turn(at(minute))

    def told(self) -> list[tuple[str, str]]:
        """Every delivery: what kind of message, to whom."""
        joined = select(messages.c.kind, deliveries.c.recipient_id, deliveries.c.channel).join(
            deliveries, deliveries.c.message_id == messages.c.id
        )
        with self.database.connect() as connection:
            return [(row.kind, row.recipient_id) for row in connection.execute(joined.order_by(deliveries.c.id))]

    def letters(self) -> list[str]:
        """The subjects of all deliveries."""
        with self.database.connect() as connection:
            return list(connection.scalars(select(deliveries.c.subject).order_by(deliveries.c.id)))


class NoLinks:
    """Nobody has a link of their own."""

    def link(self, *_: object) -> None:
        """None."""


@pytest.fixture
def night(database: Database) -> Night:
    made = Night(database)
    made.serve(WATCHED)
    return made


def test_nobody_acknowledges_so_the_staff_are_told_then_the_heads_and_again_for_ever(night: Night) -> None:
    night.water(0, 4.2)
    assert [night.turn(minute) for minute in (4.9, 5, 5.1, 9.9, 10, 19, 20, 29, 30, 1000)] == [
        *(0, 1, 0),
        *(0, 2, 0, 2, 0, 2, 2),
    ]
    assert night.told()[:3] == [("escalation", "duty"), ("escalation", "head"), ("escalation", "head")]
    assert [each.detail["step"] for each in night.lines("escalation")] == [1, 2, 3, 4, 5]
    assert night.incident().escalate_at == at(1010)
    assert "応答なし" in night.letters()[0]


def test_a_level_without_repetition_is_escalated_as_often_as_it_has_steps(night: Night) -> None:
    night.water(0, 3.2)
    assert [night.turn(minute) for minute in (14, 15, 16, 100)] == [0, 2, 0, 0]
    assert night.incident().escalate_at is None


def test_a_press_that_comes_after_the_step_it_meant_tells_nobody_more(night: Night) -> None:
    night.water(0, 4.2)
    night.clock.at = at(1)
    for _ in range(2):
        night.desk.escalate(1, "当番", 0)
    assert night.turn(1) == 1
    with pytest.raises(DeskError, match="1 steps have been taken by now, not 0"):
        night.desk.escalate(1, "当番", 0)
    assert night.turn(1) == 0
    night.desk.escalate(1, "当番", 1)
    assert night.turn(1) == 2
    assert [each[1] for each in night.told()] == ["duty", "head", "head"]


def test_an_acknowledgement_ends_it_and_a_rise_above_begins_it_anew(night: Night) -> None:
    night.water(0, 4.2)
    assert night.turn(5) == 1
    night.desk.acknowledge(1, "当番")
    assert night.turn(30) == 0
    night.water(40, 5.1)
    assert [night.turn(44), night.turn(45)] == [0, 1]
    assert night.lines("escalation")[-1].detail["step"] == 1


def test_a_step_is_taken_once_by_two_processes_at_the_same_moment(night: Night) -> None:
    night.water(0, 4.2)
    night.clock.at = at(5)
    gate = Barrier(4)
    others = [open_database(str(night.database.url)) for _ in range(4)]

    def take(other: Database) -> None:
        escalator = night.escalator(other)
        gate.wait()
        for _ in range(5):
            escalator.turn(at(5))

    threads = [Thread(target=take, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.dispose()
    assert night.told() == [("escalation", "duty")]


@pytest.mark.parametrize("table", ["messages", "deliveries", "chronology"])
def test_a_step_that_could_not_be_written_is_taken_by_the_next_turn_and_whole(night: Night, table: str) -> None:
    night.water(0, 4.2)
    refuse(night.database, table)
    with pytest.raises(DatabaseError, match="disk is full"):
        night.turn(5)
    accept(night.database)
    assert night.told() == []
    assert night.incident().escalate_at == at(5)
    assert night.turn(6) == 1
    assert night.incident().escalate_at == at(11)


def test_a_silence_holds_an_escalation_back_and_hazard_4_breaks_it(night: Night) -> None:
    night.water(0, 3.2)
    night.clock.at = at(10)
    night.mutes.begin_silence(Silence("当番", "対応中", at(10), at(60)))
    assert night.turn(16) == 0
    night.water(20, 4.2)
    assert night.turn(25) == 1
    night.desk.acknowledge(1, "当番")
    night.water(30, 3.2, OTHER_GAUGE.id)
    assert night.incident().escalate_at is None
    night.clock.at = at(61)
    night.tick()
    assert night.incident().escalate_at == at(76)


def test_what_was_due_within_a_silence_is_told_when_it_ends(night: Night) -> None:
    night.water(0, 3.2)
    night.mutes.begin_silence(Silence("当番", "対応中", at(0), at(60)))
    assert [night.turn(16), night.turn(59), night.turn(60)] == [0, 0, 2]


def test_where_nobody_can_be_told_it_says_so_and_goes_on(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    night = Night(database, Directory())
    night.serve(WATCHED)
    night.water(0, 4.2)
    assert night.turn(5) == 0
    (line,) = night.lines("escalation")
    assert "知らせる相手がいない" in line.text
    assert "nobody can be told" in caplog.text
    assert night.incident().escalate_at == at(10)


def test_people_are_reminded_while_it_goes_on_acknowledged_or_not(database: Database) -> None:
    night = Night(database, remind_s=3600.0)
    night.serve(WATCHED)
    night.water(0, 2.2)
    night.desk.acknowledge(1, "当番")
    assert [night.turn(minute) for minute in (59, 60, 61, 119, 120)] == [0, 2, 0, 0, 2]
    assert set(night.told()) == {("reminder", "duty"), ("reminder", "crew")}
    night.water(130, 0.1)
    night.water(160, 0.1)
    assert not night.incident().open
    assert night.turn(500) == 0


def many(number: int) -> Registry:
    """So many stations with a gauge each."""
    stations = [RIVER.model_copy(update={"id": f"s{index}"}) for index in range(number)]
    gauges = [GAUGE.model_copy(update={"id": f"s{index}-01", "station_id": f"s{index}"}) for index in range(number)]
    return Registry.of(CITY, [*stations, *gauges])


@pytest.mark.parametrize(("stage_m", "due", "expected"), [(3.2, 15, {"head": 2}), (4.2, 5, {"duty": 1})])
def test_a_storm_is_one_escalation_a_receiver_and_not_one_a_station(
    database: Database, stage_m: float, due: float, expected: dict[str, int]
) -> None:
    night = Night(database)
    night.serve(many(40))
    for index in range(40):
        night.water(index / 60, stage_m, f"s{index}-01")
    night.turn(due + 40 / 60)
    assert Counter(name for _, name in night.told()) == expected
    assert len(night.lines("escalation")) == 40
    assert night.letters()[0].startswith("【応答なし】")
    assert "40件" in night.letters()[0]


def test_a_few_urgent_ones_are_told_one_by_one(database: Database) -> None:
    night = Night(database)
    night.serve(many(5))
    for index in range(5):
        night.water(index / 60, 4.2, f"s{index}-01")
    assert night.turn(6) == 5
    assert len(set(night.letters())) == 1  # the places have one name here; the messages are five
    assert len(night.told()) == 5


def test_what_waits_is_taken_with_all_of_its_minute_and_what_is_urgent_at_its_time() -> None:
    def one(number: int, level: int, due: float) -> Incident:
        return Incident(f"s{number}", STAGE, at(0), level, level, escalate_at=at(due), id=number)

    calm = [one(1, 3, 10), one(2, 3, 10.5), one(3, 3, 11.5)]
    urgent = [one(4, 4, 10), one(5, 5, 10.1)]
    assert [each.incident.id for each in taken([*calm, *urgent], at(10))] == [4, 1, 2]
    assert taken(calm, at(9.9)) == []
    assert letters([]) == []


@given(
    steps=st.lists(st.integers(30, 3600), min_size=1, max_size=4),
    repeat_s=st.sampled_from([0, 60, 600]),
    wakes=st.lists(st.integers(1, 4000), min_size=1, max_size=60),
)
def test_every_step_is_taken_in_order_however_late_the_wake_ups_are(
    steps: list[int], repeat_s: int, wakes: list[int]
) -> None:
    rule = EscalationRule(min_level=3, steps=tuple(Step(after_s=each) for each in steps), repeat_s=repeat_s)
    incident = Incident("fujii", STAGE, at(0), 3, 3, escalate_at=at(0) + timedelta(seconds=steps[0]))
    now, took = at(0), []
    for wake_s in wakes:
        now += timedelta(seconds=wake_s)
        if incident.escalate_at is not None and incident.escalate_at <= now:
            took.append(step_of(rule, incident)[0])
            before, incident = incident, after_step(rule, incident, now)
            last = before.escalation_step >= len(steps) - 1
            assert (incident.escalate_at is None) is (last and not repeat_s)
    assert took == list(range(1, len(took) + 1))


def an_hour(url: str) -> None:
    """A process that looks every minute of an hour, as fast as it can."""
    night = Night(open_database(url))
    for minute in range(5, 66):
        night.turn(minute)


def test_processes_side_by_side_and_one_that_is_killed_take_every_step_once(database: Database) -> None:
    night = Night(database)
    night.serve(many(20))
    for index in range(20):
        night.water(index / 60, 4.2, f"s{index}-01")
    context = get_context("spawn")
    processes = [context.Process(target=an_hour, args=(str(database.url),)) for _ in range(3)]
    for process in processes:
        process.start()
    deadline = time.monotonic() + 20
    while not night.lines("escalation") and time.monotonic() < deadline:
        time.sleep(0.01)
    processes[0].kill()
    for process in processes:
        process.join(timeout=30)
    assert [process.exitcode for process in processes[1:]] == [0, 0]
    steps: dict[int | None, list[int]] = {}
    for line in night.lines("escalation"):
        steps.setdefault(line.incident_id, []).append(line.detail["step"])
    # 5 and 10 minutes after the alert, then every ten: six and seven are due in the hour.
    assert len(steps) == 20
    assert all(found == list(range(1, len(found) + 1)) and len(found) in (6, 7) for found in steps.values())
