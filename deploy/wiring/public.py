"""Public messages: the desk of staff, the job that drafts and reminds, and what the site tells of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

from alerts.engine.rounds import Step
from alerts.issued import IssuedLevel
from alerts.people import Directory, GroupKind
from alerts.public.announced import announced
from alerts.public.desk import Desk
from alerts.public.looks import Looks
from alerts.public.publishing import Around
from alerts.public.settings import PublicMessages
from alerts.public.watch import Watch
from alerts.store.issued import SqlIssuedLevels
from alerts.store.public import SqlPublicMessages
from dashboard.public.bulletin import Bulletin
from dashboard.public_desk import PublicServices
from deploy.settings import Settings
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.stations import Registry
from ingest.store.leases import Fence

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=1)


def public_desk(settings: Settings, stores: Stores, clock: Clock) -> Desk:
    """What staff do with public messages."""
    return Desk(stores.database, around(settings, stores), clock)


def public_services(settings: Settings, stores: Stores, clock: Clock) -> PublicServices:
    """The same for the pages and the API, with what they see before they decide and the issued alert levels."""
    return PublicServices(
        public_desk(settings, stores, clock),
        Looks(stores.database, around(settings, stores), clock),
        SqlIssuedLevels(stores.database, stores.city, clock, drill=settings.drill.enabled),
    )


def issued_for_public(settings: Settings, stores: Stores, clock: Clock) -> Callable[[], list[IssuedLevel]]:
    """The issued alert levels that the public page names."""
    kept = SqlPublicMessages(stores.database)
    levels = SqlIssuedLevels(stores.database, stores.city, clock, drill=settings.drill.enabled)

    def issued() -> list[IssuedLevel]:
        standing = levels.in_force()
        return announced(kept.in_force(), standing) if standing else []

    return issued


def messages_for_public(settings: Settings, stores: Stores) -> Bulletin:
    """The published messages that the site tells and hands on."""
    return Bulletin(SqlPublicMessages(stores.database), settings.alerts.public)


def public_steps(settings: Settings, stores: Stores, fence: Fence | None) -> list[Step]:
    """What the alerts service does for them."""
    watch = Watch(stores.database, around(settings, stores), fence)
    return [Step("public", watch.turn, LOOK)]


def public_shortcomings(public: PublicMessages, directory: Directory, registry: Registry) -> Iterator[str]:
    """What keeps public messages from working where they are wanted, as sentences: wanted they are where a rule was
    approved in advance, or a group is of the public."""
    if not public.standing and not any(each.kind is GroupKind.PUBLIC for each in directory.groups.values()):
        return
    if not registry.city.municipal_code:
        yield (
            "the city of the registry has no municipal_code, so no CAP message says for which municipality it is: "
            "write the six digits of the 全国地方公共団体コード into the registry"
        )
    if not public.sender:
        yield (
            "alerts.public.sender is not set, so CAP messages come from a name that nobody can look up: "
            "write a name of the city on the internet"
        )
    if not public.desk:
        yield "alerts.public.desk is empty, so nobody is told that a draft waits for approval: name a group of people"
    elif public.desk not in directory.groups:
        yield f"alerts.public.desk names group {public.desk}, and there is none: nobody is told that a draft waits"


def address_shortcomings(settings: Settings) -> Iterator[str]:
    """Where the addresses that the public is given do not agree, one sentence each: what differs, and what to write."""
    site, link, feeds = settings.public.address, settings.alerts.public.link, settings.alerts.public.feed_url
    if not site:
        for name, url in {"link": link, "feed_url": feeds}.items():
            if url:
                yield (
                    f"alerts.public.{name} is {url} and public.address is empty: write the address of the site there, "
                    "so that the printed page, the catalogue and the feeds have it too"
                )
        return
    if link and not f"{link.rstrip('/')}/".startswith(site):
        yield (
            f"messages lead to {link} and the site is at {site}: leave alerts.public.link empty, or write an address "
            "of the site"
        )
    if feeds and f"{feeds.rstrip('/')}/" != f"{site}feeds/":
        yield f"the feeds name {feeds} as theirs and lie at {site}feeds/: leave alerts.public.feed_url empty"


def warn_of_public_shortcomings(public: PublicMessages, directory: Directory, registry: Registry) -> None:
    """Say them in the log and go on."""
    for sentence in public_shortcomings(public, directory, registry):
        log.warning("public messages: %s", sentence)


def around(settings: Settings, stores: Stores) -> Callable[[], Around]:
    """What a message is made with, as it is whenever it is asked."""
    return lambda: Around(
        stores.city(),
        stores.people.directory(),
        settings.alerts.public,
        lambda: str(uuid4()),
        settings.drill.enabled,
    )
