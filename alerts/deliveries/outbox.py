"""The worker of the outbox: leases what is due, hands it to its channel, records what became of it."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.channels.channel import Channel, ChannelError
from alerts.records import Delivery, Outcome
from alerts.store import SqlAlerts
from ingest.clock import Clock

log = logging.getLogger(__name__)

BACK_OFF_S = (5, 15, 60, 180, 600, 1800)
MOST_ATTEMPTS = 30
"""With the last back-off repeated this goes on for about half a day."""
MOST_PER_TURN = 200
LONGEST_WAIT_S = 3600.0


class Outbox:
    """Sends the deliveries of one channel. A slow channel holds up nobody but itself."""

    def __init__(self, name: str, channel: Channel, alerts: SqlAlerts, clock: Clock) -> None:
        self.name = name
        self._channel = channel
        self._alerts = alerts
        self._clock = clock
        self._unwritten: Delivery | None = None
        self._stopped = threading.Event()

    def turn(self) -> int:
        """Send what is due; the number of attempts made. Errors of the database are the caller's: turn again.

        A recipient that failed is left alone for the rest of the turn, so that one which never answers costs the
        others one time-out and not one for each of its messages.
        """
        self._write()
        failed: set[str] = set()
        for attempts in range(MOST_PER_TURN):
            delivery = None if self._stopped.is_set() else self._alerts.lease(self.name, self._clock.now(), failed)
            if delivery is None:
                return attempts
            self._unwritten = self._attempt(delivery)
            if self._unwritten.outcome is not Outcome.SENT:
                failed.add(delivery.recipient_id)
            self._write()
        return MOST_PER_TURN

    def stop(self) -> None:
        """Begin no further delivery."""
        self._stopped.set()

    def _write(self) -> None:
        """Record what became of the last attempt: also later, where the database could not take it at once."""
        if self._unwritten is not None:
            self._alerts.settle(self._unwritten)
            self._unwritten = None

    def _attempt(self, delivery: Delivery) -> Delivery:
        try:
            self._channel.send(delivery)
        except ChannelError as error:
            log.warning("delivery %d to %s: %s", delivery.id, delivery.recipient_id, error)
            return after_failure(delivery, error, self._clock.now())
        except Exception as error:  # a fault of ours in one channel must not stop the outbox
            log.exception("delivery %d to %s", delivery.id, delivery.recipient_id)
            return after_failure(delivery, ChannelError(repr(error)), self._clock.now())
        return replace(delivery, outcome=Outcome.SENT, settled_at=self._clock.now(), error="")


def after_failure(delivery: Delivery, error: ChannelError, now: datetime) -> Delivery:
    """The delivery to be tried again later, or given up where that cannot help."""
    if error.permanent or delivery.attempts >= MOST_ATTEMPTS:
        return replace(delivery, outcome=Outcome.FAILED, settled_at=now, error=str(error))
    wait_s = BACK_OFF_S[min(delivery.attempts, len(BACK_OFF_S)) - 1]
    asked_s = min(error.retry_after_s or 0.0, LONGEST_WAIT_S)
    due_at = now + timedelta(seconds=max(wait_s, asked_s))
    return replace(delivery, outcome=Outcome.PENDING, due_at=due_at, error=str(error))


def resume(alerts: SqlAlerts, now: datetime) -> int:
    """At the start: deliveries cut off while being sent are sent again, once more at the most; how many there were.

    Whether they arrived is unknown, and a message twice is better than none.
    """
    interrupted = alerts.interrupted()
    for delivery in interrupted:
        again = not delivery.error.startswith(CUT_OFF)
        outcome = Outcome.PENDING if again else Outcome.UNKNOWN
        settled_at = None if again else now
        alerts.settle(replace(delivery, outcome=outcome, due_at=now, settled_at=settled_at, error=CUT_OFF))
    return len(interrupted)


CUT_OFF = "cut off while it was being sent"
