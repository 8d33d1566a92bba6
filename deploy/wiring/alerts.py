"""Alerts: the engine, who is told, and the outboxes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

from alerts.channels.channel import Channel
from alerts.deliveries.herald import Herald
from alerts.deliveries.outbox import Outbox
from alerts.dispatch.dispatch import Dispatch, Surroundings
from alerts.drills.guard import Allowed
from alerts.engine.engine import Engine
from alerts.engine.gather import Gather
from alerts.engine.ledger import Ledger
from alerts.engine.pumping import PumpStations
from alerts.engine.rounds import Rounds, Step
from alerts.engine.settings import AlertSettings
from alerts.engine.signs import SignRecord
from alerts.incidents.escalator import Escalator
from alerts.incidents.evidence import Evidence
from alerts.messages.told import Context
from alerts.rules.settings.rules import check_stations
from alerts.store.deliveries import SqlDeliveries
from alerts.store.ties import SqlTies
from deploy.alerting import Alerting
from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.alerts_lease import standby_alerts
from deploy.wiring.answers import crew_links
from deploy.wiring.channels import house_channels, signs_in_service
from deploy.wiring.clockwork import schedule
from deploy.wiring.desk import policy, record_settings
from deploy.wiring.people import warn_of_shortcomings
from deploy.wiring.pictures import attaching, photos_of, second_look, witness_of
from deploy.wiring.public import public_steps, warn_of_public_shortcomings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.store.health import SqlHealth
from ingest.store.leases import Fence

log = logging.getLogger(__name__)

ESCALATES = timedelta(seconds=1)
"""How often it is looked whether others must be told; what is due stands in the database."""
NOTHING = Allowed()
"""A drill that was not told otherwise reaches nobody."""


def alert_services(settings: Settings, stores: Stores, clock: Clock, allowed: Allowed = NOTHING) -> list[Service]:
    """The alerts, while this process holds their lease. ``allowed`` is what of a drill may reach the world."""
    warn_of_shortcomings(stores.people.directory(), stores.city(), clock.now(), settings.alerts.escalation)
    warn_of_public_shortcomings(settings.alerts.public, stores.people.directory(), stores.city())
    for sentence in check_stations(settings.alerts.rules, stores.city()):
        log.warning("%s", sentence)  # a station that was retired must not keep the alerts of all others from starting
    record_settings(settings, stores, clock.now())

    def build(fence: Fence, permitted: Callable[[], bool]) -> Alerting:
        return alerting(settings, stores, clock, fence, permitted, allowed)

    return [standby_alerts(stores, clock, settings.alerts.deadman, build)]


def alerting(
    settings: Settings,
    stores: Stores,
    clock: Clock,
    fence: Fence | None = None,
    permitted: Callable[[], bool] = lambda: True,
    allowed: Allowed = NOTHING,
) -> Alerting:
    """The alerts of one tenure. ``fence`` goes with every transaction, ``permitted`` is asked before each message."""
    signs = SignRecord(stores.database, stores.city, fence)
    opened = house_channels(settings, allowed, clock, signs, photos_of(settings.alerts, stores))
    outboxes = _outboxes(settings, stores, clock, opened, fence, permitted)

    def wake() -> None:
        for each in outboxes.values():
            each.wake()

    def close() -> None:
        for each in opened.values():
            each.close()

    return Alerting(Rounds(_steps(settings, stores, clock, fence, signs), clock, wake), outboxes, schedule, close)


def engine_of(stores: Stores, settings: AlertSettings, clock: Clock, fence: Fence | None = None) -> Engine:
    """The engine on the stores."""
    return Engine(stores.log, stores.city, _ledger(stores, settings, fence), settings, clock)


def _ledger(stores: Stores, settings: AlertSettings, fence: Fence | None) -> Ledger:
    evidence = Evidence(stores.city, settings.incidents)
    return Ledger(stores.database, policy(settings, stores), fence, evidence, witness_of(settings, stores))


def _steps(settings: Settings, stores: Stores, clock: Clock, fence: Fence | None, signs: SignRecord) -> list[Step]:
    ledger = _ledger(stores, settings.alerts, fence)
    engine = Engine(stores.log, stores.city, ledger, settings.alerts, clock)
    moved = signs_in_service(signs, stores.people.directory)
    pumps = PumpStations(stores.log)
    health = SqlHealth(stores.database)
    gather = Gather(stores.city, health, stores.log, settings.health, clock.now, moved, pumps.now)
    around = Surroundings(
        directory=stores.people.directory,
        context=lambda: Context(stores.city(), clock.now(), settings.dashboard.url, drill=settings.drill.enabled),
        links=crew_links(settings),
        new_key=lambda: str(uuid4()),
        pictures=SqlTies(stores.database).of,
        attaches=attaching(settings.alerts),
    )
    dispatch = Dispatch(stores.database, around, settings.alerts.digest_s, fence)
    again = policy(settings.alerts, stores)
    escalator = Escalator(stores.database, again, around, lambda: ledger.outages, fence, engine.by_now)
    return [
        Step("signs", signs.turn),
        Step("readings", lambda _: engine.turn()),
        Step("clock", lambda _: engine.tick(gather.facts), timedelta(seconds=settings.alerts.tick_s)),
        Step("dispatch", dispatch.turn),
        second_look(settings.alerts, stores, fence),
        *public_steps(settings, stores, fence),
        Step("escalation", escalator.turn, ESCALATES),
    ]


def _outboxes(
    settings: Settings,
    stores: Stores,
    clock: Clock,
    open_channels: Mapping[str, Channel],
    fence: Fence | None,
    permitted: Callable[[], bool],
) -> dict[str, Outbox]:
    deliveries = SqlDeliveries(stores.database, fence)
    drill = settings.drill.enabled
    herald = Herald(stores.database, stores.people.directory, lambda: str(uuid4()), clock, fence, drill=drill)
    return {
        name: Outbox(
            name,
            channel,
            deliveries,
            clock,
            settings.alerts.outbox.get(name),
            permitted=permitted,
            on_trouble=herald.tell,
        )
        for name, channel in open_channels.items()
    }
