"""What becomes of a delivery: when it is tried again, when it is given up, and what is sent next. Pure.

A *doubt* is an attempt of which nobody can say whether it arrived: the process ended in the middle of it, or the answer
did not come. It is durable, so it counts whatever happens afterwards. Over a channel whose other side does not know
repeats, one doubt is answered by one more attempt, the next one by giving up: a recipient gets a message twice at the
most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.channels.channel import ChannelError
from alerts.records import URGENT_LEVEL, Delivery, Outcome

BACK_OFF_S = (5, 15, 60, 180, 600, 1800)
MOST_ATTEMPTS = 30
"""With the last back-off repeated this goes on for about half a day: less than other sides remember a key."""
MOST_DOUBTS = 1
"""So many attempts in doubt are followed by another one; more than that, and the outcome stays unknown."""
LONGEST_WAIT_S = 3600.0
"""The most that Retry-After is followed. A due time further away than this was made before the clock was set back."""
LONGEST_REST_S = 30.0
"""So long at the most nothing else is sent to a recipient after a failure, unless it is urgent."""
CUT_OFF = "cut off while it was being sent"
TOO_LATE = "not sent: its time was over before it could be"
NO_CHANNEL = "not sent: the settings have no channel {channel} any more"


def sent(delivery: Delivery, receipt: str, now: datetime) -> Delivery:
    """The other side has accepted it."""
    return replace(delivery, outcome=Outcome.SENT, settled_at=now, receipt=receipt, error="")


def failed(delivery: Delivery, error: ChannelError, now: datetime, *, idempotent: bool) -> Delivery:
    """An attempt failed: to be tried again later, or given up where that cannot help or might do harm."""
    doubtful = replace(delivery, doubts=delivery.doubts + 1) if error.unknown else delivery
    once_too_often = not idempotent and doubtful.doubts > MOST_DOUBTS
    if error.permanent or once_too_often or delivery.attempts >= MOST_ATTEMPTS:
        return given_up(doubtful, str(error), now)
    due_at = now + timedelta(seconds=wait_s(delivery.attempts, error.retry_after_s))
    return replace(doubtful, outcome=Outcome.PENDING, due_at=due_at, error=str(error))


def cut_off(delivery: Delivery, now: datetime, *, idempotent: bool) -> Delivery:
    """The process ended while it was being sent: sent again at once, or of unknown outcome for good."""
    doubtful = replace(delivery, doubts=delivery.doubts + 1)
    if delivery.attempts >= MOST_ATTEMPTS or (not idempotent and doubtful.doubts > MOST_DOUBTS):
        return given_up(doubtful, CUT_OFF, now)
    return replace(doubtful, outcome=Outcome.PENDING, due_at=now, error=CUT_OFF)


def given_up(delivery: Delivery, reason: str, now: datetime) -> Delivery:
    """Not sent any more: failed, or of unknown outcome where an attempt of it is in doubt."""
    outcome = Outcome.UNKNOWN if delivery.doubts else Outcome.FAILED
    return replace(delivery, outcome=outcome, settled_at=now, error=reason)


def given_back(delivery: Delivery) -> Delivery:
    """Marked, but never handed to the channel: as if it had not been begun."""
    return replace(delivery, outcome=Outcome.PENDING, attempts=delivery.attempts - 1)


def wait_s(attempts: int, retry_after_s: float | None = None) -> float:
    """How long to wait after so many attempts: later and later, or longer where the other side asked for it."""
    own_s = BACK_OFF_S[min(attempts, len(BACK_OFF_S)) - 1]
    return max(own_s, min(retry_after_s or 0.0, LONGEST_WAIT_S))


def uses_up(delivery: Delivery, *, idempotent: bool) -> bool:
    """Whether an attempt counts for the month: not where the other side may have counted the same one already."""
    return not (idempotent and delivery.doubts)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery as it was handed over, and what became of it."""

    before: Delivery
    after: Delivery

    @property
    def came_to_nothing(self) -> bool:
        """Whether it surely did not arrive."""
        return self.after.outcome is not Outcome.SENT and self.after.doubts == self.before.doubts

    @property
    def failed(self) -> bool:
        """Whether it was not accepted."""
        return self.after.outcome is not Outcome.SENT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery that may be begun now."""

    id: int
    recipient_id: str
    level: int
    attempts: int
    due_at: datetime

    @property
    def urgent(self) -> bool:
        """Whether it goes before all that is not."""
        return self.level >= URGENT_LEVEL


def pick(found: Iterable[Candidate], most: int, most_again: int) -> list[Candidate]:
    """Which are begun: the urgent first, then new ones before those that failed, then the longest due.

    One of a recipient at a time, so that its messages keep their order and one that does not answer holds one worker
    only. ``most_again`` limits those that failed before, so that new ones always find a worker.
    """
    chosen: dict[str, Candidate] = {}
    for each in sorted(found, key=lambda each: (not each.urgent, each.attempts > 0, each.due_at, each.id)):
        again = each.attempts > 0
        if len(chosen) >= most or each.recipient_id in chosen or (again and most_again <= 0):
            continue
        chosen[each.recipient_id] = each
        most_again -= again
    return list(chosen.values())
