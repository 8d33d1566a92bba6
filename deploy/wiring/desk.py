"""The desk: what people do with incidents, silences and maintenance."""

from __future__ import annotations

from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.desk import Desk
from alerts.incidents.evidence import Evidence
from alerts.incidents.mute_desk import MuteDesk
from deploy.wiring.stores import Stores
from ingest.clock import Clock


def policy(settings: AlertSettings, stores: Stores) -> Policy:
    """When people are told again."""

    def remind_s(rule: str, station_id: str) -> float:
        numbers = settings.rules.of(rule)
        station = stores.city().stations.get(station_id)
        return (numbers.at(station.kind, station.id) if station else numbers).remind_s

    return Policy(settings.escalation, remind_s)


def desk(settings: AlertSettings, stores: Stores, clock: Clock) -> Desk:
    """What people do with incidents."""
    return Desk(stores.database, policy(settings, stores), Evidence(stores.city, settings.incidents), clock)


def mute_desk(settings: AlertSettings, stores: Stores, clock: Clock) -> MuteDesk:
    """What people do with silences and maintenance."""
    return MuteDesk(stores.database, stores.city, settings.incidents, clock)
