"""The past in an SQLite file of its own, beside the present: nothing to install, and readers that never wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    event,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.readings import Quality, Reading
from ingest.store.past import hourly
from ingest.store.past.instants import check, instant, kept_key, reading_of
from ingest.store.past.protocol import PastAway, PastRefused, Span
from ingest.store.past.spans import outside
from ingest.store.tables import microseconds, writing

MOST_PER_DELETION = 5_000
CHECKPOINT_PAGES = 25_000
"""100 MB of log before its pages go to their places: by then most of them were written several times."""

metadata = MetaData()
observations = Table(
    "observations",
    metadata,
    Column("gauge_id", String(64), nullable=False),
    Column("quantity", String(32), nullable=False),
    Column("observed_us", BigInteger, nullable=False),
    Column("key", String(80), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("value", Float, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("device_us", BigInteger),
    Column("device_seq", BigInteger),
    Column("quality", String(16), nullable=False),
    Column("reasons", String(128), nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("gauge_id", "observed_us", "quantity", "key", "revision"),
    sqlite_with_rowid=False,
)
"""Clustered by gauge and time, which is how it is asked. An empty key is the one that follows from the time."""
roll_ups = hourly.table(metadata)

_INSERT = insert(observations).on_conflict_do_nothing()
_KEY = tuple(observations.primary_key.columns)
_C = observations.c


class SqlitePast:
    """The past in the database of ``engine`` (of ``open_database``), whose table exists."""

    name = "sqlite"
    best_batch = 20_000
    """Every gauge has its own pages: the more rows of each come together, the fewer times each page is written."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._hourly = hourly.Hourly(roll_ups, observations)
        event.listen(engine, "connect", _put_off_checkpoints)
        engine.dispose()  # connections from before know nothing of it

    def keep(self, readings: Sequence[Reading]) -> None:
        """One durable transaction; sorted, because neighbours in the table are written together."""
        check(readings)
        rows = sorted((_row(each) for each in readings), key=lambda row: (row["gauge_id"], row["observed_us"]))
        if rows:
            with _asked(), writing(self.engine) as connection:
                connection.execute(_INSERT, rows)
                self._hourly.keep(connection, rows)

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        """Everything observed in the spans, every revision, by ``observed_at``; of one quality or of all."""
        found: list[Reading] = []
        of_quality = () if quality is None else (_C.quality == quality,)
        with _asked(), self.engine.connect() as connection:
            for span in spans:
                wanted = select(observations).where(*_within(gauge_id, span), *of_quality)
                ordered = wanted.order_by(_C.observed_us, _C.seq)
                found += [reading_of(*row) for row in connection.execute(ordered)]
        return found

    def extremes(self, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
        """Of whole hours by the roll-ups where steps are made of these; of the rest from the observations."""
        since_us, until_us = microseconds(span[0]), microseconds(span[1])
        hours = hourly.whole_hours(since_us, until_us) if hourly.serves(step) else range(0)
        rest = [span]
        if hours:
            begin_us, end_us = hours.start * hourly.HOUR_US, hours.stop * hourly.HOUR_US
            rest = [(span[0], instant(begin_us - 1)), (instant(end_us), span[1])]
        with _asked(), self.engine.connect() as connection:
            found = [reading_of(*row) for row in self._hourly.extremes(connection, gauge_id, hours, step)]
            for each in rest:
                found += _looked_through(connection, gauge_id, each, step)
        return sorted(found, key=lambda each: each.observed_at)

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        """The corrections and requalifications observed in the span."""
        wanted = select(observations).where(*_within(gauge_id, span), _C.revision > 0).order_by(_C.observed_us)
        with _asked(), self.engine.connect() as connection:
            return [reading_of(*row) for row in connection.execute(wanted)]

    def forget(self, before: datetime, locked: Mapping[str, Sequence[Span]]) -> None:
        """In bounded turns, gauge by gauge."""
        for gauge_id in self._gauges():
            for since, until in outside(locked.get(gauge_id, ()), before):
                while self._forget_some(gauge_id, (since, until)) == MOST_PER_DELETION:
                    pass
                with _asked(), writing(self.engine) as connection:
                    self._hourly.forget(connection, gauge_id, microseconds(since), microseconds(until))

    def close(self) -> None:
        """Close the file."""
        self.engine.dispose()

    def _gauges(self) -> Iterator[str]:
        last: str | None = ""
        while last is not None:
            with _asked(), self.engine.connect() as connection:
                last = connection.scalar(select(func.min(_C.gauge_id)).where(_C.gauge_id > last))
            if last is not None:
                yield last

    def _forget_some(self, gauge_id: str, span: Span) -> int:
        some = select(*_KEY).where(*_within(gauge_id, span)).limit(MOST_PER_DELETION)
        with _asked(), writing(self.engine) as connection:
            return connection.execute(delete(observations).where(tuple_(*_KEY).in_(some))).rowcount


def _looked_through(connection: Connection, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
    """SQLite gives the other columns of the very row that has the minimum or the maximum."""
    steps = _C.observed_us // micros_of(step)
    found: list[Reading] = []
    for extreme in (func.min, func.max):
        grouped = (
            select(*observations.c, extreme(_C.value))
            .where(*_within(gauge_id, span), _C.revision == 0)
            .group_by(steps, _C.quantity, _C.quality)
        )
        found += [reading_of(*row[:-1]) for row in connection.execute(grouped)]
    return found


def _put_off_checkpoints(connection: Any, _: object) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")


def micros_of(step: timedelta) -> int:
    """A length of time in microseconds."""
    return step // timedelta(microseconds=1)


def _within(gauge_id: str, span: Span) -> tuple[Any, ...]:
    since, until = span
    return _C.gauge_id == gauge_id, _C.observed_us >= microseconds(since), _C.observed_us <= microseconds(until)


def _row(reading: Reading) -> dict[str, Any]:
    observed_us = microseconds(reading.observed_at)
    return {
        "gauge_id": reading.gauge_id,
        "quantity": reading.quantity,
        "observed_us": observed_us,
        "key": kept_key(reading, observed_us),
        "revision": reading.revision,
        "value": reading.value,
        "received_us": microseconds(reading.received_at),
        "device_us": None if reading.device_at is None else microseconds(reading.device_at),
        "device_seq": reading.device_seq,
        "quality": reading.quality,
        "reasons": " ".join(reading.reasons),
        "seq": reading.seq,
    }


@contextmanager
def _asked() -> Iterator[None]:
    """What the database answers, in the words of the past."""
    try:
        yield
    except (DataError, IntegrityError, OverflowError) as error:
        raise PastRefused(str(getattr(error, "orig", error))) from error
    except (DBAPIError, PoolTimeout) as error:
        raise PastAway(str(getattr(error, "orig", error))) from error
