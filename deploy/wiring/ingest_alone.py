"""Ingest as a process of its own: everything that `mizumori ingest` runs."""

from __future__ import annotations

from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.clockwork import schedule
from deploy.wiring.eyes import eyes_service
from deploy.wiring.ingest import (
    HOUSEKEEPING,
    broker_services,
    ingest_jobs,
    ingest_service,
    lease_of,
    only_while_held,
)
from deploy.wiring.past import forwarder_of, open_past, past_jobs, watched_forwarder
from deploy.wiring.pull import pull_jobs
from deploy.wiring.stores import Stores, folder_use
from ingest.clock import Clock


def ingest_alone(settings: Settings, stores: Stores, clock: Clock) -> list[Service]:
    """Ingest, the eyes, the forwarder to the past and the housekeeping, in the order in which they start."""
    past = open_past(settings, stores)
    forwarder = forwarder_of(stores, past.past, clock)
    jobs = [
        *ingest_jobs(settings, stores, clock),
        *pull_jobs(settings, stores, clock),
        *past_jobs(settings, stores, forwarder, clock),
    ]
    keeper = lease_of(HOUSEKEEPING, stores)
    return [
        folder_use(settings),
        past,
        watched_forwarder(forwarder),
        *broker_services(settings),
        ingest_service(settings, stores, clock),
        *([eyes_service(settings, stores, clock)] if settings.eyes.beside_ingest else []),
        keeper,
        schedule(only_while_held(keeper, jobs)),
    ]
