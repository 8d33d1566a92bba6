"""What people do with incidents. Every act is one transaction with its line of the chronology, names who did it, and
does nothing more when it is done again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from alerts.chronology.words import line, of_transition
from alerts.desks import Closed
from alerts.incidents import acts
from alerts.incidents.acts import DeskError, Taken
from alerts.incidents.course import Policy, Stands, after
from alerts.incidents.evidence import Evidence
from alerts.incidents.muting import muted
from alerts.incidents.settings import governing
from alerts.records import Entry, Incident, Transition
from alerts.rules import machine
from alerts.rules.findings import Cause, Change
from alerts.rules.kept import Alert
from alerts.store.chronology import Wanted, enter, newest
from alerts.store.incidents import firing, incident, moved, save
from alerts.store.mutes import maintenance_in_force, silences_in_force
from alerts.store.record import add_transitions, keep_alerts
from ingest.clock import Clock
from ingest.store.tables import writing

AGAIN = timedelta(minutes=1)
"""The same note of the same person within this is a double click."""


class Desk:
    """Every method raises DeskError, one sentence, where the act cannot be done."""

    def __init__(self, engine: Engine, policy: Policy, evidence: Evidence, clock: Clock) -> None:
        self._engine = engine
        self._policy = policy
        self._evidence = evidence
        self._clock = clock

    def acknowledge(self, incident_id: int, by: str, level: int | None = None) -> Incident:
        """Take an incident on at its present level, or at the one that was seen; a rise above asks anew."""
        with self._held(incident_id) as (connection, before, now):
            taken = acts.acknowledged(before, acts.person(by), now, level)
            if taken != before:
                save(connection, [taken])
                enter(connection, _line(taken, now, "acknowledged", by, level=taken.acknowledged_level))
        return taken

    def acknowledge_seen(self, station_id: str, by: str, seen: Mapping[int, int]) -> list[Taken]:
        """Take on several incidents of a station at the levels that were seen, by number; all of them or, where one is
        not of the station, none."""
        now, who = self._clock.now(), acts.person(by)
        with writing(self._engine) as connection:
            known = [_of_station(connection, number, station_id) for number in seen]
            done = [acts.taken(each, who, now, seen[each.id]) for each in known]
            changed = [each.incident for before, each in zip(known, done, strict=True) if each.incident != before]
            save(connection, changed)
            lines = [_line(each, now, "acknowledged", by, level=each.acknowledged_level) for each in changed]
            enter(connection, *lines)
        return done

    def note(self, incident_id: int, by: str, text: str) -> Incident:
        """Write something down about an incident, also after its end."""
        with self._held(incident_id) as (connection, found, now):
            written = _line(found, now, "note", by, note=acts.words(text, "a note"))
            if not _is_again(connection, written):
                enter(connection, written)
        return found

    def assign(self, incident_id: int, to: str, by: str) -> Incident:
        """Give an incident to somebody, to nobody where ``to`` is empty."""
        with self._held(incident_id) as (connection, before, now):
            acts.needs_open(before)
            given = replace(before, assigned_to=acts.person(to) if to.strip() else "")
            if given != before:
                save(connection, [given])
                name = "assigned" if given.assigned_to else "unassigned"
                enter(connection, _line(given, now, "assigned", by, name, to=given.assigned_to))
        return given

    def escalate(self, incident_id: int, by: str, step: int | None = None) -> Incident:
        """Let the next step of its escalation be taken at once; ``step`` is how many somebody saw that were taken."""
        with self._held(incident_id) as (connection, before, now):
            due = acts.escalated_now(before, governing(self._policy.escalation, before.level), now, step)
            if due != before:
                save(connection, [due])
                enter(connection, _line(due, now, "escalation", by, "escalation_asked"))
        return due

    def close(self, incident_id: int, by: str, reason: str) -> Closed:
        """End an incident by a person's word. Its alerts begin anew: the next reading at a level raises them again."""
        with self._held(incident_id) as (connection, before, now):
            who, why = acts.person(by), acts.words(reason, "a reason")
            if not before.open and before.closed_by:
                return Closed(before)
            acts.needs_open(before)
            return self._close(connection, before, (who, why), now)

    def enter(self, by: str, text: str, station_id: str = "", at: datetime | None = None) -> None:
        """Write a line into the chronology by hand. ``at`` is when it happened, where that was not now."""
        now = self._clock.now()
        if at is not None and at > now:
            sentence = "what is entered has happened already: leave its time out, or write an earlier one"
            raise DeskError(sentence, "not_yet_happened", at=at)
        values: dict[str, object] = {"note": acts.words(text, "what happened")}
        if at is not None:
            values["happened_at"] = at
        name = "entered" if at is None else "entered_late"
        written = line(now, "note", name, values, actor=acts.person(by), station_id=station_id)
        with writing(self._engine) as connection:
            if not _is_again(connection, written):
                enter(connection, written)

    def hand_over(self, by: str, to: str, remarks: str, since: datetime, counts: Mapping[str, int]) -> None:
        """Write that the watch since a time goes from one to another. ``counts`` is what stands, by the name of it:
        ``standing``, ``unverified``, ``waiting``."""
        now = self._clock.now()
        values = {"to": acts.person(to), "since": since, "until": now, **counts}
        values["remarks"] = f"\n{acts.words(remarks, 'remarks')}" if remarks.strip() else ""
        written = line(now, "handover", "handover", values, actor=acts.person(by))
        with writing(self._engine) as connection:
            if not _is_again(connection, written):
                enter(connection, written)

    @contextmanager
    def _held(self, incident_id: int) -> Iterator[tuple[Connection, Incident, datetime]]:
        with writing(self._engine) as connection:
            yield connection, _found(connection, incident_id), self._clock.now()

    def _close(self, connection: Connection, before: Incident, said: tuple[str, str], now: datetime) -> Closed:
        alerts = firing(connection, before.rule, before.station_id)
        ended = {subject_id: machine.closed(each.standing, now) for subject_id, each in alerts.items()}
        found = [
            self._transition(connection, before, subject_id, change, _words_of(alerts[subject_id], said))
            for subject_id, (_, changes) in ended.items()
            for change in changes
        ]
        key = (before.station_id, before.rule)
        changed = after({key: before}, found, {key: Stands()}, self._policy).incidents
        last = changed[0] if changed else replace(before, level=0, escalate_at=None, remind_at=None, closed_at=now)
        done = replace(last, closed_by=said[0], close_reason=said[1])
        numbered = [
            replace(each, id=number) for each, number in zip(found, add_transitions(connection, found), strict=True)
        ]
        untold = {each.subject_id for each in found if each.muted}
        kept = {
            (before.rule, each): Alert(before.station_id, standing, alerts[each].told if each in untold else 0)
            for each, (standing, _) in ended.items()
        }
        keep_alerts(connection, kept)
        save(connection, [done])
        moved(connection)
        still = tuple(subject_id for subject_id, each in alerts.items() if _is_heard(each))
        name = "closed_above" if still else "closed"
        closing = _line(done, now, "closed", said[0], name, reason=said[1], level=before.level, subjects=list(still))
        enter(connection, *(of_transition(each) for each in numbered), closing)
        self._evidence.follow(connection, [done], [], [0], numbered)
        return Closed(done, still)

    def _transition(
        self, connection: Connection, of: Incident, subject_id: str, change: Change, detail: Mapping[str, object]
    ) -> Transition:
        made = Transition(
            rule=of.rule,
            subject_id=subject_id,
            station_id=of.station_id,
            from_level=change.from_level,
            to_level=change.to_level,
            cause=Cause.CLOSED,
            observed_at=change.at,
            recorded_at=change.at,
            unconfirmed=change.unconfirmed,
            detail=detail,
            incident_id=of.id,
        )
        silences, works = silences_in_force(connection, change.at), maintenance_in_force(connection, change.at)
        return replace(made, muted=muted(made, silences, works, {}, change.at))


def _found(connection: Connection, incident_id: int) -> Incident:
    found = incident(connection, incident_id)
    if found is None:
        raise DeskError(
            f"there is no incident {incident_id}: mizumori alert list --all shows those that there are",
            "no_incident",
            number=incident_id,
        )
    return found


def _of_station(connection: Connection, incident_id: int, station_id: str) -> Incident:
    found = _found(connection, incident_id)
    if found.station_id != station_id:
        raise DeskError(
            f"incident {incident_id} is not one of {station_id}", "not_of_station", number=incident_id, name=station_id
        )
    return found


def _words_of(alert: Alert, said: tuple[str, str]) -> dict[str, object]:
    """What the message about a close says: whose word it is, and the last that was known."""
    last_at = alert.standing.observed_at
    found = {"by": said[0], "reason": said[1], "last_at": last_at.isoformat() if last_at else None}
    return {key: value for key, value in found.items() if value is not None}


def _line(of: Incident, now: datetime, kind: str, by: str, name: str = "", **values: object) -> Entry:
    who = acts.person(by)
    return line(now, kind, name or kind, values, actor=who, station_id=of.station_id, incident_id=of.id)


def _is_again(connection: Connection, written: Entry) -> bool:
    wanted = Wanted(since=written.at - AGAIN, incident_id=written.incident_id, kinds=[written.kind])
    same = (written.actor, written.text, written.station_id, written.incident_id)
    found = newest(connection, wanted)
    return any((each.actor, each.text, each.station_id, each.incident_id) == same for each in found)


def _is_heard(alert: Alert) -> bool:
    standing = alert.standing
    return not standing.unverified and standing.phase is machine.Phase.FIRING
