"""The only place where objects are made: which parts, with which settings, in which order."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError

from alerts.channels.table import channels
from alerts.deliveries import Outbox, resume
from alerts.engine import Engine
from alerts.store import SqlAlerts  # its tables belong to the same database
from dashboard.public.publisher import Publisher
from dashboard.public.server import create_app as public_app
from dashboard.staff.app import create_app as staff_app
from dashboard.staff.services import StaffServices
from deploy.broker import EmbeddedBroker
from deploy.folder_lock import FolderUse
from deploy.migrations.lineage import PRESENT
from deploy.migrations.upgrade import Program, SchemaError, bring_up_to_date
from deploy.schedule import Job, Schedule
from deploy.services import IngestService, Service, WebServer
from deploy.settings import Settings, SettingsError
from ingest.clock import Clock
from ingest.inbox import Inbox
from ingest.mqtt import Subscriber
from ingest.receiver import Receiver
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.housekeeping import MOST_PER_TURN, prune
from ingest.store.log import SqlLog
from ingest.store.registry import SqlRegistry
from ingest.store.stills import StillFolder
from ingest.store.tables import open_database
from ingest.store.vitals import MOST_PER_TURN as MOST_VITALS_PER_TURN
from ingest.store.vitals import prune_vitals
from simulators.publisher import Broker
from simulators.publisher import Publisher as DevicePublisher

log = logging.getLogger(__name__)

WAKE_S = 0.5
HOUSEKEEPING_S = 3600.0
VITALS_KEPT = timedelta(days=7)
"""The health of the gauges is folded from them within seconds; what is older serves only whoever looks closer."""


@dataclass(frozen=True)
class Stores:
    """Everything that is kept, opened."""

    database: Database
    log: SqlLog
    registry: SqlRegistry
    alerts: SqlAlerts
    stills: StillFolder

    def city(self) -> Registry:
        """The registry in service; SettingsError where none was imported yet."""
        registry = self.registry.registry()
        if registry is None:
            raise SettingsError("there is no registry yet: run mizumori registry import CITY.toml")
        return registry

    def close(self) -> None:
        """Close the database."""
        self.database.dispose()


def open_stores(settings: Settings) -> Stores:
    """Open the database and the folders, making them where they are missing; SettingsError where that is refused."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".writable"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise SettingsError(
            f"the data folder {folder} cannot be written ({error.strerror}): set data_folder or MIZUMORI_DATA_FOLDER"
        ) from error
    database = _opened(settings.database_url, folder)
    return Stores(
        database=database,
        log=SqlLog(database),
        registry=SqlRegistry(database),
        alerts=SqlAlerts(database),
        stills=StillFolder(folder / "stills"),
    )


def _opened(url: str, folder: Path) -> Database:
    try:
        database = open_database(url)
        bring_up_to_date(database, PRESENT, folder, program())
    except SchemaError as error:
        raise SettingsError(str(error)) from error
    except (SQLAlchemyError, ImportError) as error:
        reason = getattr(error, "orig", None) or error
        raise SettingsError(f"the database {url} cannot be opened ({reason}): set database or data_folder") from error
    return database


def program() -> Program:
    """This program, as it signs what it upgrades."""
    return Program(program_version(), machine_time)


def program_version() -> str:
    """The version of the installed package; a source tree that is not installed has none."""
    try:
        return version("mizumori")
    except PackageNotFoundError:
        return "of a source tree"


def folder_use(settings: Settings) -> FolderUse:
    """The mark that services work on the data folder; it comes first of all services."""
    return FolderUse(settings.data_folder)


def broker_services(settings: Settings) -> list[Service]:
    """The embedded broker, where it is on."""
    return [EmbeddedBroker(settings.broker.port)] if settings.broker.embedded else []


def ingest_service(settings: Settings, stores: Stores, clock: Clock) -> IngestService:
    """From the broker into the log."""
    inbox = Inbox()
    receiver = Receiver(inbox, stores.city, SqlAppender(stores.database), stores.stills, settings.ingest.clock_limits)
    return IngestService(inbox, Subscriber(settings.broker_reached, inbox, clock), receiver)


def ingest_jobs(settings: Settings, stores: Stores, clock: Clock) -> list[Job]:
    """Housekeeping of what ingest keeps."""
    kept = timedelta(days=settings.ingest.stills_kept_days)

    def tidy() -> None:
        while prune(stores.database, clock.now() - kept, stores.stills.remove) == MOST_PER_TURN:
            pass  # a turn is bounded so that it holds the write lock only briefly
        while prune_vitals(stores.database, clock.now() - VITALS_KEPT) == MOST_VITALS_PER_TURN:
            pass

    return [Job("housekeeping", HOUSEKEEPING_S, tidy)]


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


class PublicSite:
    """The publisher, made at the first turn that can make it: a folder that cannot be written ends nothing else."""

    def __init__(self, settings: Settings, stores: Stores, clock: Clock) -> None:
        self._new = partial(Publisher, settings.public_folder, stores.log, stores.registry, clock, settings.public.site)
        self._publisher: Publisher | None = None

    def turn(self) -> None:
        """Publish if there is anything new; raises what the disk raises, and the next turn tries again."""
        if self._publisher is None:
            self._publisher = self._new()
        self._publisher.publish_if_changed()


def publisher_job(settings: Settings, stores: Stores, clock: Clock) -> Job:
    """The public page's publisher. It publishes once here, so that the first visitor already finds a page."""
    site = PublicSite(settings, stores, clock)
    try:
        site.turn()
    except OSError as error:
        log.error("the public page cannot be written: %s; it is tried again", error)
    return Job("public-page", 1.0, site.turn)


def staff_server(settings: Settings, stores: Stores, clock: Clock) -> WebServer:
    """The staff dashboard."""
    services = StaffServices(
        log=stores.log, registry=stores.registry, stills=stores.stills, alerts=stores.alerts, clock=clock
    )
    return WebServer(staff_app(services).server, settings.dashboard.host, settings.dashboard.port)


def public_server(settings: Settings) -> WebServer:
    """The small server of the public page."""
    return WebServer(public_app(settings.public_folder), settings.public.host, settings.public.port)


def whole_house(settings: Settings, stores: Stores, clock: Clock, more: list[Job] | None = None) -> list[Service]:
    """Everything of one host but the simulator, in the order in which it starts."""
    jobs = [
        *ingest_jobs(settings, stores, clock),
        *alert_jobs(settings, stores, clock),
        publisher_job(settings, stores, clock),
        *(more or []),
    ]
    return [
        folder_use(settings),
        *broker_services(settings),
        ingest_service(settings, stores, clock),
        staff_server(settings, stores, clock),
        public_server(settings),
        schedule(jobs),
    ]


def schedule(jobs: list[Job]) -> Schedule:
    """Jobs woken by the machine's clock, whatever the house's own clock is."""
    return Schedule(jobs, machine_time)


def machine_time() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


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


def demonstration_city() -> Path:
    """The registry file of the demonstration city."""
    return Path(__file__).parent / "demo" / "city.toml"
