"""The present stays small: it lets go of what the past has, in bounded turns, and of nothing that is still needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Exists, delete, exists, func, or_, select

from ingest.store.past.lanes import set_present_since
from ingest.store.past.locks import evidence_locks
from ingest.store.tables import EPOCH, latest_readings, readings, writing

PER_TURN = 5_000
"""Sequence numbers that one turn looks at: it holds the write lock for some hundredths of a second."""
LOOK_AGAIN = timedelta(days=1)
"""What was left because somebody needed it is looked at anew after so long."""


@dataclass
class Pruner:
    """Removes readings that were received before a time and that everybody has consumed.

    ``consumed`` are the cursors of all who tail the log, the forwarder's among them. It never removes the newest
    reading of a gauge or its newest good one, nor any other revision of these, nor one whose correction is still
    young, nor the last of the log, nor locked evidence.
    """

    engine: Engine
    consumed: Sequence[Callable[[], int]]
    _from_seq: int = 0
    _began: datetime = EPOCH

    def turn(self, before: datetime) -> bool:
        """Look at the next PER_TURN sequence numbers; whether there may be more to look at."""
        if before - self._began >= LOOK_AGAIN:
            self._from_seq, self._began = 0, before
        safe = min(each() for each in self.consumed)
        with writing(self.engine) as connection:
            first = connection.scalar(select(func.min(readings.c.seq)).where(readings.c.seq > self._from_seq))
            if first is None or first > safe or _is_young(connection, first, before):
                return False
            self._from_seq = min(first + PER_TURN - 1, safe)
            _remove(connection, first, self._from_seq, before)
            set_present_since(connection, before)
        return True


def cutoff(now: datetime, kept: timedelta, late_by: timedelta) -> datetime:
    """Before when the present may forget: never what a late reading or a correction may still speak of."""
    return now - max(kept, late_by + timedelta(days=1))


def _is_young(connection: Connection, seq: int, before: datetime) -> bool:
    """Whether the log is young from here on. A row that was received after the last one was dated by a clock of ours
    that has been set back since: it says nothing of those behind it, and must not keep them until its time comes."""
    received_at = select(readings.c.received_at)
    this = connection.scalar(received_at.where(readings.c.seq == seq))
    last = connection.scalar(received_at.order_by(readings.c.seq.desc()).limit(1))
    return this is not None and last is not None and before <= this <= last


def _remove(connection: Connection, first: int, last: int, before: datetime) -> None:
    end = select(func.max(readings.c.seq)).scalar_subquery()
    connection.execute(
        delete(readings).where(
            readings.c.seq.between(first, last),
            readings.c.received_at < before,
            readings.c.seq != end,
            ~_has_young_revision(before),
            ~_is_newest(),
            ~_is_locked(),
        )
    )


def _has_young_revision(before: datetime) -> Exists:
    again = readings.alias("again")
    return (
        exists()
        .where(
            again.c.gauge_id == readings.c.gauge_id,
            again.c.quantity == readings.c.quantity,
            again.c.key == readings.c.key,
            again.c.received_at >= before,
        )
        .correlate(readings)
    )


def _is_newest() -> Exists:
    newest = readings.alias("newest")
    return (
        exists()
        .where(
            latest_readings.c.gauge_id == readings.c.gauge_id,
            latest_readings.c.quantity == readings.c.quantity,
            newest.c.seq.in_([latest_readings.c.seq, latest_readings.c.good_seq]),
            newest.c.key == readings.c.key,
        )
        .correlate(readings)
    )


def _is_locked() -> Exists:
    return (
        exists()
        .where(
            evidence_locks.c.released_at.is_(None),
            evidence_locks.c.gauge_id == readings.c.gauge_id,
            evidence_locks.c.since <= readings.c.observed_at,
            or_(evidence_locks.c.until.is_(None), evidence_locks.c.until >= readings.c.observed_at),
        )
        .correlate(readings)
    )
