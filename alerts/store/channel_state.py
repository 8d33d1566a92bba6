"""How each channel went last, read from the deliveries by their index: the same cost however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from alerts.channel_state import ChannelState
from alerts.records import Outcome
from alerts.store.desk import WAITING
from alerts.store.tables import channel_use, deliveries

GIVEN_UP = (Outcome.FAILED, Outcome.UNKNOWN)
DAY = timedelta(days=1)
MOST_WAITING = 500
"""Messages that wait, of those that are looked through for why they do."""
LONGEST_ERROR = 300


class SqlChannelStates:
    """The channels of a database. ``known`` are those that are set up, with their limits."""

    def __init__(self, engine: Engine, known: Callable[[], Iterable[ChannelState]]) -> None:
        self._engine = engine
        self._known = known

    def look(self, now: datetime, month: str) -> list[ChannelState]:
        """How they are at ``now``; ``month`` such as 2026-07, of Japan."""
        known = {each.name: each for each in self._known()}
        with self._engine.connect() as connection:
            waiting = _waiting(connection)
            use = select(channel_use.c.channel, channel_use.c.used).where(channel_use.c.month == month)
            used = {row.channel: row.used for row in connection.execute(use)}
            found = []
            for name in dict.fromkeys([*known, *waiting]):
                state = known.get(name, ChannelState(name))
                done = _settled(connection, name, now)
                found.append(replace(state, used=used.get(name, 0), **done, **waiting.get(name, {})))
        return found


def _settled(connection: Connection, channel: str, now: datetime) -> dict[str, Any]:
    """What is over: the last message that went out and the last that did not."""
    table = deliveries.c
    sent = select(func.max(table.settled_at)).where(table.channel == channel, table.outcome == Outcome.SENT)
    told: dict[str, Any] = {"sent_at": connection.scalar(sent)}
    newest = None
    for outcome in GIVEN_UP:
        of_it = (table.channel == channel, table.outcome == outcome)
        query = select(table.settled_at, table.error, table.outcome).where(*of_it)
        row = connection.execute(query.order_by(table.settled_at.desc()).limit(1)).first()
        since = select(func.count()).where(*of_it, table.settled_at >= now - DAY)
        told["failed_day"] = told.get("failed_day", 0) + (connection.scalar(since) or 0)
        if row is not None and row.settled_at and (newest is None or row.settled_at > newest.settled_at):
            newest = row
    if newest is not None:
        unknown = newest.outcome == Outcome.UNKNOWN
        told |= {"failed_at": newest.settled_at, "error": newest.error[:LONGEST_ERROR], "unknown": unknown}
    return told


def _waiting(connection: Connection) -> dict[str, Mapping[str, Any]]:
    """By channel what waits; a channel for which nothing does is absent."""
    table = deliveries.c
    waits = table.outcome.in_(WAITING)
    how = select(table.channel, func.count().label("n"), func.min(table.created_at).label("since")).where(waits)
    found: dict[str, dict[str, Any]] = {
        row.channel: {"waiting": row.n, "waiting_since": row.since}
        for row in connection.execute(how.group_by(table.channel))
    }
    if not found:
        return {}
    why = select(table.channel, table.error).where(waits, table.attempts > 0, table.error != "")
    for row in connection.execute(why.order_by(table.id).limit(MOST_WAITING)):
        of_it = found.get(row.channel)
        if of_it is None:  # it came between the two questions
            continue
        of_it["retried"] = of_it.get("retried", 0) + 1
        of_it["retry_error"] = row.error[:LONGEST_ERROR]
    return dict(found)
