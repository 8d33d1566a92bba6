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
from ingest.store.tables import latest_readings, microseconds, readings

Numbered: TypeAlias = tuple[Reading, int, int]
"""A reading with its sequence number and its revision"""

_COLUMNS = tuple(each.name for each in readings.columns)
_LATEST = ("gauge_id", "quantity", "seq", "observed_at", "good_seq", "good_observed_at")


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

    def insert_readings(self, connection: Connection, numbered: Sequence[Numbered]) -> None:
        """Write the rows of the log."""
        connection.exec_driver_sql(self.insert, [self._row(*each) for each in numbered])

    def update_latest(self, connection: Connection, numbered: Sequence[Numbered]) -> None:
        """Let what is newest by observation take its place as the newest, and the newest good one likewise."""
        connection.exec_driver_sql(self.latest, [self._latest(each, seq) for each, seq, _ in numbered])

    def _row(self, reading: Reading, seq: int, revision: int) -> tuple[Any, ...]:
        stamp = self.stamp
        return (
            seq,
            reading.gauge_id,
            reading.quantity.value,
            reading.key,
            revision,
            reading.value,
            stamp(reading.observed_at),
            None if reading.device_at is None else stamp(reading.device_at),
            reading.device_seq,
            stamp(reading.received_at),
            reading.quality.value,
            " ".join(reading.reasons) if reading.reasons else "",
        )

    def _latest(self, reading: Reading, seq: int) -> tuple[Any, ...]:
        observed, received = self.stamp(reading.observed_at), self.stamp(reading.received_at)
        good = reading.quality is Quality.GOOD
        return (
            *(reading.gauge_id, reading.quantity.value, seq, observed),
            *((seq, observed) if good else (None, None)),
            *(received,) * self.received_times,
        )


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
