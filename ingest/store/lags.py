"""How far those who tail the log are behind its end: asked of the cursors themselves, so a dead reader's too."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select

from ingest.pulse import Lag
from ingest.store.health import health_progress
from ingest.store.past.lanes import LIVE, forwarder_lanes
from ingest.store.tables import readings
from ingest.store.waiting import waiting


class SqlLags:
    """The lags of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def behind(self, cursor: int) -> Lag:
        """What came after a cursor of the readings."""
        with self._engine.connect() as connection:
            return _behind(connection, cursor)

    def keeper(self) -> Lag:
        """What was not folded into the health of the devices."""
        with self._engine.connect() as connection:
            return _behind(connection, connection.scalar(select(health_progress.c.reading_seq)) or 0)

    def forwarder(self, past: str) -> Lag:
        """What was not handed on to a past: of the live readings, and of the backlogs beside them."""
        lanes = select(forwarder_lanes).where(forwarder_lanes.c.past == past)
        with self._engine.connect() as connection:
            found = {row.lane: row for row in connection.execute(lanes)}
            live = found.pop(LIVE, None)
            lag = _behind(connection, live.after_seq if live else 0)
        return Lag(lag.count, lag.since, sum(max(0, row.until_seq - row.after_seq) for row in found.values()))

    def eyes(self) -> Lag:
        """The stills that nobody has looked at."""
        with self._engine.connect() as connection:
            found = waiting(connection)
        return Lag(found.stills, found.since)


def _behind(connection: Connection, cursor: int) -> Lag:
    end = connection.scalar(select(func.max(readings.c.seq))) or 0
    after = select(readings.c.received_at).where(readings.c.seq > cursor).order_by(readings.c.seq).limit(1)
    first = connection.scalar(after) if end > cursor else None
    return Lag(max(0, end - cursor) if first else 0, first)
