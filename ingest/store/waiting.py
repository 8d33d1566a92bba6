"""The stills that nobody has looked at yet: each waits from the transaction that keeps it to that of its look.

So a still that is kept is looked at, whatever is cut off and whatever order they are taken in, and none waits twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select

from ingest.readings import Still
from ingest.store import rows
from ingest.store.tables import camera_latest, stills, stills_waiting
from ingest.store.upsert import insert_into

MOST_IN_ORDER = 100
"""So many waiting stills are some seconds of work: recognition sees them in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many stills wait to be looked at, since when the first of them does, and since when the first of those that
    are newer than what is shown of their camera."""

    stills: int = 0
    since: datetime | None = None
    news_since: datetime | None = None


def keep_stills(connection: Connection, received: Sequence[Still]) -> int:
    """Write the stills that are not there yet, and let them wait; how many there were."""
    written = 0
    for still in received:
        row = rows.row_of_still(still)
        if connection.execute(insert_into(connection, stills).values(row).on_conflict_do_nothing()).rowcount:
            _let_wait(connection, still)
            written += 1
    return written


def _let_wait(connection: Connection, still: Still) -> None:
    kept = stills.c
    its_number = select(kept.seq, kept.camera_id, kept.taken_at, kept.received_at).where(
        kept.camera_id == still.camera_id, kept.taken_at == still.taken_at, kept.file == still.file
    )
    names = ["still_seq", "camera_id", "taken_at", "received_at"]
    connection.execute(insert(stills_waiting).from_select(names, its_number))


def next_waiting(connection: Connection, limit: int) -> list[Still]:
    """Whom to look at now: a few in the order in which they came. Of many first what is news, of each camera the
    newest that is newer than what is shown of it, and then the others, the newest first."""
    if not _are_many(connection):
        return _stills(connection, _in_order().limit(limit))
    news = _stills(connection, _news().limit(limit))
    others = stills_waiting.c.still_seq.not_in([each.seq for each in news])
    newest_first = (stills_waiting.c.taken_at.desc(), stills_waiting.c.still_seq)
    rest = _of_waiting().where(others).order_by(*newest_first).limit(limit - len(news))
    return news + (_stills(connection, rest) if len(news) < limit else [])


def waiting(connection: Connection) -> Waiting:
    """How far behind the looks are."""
    came = stills_waiting.c.received_at
    count, since = connection.execute(select(func.count(), func.min(came)).select_from(stills_waiting)).one()
    news = select(func.min(came)).outerjoin(camera_latest, _its_camera()).where(_is_news())
    return Waiting(count, since, connection.scalar(news))


def end_wait(connection: Connection, seqs: Collection[int]) -> None:
    """These wait no more: they were looked at, or are gone."""
    connection.execute(delete(stills_waiting).where(stills_waiting.c.still_seq.in_(seqs)))


def _are_many(connection: Connection) -> bool:
    some = select(stills_waiting.c.still_seq).limit(MOST_IN_ORDER + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) > MOST_IN_ORDER


def _of_waiting() -> Select[tuple[object, ...]]:
    return select(stills).join(stills_waiting, stills.c.seq == stills_waiting.c.still_seq)


def _in_order() -> Select[tuple[object, ...]]:
    return _of_waiting().order_by(stills_waiting.c.still_seq)


def _news() -> Select[tuple[object, ...]]:
    of_camera = stills_waiting.alias()
    newest = (
        select(of_camera.c.camera_id, func.max(of_camera.c.taken_at).label("taken_at"))
        .group_by(of_camera.c.camera_id)
        .subquery()
    )
    is_newest = and_(stills_waiting.c.camera_id == newest.c.camera_id, stills_waiting.c.taken_at == newest.c.taken_at)
    return _in_order().join(newest, is_newest).outerjoin(camera_latest, _its_camera()).where(_is_news())


def _its_camera() -> ColumnElement[bool]:
    return camera_latest.c.camera_id == stills_waiting.c.camera_id


def _is_news() -> ColumnElement[bool]:
    return camera_latest.c.shown_at.is_(None) | (stills_waiting.c.taken_at > camera_latest.c.shown_at)


def _stills(connection: Connection, wanted: Select[tuple[object, ...]]) -> list[Still]:
    return [rows.still_of(row) for row in connection.execute(wanted)]
