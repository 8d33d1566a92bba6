"""Alerts: the rule and the outboxes."""

from __future__ import annotations

import logging

from alerts.channels.table import channels
from alerts.deliveries import Outbox, resume
from alerts.engine import Engine
from deploy.schedule import Job
from deploy.settings import Settings, SettingsError
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.stations import Registry

log = logging.getLogger(__name__)


WAKE_S = 0.5


def alert_jobs(settings: Settings, stores: Stores, clock: Clock) -> list[Job]:
    """The rule, and one outbox per channel. Deliveries cut off by the last end are taken up again here."""
    check_recipients(settings, stores.city())
    resume(stores.alerts, clock.now())
    engine = Engine(stores.log, stores.city, stores.alerts, settings.alerts, clock, settings.dashboard.url)
    outboxes = [
        Outbox(name, channel, stores.alerts, clock) for name, channel in channels(settings.alerts.channels).items()
    ]
    return [
        Job("rules", WAKE_S, engine.turn),
        *(Job(f"outbox-{each.name}", WAKE_S, each.turn, each.stop) for each in outboxes),
    ]


def check_recipients(settings: Settings, registry: Registry) -> None:
    """Refuse recipients for stations that there are not, and say it where nobody would be told of anything."""
    for recipient in settings.alerts.recipients:
        unknown = sorted(set(recipient.stations) - registry.stations.keys())
        if unknown:
            raise SettingsError(f"recipient {recipient.id}: there is no station {', '.join(unknown)} in the registry")
    if not settings.alerts.recipients:
        log.warning("no recipients are set: alerts are recorded and shown, and sent to nobody")
