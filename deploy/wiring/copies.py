"""Restore: what a restored database needs before it goes into service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alerts.dispatch.dispatch import tell_nobody
from alerts.engine.settings import AlertSettings
from deploy.migrations.lineage import LINEAGES
from deploy.migrations.upgrade import SchemaError, bring_up_to_date
from deploy.settings import SettingsError
from deploy.wiring.alerts import engine_of
from deploy.wiring.stores import program, stores_on
from ingest.clock import Clock
from ingest.store.tables import open_database

NOT_SENT_AGAIN = "restored from a backup: whether it was sent after the backup is unknown; it is not sent again"


def known_revisions() -> dict[str, tuple[str, ...]]:
    """The revisions that this program can upgrade from, by database."""
    return {name: lineage.revisions for name, lineage in LINEAGES.items()}


@dataclass
class Preparation:
    """Upgrades restored databases, and sees to it that no message goes out twice.

    The system that made the backup went on after it: what waited then was sent, and what came last was decided. So
    what is undecided is decided here without telling anybody, and what waits is given up. Both are counted.
    """

    settings: AlertSettings
    clock: Clock
    decided: int = field(default=0)
    given_up: int = field(default=0)

    def __call__(self, databases: Mapping[str, Path]) -> None:
        """Prepare the extracted databases."""
        for name, file in databases.items():
            database = open_database(f"sqlite:///{file}")
            try:
                bring_up_to_date(database, LINEAGES[name], file.parent, program())
            except SchemaError as error:
                raise SettingsError(str(error)) from error
            finally:
                database.dispose()
        self._settle(databases["present"])

    def _settle(self, file: Path) -> None:
        stores = stores_on(open_database(f"sqlite:///{file}"), file.parent / "stills")
        alerts = stores.alerts
        before = alerts.last_transition_id()
        if stores.registry.registry() is not None:
            engine_of(stores, self.settings, self.clock).turn()
            # Another one: it waits for no more late readings, and decides what they have made.
            engine_of(stores, self.settings, self.clock).tick(_nothing_is_known)
            tell_nobody(stores.database)
        self.decided = alerts.last_transition_id() - before
        self.given_up = stores.deliveries.give_up_unsettled(self.clock.now(), NOT_SENT_AGAIN)
        stores.close()


def _nothing_is_known(_: Mapping[str, int]) -> None:
    """No device is judged by what a copy knows: only what could not be told before is decided."""
