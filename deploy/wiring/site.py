"""The public site: its publisher, its archive, its copies, and the small server of its folder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from threading import Lock

from dashboard.public.publisher import Publisher
from dashboard.public.server import create_app
from deploy.folder_lock import InUse, alone
from deploy.monitor.publication_probe import PublicationProbe
from deploy.schedule import Job
from deploy.services import Service
from deploy.settings import Settings
from deploy.web import WebServer
from deploy.wiring.archive import archive_jobs, archive_keeper
from deploy.wiring.clockwork import machine_time, schedule
from deploy.wiring.public import issued_for_public, messages_for_public
from deploy.wiring.push import push_services
from deploy.wiring.rests import Rests
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.pulse import Part
from ingest.store.cameras import SqlPictures
from ingest.store.discontinued import SqlDiscontinued
from ingest.store.protocol import Archive

log = logging.getLogger(__name__)

LOCK = ".publisher.lock"
"""In the folder of the site: two that wrote there would put back what the other has written since."""
TAKEN = (
    "another process writes the public site in {folder}: stop one of the two, or give one a folder of its own "
    "(public.folder); this one waits until the folder is free"
)


class PublicSite:
    """The publisher, made at the first turn that can make it: a folder that cannot be written ends nothing else.

    It has its folder alone until it is closed.
    """

    def __init__(
        self, settings: Settings, stores: Stores, clock: Clock, since: Callable[[], date | None] = lambda: None
    ) -> None:
        self._folder = settings.public_folder
        self._turning = Lock()
        self._held = ExitStack()
        self._closed, self._fault = False, ""
        self._new = partial(
            Publisher,
            settings.public_folder,
            stores.log,
            stores.registry,
            clock,
            settings.public.site,
            maintenance=stores.maintenance,
            stills=stores.stills,
            pictures=SqlPictures(stores.database),
            issued=issued_for_public(settings, stores, clock),
            bulletin=messages_for_public(settings, stores),
            since=since,
            discontinued=SqlDiscontinued(stores.database),
        )
        self._publisher: Publisher | None = None

    def turn(self) -> bool:
        """Publish if there is anything new, and say so; raises what the disk raises, and the next turn tries again."""
        with self._turning:
            if self._closed or (self._publisher is None and not self._begun()):
                return False
            assert self._publisher
            return self._publisher.publish_if_changed()

    def close(self) -> None:
        """Give the folder back, after the turn that is under way; there is no turn after it."""
        with self._turning:
            self._closed, self._publisher = True, None
            self._held.close()

    @property
    def is_ours(self) -> bool:
        """Whether nobody else may write into the folder now."""
        return self._publisher is not None

    def fault(self) -> str:
        """What of the site could not be made the last time, in words for staff; empty where all could."""
        publisher = self._publisher
        return publisher.fault if publisher else self._fault

    def _begun(self) -> bool:
        """Take the folder; False while somebody else has it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._held.enter_context(alone(self._folder, LOCK))
        except InUse:
            told = TAKEN.format(folder=self._folder)
            if told != self._fault:
                log.error("%s", told)
            self._fault = told
            return False
        try:
            self._publisher = self._new()
        except BaseException:
            self._held.close()
            raise
        return True


def publisher_job(
    settings: Settings, stores: Stores, clock: Clock, since: Callable[[], date | None] = lambda: None
) -> Job:
    """The public page's publisher. It publishes once here, so that the first visitor already finds a page.

    ``since`` gives the first day of which there is open data. Whatever goes wrong with it, the house starts.
    """
    return _job(PublicSite(settings, stores, clock, since))


def _job(site: PublicSite) -> Job:
    try:
        site.turn()
    except OSError as error:
        log.error("the public page cannot be written: %s; it is tried again", error)
    except Exception:
        log.exception("the public page cannot be made; it is tried again")
    return Job("public-page", 1.0, Rests(site.turn).turn, site.close, site.fault)


def public_jobs(settings: Settings, stores: Stores, observed: Archive, clock: Clock) -> list[Job]:
    """All that writes the public site."""
    keeper = archive_keeper(settings, stores, observed, clock)
    site = PublicSite(settings, stores, clock, lambda: keeper.since)
    return [_job(site), *archive_jobs(settings, keeper, lambda: site.is_ours)]


class PublicationWatch:
    """Watches how old the public site is, whatever its publisher does."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self.probe = PublicationProbe(
            settings.public_folder, lambda: stores.registry.registry() is not None, machine_time
        )

    def start(self) -> None:
        """Nothing: it looks when it is asked."""

    def stop(self) -> None:
        """Nothing."""


def site_services(settings: Settings, stores: Stores) -> list[Service]:
    """What serves its folder, watches how old it is, and carries it to other hosts."""
    return [public_server(settings), PublicationWatch(settings, stores), *push_services(settings)]


def site_alone(settings: Settings, stores: Stores, observed: Archive, clock: Clock) -> list[Service]:
    """All of the public site, where nothing else is beside it that wakes its jobs."""
    return [*site_services(settings, stores), schedule(public_jobs(settings, stores, observed, clock))]


def public_server(settings: Settings) -> WebServer:
    """The small server of the public page."""
    app, where = create_app(settings.public_folder), settings.public
    return WebServer(app, where.host, where.port, part=Part.PUBLISHER)
