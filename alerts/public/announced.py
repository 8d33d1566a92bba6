"""Which issued alert levels the public page may name. Pure.

What an operator enters tells residents nothing. What people approved and published does, for as long as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.cap.flood import Issued, IssuedFor
from alerts.issued import IssuedLevel
from alerts.public.records import PublicMessage


def as_named(entry: IssuedLevel) -> Issued:
    """An announcement as a message names it: what people approve."""
    asked = entry.announced
    return Issued(entry.level, asked.issued_by, asked.issued_at, IssuedFor(asked.area, asked.station_id))


def names(message: PublicMessage, entry: IssuedLevel) -> bool:
    """Whether a message names an announcement with its place, of a drill in a drill alone. One that says for no place
    names none: another place is another announcement, which nobody approved."""
    return message.drill == entry.drill and message.content.issued == as_named(entry)


def announced(in_force: Iterable[PublicMessage], standing: Sequence[IssuedLevel]) -> list[IssuedLevel]:
    """Of the levels that stand those which a published message names whose danger has no end yet, in their order."""
    messages = list(in_force)
    return [each for each in standing if any(names(message, each) for message in messages)]
