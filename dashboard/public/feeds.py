"""The published messages for other systems: CAP documents as they were stored, and Atom feeds that lead to them."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.public.feeds import documents
from alerts.public.rendering import Issuer
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet

FOLDER = "feeds/"


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The documents before the feeds that lead to them."""
    told = edition.messages
    for each in documents(told.published, Issuer(edition.board.registry, told.settings)):
        yield Sheet(FOLDER + each.name, each.facts, each.make)
