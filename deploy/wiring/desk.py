"""The desk: what people do with incidents, silences and maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.chronology.settings import MOST_CHANGES, flat, settings_entry
from alerts.chronology.words import line
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.desk import Desk
from alerts.incidents.evidence import Evidence
from alerts.incidents.mute_desk import MuteDesk
from alerts.store.chronology import Wanted, enter, newest
from alerts.store.seen import SqlIncidents
from deploy.settings import Settings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.store.tables import writing


def policy(settings: AlertSettings, stores: Stores) -> Policy:
    """When people are told again."""

    def remind_s(rule: str, station_id: str) -> float:
        numbers = settings.rules.of(rule)
        if not numbers.reminds_anywhere:  # the usual case, and of a storm that opens thousands of incidents at once
            return 0.0
        station = stores.city().stations.get(station_id)
        return (numbers.at(station.kind, station.id) if station else numbers).remind_s

    return Policy(settings.escalation, remind_s)


def record_settings(settings: Settings, stores: Stores, now: datetime) -> None:
    """Enter what changed of the settings since the last start; of secrets nothing is written."""
    known = flat(settings.model_dump(mode="json"))
    with writing(stores.database) as connection:
        last = next(iter(newest(connection, Wanted(kinds=["setting"]), limit=1)), None)
        entry = settings_entry(now, last, known)
        if entry is not None:
            enter(connection, entry)


def record_import(changed: Sequence[object], stores: Stores, by: str, now: datetime) -> None:
    """Enter an import of the registry that changed anything."""
    if changed:
        said = [str(each) for each in changed[:MOST_CHANGES]]
        if len(changed) > len(said):
            said.append(f"… {len(changed)}")
        with writing(stores.database) as connection:
            enter(connection, line(now, "registry", "registry", {"changes": said}, actor=by))


def incident_log(settings: AlertSettings, stores: Stores) -> SqlIncidents:
    """What may be read of incidents."""
    return SqlIncidents(stores.database, settings.escalation, stores.people.directory)


def desk(settings: AlertSettings, stores: Stores, clock: Clock) -> Desk:
    """What people do with incidents."""
    return Desk(stores.database, policy(settings, stores), Evidence(stores.city, settings.incidents), clock)


def mute_desk(settings: AlertSettings, stores: Stores, clock: Clock) -> MuteDesk:
    """What people do with silences and maintenance."""
    return MuteDesk(stores.database, stores.city, settings.incidents, clock)
