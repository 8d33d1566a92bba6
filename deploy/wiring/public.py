"""Public messages: the desk of staff, and the job that drafts, reminds and writes the feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from alerts.engine.rounds import Step
from alerts.public.desk import Desk
from alerts.public.feeds import Feeds
from alerts.public.publishing import Around
from alerts.public.watch import Watch
from alerts.store.public import SqlPublicMessages
from deploy.settings import Settings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.store.leases import Fence

LOOK = timedelta(seconds=1)


def public_desk(settings: Settings, stores: Stores, clock: Clock) -> Desk:
    """What staff do with public messages."""
    return Desk(stores.database, around(settings, stores), clock)


def public_steps(settings: Settings, stores: Stores, fence: Fence | None) -> list[Step]:
    """What the alerts service does for them."""
    watch = Watch(stores.database, around(settings, stores), fence)
    feeds = Feeds(SqlPublicMessages(stores.database), around(settings, stores), feed_folder(settings))
    return [Step("public", watch.turn, LOOK), Step("feeds", feeds.turn, LOOK)]


def around(settings: Settings, stores: Stores) -> Callable[[], Around]:
    """What a message is made with, as it is whenever it is asked."""
    return lambda: Around(
        stores.city(),
        stores.people.directory(),
        settings.alerts.public,
        lambda: str(uuid4()),
        settings.drill.enabled,
    )


def feed_folder(settings: Settings) -> Path:
    """Where CAP files and feeds are written. The public site has a folder of its own, which it keeps for itself."""
    return settings.data_folder / "feeds"
