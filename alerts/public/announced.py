"""Which issued alert levels the public page may name. Pure.

What an operator enters tells residents nothing. What people approved and published does, for as long as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.issued import IssuedLevel
from alerts.public.records import PublicMessage


def names(message: PublicMessage, entry: IssuedLevel) -> bool:
    """Whether a message names an announcement, of a drill in a drill alone."""
    said, asked = message.content.issued, entry.announced
    if said is None or message.drill != entry.drill:
        return False
    return (said.level, said.by, said.at) == (entry.level, asked.issued_by, asked.issued_at)


def announced(in_force: Iterable[PublicMessage], standing: Sequence[IssuedLevel]) -> list[IssuedLevel]:
    """Of the levels that stand those which a published message names whose danger has no end yet, in their order."""
    messages = list(in_force)
    return [each for each in standing if any(names(message, each) for message in messages)]
