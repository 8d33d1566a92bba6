"""Brings a database to the newest revision when it is opened.

A new one gets today's tables at once; one that is behind is copied and then upgraded in one transaction, with its
folder held alone, so that of two services that start together one waits for the other. A newer one is refused.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, DateTime, Engine, Integer, MetaData, String, Table, inspect, select
from sqlalchemy.exc import OperationalError

from deploy.folder_lock import InUse, alone, shared
from deploy.migrations.lineage import Lineage
from ingest.store.copies import copy_database
from ingest.store.tables import writing

log = logging.getLogger(__name__)

LOCKED_WITHIN_S = 600.0
"""How long the upgrade by another service may take."""
LOOK_EVERY_S = 0.2
COPIES_KEPT = 2
LEAST_FREE_BYTES = 50_000_000
UNMARKED = "without a number"
"""What stands for the revision of a database from before there were revisions: its tables are those of the first."""

kept = MetaData()
alembic_version = Table("alembic_version", kept, Column("version_num", String(32), primary_key=True))
schema_history = Table(
    "schema_history",
    kept,
    Column("id", Integer, primary_key=True),
    Column("revision", String(32), nullable=False),
    Column("program", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Which version of the program brought the database to which revision, and when."""


class SchemaError(Exception):
    """A database that this program cannot work with: one sentence that says what to do."""


@dataclass(frozen=True)
class Program:
    """Who upgrades: the version of the program and its clock."""

    version: str
    now: Callable[[], datetime]


def bring_up_to_date(engine: Engine, lineage: Lineage, folder: Path, program: Program) -> None:
    """Make the database fit this program; SchemaError where that cannot be.

    ``folder`` is the data folder, whose lock tells whether other services work. It costs two small queries where the
    database fits already.
    """
    until = time.monotonic() + LOCKED_WITHIN_S
    while (revision := _revision(engine, lineage)) != lineage.newest:
        if revision is None:
            _make(engine, lineage, program)
        elif not _upgraded(engine, lineage, folder, program):
            _refuse_beside_services(engine, lineage, folder)
            if time.monotonic() > until:
                raise SchemaError(f"another service has been upgrading {_name(engine)} for too long: look what it does")
            time.sleep(LOOK_EVERY_S)


def revision_of(connection: Connection, lineage: Lineage) -> str | None:
    """The revision of a database, UNMARKED for one from before there were revisions, None where it is empty."""
    tables = set(inspect(connection).get_table_names())
    if alembic_version.name in tables:
        return connection.scalar(select(alembic_version.c.version_num))
    if not tables:
        return None
    if lineage.first and lineage.first <= tables:
        return UNMARKED
    raise SchemaError(f"{_name(connection.engine)} is a database of another program: name another file")


def _revision(engine: Engine, lineage: Lineage) -> str | None:
    with engine.connect() as connection:
        revision = revision_of(connection, lineage)
        if revision not in (None, UNMARKED, *lineage.revisions):
            raise SchemaError(_too_new(connection, lineage, str(revision)))
        return revision


def _too_new(connection: Connection, lineage: Lineage, revision: str) -> str:
    newest = select(schema_history.c.program).order_by(schema_history.c.id.desc()).limit(1)
    writer = connection.scalar(newest) if inspect(connection).has_table(schema_history.name) else None
    return (
        f"{_name(connection.engine)} was written by Mizumori {writer or 'of a newer version'}, whose schema {revision} "
        f"this program does not know (it knows {lineage.newest}): start that version or a newer one, or put back the "
        f"copy that it made before its upgrade ({_name(connection.engine)}.before-{revision})"
    )


def _make(engine: Engine, lineage: Lineage, program: Program) -> None:
    tables = lineage.tables()
    with _write_locked(engine) as connection:
        if inspect(connection).get_table_names():
            return  # another service was quicker
        tables.create_all(connection)
        kept.create_all(connection)
        connection.execute(alembic_version.insert().values(version_num=lineage.newest))
        _remember(connection, lineage, program)


def _upgraded(engine: Engine, lineage: Lineage, folder: Path, program: Program) -> bool:
    """Upgrade, unless somebody else works on the folder; whether it was done."""
    try:
        with alone(folder):
            _upgrade(engine, lineage, program)
    except InUse:
        return False
    return True


def _upgrade(engine: Engine, lineage: Lineage, program: Program) -> None:
    from deploy.migrations.alembic_run import run  # it is needed rarely and takes a while to import

    began = time.monotonic()
    with _write_locked(engine) as connection:
        revision = revision_of(connection, lineage)
        if revision is None or revision == lineage.newest:
            return
        _copy_first(engine, lineage)
        kept.create_all(connection)
        if revision == UNMARKED:
            connection.execute(alembic_version.insert().values(version_num=lineage.revisions[0]))
        run(connection, lineage)
        _remember(connection, lineage, program)
    took_s = time.monotonic() - began
    log.warning("the %s was upgraded from schema %s to %s in %.1f s", lineage.name, revision, lineage.newest, took_s)
    _remove_older_copies(engine)


def _remember(connection: Connection, lineage: Lineage, program: Program) -> None:
    values = {"revision": lineage.newest, "program": program.version, "at": program.now()}
    connection.execute(schema_history.insert().values(values))


def _refuse_beside_services(engine: Engine, lineage: Lineage, folder: Path) -> None:
    """Wait for one that upgrades; but do not change the tables under a service that runs with the old ones."""
    try:
        with shared(folder):
            if _revision(engine, lineage) != lineage.newest:
                raise SchemaError(
                    f"{_name(engine)} must be upgraded from an older version, and services of that version still run "
                    f"on {folder}: stop all of them, then start this one"
                )
    except InUse:
        log.info("another service is upgrading %s; waiting", _name(engine))


@contextmanager
def _write_locked(engine: Engine) -> Iterator[Connection]:
    try:
        with writing(engine) as connection:
            yield connection
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise SchemaError(f"{_name(engine)} is locked by another program: end it, then start again") from error


def _copy_first(engine: Engine, lineage: Lineage) -> None:
    """A copy of the file as it is, beside it; an upgrade for which there is no room does not begin."""
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        return
    file = Path(str(engine.url.database))
    copy = file.with_name(f"{file.name}.before-{lineage.newest}")
    need = file.stat().st_size + LEAST_FREE_BYTES
    free = shutil.disk_usage(file.parent).free
    if free < 2 * need:
        raise SchemaError(
            f"{file} must be upgraded, and for that and a copy of it the disk needs {2 * need // 1_000_000} MB free "
            f"({free // 1_000_000} MB are): make room, then start again"
        )
    try:
        copy_database(file, copy)
    except (OSError, sqlite3.Error) as error:
        raise SchemaError(f"{file} could not be copied before its upgrade ({error}); nothing was changed") from error


def _remove_older_copies(engine: Engine) -> None:
    file = Path(str(engine.url.database))
    copies = sorted(file.parent.glob(f"{file.name}.before-*"), key=lambda each: each.stat().st_mtime)
    for old in copies[:-COPIES_KEPT]:
        old.unlink(missing_ok=True)


def _name(engine: Engine) -> str:
    return str(engine.url.database or engine.url)
