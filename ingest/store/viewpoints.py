"""The cameras in service and where they stand: what must be known of one to look at its pictures, and no gauge."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from ingest.registry_files.entries import Section
from ingest.stations import Camera, Station
from ingest.store.registry import registry_items, registry_revisions


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A camera and the position of its station in degrees."""

    camera: Camera
    lat: float
    lon: float


class SqlViewpoints:
    """Gives them by camera id; the same mapping until something is imported, which costs one small query to know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: tuple[int, Mapping[str, Viewpoint]] = (0, {})

    def __call__(self) -> Mapping[str, Viewpoint]:
        """Those in service now; none before the first import."""
        with self._lock, self._engine.connect() as connection:
            revision = connection.scalar(select(func.max(registry_revisions.c.revision))) or 0
            if revision != self._known[0]:
                self._known = (revision, _read(connection))
            return self._known[1]


def _read(connection: Connection) -> Mapping[str, Viewpoint]:
    document, section = registry_items.c.document, registry_items.c.section
    in_service = select(document).where(registry_items.c.retired_at.is_(None)).order_by(registry_items.c.position)
    cameras = [Camera.model_validate(each) for each in connection.scalars(in_service.where(section == Section.CAMERA))]
    theirs = in_service.where(
        section == Section.STATION, registry_items.c.id.in_({each.station_id for each in cameras})
    )
    places = {
        station.id: (station.lat, station.lon) for station in map(Station.model_validate, connection.scalars(theirs))
    }
    return {each.id: Viewpoint(each, *places[each.station_id]) for each in cameras}
