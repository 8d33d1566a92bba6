"""The stores, opened: the database of the present, brought up to date, and the folders."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Engine as Database
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from alerts.store.deliveries import SqlDeliveries  # its tables belong to the same database
from alerts.store.mutes import SqlMutes
from alerts.store.people import SqlDirectory
from alerts.store.record import SqlRecord
from deploy.drills import check_city, claim_folder
from deploy.folder_lock import UNFINISHED, FolderUse
from deploy.migrations.lineage import PRESENT
from deploy.migrations.upgrade import Program, SchemaError, bring_up_to_date
from deploy.settings import Settings, SettingsError
from deploy.wiring.clockwork import machine_time
from ingest.roster import Roster
from ingest.stations import Registry
from ingest.store.log import SqlLog
from ingest.store.registry import SqlRegistry
from ingest.store.room import Room, WithRoom
from ingest.store.roster import NoRegistry, SqlRoster
from ingest.store.stills import StillFolder
from ingest.store.tables import open_database

IMPORT_FIRST = "there is no registry yet: run mizumori registry import CITY.toml"


@dataclass(frozen=True)
class Stores:
    """Everything that is kept, opened."""

    database: Database
    log: SqlLog
    registry: SqlRegistry
    roster: SqlRoster
    alerts: SqlRecord
    maintenance: SqlMutes
    deliveries: SqlDeliveries
    people: SqlDirectory
    stills: StillFolder

    def city(self) -> Registry:
        """The registry in service; SettingsError where none was imported yet."""
        registry = self.registry.registry()
        if registry is None:
            raise SettingsError(IMPORT_FIRST)
        return registry

    def watched(self) -> Roster:
        """What ingest must know of the registry in service; SettingsError where none was imported yet."""
        try:
            return self.roster()
        except NoRegistry as error:
            raise SettingsError(IMPORT_FIRST) from error

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
    if (folder / UNFINISHED).exists():
        raise SettingsError(f"a restore into {folder} was cut off: run it again with --replace, then start")
    claim_folder(settings, _file_of(settings.database_url))
    stores = stores_on(_opened(settings.database_url, folder), stills_folder(settings))
    try:
        check_city(settings, stores.registry.city())
    except SettingsError:
        stores.close()
        raise
    return stores


def stills_folder(settings: Settings) -> Path:
    """Where the stills are."""
    return settings.data_folder / "stills"


def room_of(settings: Settings) -> Room:
    """What must stay free beside the pictures."""
    return Room(stills_folder(settings), settings.cameras.least_free_bytes)


def guarded(settings: Settings, stores: Stores) -> WithRoom:
    """The folder of the stills, while there is room."""
    return WithRoom(stores.stills, room_of(settings))


def stores_on(database: Database, stills: Path) -> Stores:
    """The stores of an open database."""
    return Stores(
        database=database,
        log=SqlLog(database),
        registry=SqlRegistry(database),
        roster=SqlRoster(database),
        alerts=SqlRecord(database),
        maintenance=SqlMutes(database),
        deliveries=SqlDeliveries(database),
        people=SqlDirectory(database),
        stills=StillFolder(stills),
    )


def _file_of(url: str) -> Path | None:
    """The file of a database; None where it is none."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


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
