"""The health of the devices: its keeper, which folds the log."""

from __future__ import annotations

from deploy.schedule import Job
from deploy.settings import Settings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.health_keeper import HealthKeeper
from ingest.store.health import SqlHealth

HEALTH_S = 5.0


def health_job(settings: Settings, stores: Stores, clock: Clock) -> Job:
    """The keeper. It runs where the alert rule does: both tail the log with the whole registry in memory."""
    keeper = HealthKeeper(stores.log, SqlHealth(stores.database), stores.city, settings.health, clock)
    return Job("health", HEALTH_S, keeper.turn, keeper.stop)
