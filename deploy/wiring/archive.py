"""The archive of the open data: daily files and the history of every station."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from dashboard.public.archive.keeper import ArchiveKeeper
from dashboard.public.archive.removal import remove_archive
from deploy.schedule import Job
from deploy.settings import Settings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.store.protocol import Archive

REMOVED_EVERY_S = 60.0
WAKE_S = 1.0
"""A turn works for a tenth of it at most."""
MEMORY = "open-data.json"


def archive_keeper(settings: Settings, stores: Stores, observed: Archive, clock: Clock) -> ArchiveKeeper:
    """What writes it beside the public site. What it remembers lies in the data folder, where nobody else looks."""
    return ArchiveKeeper(
        folder=settings.public_folder,
        file=settings.data_folder / MEMORY,
        log=stores.log,
        observed=observed,
        registry_store=stores.registry,
        maintenance=stores.maintenance,
        clock=clock,
        every_s=settings.public.data.every_s,
        monotonic=time.monotonic,
    )


def archive_jobs(settings: Settings, keeper: ArchiveKeeper, may_write: Callable[[], bool] = lambda: True) -> list[Job]:
    """Its turns, while it may write into the site; where no archive is wanted, what there is of one leaves
    the site, since nothing corrects it then."""
    if settings.public.data.archive:
        return [Job("open-data", WAKE_S, partial(_if, may_write, keeper.turn))]
    remove = partial(remove_archive, settings.public_folder)
    return [Job("open-data", REMOVED_EVERY_S, partial(_if, may_write, remove))]


def _if(may_write: Callable[[], bool], turn: Callable[[], object]) -> object:
    return turn() if may_write() else None
