"""The registry in the database: items that come into service and are retired, and who changed them when."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from ingest.registry_files.changes import Action, Change, Document, Key, compare, documents, with_past
from ingest.registry_files.checks import MODELS, Item
from ingest.registry_files.entries import Section
from ingest.registry_files.instruments import conflicts
from ingest.registry_files.mistakes import RegistryConflict
from ingest.registry_files.moves import moved
from ingest.stations import City, Gauge, Registry
from ingest.store.places import note_places
from ingest.store.tables import UtcTime, metadata

registry_items = Table(
    "registry_items",
    metadata,
    Column("section", String(16), nullable=False),
    Column("id", String(100), nullable=False),
    Column("document", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    Column("retired_at", UtcTime),
    PrimaryKeyConstraint("section", "id"),
)

registry_revisions = Table(
    "registry_revisions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("author", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Revision:
    """One import: its number, when, by whom, and what it changed in words."""

    revision: int
    at: datetime
    author: str
    summary: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """An item as the database holds it."""

    document: Document
    retired: bool


class SqlRegistry:
    """The registry of one database; it may be asked from several threads.

    ``registry()`` costs one small query while nothing was imported, so asking often is cheap.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._cached: tuple[int, Registry | None] = (0, None)

    def registry(self) -> Registry | None:
        """What is in service now, or None before the first import."""
        with self._lock:
            with self._engine.connect() as connection:
                revision = _revision(connection)
                if revision != self._cached[0]:
                    self._cached = (revision, _in_service(connection))
            return self._cached[1]

    def city(self) -> City | None:
        """The city alone, without its stations; None before the first import."""
        with self._engine.connect() as connection:
            document = connection.scalar(
                select(registry_items.c.document).where(
                    registry_items.c.section == Section.CITY, registry_items.c.retired_at.is_(None)
                )
            )
        return None if document is None else City.model_validate(document)

    def revisions(self, limit: int = 100) -> list[Revision]:
        """The newest imports first."""
        query = select(registry_revisions).order_by(registry_revisions.c.revision.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [Revision(row.revision, row.at, row.author, row.summary) for row in connection.execute(query)]

    def preview(self, new: Registry, at: datetime) -> list[Change]:
        """What ``apply`` would change at that time; nothing is written. Raises as ``apply`` does."""
        with self._engine.connect() as connection:
            kept = _kept(connection)
        return compare(_serving(kept), documents(_with_past(new, kept, at)))

    def apply(self, new: Registry, at: datetime, author: str) -> list[Change]:
        """Make ``new`` what is in service from ``at`` on, in one transaction, and say what that changed.

        What ``new`` no longer has is retired, never deleted; what comes back is in service again.
        Threshold sets and sensors that were in force are kept: ``new`` replaces only those of the same ``valid_from``.
        Raises ``RegistryConflict`` where what is kept does not agree with what is new; nothing is written then.
        """
        with self._engine.begin() as connection:
            # The row of the revision comes first: it takes the writer's lock before anything is read.
            revision = _begin(connection, at, author)
            kept = _kept(connection)
            after = documents(_with_past(new, kept, at))
            changes = compare(_serving(kept), after)
            _write(connection, after, kept)
            known = {key: item.document for key, item in kept.items()}
            note_places(connection, known, after, known.keys() - _serving(kept).keys(), at)
            _retire(connection, changes, at)
            _summarise(connection, revision, changes)
        return changes


def _revision(connection: Connection) -> int:
    return connection.execute(select(func.max(registry_revisions.c.revision))).scalar() or 0


def _kept(connection: Connection) -> dict[Key, _Kept]:
    rows = connection.execute(select(registry_items).order_by(registry_items.c.position))
    return {(Section(row.section), row.id): _Kept(row.document, row.retired_at is not None) for row in rows}


def _serving(kept: Mapping[Key, _Kept]) -> dict[Key, Document]:
    return {key: item.document for key, item in kept.items() if not item.retired}


def _in_service(connection: Connection) -> Registry | None:
    serving = _serving(_kept(connection))
    if not serving:
        return None
    labels: dict[str, dict[str, dict[int, str]]] = {}
    for (section, name), document in serving.items():
        if section is Section.LABELS:
            language, kind = name.split(".", 1)
            labels.setdefault(language, {})[kind] = {int(hazard): text for hazard, text in document.items()}
    city = City.model_validate(serving[Section.CITY, "city"])
    return Registry.of(city, _items(serving), labels)


def _items(serving: Mapping[Key, Document]) -> Iterable[Item]:
    for (section, _), document in serving.items():
        if section in MODELS:
            yield MODELS[section].model_validate(document)


def _with_past(new: Registry, kept: Mapping[Key, _Kept], at: datetime) -> Registry:
    gauges = {}
    for gauge in new.gauges.values():
        past = kept.get((Section.GAUGE, gauge.id))
        gauges[gauge.id] = with_past(gauge, Gauge.model_validate(past.document), at) if past else gauge
    merged = new.model_copy(update={"gauges": gauges})
    before = {key: item.document for key, item in kept.items()}
    if found := [*conflicts(merged), *moved(before, documents(merged))]:
        raise RegistryConflict(found)
    return merged


def _begin(connection: Connection, at: datetime, author: str) -> int:
    done = connection.execute(insert(registry_revisions).values(at=at, author=author, summary=""))
    (revision,) = done.inserted_primary_key or (0,)
    return int(revision)


def _write(connection: Connection, after: Mapping[Key, Document], kept: Mapping[Key, _Kept]) -> None:
    for position, ((section, name), document) in enumerate(after.items()):
        values: dict[str, Any] = {"document": document, "position": position, "retired_at": None}
        if (section, name) in kept:
            connection.execute(update(registry_items).where(*_is(section, name)).values(values))
        else:
            connection.execute(insert(registry_items).values(section=section, id=name, **values))


def _retire(connection: Connection, changes: Iterable[Change], at: datetime) -> None:
    for change in changes:
        if change.action is Action.RETIRED:
            connection.execute(update(registry_items).where(*_is(change.section, change.id)).values(retired_at=at))


def _is(section: str, name: str) -> tuple[Any, Any]:
    return registry_items.c.section == section, registry_items.c.id == name


def _summarise(connection: Connection, revision: int, changes: Iterable[Change]) -> None:
    summary = "\n".join(str(change) for change in changes)
    connection.execute(
        update(registry_revisions).where(registry_revisions.c.revision == revision).values(summary=summary)
    )
