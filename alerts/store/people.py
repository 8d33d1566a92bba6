"""The directory in the database: every revision whole, the newest in service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, func, insert, select

from alerts.chronology.words import line
from alerts.people import Directory, People, changes
from alerts.records import Entry
from alerts.store.chronology import enter
from alerts.store.tables import directory
from ingest.store.tables import writing

log = logging.getLogger(__name__)

KIND = "people"
"""The kind of the entries in the chronology."""


class DirectoryUnreadable(Exception):
    """The people in the database were written by another version of the program; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class PeopleRevision:
    """One import: its number, when, and by whom."""

    revision: int
    at: datetime
    by: str


class SqlDirectory:
    """The directory of one database; it may be asked from several threads.

    ``directory()`` costs one small query while nothing was imported, so asking at every turn is cheap.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._cached = Directory()

    def directory(self) -> Directory:
        """Who is told now; a directory without anybody (revision 0) before the first import.

        A newer revision that this program cannot read leaves the last good one in service, which is logged at each
        call; ``DirectoryUnreadable`` is raised where there is none.
        """
        with self._lock:
            with self._engine.connect() as connection:
                revision = _newest(connection)
                if revision != self._cached.revision:
                    self._cached = self._read(connection, revision)
            return self._cached

    def preview(self, new: People) -> list[str]:
        """What ``apply`` would change, as sentences; nothing is written."""
        return changes(self.directory().people, new)

    def apply(self, new: People, by: str, at: datetime) -> list[str]:
        """Make ``new`` the directory in service and say what that changed; nothing is written where nothing did.

        The revision and its entry in the chronology are one transaction. The sentences hold no whole address.
        """
        with writing(self._engine) as connection:
            found = changes(_people(_document(connection, _newest(connection))), new)
            if found:
                row = {"at": at, "by": by, "document": new.model_dump(mode="json", exclude_defaults=True)}
                revision = connection.execute(insert(directory).values(row)).inserted_primary_key
                assert revision is not None
                enter(connection, _entry(found, by, at, int(revision[0])))
        return found

    def revisions(self, limit: int = 100) -> Sequence[PeopleRevision]:
        """The newest imports first."""
        columns = (directory.c.revision, directory.c.at, directory.c.by)
        wanted = select(*columns).order_by(directory.c.revision.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [PeopleRevision(*row) for row in connection.execute(wanted)]

    def _read(self, connection: Connection, revision: int) -> Directory:
        try:
            return Directory(_people(_document(connection, revision)), revision)
        except ValidationError as error:
            first = error.errors()[0]
            sentence = (
                f"the people of revision {revision} cannot be read by this version of the program "
                f"({'.'.join(map(str, first['loc']))}: {first['msg']}): import the people file again"
            )
            if not self._cached.revision:
                raise DirectoryUnreadable(sentence) from error
            log.error("%s; those of revision %d stay in service", sentence, self._cached.revision)
            return self._cached


def _newest(connection: Connection) -> int:
    return connection.scalar(select(func.max(directory.c.revision))) or 0


def _document(connection: Connection, revision: int) -> Any:
    return connection.scalar(select(directory.c.document).where(directory.c.revision == revision))


def _people(document: Any) -> People:
    return People.model_validate(document or {})


def _entry(found: Sequence[str], by: str, at: datetime, revision: int) -> Entry:
    return line(at, KIND, "people", {"changes": list(found)}, actor=by, ref_id=revision)
