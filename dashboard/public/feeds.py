"""The published messages for other systems: CAP documents as they were stored, and Atom feeds that lead to them."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.public.feeds import documents
from alerts.public.rendering import Issuer
from alerts.public.settings import PublicMessages
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet

FOLDER = "feeds/"


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The documents before the feeds that lead to them."""
    issuer = Issuer(edition.board.registry, _addressed(edition))
    for each in documents(edition.messages.published, issuer, edition.messages.last):
        yield Sheet(FOLDER + each.name, each.facts, each.make)


def _addressed(edition: Edition) -> PublicMessages:
    """Who speaks, with the address of the feeds where that of the site is known and no other was set."""
    own, site = edition.messages.settings, edition.settings.address
    return own if own.feed_url or not site else own.model_copy(update={"feed_url": f"{site}{FOLDER}"})
