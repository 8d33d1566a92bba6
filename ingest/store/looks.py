"""What the eyes read and write: the stills that wait, what was seen in them, what is remembered of each camera."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, func, select, union_all, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.readings import DeadLetter, Still
from ingest.sight.look import Look
from ingest.store import rows
from ingest.store.cameras import OF_ITS_PLACE, keep_look
from ingest.store.dead_letters import keep_dead_letters
from ingest.store.places import of_its_place
from ingest.store.protocol import Pictured, Unavailable
from ingest.store.tables import camera_latest, camera_memory, looks, stills, writing
from ingest.store.upsert import insert_into
from ingest.store.waiting import Waiting, end_wait, next_waiting, waiting


@dataclass(frozen=True, slots=True)
class Remembered:
    """What recognition remembers of a camera. ``changed_at`` is when the newest picture in it was taken."""

    memory: bytes = b""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The still that somebody chose as a camera's normal day; ``due`` until recognition has learned it."""

    still: Still
    by: str
    due: bool


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A still with the look at it, what its camera's memory is after it (None: as before), and of one that cannot be
    used the letter, and whether its file is ``useless``. ``begun_anew``: what was remembered could not be read."""

    still: Still
    look: Look
    remembered: Remembered | None = None
    letter: DeadLetter | None = None
    useless: bool = False
    begun_anew: bool = False


class SqlLooks:
    """The looks of a database. One process writes them."""

    def __init__(self, engine: Engine, fence: Callable[[Connection], None] | None = None) -> None:
        """``fence`` is asked first in every transaction that writes and raises where this process may write no more."""
        self._engine = engine
        self._fence = fence

    def next(self, limit: int) -> list[Still]:
        """The stills that are to be looked at now: in the order in which they came, but of many first the news."""
        with self._engine.connect() as connection:
            return next_waiting(connection, limit)

    def waiting(self) -> Waiting:
        """How far behind the looks are."""
        with self._engine.connect() as connection:
            return waiting(connection)

    def remembered(self, camera_ids: Collection[str]) -> dict[str, Remembered]:
        """What is remembered of these cameras, and not of what they saw at another station; those of which nothing is
        are left out."""
        here = of_its_place(camera_memory.c.camera_id, camera_memory.c.changed_at)
        wanted = select(camera_memory).where(camera_memory.c.camera_id.in_(camera_ids), here)
        with self._engine.connect() as connection:
            return {row.camera_id: Remembered(row.memory, row.changed_at) for row in connection.execute(wanted)}

    def keep(self, done: Sequence[LookedAt]) -> set[int]:
        """Write what was seen, in one transaction; the numbers of those stills that are still kept.

        Once more changes nothing. Raises Unavailable where it cannot be written now.
        """
        with self._writing() as connection:
            seqs = [each.still.seq for each in done]
            there = set(connection.scalars(select(stills.c.seq).where(stills.c.seq.in_(seqs))))
            for each in done:
                if each.still.seq in there:
                    _keep(connection, each)
            end_wait(connection, seqs)
            return there

    def newest_shown(self) -> dict[str, Pictured]:
        """Of each camera the still that is shown, with the look at it."""
        own = [each for each in looks.c if each.name not in stills.c]
        shown = (
            select(stills, *own)
            .join(camera_latest, stills.c.seq == camera_latest.c.shown_seq)
            .join(looks, looks.c.still_seq == stills.c.seq)
            .where(OF_ITS_PLACE)
        )
        with self._engine.connect() as connection:
            return {row.camera_id: Pictured(rows.still_of(row), rows.look_of(row)) for row in connection.execute(shown)}

    def chosen(self) -> dict[str, Chosen]:
        """The references that people chose, by camera id."""
        return {each.still.camera_id: each for each in self._references(camera_memory.c.reference_file != "")}

    def picture(self, camera_id: str, file: str | None) -> Pictured | None:
        """A still of a camera that can be shown, by its file, or the newest; None where there is none."""
        wanted = self._pictures(camera_id).where(looks.c.usable)
        if file is not None:
            wanted = wanted.where(stills.c.file == file)
        with self._engine.connect() as connection:
            row = connection.execute(wanted.limit(1)).first()
        return None if row is None else Pictured(rows.still_of(row), rows.look_of(row))

    def newest(self, camera_id: str, most: int) -> list[Pictured]:
        """The newest looks at a camera, also those at stills that cannot be shown, the newest first."""
        with self._engine.connect() as connection:
            found = connection.execute(self._pictures(camera_id).limit(most))
            return [Pictured(rows.still_of(row), rows.look_of(row)) for row in found]

    @staticmethod
    def _pictures(camera_id: str) -> Select[Any]:
        own = [each for each in looks.c if each.name not in stills.c]
        return (
            select(stills, *own)
            .join(looks, looks.c.still_seq == stills.c.seq)
            .where(stills.c.camera_id == camera_id, OF_ITS_PLACE)
            .order_by(stills.c.taken_at.desc(), stills.c.seq.desc())
        )

    def due_references(self) -> list[Chosen]:
        """Those that recognition has not learned yet."""
        return self._references(camera_memory.c.reference_due)

    def _references(self, which: ColumnElement[bool]) -> list[Chosen]:
        of_camera = and_(
            camera_memory.c.camera_id == stills.c.camera_id, camera_memory.c.reference_file == stills.c.file
        )
        chosen = (
            select(stills, camera_memory.c.reference_by, camera_memory.c.reference_due)
            .join(camera_memory, of_camera)
            .where(which, of_its_place(camera_memory.c.camera_id, camera_memory.c.reference_at))
        )
        with self._engine.connect() as connection:
            return [
                Chosen(rows.still_of(row), row.reference_by, row.reference_due) for row in connection.execute(chosen)
            ]

    def choose(self, still: Still, by: str) -> None:
        """Make a still the normal day of its camera; recognition learns it at its next turn."""
        chosen = {
            "reference_file": still.file,
            "reference_at": still.taken_at,
            "reference_by": by,
            "reference_due": True,
        }
        with self._writing() as connection:
            insert = insert_into(connection, camera_memory).values(
                camera_id=still.camera_id, memory=b"", changed_at=still.taken_at, **chosen
            )
            connection.execute(insert.on_conflict_do_update(index_elements=["camera_id"], set_=chosen))

    def learned(self, reference: Chosen, memory: bytes) -> None:
        """Write a memory into which a chosen reference went; one chosen since stays due."""
        self._settle(reference, memory=memory, reference_due=False)

    def give_up(self, reference: Chosen) -> None:
        """Forget a choice that cannot be learned: nobody is to believe that it counts; one chosen since stays."""
        self._settle(reference, reference_file="", reference_at=None, reference_by="", reference_due=False)

    def _settle(self, reference: Chosen, **values: Any) -> None:
        mine = (
            camera_memory.c.camera_id == reference.still.camera_id,
            camera_memory.c.reference_file == reference.still.file,
        )
        with self._writing() as connection:
            connection.execute(update(camera_memory).where(*mine).values(**values))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with writing(self._engine) as connection:
                if self._fence is not None:
                    self._fence(connection)
                yield connection
        except (DataError, IntegrityError):
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error


def to_keep() -> Select[tuple[int]]:
    """The numbers of the stills that no age removes: the newest of each camera, the newest that is shown, and those
    that people chose as references."""
    newest = select(func.max(stills.c.seq)).group_by(stills.c.camera_id)
    return select(union_all(newest, pointed_at()).subquery().c[0])


def pointed_at() -> Select[tuple[int]]:
    """Of these the shown and the chosen ones: quickly found, and which they are may change at any time."""
    shown = select(camera_latest.c.shown_seq).where(camera_latest.c.shown_seq.is_not(None))
    chosen = select(stills.c.seq).join(
        camera_memory,
        and_(camera_memory.c.camera_id == stills.c.camera_id, camera_memory.c.reference_file == stills.c.file),
    )
    return select(union_all(shown, chosen).subquery().c[0])


def forget(connection: Connection, seqs: Sequence[int]) -> None:
    """Remove the looks at stills that are kept no longer; those of them that wait do so no more."""
    connection.execute(delete(looks).where(looks.c.still_seq.in_(seqs)))
    end_wait(connection, seqs)


def _keep(connection: Connection, done: LookedAt) -> None:
    if not keep_look(connection, done.look, done.still.received_at):
        return
    if done.letter is not None:
        keep_dead_letters(connection, [done.letter])
    if done.remembered is not None:
        values = {"memory": done.remembered.memory, "changed_at": done.remembered.changed_at}
        insert = insert_into(connection, camera_memory).values(
            camera_id=done.still.camera_id,
            **values,
            reference_file="",
            reference_by="",
            reference_due=False,
        )
        connection.execute(insert.on_conflict_do_update(index_elements=["camera_id"], set_=values))
    if done.begun_anew:  # what a person chose as the normal day went with the memory: it is to be learned again
        chosen = (camera_memory.c.camera_id == done.still.camera_id, camera_memory.c.reference_file != "")
        connection.execute(update(camera_memory).where(*chosen).values(reference_due=True))
