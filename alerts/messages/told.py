"""What is told, to whom, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from alerts.people.matters import Form as Form
from alerts.pictures.tied import Tied
from ingest.stations import Registry


class Situation(StrEnum):
    """What happened, as a receiver sees it: each has words of its own in the catalogue."""

    RISE = "rise"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    FALL = "fall"
    OVER = "over"
    REVISED = "revised"
    FLAPPING = "flapping"
    UNVERIFIED = "unverified"
    STILL = "still"
    CLOSED = "closed"
    UNWATCHED = "unwatched"


@dataclass(frozen=True, slots=True)
class Context:
    """What a message needs besides its transitions.

    ``now`` is the time of sending, ``base_url`` the address of the staff dashboard (empty: no link). A drill marks
    every message; so does a registry of demonstration data. ``pictures`` are the stills that are tied to transitions,
    by their ids; ``attached`` says that the picture goes along, ``staff`` that the reader is one of the staff.
    """

    registry: Registry
    now: datetime
    base_url: str = ""
    drill: bool = False
    pictures: Mapping[int, Tied] = field(default_factory=dict)
    attached: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A message. ``subject`` is one line.

    The body of the long form goes with the subject; that of the short form is whole without it, so that a text message
    sends the body alone. ``data`` is the document for machines (docs/messages.md), the same in every form and language.
    The body holds the link to the dashboard until ``with_link`` puts another in its place.
    """

    subject: str
    body: str
    data: Mapping[str, Any]
    lay_out: Callable[[str], str] = field(compare=False, repr=False)

    def with_link(self, url: str) -> Text:
        """The message with a personal link to answer by in place of that to the dashboard; empty: with none."""
        return replace(self, body=self.lay_out(url), data={**self.data, "url": ""})
