"""Leases in the database: which of several processes has a task now, and a fence that keeps a former holder from
writing.

No time is compared between processes. A renewal raises ``beat``; whoever stands by watches by its own clock whether
``beat`` still moves (ingest/lease.py). ``epoch`` grows with every new holder, so what was begun under an older one
can be told and refused.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias, TypeVar

from sqlalchemy import Column, Connection, Engine, Integer, String, Table, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.lease import NotHeld, Seen
from ingest.store.protocol import Unavailable
from ingest.store.tables import UtcTime, metadata, writing

leases = Table(
    "leases",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("renewed_at", UtcTime, nullable=False),
)
"""``holder`` is empty where the lease was given back. ``renewed_at`` is for people only: no program decides by it."""

Fence: TypeAlias = Callable[[Connection], None]
T = TypeVar("T")
BEAT_S = 1.0


class SqlLeases:
    """The leases of a database. Every method raises Unavailable where the database cannot be asked now."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def seen(self, name: str) -> Seen | None:
        """The lease as it stands; None where nobody ever held it."""
        return self._ask(lambda connection: _seen(connection, name), writes=False)

    def take(self, name: str, holder: str, seen: Seen | None) -> int | None:
        """Become the holder where the lease still is as it was ``seen``: the new epoch, or None where another was
        faster."""
        return self._ask(lambda connection: self._take(connection, name, holder, seen))

    def renew(self, name: str, epoch: int) -> bool:
        """Show that the holder of this epoch lives; False where the lease has passed to another one."""
        return self._ask(lambda connection: self._beat(connection, name, epoch))

    def release(self, name: str, epoch: int) -> None:
        """Give the lease back, if it is still that of this epoch."""
        self._ask(lambda connection: self._beat(connection, name, epoch, holder=""))

    def _take(self, connection: Connection, name: str, holder: str, seen: Seen | None) -> int | None:
        if _seen(connection, name) != seen:
            return None
        epoch = 1 if seen is None else seen.epoch + 1
        values = {"holder": holder, "epoch": epoch, "beat": 0, "renewed_at": self._now()}
        if seen is None:
            connection.execute(leases.insert().values(name=name, **values))
            return epoch
        changed = connection.execute(
            leases.update()
            .where(leases.c.name == name, leases.c.epoch == seen.epoch, leases.c.beat == seen.beat)
            .values(**values)
        )
        return epoch if changed.rowcount == 1 else None

    def _beat(self, connection: Connection, name: str, epoch: int, **more: str) -> bool:
        changed = connection.execute(
            leases.update()
            .where(leases.c.name == name, leases.c.epoch == epoch)
            .values(beat=leases.c.beat + 1, renewed_at=self._now(), **more)
        )
        return changed.rowcount == 1

    def _ask(self, what: Callable[[Connection], T], *, writes: bool = True) -> T:
        try:
            with writing(self._engine) if writes else self._engine.begin() as connection:
                return what(connection)
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error


def fence(name: str, epoch: int, monotonic: Callable[[], float] = time.monotonic) -> Fence:
    """What a writer asks first in its transaction: NotHeld where the lease is no longer that of this epoch.

    The transaction that takes the lease over and the one that writes exclude each other, so nothing of a former holder
    is written after a new one began, however long the former one was frozen. A long transaction is a sign of life as
    well: now and then it raises the beat, so that nobody takes over from a writer that is only slow.
    """
    question = select(leases.c.epoch).where(leases.c.name == name)
    beating = leases.update().where(leases.c.name == name, leases.c.epoch == epoch).values(beat=leases.c.beat + 1)
    beaten_s = -math.inf

    def ask(connection: Connection) -> None:
        nonlocal beaten_s
        if monotonic() - beaten_s >= BEAT_S:
            ours = connection.execute(beating).rowcount == 1
            beaten_s = monotonic()
        else:
            locked = question.with_for_update(read=True) if connection.dialect.name == "postgresql" else question
            ours = connection.scalar(locked) == epoch
        if not ours:
            raise NotHeld(f"the lease {name} has passed to another process; what this one had begun is left to it")

    return ask


def _seen(connection: Connection, name: str) -> Seen | None:
    row = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
    return None if row is None else Seen(row.holder, row.epoch, row.beat)
