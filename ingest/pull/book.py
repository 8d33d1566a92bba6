"""What is known of every camera that is asked: when it is due, what it answered last, how its requests go.

Threads share it. It remembers and decides, and does no I/O.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ingest.cameras.asked import Asked
from ingest.devices import Camera
from ingest.messages import Refusal
from ingest.pull.due import Pace, due_at, is_due
from ingest.pull.freshness import Judged, Served, judged
from ingest.pull.vain import Cause, Vain
from ingest.readings import DeadLetter
from ingest.topics import Address, Subject

log = logging.getLogger(__name__)

SLOW_S = 3.0
"""A camera that takes longer is asked by other threads than the quick ones, so that these never wait for it."""
LETTER_EVERY = timedelta(hours=1)
"""A camera that fails for days leaves a trace when it begins, when the reason changes, and this often."""


@dataclass
class _Page:
    """One camera."""

    camera: Camera
    pace: Pace
    asked: Asked
    busy: bool = False
    served: Served | None = None
    told: tuple[str, datetime] | None = None


@dataclass
class News:
    """What has to be written."""

    requests: dict[str, Asked] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)


class Book:
    """The cameras that are asked. Begins empty: ``adopt`` says whose they are."""

    def __init__(self) -> None:
        self._pages: dict[str, _Page] = {}
        self._news = News()
        self._lock = threading.Lock()

    def adopt(self, cameras: Iterable[Camera], known: Mapping[str, Asked], now: datetime) -> None:
        """Take over what the registry says now; a camera that is new to us begins with what is known of it."""
        with self._lock:
            before, self._pages = self._pages, {}
            for camera in cameras:
                page = before.get(camera.id)
                if page is None or page.camera.pull != camera.pull:
                    asked = known.get(camera.id)
                    pace = Pace(since=now, asked_at=asked.asked_at if asked and page is None else None)
                    page = _Page(camera, pace, asked or Asked(camera.id, now), busy=page is not None and page.busy)
                page.camera = camera
                self._pages[camera.id] = page

    def forget(self) -> None:
        """Begin anew: somebody else may have asked them meanwhile."""
        with self._lock:
            self._pages = {}

    def take_due(self, now: datetime) -> list[tuple[Camera, bool]]:
        """The cameras to ask now, the longest due first, each with whether it is a slow one; they are busy from now
        on, until they have ``ended``."""
        with self._lock:
            pages = [page for page in self._pages.values() if not page.busy and is_due(page.camera, page.pace, now)]
            pages.sort(key=lambda page: due_at(page.camera, page.pace))
            for page in pages:
                page.busy = True
            return [(page.camera, page.pace.slow) for page in pages]

    def ended(self, camera_id: str, begun_at: datetime, took_s: float) -> None:
        """A request is over, whatever it brought."""
        with self._page(camera_id) as page:
            if page is not None:
                slow = took_s > SLOW_S or page.pace.failures > 0
                page.busy = False
                page.pace = replace(page.pace, asked_at=begun_at, slow=slow)

    def judged(self, camera_id: str, served: Served, received_at: datetime) -> Judged:
        """What an answer is, compared with the last one of the camera."""
        with self._page(camera_id) as page:
            if page is None:
                return judged(served, None, received_at, 0.0)
            before, page.served = page.served, served
            return judged(served, before, received_at, page.camera.interval_s)

    def well(self, camera_id: str, at: datetime) -> None:
        """A request brought a picture, and it is kept, or was kept before."""
        with self._page(camera_id) as page:
            if page is None:
                return
            if page.asked.failures:
                log.info("camera %s gives stills again", camera_id)
                self._news.requests[camera_id] = page.asked.well(at)
            page.asked = page.asked.well(at)
            page.pace = replace(page.pace, failures=0, locked=False)
            page.told = None

    def vain(self, camera_id: str, at: datetime, vain: Vain, *, traced: bool = False) -> None:
        """A request brought none; ``traced``: there is a dead letter of it already."""
        with self._page(camera_id) as page:
            if page is None:
                return
            page.asked = page.asked.vain(at, vain.cause, vain.sentence, answered=vain.answered)
            self._news.requests[camera_id] = page.asked
            failures = page.pace.failures + 1
            page.pace = replace(page.pace, failures=failures, locked=vain.cause is Cause.UNAUTHORIZED, slow=True)
            if not traced and _is_news(page, vain, at):
                page.told = (vain.cause, at)
                self._news.letters.append(_letter(page.camera, at, vain))
                log.warning("camera %s gave no still: %s", camera_id, vain.sentence)

    def take_news(self) -> News:
        """What has to be written since the last time."""
        with self._lock:
            news, self._news = self._news, News()
            return news

    def give_back(self, news: News) -> None:
        """What could not be written; the next ``take_news`` brings it again, where nothing newer took its place."""
        with self._lock:
            self._news.requests = news.requests | self._news.requests
            self._news.letters = news.letters + self._news.letters

    def _page(self, camera_id: str) -> _Opened:
        return _Opened(self._lock, self._pages, camera_id)


class _Opened:
    """The page of a camera under the lock; None where the registry has none any more."""

    def __init__(self, lock: threading.Lock, pages: Mapping[str, _Page], camera_id: str) -> None:
        self._lock, self._pages, self._camera_id = lock, pages, camera_id

    def __enter__(self) -> _Page | None:
        self._lock.acquire()
        return self._pages.get(self._camera_id)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _is_news(page: _Page, vain: Vain, at: datetime) -> bool:
    return page.told is None or page.told[0] != vain.cause or at - page.told[1] >= LETTER_EVERY


def _letter(camera: Camera, at: datetime, vain: Vain) -> DeadLetter:
    """The trace of a request in vain: there are no bytes to keep."""
    topic = Address(camera.station_id, camera.id, Subject.STILL).topic()
    return DeadLetter(topic, at, Refusal.NOT_FETCHED, vain.sentence, head=b"", size_bytes=0)
