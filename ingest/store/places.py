"""Since when each camera stands where it does: what it showed before it was moved is of another station.

Written with the registry, in one transaction. What was taken before stays where it is, as evidence, and is not shown as
that of the new place: neither its pictures nor what recognition knew of the view.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, String, Table, exists, select

from ingest.registry_files.changes import Document, Key
from ingest.registry_files.entries import Section
from ingest.store.tables import UtcTime, metadata
from ingest.store.upsert import insert_into

camera_places = Table(
    "camera_places",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("known_at", UtcTime, nullable=False),
    Column("moved_at", UtcTime),
)
"""Of each camera since when it is in service at its station, and when it came there from another (null: from none)."""


def note_places(
    connection: Connection,
    before: Mapping[Key, Document],
    after: Mapping[Key, Document],
    retired: Set[Key],
    at: datetime,
) -> None:
    """Take note of the cameras that come into service, again, or elsewhere, at that time. ``before`` is all that there
    was, ``retired`` what of it was out of service, ``after`` what is in service from now on."""
    for key, document in after.items():
        if key[0] is not Section.CAMERA:
            continue
        moved = key in before and before[key]["station_id"] != document["station_id"]
        if moved:
            _note(connection, key[1], {"known_at": at, "moved_at": at})
        elif key not in before or key in retired:
            _note(connection, key[1], {"known_at": at})


def _note(connection: Connection, camera_id: str, values: Mapping[str, datetime]) -> None:
    insert = insert_into(connection, camera_places).values(camera_id=camera_id, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["camera_id"], set_=dict(values)))


def of_its_place(camera_id: ColumnElement[str], at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether something of a camera at a time is of the place where it stands now."""
    return ~exists().where(camera_places.c.camera_id == camera_id, camera_places.c.moved_at > at)


@dataclass(frozen=True, slots=True)
class Place:
    """Since when a camera is in service where it stands, and when it came there from another station."""

    known_at: datetime
    moved_at: datetime | None


def places(connection: Connection) -> dict[str, Place]:
    """Those of the cameras of which that was noted, by camera id."""
    return {row.camera_id: Place(row.known_at, row.moved_at) for row in connection.execute(select(camera_places))}
