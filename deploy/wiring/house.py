"""Everything of one host together, and what acts as a device beside it."""

from __future__ import annotations

from alerts.drills import Allowed
from deploy.schedule import Job
from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.alerts import NOTHING, alert_services
from deploy.wiring.answers import answer_server
from deploy.wiring.clockwork import schedule
from deploy.wiring.eyes import eyes_service
from deploy.wiring.health import health_job
from deploy.wiring.ingest import (
    HOUSEKEEPING,
    broker_services,
    ingest_jobs,
    ingest_service,
    lease_of,
    only_while_held,
)
from deploy.wiring.pages import staff_server
from deploy.wiring.past import forwarder_of, open_past, past_jobs, watched_forwarder
from deploy.wiring.pull import pull_jobs
from deploy.wiring.pulse import with_pulse
from deploy.wiring.site import public_jobs, site_services
from deploy.wiring.stores import Stores, folder_use
from ingest.clock import Clock
from simulators.publisher import Broker
from simulators.publisher import Publisher as DevicePublisher


def whole_house(
    settings: Settings, stores: Stores, clock: Clock, more: list[Job] | None = None, allowed: Allowed = NOTHING
) -> list[Service]:
    """Everything of one host but the simulator, in the order in which it starts; the signs of life of all of it last.

    ``allowed`` is what of a drill may reach the world.
    """
    past = open_past(settings, stores)
    forwarder = forwarder_of(stores, past.past, clock)
    ingest, keeper = ingest_service(settings, stores, clock), lease_of(HOUSEKEEPING, stores)
    kept = [
        *ingest_jobs(settings, stores, clock),
        *pull_jobs(settings, stores, clock),
        *past_jobs(settings, stores, forwarder, clock),
    ]
    jobs = [
        *only_while_held(keeper, kept),
        health_job(settings, stores, clock),
        *(public_jobs(settings, stores, past.history, clock) if settings.public.beside_dashboard else []),
        *(more or []),
    ]
    services: list[Service] = [
        folder_use(settings),
        past,
        watched_forwarder(forwarder),
        *broker_services(settings),
        ingest,
        *([eyes_service(settings, stores, clock)] if settings.eyes.beside_ingest else []),
        keeper,
        staff_server(settings, stores, past.history, clock),
        *(site_services(settings, stores) if settings.public.beside_dashboard else []),
        *([answer_server(settings, stores, clock)] if settings.alerts.answers.enabled else []),
        *alert_services(settings, stores, clock, allowed),
        schedule(jobs),
    ]
    return with_pulse(settings, stores, services)


def device_publisher(settings: Settings) -> DevicePublisher:
    """A publisher that speaks to the broker as a device does."""
    mqtt = settings.broker_reached
    return DevicePublisher(
        Broker(
            host=mqtt.host,
            port=mqtt.port,
            protocol=mqtt.protocol,
            username=mqtt.username,
            password=mqtt.password,
            tls=mqtt.tls,
            ca_file=mqtt.ca_file,
        )
    )
