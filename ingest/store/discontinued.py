"""Stations at which nothing is observed any more: what was known of them last, and since when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from ingest.registry_files.entries import Section
from ingest.stations import Gauge, Station
from ingest.store.protocol import Discontinued
from ingest.store.registry import registry_items, registry_revisions


class SqlDiscontinued:
    """Gives them in the order of their ids; the same until something is imported, which costs one small query to
    know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: tuple[int, tuple[Discontinued, ...]] = (0, ())

    def __call__(self) -> tuple[Discontinued, ...]:
        """Those of now; none before the first import."""
        with self._lock, self._engine.connect() as connection:
            revision = connection.scalar(select(func.max(registry_revisions.c.revision))) or 0
            if revision != self._known[0]:
                self._known = (revision, tuple(_read(connection)))
            return self._known[1]


def _read(connection: Connection) -> Iterator[Discontinued]:
    document, retired_at = registry_items.c.document, registry_items.c.retired_at
    rows = connection.execute(select(document, retired_at).where(registry_items.c.section == Section.GAUGE))
    gauges = [(Gauge.model_validate(row.document), row.retired_at) for row in rows]
    observed = {gauge.station_id for gauge, at in gauges if at is None}
    former: dict[str, list[tuple[datetime, str]]] = {}
    for gauge, at in gauges:
        if gauge.station_id not in observed:
            former.setdefault(gauge.station_id, []).append((at, gauge.id))
    theirs = select(document).where(registry_items.c.section == Section.STATION, registry_items.c.id.in_(former))
    for station in sorted(map(Station.model_validate, connection.scalars(theirs)), key=lambda each: each.id):
        found = former[station.id]
        yield Discontinued(station, tuple(sorted(gauge_id for _, gauge_id in found)), max(at for at, _ in found))
