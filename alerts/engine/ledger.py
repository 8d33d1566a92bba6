"""Where the engine's turns are written: standings, transitions, incidents and chronology in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from alerts.chronology.words import of_transition
from alerts.engine.book import Book
from alerts.incidents import course
from alerts.incidents.evidence import Evidence
from alerts.incidents.muting import Mutes
from alerts.pictures.witness import Seen, Witness
from alerts.records import Transition
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing
from alerts.store.chronology import enter
from alerts.store.incidents import BY_HAND, open_incidents, save
from alerts.store.mutes import maintenance_in_force, silences_in_force
from alerts.store.record import Key, SqlRecord, add_transitions, cursor, keep_alerts, move_cursor
from alerts.store.ties import tie
from ingest.store.leases import Fence
from ingest.store.tables import writing

NAME = "readings"
"""The cursor of the engine in the log."""


class Ledger:
    """``outages`` names for a silent gauge the gateway whose failure explains it; ``evidence`` locks what an incident
    began with, in the transaction that opens it; ``witness`` says which still is tied to a change."""

    def __init__(
        self,
        database: Database,
        policy: course.Policy | None = None,
        fence: Fence | None = None,
        evidence: Evidence | None = None,
        witness: Witness | None = None,
    ) -> None:
        self._database = database
        self._record = SqlRecord(database)
        self._policy = policy or course.Policy()
        self._fence = fence
        self._evidence = evidence
        self._witness = witness
        self._mutes = Mutes()
        self._now: datetime | None = None
        self._revision = 0
        self._subjects: dict[course.Key, set[Key]] = defaultdict(set)
        self.outages: Mapping[str, str] = {}

    def cursor(self) -> int:
        """The last sequence number of the log that was considered."""
        return self._record.cursor(NAME)

    def alerts(self) -> dict[Key, Alert]:
        """Every alert that is kept."""
        self._revision = self._record.cursor(BY_HAND)
        found = self._record.alerts()
        self._subjects = defaultdict(set)
        self._index(found)
        return found

    def begin(self, now: datetime) -> None:
        """A turn begins: what mutes now is asked anew."""
        self._now = now
        with self._database.connect() as connection:
            self._mutes = Mutes(silences_in_force(connection, now), maintenance_in_force(connection, now), self.outages)

    def muted(self, transition: Transition) -> str:
        """Why nobody is told of it; empty where somebody is."""
        return self._mutes.muted(transition, self._now or transition.recorded_at)

    def worked_on(self, station_id: str, subject_id: str) -> bool:
        """Whether somebody works on it now."""
        at = self._now
        return at is not None and any(
            each.station_id == station_id and each.holds(subject_id, at) for each in self._mutes.maintenance
        )

    def record(self, book: Book, kept: Mapping[Key, Alert], moved: tuple[int, int] | None) -> bool:
        """All of it, or nothing.

        Nothing, and False, where the cursor is not at ``moved[0]`` any more, or a person has changed an alert since.
        """
        if not kept and not book.changes and moved is None:
            return True
        self._index(kept)
        seen = self._seen(book)  # before the transaction: looking for pictures must not hold up whoever writes
        with writing(self._database) as connection:
            if self._fence is not None:
                self._fence(connection)
            if cursor(connection, BY_HAND) != self._revision:
                return False
            if moved is not None:
                if cursor(connection, NAME) != moved[0]:
                    return False
                move_cursor(connection, NAME, moved[1])
            keep_alerts(connection, kept)
            if seen:
                self._write_changes(connection, book, seen)
        return True

    def _seen(self, book: Book) -> list[Seen]:
        """The changes in the order in which they happened, with what the cameras say to them."""
        found = [each.transition for each in sorted(book.changes, key=lambda each: each.transition.reading_seq)]
        return self._witness.see(found) if self._witness is not None else [Seen(each) for each in found]

    def _write_changes(self, connection: Connection, book: Book, seen: Sequence[Seen]) -> None:
        found = [each.transition for each in seen]
        changed = course.after(open_incidents(connection), found, self._stands(book, found), self._policy)
        ids = save(connection, changed.incidents)
        placed = [
            replace(each, incident_id=None if index is None else ids[index])
            for each, index in zip(found, changed.of, strict=True)
        ]
        numbered = [
            replace(each, id=number) for each, number in zip(placed, add_transitions(connection, placed), strict=True)
        ]
        tie(connection, {each.id: by.tied for each, by in zip(numbered, seen, strict=True) if by.tied is not None})
        enter(connection, *(of_transition(each) for each in numbered))
        if self._evidence is not None:
            written = [replace(each, id=number) for each, number in zip(changed.incidents, ids, strict=True)]
            self._evidence.follow(connection, written, changed.opened, changed.closed, numbered)

    def _stands(self, book: Book, found: Iterable[Transition]) -> dict[course.Key, course.Stands]:
        """How all subjects of the places that changed stand after the turn."""
        places = {(each.station_id, each.rule) for each in found}
        for each in book.changes:
            self._subjects[each.transition.station_id, each.key[0]].add(each.key)
        return {
            place: course.Stands.of(dict(self._standings(book, place[0], self._subjects[place]))) for place in places
        }

    @staticmethod
    def _standings(book: Book, station_id: str, keys: Iterable[Key]) -> Iterable[tuple[str, Standing]]:
        for key in keys:
            alert = book.changed.get(key) or book.known.get(key)
            if alert is not None and alert.standing.level and alert.station_id == station_id:  # else it was moved
                yield key[1], alert.standing

    def _index(self, alerts: Mapping[Key, Alert]) -> None:
        for key, each in alerts.items():
            if each.standing.level:
                self._subjects[each.station_id, key[0]].add(key)
