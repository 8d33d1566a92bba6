"""What a rule says, and what it does to an alert. A rule only finds; it keeps no state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Cause(StrEnum):
    """Why an alert changed.

    ``rise`` and ``fall`` change its level; ``flapping`` freezes it at the highest one; ``closed`` is a person's.
    ``unwatched``: it ends because nobody watches its subject there any more, which was not found to be well.
    ``confirmed``: a good reading at the level of a suspect one. ``unverified``: its gauge has fallen silent.
    ``still``: people are told now what they could not be told before (a silence ended, a live reading came).
    The others change no level and are told to nobody.
    """

    RISE = "rise"
    FALL = "fall"
    FLAPPING = "flapping"
    CLOSED = "closed"
    UNWATCHED = "unwatched"
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"
    STILL = "still"
    PENDING = "pending"
    RECOVERING = "recovering"
    RELAPSED = "relapsed"
    VERIFIED = "verified"


UNTOLD = frozenset({Cause.PENDING, Cause.RECOVERING, Cause.RELAPSED, Cause.VERIFIED})
"""Recorded, and told to nobody."""


EVERY_LEVEL = frozenset(range(1, 6))


def levels_above(level: int) -> frozenset[int]:
    """What a rule with one rung undercuts while that holds, and while it can neither say that it does nor that it
    does not: everything above."""
    return frozenset(each for each in EVERY_LEVEL if each > level)


@dataclass(frozen=True, slots=True)
class Finding:
    """What holds at ``at``.

    ``reached`` is the highest level that holds (0: none), ``left`` are the levels that are surely undercut, among them
    all those that the rule does not know. A level that is neither is in between: an alert there stays as it is.
    ``believed`` is False for a suspect reading: it may raise and never lowers. ``corrects`` says that it is an earlier
    observation judged anew, ``received_at`` when that had come in.
    ``detail`` is kept with a transition, as numbers, texts and times in ISO 8601.
    """

    reached: int
    left: frozenset[int]
    at: datetime
    believed: bool = True
    corrects: bool = False
    received_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an alert, with the finding that made it; None where a person or a silence did."""

    cause: Cause
    from_level: int
    to_level: int
    at: datetime
    unconfirmed: bool = False
    unverified: bool = False
    finding: Finding | None = None

    @property
    def told(self) -> bool:
        """Whether people hear of such a change at all."""
        return self.cause not in UNTOLD
