"""What stood at a moment of the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from alerts.chronology.stood import as_of, published_at, waited_at
from alerts.chronology.wanted import Stands
from alerts.public.records import Action, Content, Decision, PublicMessage, State, Step
from alerts.records import Incident, Maintenance, Silence, Transition
from alerts.store.stands import SqlStands
from tests.alerts.duty import WATCHED, Duty
from tests.alerts.night import OTHER_GAUGE, at


def night(duty: Duty) -> Iterator[None]:
    """What happens in a night, one thing every ten minutes."""
    desk, mutes = duty.desk, duty.mutes
    duty.water(0, 3.2)
    fujii = duty.incident().id
    yield
    desk.acknowledge(fujii, "当番")
    yield
    desk.assign(fujii, "河川課", "当番")
    yield
    duty.water(30, 4.2)
    yield
    duty.water(40, 4.6, OTHER_GAUGE.id)
    gakuen = duty.incident().id
    yield
    mutes.begin_silence(Silence("当番", "工事", at(50), at(400), ("gakuen",)))
    yield
    desk.acknowledge(fujii, "交代の当番", 4)
    yield
    mutes.begin_maintenance(Maintenance("fujii", "当番", "清掃", at(100), at(200)))
    yield
    mutes.extend_maintenance(1, at(260), "当番")
    yield
    desk.assign(fujii, "", "当番")
    yield
    desk.close(gakuen, "当番", "点検だった")
    yield
    mutes.end_silence(1, "当番")
    yield
    mutes.end_maintenance(1, "当番")
    for minute in (130, 140, 150, 160):
        yield
        duty.water(minute, 0.4)
    yield


def plain(found: Stands) -> Stands:
    """Without what is about the future: when others would be told."""
    later = {"escalate_at": None, "escalation_step": 0, "remind_at": None}
    incidents = sorted((replace(each, **later) for each in found.incidents), key=lambda each: each.id)  # type: ignore[arg-type]
    return replace(found, incidents=incidents, as_of=None)


def test_the_past_folded_from_the_record_is_what_was_seen_then(database: Engine) -> None:
    duty, record = Duty(database), SqlStands(database)
    duty.serve(WATCHED)
    seen: dict[datetime, Stands] = {}
    for number, _ in enumerate(night(duty), start=1):
        moment = duty.clock.move(seconds=30)
        seen[moment] = plain(record.stands(moment))
        duty.clock.at = at(number * 10)
    assert {len(each.incidents) for each in seen.values()} == {0, 1, 2}
    assert {each.ends_at for found in seen.values() for each in found.maintenance} == {at(200), at(260)}
    for moment, found in seen.items():
        assert plain(record.stood(moment)) == found, moment


def test_an_incident_of_which_no_change_is_kept_stands_as_it_did_in_the_end() -> None:
    known = Incident("fujii", "stage", at(0), 0, 4, closed_at=at(90), closed_by="当番", id=3)
    assert (as_of(known, (), ()).open, as_of(known, (), ()).peak_level) == (True, 4)


def test_doubts_of_the_past_are_those_about_the_worst_gauge() -> None:
    def change(minute: float, gauge: str, level: int, **more: bool) -> Transition:
        made = Transition("stage", gauge, "fujii", 0, level, "rise", at(minute), at(minute), incident_id=3)
        return replace(made, **more)  # type: ignore[arg-type]

    known = Incident("fujii", "stage", at(0), 0, 4, id=3)
    doubted = [change(0, "a", 2), change(5, "b", 4, unconfirmed=True)]
    assert (as_of(known, doubted, ()).level, as_of(known, doubted, ()).unconfirmed) == (4, True)
    assert not as_of(known, [*doubted, change(9, "a", 4)], ()).unconfirmed


def message(number: int, minute: float, step: Step = Step.FIRST, **more: object) -> PublicMessage:
    made = PublicMessage(step, CONTENT, "当番", at(minute), (), State.PUBLISHED, chain_id=1, id=number)
    return replace(made, **more)  # type: ignore[arg-type]


CONTENT = Content(gravity=4, texts={}, where=(), station_ids=("fujii",))


def test_a_public_message_stood_from_its_publication_until_the_end_of_its_chain() -> None:
    out = Decision("承認者", Action.PUBLISHED, at(10))
    first = message(1, 0, sent_at=at(10), decisions=(out,))
    end = message(2, 50, Step.ALL_CLEAR, sent_at=at(60), decisions=(replace(out, at=at(60)),))
    both = [first, end]
    assert [[each.id for each in published_at(both, at(m))] for m in (9, 10, 59, 60)] == [[], [1], [1], []]
    assert [[each.id for each in waited_at(both, at(m))] for m in (0, 9, 10, 50, 60)] == [[1], [1], [], [2], []]
