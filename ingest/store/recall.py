"""What quality control asks of the log after a start: the rows that bring back the memory of a gauge."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.quality import RECALLED
from ingest.readings import Reading
from ingest.store import rows
from ingest.store.protocol import Unavailable
from ingest.store.tables import latest_readings, readings

_NEWEST = (
    select(readings)
    .where(readings.c.gauge_id == bindparam("gauge_id"))
    .order_by(readings.c.observed_at.desc(), readings.c.seq.desc())
    .limit(RECALLED)
)
_GOOD = (
    select(readings)
    .join(latest_readings, readings.c.seq == latest_readings.c.good_seq)
    .where(latest_readings.c.gauge_id == bindparam("gauge_id"))
)


class SqlRecall:
    """The last rows of gauges, as ``QualityControl`` wants them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, gauge_ids: Collection[str]) -> dict[str, list[Reading]]:
        """Of each gauge the ``RECALLED`` newest rows by time of observation and the newest good one, oldest first by
        their order in the log. A gauge is asked for by itself: that takes one short walk along the index.

        Raises Unavailable where the database cannot be asked now.
        """
        try:
            with self._engine.connect() as connection:
                return {each: _last_rows(connection, each) for each in _heard_before(connection, gauge_ids)}
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error


def _heard_before(connection: Connection, gauge_ids: Collection[str]) -> list[str]:
    """Those of the gauges that have a row at all: after the first import there are thousands that have none."""
    known = latest_readings.c.gauge_id
    return list(connection.scalars(select(known).where(known.in_(list(gauge_ids))).distinct()))


def _last_rows(connection: Connection, gauge_id: str) -> list[Reading]:
    found = {each.seq: each for each in connection.execute(_NEWEST, {"gauge_id": gauge_id})}
    if len(found) == RECALLED:
        found |= {each.seq: each for each in connection.execute(_GOOD, {"gauge_id": gauge_id})}
    return [rows.reading_of(found[seq]) for seq in sorted(found)]
