"""The past: opened, fed by the forwarder, pruned and read."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from alerts.engine.ledger import NAME as READINGS
from deploy.migrations.lineage import PAST
from deploy.migrations.upgrade import SchemaError, bring_up_to_date
from deploy.monitor.outward_probes import PastProbe
from deploy.schedule import Job
from deploy.settings import Settings, SettingsError
from deploy.wiring.stores import Stores, program
from ingest.clock import Clock, Steadiness
from ingest.store.health import SqlHealth
from ingest.store.past.forwarder import Forwarder
from ingest.store.past.lanes import SqlLanes
from ingest.store.past.locks import SqlLocks
from ingest.store.past.protocol import Past, PastError
from ingest.store.past.pruning import Pruner, cutoff
from ingest.store.past.sqlite import SqlitePast
from ingest.store.past.whole import WholeHistory
from ingest.store.tables import open_database

log = logging.getLogger(__name__)

WAKE_S = 0.5
PRUNE_S = 60.0
RETAIN_S = 6 * 3600.0


@dataclass(frozen=True)
class OpenPast:
    """The past as a service that has nothing to start: it is closed after those that use it."""

    past: Past
    history: WholeHistory

    def start(self) -> None:
        """Nothing: it is asked when somebody wants to know."""

    def stop(self) -> None:
        """Close files and connections."""
        self.past.close()


def open_past(settings: Settings, stores: Stores) -> OpenPast:
    """Open the past; SettingsError where its file cannot be opened. A server that is away does not matter here."""
    past = _influx(settings) if settings.past.kind == "influxdb" else _sqlite(settings)
    return OpenPast(past, WholeHistory(stores.database, past, time.monotonic))


def forwarder_of(stores: Stores, past: Past, clock: Clock) -> Forwarder:
    """What hands the log on; its ``state`` says how it gets on."""
    lanes = SqlLanes(stores.database, past.name)
    return Forwarder(stores.log, lanes, past, clock, time.monotonic, random.Random(), past.best_batch)


@dataclass(frozen=True)
class WatchedForwarder:
    """A service that has nothing to start but brings the probe of the forwarder, whose turns are a job."""

    probe: PastProbe

    def start(self) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


def watched_forwarder(forwarder: Forwarder) -> WatchedForwarder:
    """The forwarder for those who look after it."""
    return WatchedForwarder(PastProbe(lambda: forwarder.state))


def past_jobs(settings: Settings, stores: Stores, forwarder: Forwarder, clock: Clock) -> list[Job]:
    """The forwarder, the pruning of the present and the retention of the past."""
    past, locks = forwarder.past, SqlLocks(stores.database)
    health = SqlHealth(stores.database)
    pruner = Pruner(
        stores.database,
        (forwarder.lanes.handed_on, lambda: stores.alerts.cursor(READINGS), lambda: health.progress().reading_seq),
    )

    def prune() -> None:
        late_by = settings.ingest.clock_limits.behind
        while pruner.turn(cutoff(clock.now(), settings.past.present, late_by)):
            pass  # a turn is bounded so that it holds the write lock only briefly

    steadiness = Steadiness(clock, time.monotonic)

    def retain() -> None:
        # A clock that leaps ahead must not cost the past: what it says counts when it still says so at the next turn.
        if not steadiness.look() or settings.past.kept is None:
            return
        try:
            past.forget(clock.now() - settings.past.kept, locks.spans())
        except PastError as error:
            log.warning("the past could not forget what is too old; it is tried again: %s", error)

    return [
        Job("forwarder", WAKE_S, forwarder.turn, forwarder.stop),
        Job("prune-present", PRUNE_S, prune),
        Job("retain-past", RETAIN_S, retain),
    ]


def _sqlite(settings: Settings) -> SqlitePast:
    file = settings.data_folder / "past.db"
    try:
        database = open_database(f"sqlite:///{file}")
        bring_up_to_date(database, PAST, settings.data_folder, program())
    except SchemaError as error:
        raise SettingsError(str(error)) from error
    except SQLAlchemyError as error:
        raise SettingsError(f"the past {file} cannot be opened ({getattr(error, 'orig', error)})") from error
    return SqlitePast(database)


def _influx(settings: Settings) -> Past:
    from ingest.store.past.influx import InfluxPast  # its client takes a while and some memory to load

    return InfluxPast(settings.past.influxdb)
