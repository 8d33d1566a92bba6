"""Whether what a web server answered is a picture of the present. Pure.

Some cameras draw the picture when they are asked; others put a file on a web server, which goes on answering it when
the camera has long been dead. The server tells the two apart by Last-Modified, and its own Date says how old the file
is by its own clock, so that a wrong clock does no harm. There are also servers whose Last-Modified means nothing (the
year 1970, the day of their firmware): it is disbelieved as soon as the picture changes while it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

OLD_AFTER_INTERVALS = 3
OLD_AFTER_AT_LEAST_S = 900.0


@dataclass(frozen=True, slots=True)
class Served:
    """An answer: what it was (a digest of its bytes), and the server's times for the file and for its own now."""

    content: str
    modified_at: datetime | None = None
    served_at: datetime | None = None


class Age(Enum):
    """What an answer is: a picture of the present, the same file again, or one that nobody has renewed for long."""

    PRESENT = auto()
    AGAIN = auto()
    OLD = auto()


class Judged(NamedTuple):
    """The age of an answer; ``made_at`` is when its file was made, by our clock, where the server is believed."""

    age: Age
    made_at: datetime | None = None


def judged(this: Served, before: Served | None, received_at: datetime, interval_s: float) -> Judged:
    """What an answer is; ``before`` is the last answer of the same camera, as far as it is remembered."""
    if this.modified_at is None:
        return Judged(Age.PRESENT)
    age = (this.served_at or received_at) - this.modified_at
    undated = before is not None and before.modified_at == this.modified_at and before.content != this.content
    if undated or age < timedelta(0):
        return Judged(Age.PRESENT)
    made_at = received_at - age
    if age.total_seconds() > max(OLD_AFTER_INTERVALS * interval_s, OLD_AFTER_AT_LEAST_S):
        return Judged(Age.OLD, made_at)
    again = before is not None and (before.modified_at, before.content) == (this.modified_at, this.content)
    return Judged(Age.AGAIN if again else Age.PRESENT, made_at)
