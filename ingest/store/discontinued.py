"""Stations at which nothing is observed any more, as they were known last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, func, select

from ingest.registry_files.entries import Section
from ingest.stations import Station
from ingest.store.protocol import Discontinued
from ingest.store.registry import registry_items, registry_revisions

log = logging.getLogger(__name__)


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
    observed, former = set[str](), dict[str, list[str]]()
    items = select(registry_items.c.id, registry_items.c.document, registry_items.c.retired_at)
    in_order = items.order_by(registry_items.c.id)
    for gauge in connection.execute(in_order.where(registry_items.c.section == Section.GAUGE)):
        station_id = gauge.document["station_id"]
        if gauge.retired_at is None:
            observed.add(station_id)
        former.setdefault(station_id, []).append(gauge.id)
    for row in connection.execute(in_order.where(registry_items.c.section == Section.STATION)):
        if row.id in former and row.id not in observed and (station := _station(row.id, row.document)):
            yield Discontinued(station, tuple(former[row.id]))


def _station(name: str, document: object) -> Station | None:
    """What was retired years ago keeps rules of that time: one that cannot be read any more holds up no other."""
    try:
        return Station.model_validate(document)
    except ValidationError as error:
        log.warning("the retired station %s cannot be read, so its address says nothing: %s", name, error)
        return None
