"""Reads what was published for the site: every second whether there is anything new, the rest only where there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from alerts.public.feeds import KEPT
from alerts.public.records import PublicMessage
from alerts.public.settings import PublicMessages
from dashboard.public.messages import Messages, messages_of
from ingest.stations import Registry


class Kept(Protocol):
    """Who keeps the published messages."""

    def names_since(self, since: datetime) -> tuple[str, ...]:
        """The identifiers of what was published since a time."""
        ...

    def chains_since(self, since: datetime) -> Sequence[PublicMessage]:
        """The whole chains of these and of what has no end yet, oldest message first."""
        ...

    def last_published(self) -> datetime | None:
        """When anything was published for the last time; None before the first time."""
        ...

    def published_since(self, since: datetime) -> Sequence[tuple[PublicMessage, bytes]]:
        """What was published since a time, with its CAP document, oldest first."""
        ...


class Bulletin:
    """``settings`` say who speaks."""

    def __init__(self, kept: Kept, settings: PublicMessages) -> None:
        self._kept = kept
        self._settings = settings
        self._read: tuple[tuple[str, ...], Registry, Messages] | None = None

    def names(self, now: datetime) -> tuple[str, ...]:
        """They differ where there is something else to tell. Cheap: one column of a month."""
        return self._kept.names_since(now - KEPT)

    def messages(self, names: tuple[str, ...], registry: Registry, now: datetime) -> Messages:
        """What is to be told; ``names`` are those of this moment, asked for before."""
        if self._read is not None and self._read[0] == names and self._read[1] is registry:
            return self._read[2]
        since = now - KEPT
        told = messages_of(self._kept.chains_since(since), self._kept.published_since(since), registry, self._settings)
        found = replace(told, last=self._kept.last_published())
        self._read = (names, registry, found)
        return found
