"""The pages: the staff dashboard, the public page and its publisher."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from threading import Lock

from dashboard.public.publisher import Publisher
from dashboard.public.server import create_app as public_app
from dashboard.staff.app import create_app as staff_app
from dashboard.staff.services import StaffServices
from deploy.folder_lock import InUse, alone
from deploy.monitor.publication_probe import PublicationProbe
from deploy.schedule import Job
from deploy.settings import Settings
from deploy.web import WebServer
from deploy.wiring.accounts import gate
from deploy.wiring.api import api_services
from deploy.wiring.archive import archive_jobs, archive_keeper
from deploy.wiring.chronicle import chronicle
from deploy.wiring.clockwork import machine_time
from deploy.wiring.desk import incident_log
from deploy.wiring.public import issued_for_public, messages_for_public, public_services
from deploy.wiring.stores import Stores
from deploy.wiring.system import house_system
from ingest.clock import Clock
from ingest.pulse import Part
from ingest.store.cameras import SqlPictures
from ingest.store.discontinued import SqlDiscontinued
from ingest.store.health import SqlHealth
from ingest.store.protocol import Archive, History

log = logging.getLogger(__name__)

RESTS = 20.0
RESTS_AT_MOST_S = 6.0
"""A reading is on the site within ten seconds, also in a storm over a large city."""


class Rests:
    """Work that rests ``RESTS`` times as long as it computed, RESTS_AT_MOST_S at most: who looks at the dashboard,
    which is served beside it, does not wait for the page of the public at every reading."""

    def __init__(
        self,
        work: Callable[[], bool],
        time_s: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.thread_time,
    ) -> None:
        """``work`` says whether there was anything to do: what did nothing needs no rest."""
        self._work, self._time_s, self._cpu_s = work, time_s, cpu_s
        self._until_s = -math.inf

    def turn(self) -> bool:
        """Do it, unless it rests; whether it was done. What failed computed too, and rests as well."""
        if self._time_s() < self._until_s:
            return False
        began_s, done = self._cpu_s(), True
        try:
            done = self._work()
        finally:
            took_s = self._cpu_s() - began_s
            self._until_s = self._time_s() + min(RESTS * took_s, RESTS_AT_MOST_S) if done else -math.inf
        return done


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


def staff_server(settings: Settings, stores: Stores, history: History, clock: Clock) -> WebServer:
    """The staff dashboard."""
    entrance = gate(settings, stores)
    services = StaffServices(
        log=stores.log,
        history=history,
        registry=stores.registry,
        stills=stores.stills,
        pictures=SqlPictures(stores.database),
        alerts=stores.alerts,
        clock=clock,
        maintenance=stores.maintenance,
        health=SqlHealth(stores.database),
        gate=entrance,
        people=stores.people,
        limits=settings.health,
        public=public_services(settings, stores, clock),
        incidents=incident_log(settings.alerts, stores),
        chronicle=chronicle(settings, stores),
        tiles=settings.dashboard.tiles,
        system=house_system(settings, stores),
    )
    acts = api_services(settings, stores, history, clock, entrance)
    app, where = staff_app(services, acts).server, settings.dashboard
    return WebServer(app, where.host, where.port, part=Part.DASHBOARD)


def public_server(settings: Settings) -> WebServer:
    """The small server of the public page."""
    app, where = public_app(settings.public_folder), settings.public
    return WebServer(app, where.host, where.port, part=Part.PUBLISHER)
