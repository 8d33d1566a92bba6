"""The files that belong to a system."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from deploy.backup import Belongings
from deploy.migrations.lineage import LINEAGES
from deploy.settings import Settings, SettingsError
from deploy.wiring.stores import stills_folder


def database_files(settings: Settings) -> dict[str, Path]:
    """The databases that are files here and are there: of a database on a server only the past, where it is a file."""
    try:
        return belongings(settings).there
    except SettingsError:
        past = settings.data_folder / "past.db"
        return {"past": past} if past.exists() else {}


def carrying(settings: Settings) -> dict[str, Path]:
    """The folders whose disks must have room, by their use; they need not be there yet."""
    found = {"data": settings.data_folder}
    with suppress(SettingsError):
        found["database"] = belongings(settings).databases["present"].parent
    return {**found, "stills": stills_folder(settings), "public": settings.public_folder}


def belongings(settings: Settings) -> Belongings:
    """What belongs to a system; SettingsError for a database that is no file."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError(f"{settings.database_url} is no SQLite file: back it up with its own tools")
    files = {"present": Path(url.database), "past": settings.data_folder / "past.db"}
    databases = {name: file for name, file in files.items() if name in LINEAGES}
    return Belongings(databases, stills_folder(settings))
