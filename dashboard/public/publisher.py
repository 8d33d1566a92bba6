"""Writes the public site whenever something changed, and at least every minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from alerts.issued import IssuedLevel
from alerts.records import Maintenance, MaintenanceLog, NoMaintenance
from dashboard.following import Following
from dashboard.public import assets, data, feeds, pages
from dashboard.public.bulletin import Bulletin
from dashboard.public.course import Courses
from dashboard.public.data import freshness
from dashboard.public.edition import Edition
from dashboard.public.former import former
from dashboard.public.memo import Memo
from dashboard.public.messages import Messages
from dashboard.public.pictures import Album
from dashboard.public.settings import PublicSettings
from dashboard.public.sheets import Sheet
from dashboard.public.site import Site
from dashboard.public.words.languages import LANGUAGES
from dashboard.views import MAINTENANCE_MATTERS, board
from ingest.clock import Clock
from ingest.stations import Registry
from ingest.store.protocol import Discontinued, Log, Marks, Pictures, RegistryStore, Stills

OWNED = (*(each.folder for each in LANGUAGES if each.folder), "stations", "areas", "feeds")
"""Folders in which nothing stays that is not of the site, such as pages of stations that were retired meanwhile."""


class Publisher:
    """Keeps the files of the public site; one per folder. It removes leftovers of a crash when it is made."""

    def __init__(
        self,
        folder: Path,
        log: Log,
        registry_store: RegistryStore,
        clock: Clock,
        settings: PublicSettings | None = None,
        maintenance: MaintenanceLog | None = None,
        stills: Stills | None = None,
        pictures: Pictures | None = None,
        issued: Callable[[], Sequence[IssuedLevel]] = tuple,
        bulletin: Bulletin | None = None,
        since: Callable[[], date | None] = lambda: None,
        discontinued: Callable[[], Sequence[Discontinued]] = tuple,
    ) -> None:
        self._log = log
        self._registry_store = registry_store
        self._clock = clock
        self._settings = (settings or PublicSettings()).at_speed(clock.speed)
        self._maintenance = maintenance or NoMaintenance()
        self._issued_now = issued
        self._bulletin = bulletin
        self._since = since
        self._discontinued = discontinued
        self._following = Following(log)
        self._courses = Courses(log)
        self._published: tuple[Marks, datetime] | None = None
        self._told: tuple[object, ...] = ()
        self._common: object = None
        self._memo = Memo()
        self._album = Album(folder, stills, pictures) if stills is not None else None
        self._site = Site(folder, OWNED)

    def publish_if_changed(self) -> bool:
        """Publish if the log grew or the page is due; whether it did. Cheap enough to be called every second.

        An OSError of the disk is raised: every page is then whole, old or new, and the next call tries again. What
        cannot be made of one page or picture holds up no other, and ``fault`` tells of it.
        Before the first import of a registry there is nothing to publish.
        """
        marks, now = self._log.marks(), self._clock.now()
        works = self._maintenance.maintenance(now - MAINTENANCE_MATTERS)
        going_on = [each for each in works if each.begins_at <= now < each.ends_at]
        issued = self._issued_now()
        names = self._bulletin.names(now) if self._bulletin else ()
        told = (works, going_on, issued, names)
        if told == self._told and not self._is_due(marks, now):
            return False
        registry = self._registry_store.registry()
        if registry is None:
            return False
        messages = self._bulletin.messages(names, registry, now) if self._bulletin else Messages()
        edition = self._edition(registry, marks, now, works)
        edition = replace(edition, issued=issued, messages=messages, memo=self._memo_of(edition.common))
        self._site.bring(contents(edition), edition.common, now)
        self._published, self._told = (marks, now), told
        return True

    @property
    def fault(self) -> str:
        """What could not be made the last time, in words for staff; empty where all could."""
        faults = (self._album.fault if self._album else "", self._site.fault)
        return "; ".join(each for each in faults if each)

    def _memo_of(self, common: object) -> Memo:
        """What was made before, as far as it may still hold."""
        if common != self._common:
            self._common, self._memo = common, Memo()
        return self._memo

    def _is_due(self, marks: Marks, now: datetime) -> bool:
        if self._published is None:
            return True
        known, at = self._published
        fresh = 0 <= (now - at).total_seconds() < self._settings.publish_every_s  # a clock set back is not fresh
        return marks != known or not fresh

    def _edition(self, registry: Registry, marks: Marks, now: datetime, works: Sequence[Maintenance]) -> Edition:
        heard = self._following.heard(marks.reading_seq, now)
        courses = self._courses.now(registry, heard, now, works)
        states = self._log.states()
        seen = board(registry, heard.latest, heard.recent, self._log.cameras(), now, works, states, paces=heard.paces)
        cameras = [camera for view in seen.stations for camera in view.cameras]
        return Edition(
            board=seen,
            clock_speed=self._clock.speed,
            settings=self._settings,
            assets=assets.hashed(),
            pictures=self._album.publish(cameras, self._settings.picture_too_old_s) if self._album else (),
            courses=courses,
            languages=self._settings.spoken,
            revision=marks.registry_revision,
            since=self._since(),
            former=former(self._discontinued(), heard.latest),
        )


def contents(edition: Edition) -> Iterator[Iterator[Sheet]]:
    """All files of the site, part by part: assets before the pages that need them, the stamp of freshness last."""
    yield assets.sheets()
    yield from pages.parts(edition)
    yield from data.parts(edition)
    yield feeds.sheets(edition)
    yield (freshness.sheet(each)._replace(needs=pages.of_water(each)) for each in (edition,))
