"""Cameras that are asked for their stills: who asks them, and the way of what they answer."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.schedule import Job
from deploy.settings import Settings
from deploy.wiring.ingest import still_receiver
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.devices import Camera
from ingest.inbox import Inbox
from ingest.pull.fetch import Fetcher
from ingest.pull.puller import Puller
from ingest.store.appender import SqlAppender
from ingest.store.requests import SqlRequests
from ingest.store.roster import NoRegistry

LOOK_S = 1.0


def pull_jobs(settings: Settings, stores: Stores, clock: Clock) -> list[Job]:
    """The job that asks whichever camera is due; none where the settings ask no camera."""
    if not settings.cameras.pull:
        return []

    def cameras() -> Iterable[Camera]:
        try:
            return stores.roster().asked
        except NoRegistry:
            return ()

    puller = Puller(
        cameras,
        Fetcher(settings.cameras),
        SqlRequests(stores.database),
        SqlAppender(stores.database),
        clock.now,
        settings.cameras.workers,
    )
    receiver = still_receiver(settings, stores, puller.appender, Inbox())
    puller.to(receiver.keep)

    def stop() -> None:
        receiver.abandon()  # a turn that waits for the store would wait for ever
        puller.stop()

    return [Job("pull", LOOK_S, puller.turn, stop)]
