"""How the requests for the stills of cameras go: one row for each camera that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.cameras.asked import Asked
from ingest.store.protocol import Unavailable
from ingest.store.tables import camera_latest, camera_requests, writing
from ingest.store.upsert import put

MOST_CHARS = 500


class SqlRequests:
    """The requests in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self) -> dict[str, Asked]:
        """How they go by camera, one that sent a still by itself among them; raises Unavailable."""
        try:
            with self._engine.connect() as connection:
                return _with_stills(connection, asked(connection))
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error

    def write(self, changed: Sequence[Asked]) -> None:
        """Replace what is known of some cameras; raises Unavailable."""
        rows = [asdict(each) | {"sentence": each.sentence[:MOST_CHARS]} for each in changed]
        try:
            with writing(self._engine) as connection:
                put(connection, camera_requests, rows)
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error


def asked(connection: Connection) -> dict[str, Asked]:
    """How the requests go, by camera, within the caller's transaction."""
    return {row.camera_id: Asked(**row._mapping) for row in connection.execute(select(camera_requests))}


def _with_stills(connection: Connection, known: dict[str, Asked]) -> dict[str, Asked]:
    """Requests that go well leave their stills and no row."""
    for row in connection.execute(select(camera_latest.c.camera_id, camera_latest.c.still_at)):
        before = known.get(row.camera_id)
        if row.still_at is not None and (before is None or before.asked_at < row.still_at):
            known[row.camera_id] = (before or Asked(row.camera_id, row.still_at)).well(row.still_at)
    return known
