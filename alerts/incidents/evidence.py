"""Evidence: what an incident's gauges and cameras said is kept from retention, from the moment that it begins.

Messages, deliveries, transitions and the chronology are never removed, so they need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from alerts.chronology.words import line
from alerts.incidents.settings import IncidentSettings
from alerts.records import Entry, Incident, Transition
from alerts.store.chronology import enter
from ingest.stations import Registry
from ingest.store.past.locks import Locked, Said, end_locks, lock


class Evidence:
    """Locks what incidents began with, and gives the locks of those that ended an end, within the transaction that
    writes the incidents."""

    def __init__(self, registry: Callable[[], Registry], settings: IncidentSettings) -> None:
        self._registry = registry
        self._settings = settings

    def follow(
        self,
        connection: Connection,
        written: Sequence[Incident],
        opened: Sequence[int],
        closed: Sequence[int],
        transitions: Sequence[Transition],
    ) -> None:
        """Take up incidents just written (with their ids): those at the indexes ``opened`` and ``closed``.
        ``transitions`` are those written with them, with their ``incident_id``."""
        first: dict[int | None, datetime] = {}
        for each in transitions:
            first[each.incident_id] = min(each.observed_at, first.get(each.incident_id, each.observed_at))
        for incident in (written[index] for index in opened):
            if incident.rule in self._settings.evidence_rules and incident.station_id:
                self._lock(connection, incident, min(incident.opened_at, first.get(incident.id, incident.opened_at)))
        for incident in (written[index] for index in closed):
            self._end(connection, incident)

    def _lock(self, connection: Connection, incident: Incident, began_at: datetime) -> None:
        registry, at = self._registry(), incident.opened_at
        gauges = tuple(each.id for each in registry.gauges_of(incident.station_id))
        cameras = tuple(each.id for each in registry.cameras_of(incident.station_id))
        since = began_at - self._settings.evidence_before
        said = Said(holder(incident.id), f"{incident.rule} {incident.station_id}", at)
        lock(connection, Locked(gauges, cameras), since, None, said)
        counted = {"gauges": len(gauges), "cameras": len(cameras)}
        enter(connection, _line(incident, "evidence_locked", at, since=since, **counted))

    def _end(self, connection: Connection, incident: Incident) -> None:
        if incident.closed_at is None:
            return
        until = incident.closed_at + self._settings.evidence_after
        if end_locks(connection, holder(incident.id), until):
            enter(connection, _line(incident, "evidence_ended", incident.closed_at, until=until))


def holder(incident_id: int) -> str:
    """By whom the evidence of an incident is locked."""
    return f"incident {incident_id}"


def _line(incident: Incident, name: str, at: datetime, **values: object) -> Entry:
    return line(at, "evidence", name, values, station_id=incident.station_id, incident_id=incident.id)
