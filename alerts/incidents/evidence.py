"""Evidence: what an incident's gauges and cameras said is kept from retention, from the moment that it begins.

Messages, deliveries, transitions and the chronology are never removed, so they need no lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from alerts.chronology.words import line
from alerts.incidents.settings import IncidentSettings
from alerts.records import Entry, Incident, Transition
from alerts.store.chronology import enter
from ingest.stations import Device, Registry
from ingest.store.past.locks import Locked, Said, end_locks, lock_open_ended


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
        begun = [
            (each, min(each.opened_at, first.get(each.id, each.opened_at)))
            for each in (written[index] for index in opened)
            if each.rule in self._settings.evidence_rules and each.station_id
        ]
        if begun:
            self._lock(connection, begun)
        for incident in (written[index] for index in closed):
            self._end(connection, incident)

    def _lock(self, connection: Connection, begun: Sequence[tuple[Incident, datetime]]) -> None:
        """All at once: in a storm they are thousands."""
        registry = self._registry()
        belonging = _devices(registry)
        wanted, entries = [], []
        for incident, began_at in begun:
            what = belonging.get(incident.station_id, Locked((), ()))
            since, at = began_at - self._settings.evidence_before, incident.opened_at
            wanted.append((what, since, Said(holder(incident.id), f"{incident.rule} {incident.station_id}", at)))
            gauges = sum(each in registry.gauges for each in what.gauge_ids)
            counted = {"gauges": gauges, "cameras": len(what.camera_ids)}
            entries.append(_line(incident, "evidence_locked", at, since=since, **counted))
        lock_open_ended(connection, wanted)
        enter(connection, *entries)

    def _end(self, connection: Connection, incident: Incident) -> None:
        if incident.closed_at is None:
            return
        until = incident.closed_at + self._settings.evidence_after
        if end_locks(connection, holder(incident.id), until):
            enter(connection, _line(incident, "evidence_ended", incident.closed_at, until=until))


def _devices(registry: Registry) -> dict[str, Locked]:
    """The gauges and cameras of every station that has any. Pumps and gates stand with the gauges: what they say is
    kept in the same log."""
    gauges: dict[str, list[str]] = defaultdict(list)
    cameras: dict[str, list[str]] = defaultdict(list)
    heard: list[Device] = [*registry.gauges.values(), *registry.pumps.values(), *registry.gates.values()]
    for each in heard:
        gauges[each.station_id].append(each.id)
    for camera in registry.cameras.values():
        cameras[camera.station_id].append(camera.id)
    stations = {*gauges, *cameras}
    return {each: Locked(tuple(dict.fromkeys(gauges[each])), tuple(cameras[each])) for each in stations}


def holder(incident_id: int) -> str:
    """By whom the evidence of an incident is locked."""
    return f"incident {incident_id}"


def _line(incident: Incident, name: str, at: datetime, **values: object) -> Entry:
    return line(at, "evidence", name, values, station_id=incident.station_id, incident_id=incident.id)
