"""Incidents as the pages see them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from alerts.answers.given import Answer, Reply
from alerts.incidents.seen import InBrief
from alerts.incidents.settings import ESCALATION
from alerts.people import Directory
from alerts.records import Delivery, Maintenance, Message, MessageKind, Outcome, Silence
from alerts.store.answers import SqlAnswers
from alerts.store.deliveries import add
from alerts.store.seen import SqlIncidents
from ingest.store.tables import writing
from tests.alerts.duty import WATCHED, Duty
from tests.alerts.night import DUSK, at
from tests.alerts.town import contact, group, people


@pytest.fixture
def duty(database: Engine) -> Duty:
    made = Duty(database)
    made.serve(WATCHED)
    return made


@pytest.fixture
def log(duty: Duty) -> SqlIncidents:
    known = Directory(people([contact("toban")], [group("heads", members=["toban"])], []))
    return SqlIncidents(duty.database, ESCALATION, lambda: known)


def tell(duty: Duty, kind: MessageKind, incident_id: int | None, *transition_ids: int) -> None:
    to = Delivery("toban", "email", "x", "【危険度4】藤井川", "水位", at(5), str(uuid4()), outcome=Outcome.PENDING)
    message = Message(kind, at(5), 4, "fujii", incident_id, transition_ids=transition_ids)
    with writing(duty.database) as connection:
        add(connection, message, [to])


def test_an_incident_stands_with_who_was_told_by_messages_of_its_own_and_of_several(
    duty: Duty, log: SqlIncidents
) -> None:
    duty.water(5, 3.6)
    incident = duty.incident()
    [change] = [each for each in duty.transitions() if each.incident_id == incident.id]
    tell(duty, MessageKind.DIGEST, None, change.id)
    tell(duty, MessageKind.ESCALATION, incident.id)
    found = log.standing(at(6), DUSK)
    assert [each.id for each in found.open] == [incident.id]
    assert found.newest[incident.id] == change
    assert found.told[incident.id] == InBrief(("toban",), {Outcome.PENDING: 2})
    case = log.case(incident.id)
    assert case is not None
    told = case.told
    assert [(each.kind, each.recipient_id, each.outcome) for each in told] == [
        (MessageKind.DIGEST, "toban", Outcome.PENDING),
        (MessageKind.ESCALATION, "toban", Outcome.PENDING),
    ]
    assert [each.transition_ids for each in told] == [(change.id,), ()]
    assert log.names()["heads"] == {"ja": "heads"}


def test_the_next_step_of_the_escalation_is_known_until_somebody_acknowledges(duty: Duty, log: SqlIncidents) -> None:
    duty.water(5, 3.6)
    incident = duty.incident()
    step = log.standing(at(6), DUSK).steps[incident.id]
    assert (step.number, step.at) == (1, incident.escalate_at)
    before = log.mark()
    duty.desk.acknowledge(incident.id, "当番")
    assert log.mark() != before
    acknowledged = log.standing(at(6), DUSK).steps[incident.id]
    assert acknowledged.at is None


def test_a_case_has_its_course_its_lines_and_the_answers_of_crews(duty: Duty, log: SqlIncidents) -> None:
    duty.water(5, 3.6)
    incident = duty.incident()
    duty.desk.note(incident.id, "当番", "巡視を依頼")
    SqlAnswers(duty.database).record(Answer(incident.id, "toban", Reply.ON_SITE, "", at(8), "t"), "水防団")
    case = log.case(incident.id)
    assert case is not None
    assert [each.to_level for each in case.transitions] == [incident.level]
    assert [each.kind for each in case.entries if each.kind != "evidence"] == ["note", "answer"]
    assert [each.reply for each in case.answers] == [Reply.ON_SITE]
    assert case.still == ("fujii-01",)
    assert log.case(99) is None


def test_what_ended_is_seen_for_a_while_and_what_mutes_as_long_as_it_does(duty: Duty, log: SqlIncidents) -> None:
    duty.water(5, 3.6)
    number = duty.incident().id
    duty.desk.close(number, "当番", "点検だった")
    silence = duty.mutes.begin_silence(Silence("当番", "点検", at(5), at(65), ("fujii",)))
    work = duty.mutes.begin_maintenance(Maintenance("fujii", "当番", "点検", at(5), at(65)))
    found = log.standing(at(6), DUSK)
    assert (found.open, [each.id for each in found.ended]) == ([], [number])
    assert (found.silences, found.maintenance) == ([silence], [work])
    assert log.standing(at(6), at(5) + timedelta(seconds=1)).ended == []
    assert log.standing(at(65), DUSK).silences == []
    assert log.case(number).still == ()  # type: ignore[union-attr]
