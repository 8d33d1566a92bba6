"""The lines of revisions: one for each kind of database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

HERE = Path(__file__).parent
TABLES_OF_THE_PRESENT = (
    "ingest.store.tables",
    "ingest.store.registry",
    "ingest.store.places",
    "ingest.store.vitals",
    "ingest.store.dead_letter_counts",
    "ingest.store.health",
    "ingest.store.past.lanes",
    "ingest.store.past.locks",
    "ingest.store.leases",
    "ingest.store.pulses",
    "alerts.store.tables",
    "dashboard.accounts.tables",
)
"""The modules that define a table on the metadata of ingest.store.tables."""


@dataclass(frozen=True)
class Lineage:
    """One kind of database: its name on the screen, where its revisions lie, and its tables as they are today.

    ``tables`` imports every module that defines a table, so it is called only where they are needed.
    ``first`` are the tables of its first revision, where databases without any mark of a revision exist.
    """

    name: str
    folder: Path
    tables: Callable[[], MetaData]
    first: frozenset[str] = frozenset()

    @cached_property
    def revisions(self) -> tuple[str, ...]:
        """The revisions that this program knows, the oldest first: the numbers that the files begin with."""
        files = (self.folder / "versions").glob("[0-9]*.py")
        return tuple(sorted(file.name.partition("_")[0] for file in files))

    @property
    def newest(self) -> str:
        """The revision that this program works with."""
        return self.revisions[-1]


def _tables_of_the_present() -> MetaData:
    for module in TABLES_OF_THE_PRESENT:
        import_module(module)
    from ingest.store.tables import metadata

    return metadata


PRESENT = Lineage(
    name="present",
    folder=HERE / "present",
    tables=_tables_of_the_present,
    first=frozenset(
        {
            "alert_cursors",
            "alert_states",
            "camera_reports",
            "dead_letters",
            "deliveries",
            "latest_readings",
            "readings",
            "registry_items",
            "registry_revisions",
            "stills",
            "transitions",
        }
    ),
)


def _tables_of_the_past() -> MetaData:
    from ingest.store.past.sqlite import metadata

    return metadata


PAST = Lineage(name="past", folder=HERE / "past", tables=_tables_of_the_past)

LINEAGES = {each.name: each for each in (PRESENT, PAST)}
"""Every kind of database by name; a backup holds one file of each."""
