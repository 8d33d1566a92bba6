"""Writes the public site whenever something changed, and at least every minute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.issued import IssuedLevel
from alerts.records import Maintenance, MaintenanceLog, NoMaintenance
from dashboard.following import Following
from dashboard.public import assets, files, open_data
from dashboard.public.pages import Edition, missing_page, page, path_of
from dashboard.public.pictures import Album
from dashboard.public.settings import PublicSettings
from dashboard.public.words import LANGUAGES
from dashboard.views import MAINTENANCE_MATTERS, board
from ingest.clock import Clock
from ingest.stations import Registry
from ingest.store.protocol import Log, Marks, RegistryStore, Stills


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
        issued: Callable[[], Sequence[IssuedLevel]] = tuple,
    ) -> None:
        self._folder = folder
        self._log = log
        self._registry_store = registry_store
        self._clock = clock
        self._settings = settings or PublicSettings()
        self._maintenance = maintenance or NoMaintenance()
        self._issued_now = issued
        self._issued: Sequence[IssuedLevel] = ()
        self._following = Following(log)
        self._published: tuple[Marks, datetime] | None = None
        self._works: list[Maintenance] = []
        self._album = Album(folder, stills) if stills is not None else None
        files.sweep(folder)

    def publish_if_changed(self) -> bool:
        """Publish if the log grew or the page is due; whether it did. Cheap enough to be called every second.

        An OSError of the disk is raised: every page is then whole, old or new, and the next call tries again.
        Before the first import of a registry there is nothing to publish.
        """
        marks, now = self._log.marks(), self._clock.now()
        works = self._maintenance.maintenance(now - MAINTENANCE_MATTERS)
        going_on = [each for each in works if each.begins_at <= now < each.ends_at]
        issued = self._issued_now()
        if (going_on, issued) == (self._works, self._issued) and not self._is_due(marks, now):
            return False
        registry = self._registry_store.registry()
        if registry is None:
            return False
        self._write(replace(self._edition(registry, marks, now, works), issued=issued))
        self._published, self._works, self._issued = (marks, now), going_on, issued
        return True

    def _is_due(self, marks: Marks, now: datetime) -> bool:
        if self._published is None:
            return True
        known, at = self._published
        fresh = 0 <= (now - at).total_seconds() < self._settings.publish_every_s  # a clock set back is not fresh
        return marks != known or not fresh

    def _edition(self, registry: Registry, marks: Marks, now: datetime, works: Sequence[Maintenance]) -> Edition:
        heard = self._following.heard(marks.reading_seq, now)
        seen = board(registry, heard.latest, heard.recent, self._log.cameras(), now, works, paces=heard.paces)
        cameras = [camera for view in seen.stations for camera in view.cameras]
        pictures = self._album.publish(cameras, self._settings.picture_too_old_s) if self._album else ()
        return Edition(seen, self._clock.speed, self._settings, assets.hashed(), pictures)

    def _write(self, edition: Edition) -> None:
        """Assets before the pages that need them, the stamp of freshness last. Old assets stay for old pages."""
        for name, path in assets.hashed().items():
            if not (self._folder / path).exists():
                files.write(self._folder / path, assets.contents()[name])
        rendered = {path_of(language): page(edition, language) for language in LANGUAGES}
        for path, html in {**rendered, "404.html": missing_page(edition)}.items():
            files.write(self._folder / path, html.encode())
        files.write(self._folder / "levels.json", open_data.levels(edition))
        files.write(self._folder / "freshness.json", open_data.freshness(edition))
