"""Which checks the doctor makes of a system. It opens what is there, and makes or upgrades nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from alerts.people import Directory
from alerts.people.gaps import NOBODY
from alerts.store.people import SqlDirectory
from alerts.store.tables import directory as directory_table
from dashboard.accounts.tables import accounts
from dashboard.accounts.vault import Vault
from deploy.doctor.accounts import check_second_factors
from deploy.doctor.cameras import camera_checks
from deploy.doctor.clocks import clock_checks
from deploy.doctor.outside import check_broker, check_port, check_service
from deploy.doctor.stores import (
    check_dead_letters,
    check_messages,
    check_people,
    check_registry,
    check_secrets,
    database_checks,
    newest_received_at,
)
from deploy.folder_lock import in_use
from deploy.migrations.lineage import LINEAGES
from deploy.monitor.publication_probe import NAME, check_publication, check_site_folder, last_publication
from deploy.monitor.signs import Check, State
from deploy.monitor.store_probes import check_disk, check_folder
from deploy.settings import Settings
from deploy.wiring.belongings import belongings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.people import shortcomings
from deploy.wiring.public import address_shortcomings, public_shortcomings
from deploy.wiring.push import check_copies
from ingest.pull.fetch import Fetcher
from ingest.pulse import Fault
from ingest.stations import Registry
from ingest.store.log import SqlLog
from ingest.store.past.influx import InfluxPast
from ingest.store.past.protocol import PastError
from ingest.store.registry import SqlRegistry
from ingest.store.tables import open_database


def examine(settings: Settings, settings_file: Path | None, now: datetime) -> list[Check]:
    """Every check, in the order in which things depend on each other."""
    folder = settings.data_folder
    found = [check_secrets(settings_file)]
    if not folder.is_dir():
        found.append(Check("folder", State.FAILED, f"there is no data folder {folder}: start a service, or name it"))
        running = False
    else:
        found += _safely("folder", lambda: [check_folder(folder), check_disk(folder)])
        running = check_folder(folder).state is State.OK and in_use(folder)
    found += _kept(settings, now)
    found += _safely("past", lambda: _past_server(settings))
    found += _safely("broker", lambda: [check_broker(settings.broker_reached, settings.broker.embedded, running)])
    found += _safely(NAME, lambda: _publication(settings, running))
    found += _safely("public copy", lambda: check_copies(settings))
    found += _services(settings, running)
    return found


def _kept(settings: Settings, now: datetime) -> list[Check]:
    files = belongings(settings).databases
    found: list[Check] = []
    if settings.past.kind != "sqlite":
        files = {name: file for name, file in files.items() if name != "past"}
    for name, file in files.items():
        database = open_database(f"sqlite:///{file}")
        found += _safely(name, partial(database_checks, name, file, database, LINEAGES[name]))
        database.dispose()
    newest = None
    if files["present"].is_file():
        newest = _contents(settings, files["present"], now, found)
    server = f"{settings.past.influxdb.url}/ping" if settings.past.kind == "influxdb" else ""
    return [*found, *_safely("clock", lambda: clock_checks(now, newest, files.values(), server))]


def _contents(settings: Settings, file: Path, now: datetime, found: list[Check]) -> datetime | None:
    """Look into the present and append what is found; when its newest reading came."""
    database = open_database(f"sqlite:///{file}")
    registry: Registry | None = None
    newest: datetime | None = None
    try:
        registry = SqlRegistry(database).registry()
        newest = newest_received_at(database)
        found.append(check_registry(registry))
        found += _safely("cameras", lambda: _cameras(settings, registry, now))
        found += _safely("people", lambda: [_people(settings, _directory(database), registry, now)])
        found += _safely("public", lambda: _public(settings, _directory(database), registry))
        found += _safely("second factors", lambda: _second_factors(settings, database))
        found.append(check_messages(newest, registry, now))
        found.append(check_dead_letters(SqlLog(database).dead_letters(), now))
    except (SQLAlchemyError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error)
        found.append(Check("contents", State.FAILED, f"the present cannot be read ({reason}): see the lines above"))
    finally:
        database.dispose()
    return newest


def _directory(database: Engine) -> Directory:
    """A database from before there were people has nobody: it gets the table at the next start."""
    there = inspect(database).has_table(directory_table.name)
    return SqlDirectory(database).directory() if there else Directory()


def _public(settings: Settings, directory: Directory, registry: Registry | None) -> Iterable[Check]:
    lacks = list(address_shortcomings(settings))
    lacks += public_shortcomings(settings.alerts.public, directory, registry) if registry is not None else []
    if lacks:
        yield Check("public", State.DEGRADED, "; ".join(lacks))


def _publication(settings: Settings, running: bool) -> Iterable[Check]:
    yield from check_site_folder(settings.public_folder)
    last = last_publication(settings.public_folder, machine_time())
    if last is not None:
        yield check_publication(last)
    elif running and not settings.public.beside_dashboard:
        sentence = f"no page in {settings.public_folder}: start mizumori site, which alone writes them as it is set"
        yield Check(NAME, State.DEGRADED, sentence, Fault.NOTHING_PUBLISHED)


def _second_factors(settings: Settings, database: Engine) -> Iterable[Check]:
    if not settings.dashboard.accounts.enabled or not inspect(database).has_table(accounts.name):
        return
    with database.connect() as connection:
        kept = connection.execute(select(accounts.c.login, accounts.c.totp_secret)).all()
    yield from check_second_factors([(login, secret) for login, secret in kept if secret], Vault(settings.account_key))


def _cameras(settings: Settings, registry: Registry | None, now: datetime) -> Iterable[Check]:
    if registry is None or not settings.cameras.pull:
        return
    fetcher = Fetcher(settings.cameras)
    try:
        yield from camera_checks(list(registry.cameras.values()), fetcher, now)
    finally:
        fetcher.close()


def _people(settings: Settings, directory: Directory, registry: Registry | None, now: datetime) -> Check:
    lacks = (
        list(shortcomings(directory, registry, now, settings.alerts.escalation)) if registry is not None else [NOBODY]
    )
    return check_people(len(directory.contacts), lacks)


def _past_server(settings: Settings) -> Iterable[Check]:
    if settings.past.kind != "influxdb":
        return
    past = InfluxPast(settings.past.influxdb)
    try:
        past.revised("doctor", (datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)))
    except PastError as error:
        sentence = f"{settings.past.influxdb.url} does not serve us ({error}): look at it and at [past.influxdb]"
        yield Check("past", State.FAILED, sentence)
    else:
        yield Check("past", State.OK, f"{settings.past.influxdb.url} answers")
    finally:
        past.close()


def _services(settings: Settings, running: bool) -> list[Check]:
    monitor, answers = settings.monitor, settings.alerts.answers
    ports = {
        "monitor.port": ("services", monitor.port),
        "monitor.alerts_port": ("alerts", monitor.alerts_port),
        "monitor.eyes_port": ("eyes", monitor.eyes_port),
        "monitor.dashboard_port": ("dashboard", monitor.dashboard_port),
        "monitor.site_port": ("site", monitor.site_port),
    }
    if running:
        said = [each for name, port in ports.values() if port for each in check_service(name, monitor.host, port)]
        return said or [Check("services", State.DEGRADED, "run, and none tells its health: see [monitor]")]
    wanted = [
        ("dashboard", settings.dashboard.host, settings.dashboard.port),
        ("public", settings.public.host, settings.public.port),
        *([("alerts__answers", answers.host, answers.port)] if answers.enabled else []),
        *((use, monitor.host, port) for use, (_, port) in ports.items() if port),
        *([("broker", "127.0.0.1", settings.broker.port)] if settings.broker.embedded else []),
    ]
    stopped = Check("services", State.DEGRADED, "none runs on the data folder: start them", Fault.STOPPED)
    return [stopped, *(check_port(*each) for each in wanted)]


def _safely(name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """What a look finds; what breaks it is a finding as well."""
    try:
        return list(look())
    except Exception as error:  # the doctor goes on where something is broken: that is when it is asked
        reason = str(getattr(error, "orig", None) or error)
        return [Check(name, State.FAILED, f"cannot be looked at ({reason})")]
