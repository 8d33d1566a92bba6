"""What the forwarder has still to hand on: lanes of sequence numbers, remembered in the present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, String, Table, func, select

from ingest.readings import DeadLetter
from ingest.store.dead_letters import keep_dead_letters
from ingest.store.tables import EPOCH, UtcTime, metadata, readings, writing

LIVE = 0
"""The lane without an end: number 0."""

forwarder_lanes = Table(
    "forwarder_lanes",
    metadata,
    Column("past", String(32), primary_key=True),
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("after_seq", BigInteger, nullable=False),
    Column("until_seq", BigInteger),
)
"""Per past one live lane (0), whose end is open, and the backlogs that it jumped over."""

present_marks = Table(
    "present_marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
"""``since``: the present has every reading observed from then on."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The readings after ``after_seq`` up to and with ``until_seq``, or without end."""

    lane: int
    after_seq: int
    until_seq: int | None = None


class SqlLanes:
    """The lanes of one past. One forwarder works on them at a time."""

    def __init__(self, engine: Engine, past: str) -> None:
        self._engine = engine
        self._past = past

    def lanes(self) -> list[Lane]:
        """The live lane first, then the backlogs, the oldest first. A past that is new has everything before it."""
        with self._engine.connect() as connection:
            found = self._lanes(connection)
        return found or [Lane(LIVE, 0)]

    def handed_on(self) -> int:
        """Everything up to this sequence number is in the past."""
        return min(each.after_seq for each in self.lanes())

    def advance(self, lane: Lane, seq: int, letters: list[DeadLetter]) -> None:
        """Remember that a lane was handed on up to ``seq``, and what could not be; a lane at its end is over.

        Where another forwarder was there in between, the lane stays where that one left it if it is further.
        """
        with writing(self._engine) as connection:
            keep_dead_letters(connection, letters)
            now = self._lane(connection, lane.lane) or (lane if lane.lane == LIVE else None)
            if now is None or not lane.after_seq <= now.after_seq <= seq:
                return
            if now.until_seq is not None and seq >= now.until_seq:
                self._remove(connection, lane.lane)
            else:
                self._put(connection, Lane(lane.lane, seq, now.until_seq))

    def jump(self, live: Lane, end_seq: int) -> None:
        """Let the live lane go on from ``end_seq`` and leave what it jumps over to a backlog."""
        with writing(self._engine) as connection:
            backlogs = [each for each in self._lanes(connection) if each.lane != LIVE]
            last = backlogs[-1] if backlogs else None
            if last is not None and last.until_seq == live.after_seq:
                self._put(connection, Lane(last.lane, last.after_seq, end_seq))
            else:
                self._put(connection, Lane(last.lane + 1 if last else 1, live.after_seq, end_seq))
            self._put(connection, Lane(LIVE, end_seq))

    def waiting(self, lane: Lane) -> int:
        """About how many readings wait in a lane."""
        with self._engine.connect() as connection:
            end = lane.until_seq or connection.scalar(select(func.max(readings.c.seq))) or 0
        return max(end - lane.after_seq, 0)

    def _lanes(self, connection: Connection) -> list[Lane]:
        wanted = select(forwarder_lanes).where(forwarder_lanes.c.past == self._past).order_by(forwarder_lanes.c.lane)
        return [Lane(row.lane, row.after_seq, row.until_seq) for row in connection.execute(wanted)]

    def _lane(self, connection: Connection, lane: int) -> Lane | None:
        return next((each for each in self._lanes(connection) if each.lane == lane), None)

    def _put(self, connection: Connection, lane: Lane) -> None:
        self._remove(connection, lane.lane)
        values = {"past": self._past, "lane": lane.lane, "after_seq": lane.after_seq, "until_seq": lane.until_seq}
        connection.execute(forwarder_lanes.insert().values(values))

    def _remove(self, connection: Connection, lane: int) -> None:
        connection.execute(
            forwarder_lanes.delete().where(forwarder_lanes.c.past == self._past, forwarder_lanes.c.lane == lane)
        )


def present_since(connection: Connection) -> datetime:
    """The present has every reading that was observed from then on."""
    return connection.scalar(select(present_marks.c.at).where(present_marks.c.name == "since")) or EPOCH


def set_present_since(connection: Connection, at: datetime) -> None:
    """Remember it, in the transaction that removes what was before."""
    if at > present_since(connection):
        connection.execute(present_marks.delete().where(present_marks.c.name == "since"))
        connection.execute(present_marks.insert().values(name="since", at=at))
