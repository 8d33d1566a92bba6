"""The roster of a database: read item by item, so that the registry itself never stands in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from ingest.registry_files.entries import Section
from ingest.roster import Roster, Watched, watched
from ingest.stations import Camera, Gate, Gauge, Pump, Station, StationKind
from ingest.store.registry import registry_items, registry_revisions

PER_STEP = 500


class NoRegistry(LookupError):
    """Nothing was imported yet."""


class SqlRoster:
    """Gives the roster that is in service now; asking again costs one small query until something is imported."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: tuple[int, Roster] | None = None

    def __call__(self) -> Roster:
        """The roster; NoRegistry before the first import."""
        with self._lock, self._engine.connect() as connection:
            revision = connection.scalar(select(func.max(registry_revisions.c.revision))) or 0
            if self._known is None or self._known[0] != revision:
                self._known = (revision, _read(connection))
            return self._known[1]


def _read(connection: Connection) -> Roster:
    stations = [Station.model_validate(each) for each in _documents(connection, Section.STATION)]
    if not stations:
        raise NoRegistry("there is no registry yet")
    kinds = {each.id: each.kind for each in stations}
    above = {each.id: each.upstream for each in stations if each.upstream}
    del stations
    cameras = [Camera.model_validate(each) for each in _documents(connection, Section.CAMERA)]
    pumps = [Pump.model_validate(each) for each in _documents(connection, Section.PUMP)]
    gates = [Gate.model_validate(each) for each in _documents(connection, Section.GATE)]
    return Roster.build(_gauges(connection, kinds), cameras, [*pumps, *gates], above)


def _gauges(connection: Connection, kinds: dict[str, StationKind]) -> Iterator[Watched]:
    for document in _documents(connection, Section.GAUGE):
        gauge = Gauge.model_validate(document)
        yield watched(gauge, kinds[gauge.station_id])


def _documents(connection: Connection, section: Section) -> Iterator[Any]:
    query = (
        select(registry_items.c.document)
        .where(registry_items.c.section == section, registry_items.c.retired_at.is_(None))
        .order_by(registry_items.c.position)
    )
    yield from connection.execution_options(yield_per=PER_STEP).scalars(query)
