"""The two statements that every reading goes through, compiled once.

SQLAlchemy writes the SQL for the dialect; the rows go to the driver as plain tuples, because preparing a row by way
of the columns' types costs several times what the database itself takes for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeAlias

from sqlalchemy import Connection, Dialect, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite

from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store.tables import latest_readings, microseconds, readings

Row: TypeAlias = tuple[Any, ...]
Numbered: TypeAlias = tuple[Reading, int, int]
"""A reading with its sequence number and its revision"""

_COLUMNS = tuple(each.name for each in readings.columns)
_LATEST = ("gauge_id", "quantity", "seq", "observed_at", "good_seq", "good_observed_at")


_TEXTS = {each: each.value for each in (*Quantity, *Quality)}
"""The driver is quicker with plain texts than with members of an enumeration."""


def _itself(at: datetime) -> datetime:
    return at


@dataclass(frozen=True)
class Statements:
    """The statements of one dialect. ``stamp`` turns a time into what the driver keeps."""

    insert: str
    latest: str
    received_times: int
    """How often ``latest`` asks for the time of receipt."""
    stamp: Callable[[datetime], Any]

    @classmethod
    def of(cls, dialect: Dialect) -> Self:
        """Compile for a dialect; the order of the parameters is that of the tuples below."""
        insert = readings.insert().compile(dialect=dialect, column_keys=list(_COLUMNS))
        latest = _upsert(dialect).compile(dialect=dialect)
        order = list(latest.positiontup or ())
        if list(insert.positiontup or ()) != list(_COLUMNS) or order[: len(_LATEST)] != list(_LATEST):
            raise TypeError(f"the driver of {dialect.name} takes its parameters in another way")
        stamp = microseconds if dialect.name == "sqlite" else _itself
        return cls(str(insert), str(latest), order.count("received"), stamp)

    def write(self, connection: Connection, numbered: Sequence[Numbered]) -> None:
        """Append the rows to the log, and let what is newest by observation take its place as the newest of its gauge,
        the newest good one likewise."""
        log, latest = [], []
        for reading, seq, revision in numbered:
            row, newest = self._rows(reading, seq, revision)
            log.append(row)
            latest.append(newest)
        connection.exec_driver_sql(self.insert, log)
        connection.exec_driver_sql(self.latest, latest)

    def _rows(self, reading: Reading, seq: int, revision: int) -> tuple[Row, Row]:
        stamp, device_at, quality = self.stamp, reading.device_at, reading.quality
        observed, received = stamp(reading.observed_at), stamp(reading.received_at)
        good = quality is Quality.GOOD
        row = (
            seq,
            reading.gauge_id,
            _TEXTS[reading.quantity],
            reading.key,
            revision,
            reading.value,
            observed,
            None if device_at is None else (observed if device_at is reading.observed_at else stamp(device_at)),
            reading.device_seq,
            received,
            _TEXTS[quality],
            " ".join(reading.reasons) if reading.reasons else "",
        )
        newest = (row[1], row[2], seq, observed, *((seq, observed) if good else (None, None)))
        return row, newest + (received,) * self.received_times


def _upsert(dialect: Dialect) -> Any:
    insert = (postgresql if dialect.name == "postgresql" else sqlite).insert(latest_readings)
    row = insert.values({name: bindparam(name) for name in _LATEST})
    new, old = row.excluded, latest_readings.c
    # One known from after this one's receipt was dated by a clock of ours that was set back since: it gives way.
    newer = (new.observed_at >= old.observed_at) | (old.observed_at > _received())
    better = new.good_seq.is_not(None) & (
        old.good_seq.is_(None) | (new.good_observed_at >= old.good_observed_at) | (old.good_observed_at > _received())
    )
    return row.on_conflict_do_update(
        index_elements=["gauge_id", "quantity"],
        set_={
            "seq": case((newer, new.seq), else_=old.seq),
            "observed_at": case((newer, new.observed_at), else_=old.observed_at),
            "good_seq": case((better, new.good_seq), else_=old.good_seq),
            "good_observed_at": case((better, new.good_observed_at), else_=old.good_observed_at),
        },
    )


def _received() -> Any:
    return bindparam("received", type_=latest_readings.c.observed_at.type)
