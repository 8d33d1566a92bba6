"""The outbox of one channel: takes what is due, hands it to the channel, records what became of it.

One thread does all that concerns the database, so that one commit settles what has finished and marks what begins;
the senders only speak with the channel. The order is what makes a crash harmless: a delivery is marked as being sent
and its attempt counted, durably, before the channel gets it, and settled after the channel has answered. See
docs/deliveries.md for what each moment of a crash leaves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from alerts.channels.channel import Channel, ChannelError
from alerts.deliveries import policy
from alerts.deliveries.limits import OutboxSettings, Rate
from alerts.deliveries.meter import Meter
from alerts.deliveries.policy import LONGEST_REST_S, Attempt
from alerts.deliveries.senders import Senders
from alerts.deliveries.told import Trouble
from alerts.records import Delivery
from alerts.store.deliveries import SqlDeliveries
from alerts.store.desk import Desk
from ingest.clock import Clock

log = logging.getLogger(__name__)

IDLE_S = 0.5
"""So often it looks by itself: other processes make deliveries as well."""
AFTER_ERROR_S = 1.0
FINISH_WITHIN_S = 20.0
CANDIDATES_PER_WORKER = 4
MOST_RESTING = 500


class Doubt(Enum):
    """What rows that are marked as being sent, and are not in our hands, mean."""

    CRASH = "cut off while they were sent: nobody knows whether they arrived"
    COMMIT = "marked by a turn that failed: they were never handed over"
    NONE = "none"


class Outbox:
    """Sends the deliveries of one channel. A slow channel holds up nobody but itself.

    ``deliveries`` carries the fence of this tenure. ``permitted`` is asked just before each message is handed over: a
    process that was frozen must not go on with what another one has taken up. ``on_trouble`` gets what staff must
    hear over other channels.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        deliveries: SqlDeliveries,
        clock: Clock,
        settings: OutboxSettings | None = None,
        *,
        permitted: Callable[[], bool] = lambda: True,
        on_trouble: Callable[[Trouble], object] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.failing = ""
        self.turned_s = monotonic()
        self._channel = channel
        self._deliveries = deliveries
        self._clock = clock
        self._settings = settings or OutboxSettings()
        self._meter = Meter(name, self._settings.quota, idempotent=channel.idempotent)
        self._permitted = permitted
        self._on_trouble = on_trouble
        self._monotonic = monotonic
        self._rate = Rate()
        self._awake = threading.Event()
        self._ended = threading.Event()
        self._senders = Senders(f"send-{name}", self._settings.workers, self._attempt, self._awake.set)
        self._unwritten: list[Attempt] = []
        self._doubt = Doubt.CRASH
        self._resting: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._run, name=f"outbox-{name}", daemon=True)

    def start(self) -> None:
        """Take up what a former process left, and send from now on."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send: do not wait for the next look."""
        self._awake.set()

    def halt(self) -> None:
        """Begin nothing more."""
        self._ended.set()
        self._awake.set()

    def stop(self) -> None:
        """Begin nothing more, let what is being sent come to its end, and record it."""
        self.halt()
        if self._thread.is_alive():
            self._thread.join(FINISH_WITHIN_S)
        self._senders.end()
        if not self._senders.wait(FINISH_WITHIN_S):
            log.error("%s: %d messages are still being sent; they are left", self.name, len(self._senders.busy))
        try:
            self.turn()
        except Exception as error:  # the next process finds them marked, which is what that mark is for
            log.error("%s: what became of the last messages could not be written: %s", self.name, _said(error))

    def give_up(self) -> None:
        """Begin nothing more and write nothing more: another process has the task. It waits for nothing."""
        self.halt()
        self._senders.end()

    def turn(self) -> int:
        """Record what has finished and begin what is due; how many were begun or given up.

        Errors of the database are the caller's: turn again, nothing of what the channel answered is forgotten.
        """
        self._take_up()
        self._unwritten += self._senders.finished()
        free = 0 if self._ended.is_set() or not self._permitted() else self._free()
        moved = 0
        if self._unwritten or (free and self._deliveries.is_due(self.name, self._clock.now())):
            moved = self._exchange(free)
        self.turned_s = self._monotonic()
        return moved

    def work_off(self) -> int:
        """Turn until nothing more is due and nothing is being sent: for tests and programs without a loop of their
        own. How many were begun or given up."""
        total = 0
        while (moved := self.turn()) or self._senders.busy or self._unwritten:
            total += moved
            self._awake.wait(IDLE_S)
            self._awake.clear()
        return total

    def _run(self) -> None:
        while not self._ended.is_set():
            self._awake.clear()
            try:
                pause_s = 0.0 if self.turn() else self._pause_s()
                self.failing = ""
            except Exception as error:  # the top of a loop: the next turn goes on where this one could not
                self.failing, pause_s = _said(error), AFTER_ERROR_S
                log.error("%s: the outbox could not go on, it is tried again: %s", self.name, self.failing)
            if pause_s:
                self._awake.wait(pause_s)

    def _pause_s(self) -> float:
        """Until the next look, unless something happens: soon, where only the rate holds it up."""
        held_up_s = self._rate.wait_s(self._monotonic())
        return min(held_up_s, IDLE_S) or IDLE_S

    def _free(self) -> int:
        allowed = self._rate.free(self._monotonic())
        return self._senders.free if allowed is None else min(self._senders.free, allowed)

    def _in_hand(self) -> list[int]:
        return [*(each.id for each in self._senders.busy), *(each.before.id for each in self._unwritten)]

    def _take_up(self) -> None:
        """What is marked as being sent and not in our hands: of a former process, or of a commit that failed."""
        if self._doubt is Doubt.NONE:
            return
        now = self._clock.now()
        with self._deliveries.desk(self.name) as desk:
            left = desk.left_sending(self._in_hand())
            self._meter.settle(desk, [Attempt(each, self._after_doubt(each, now)) for each in left])
            begun = desk.begun_since(now - timedelta(minutes=1))
        if left:
            log.warning("%s: %d messages were %s", self.name, len(left), self._doubt.value)
        if self._doubt is Doubt.CRASH:
            self._rate = self._rate_after(begun, now)
        self._doubt = Doubt.NONE

    def _after_doubt(self, delivery: Delivery, now: datetime) -> Delivery:
        if self._doubt is Doubt.COMMIT:
            return policy.given_back(delivery)
        return policy.cut_off(delivery, now, idempotent=self._channel.idempotent)

    def _rate_after(self, begun: list[datetime], now: datetime) -> Rate:
        """What the former process sent within the last minute counts as well."""
        now_s = self._monotonic()
        ages_s = [max(0.0, (now - each).total_seconds() / self._clock.speed) for each in begun]
        return Rate(self._settings.per_second, self._settings.per_minute, [now_s - each for each in ages_s])

    def _exchange(self, free: int) -> int:
        """One transaction: settle what has finished, give up what is too late, mark what comes next; then begin it."""
        now, finished = self._clock.now(), self._unwritten
        self._rest(finished, now)
        try:
            with self._deliveries.desk(self.name) as desk:
                self._meter.settle(desk, finished)
                given_up = [policy.given_up(each, policy.TOO_LATE, now) for each in desk.expired(now)]
                desk.settle(given_up)
                admitted, refused = self._meter.admit(desk, self._chosen(desk, free, now), now)
                desk.settle(refused)
                marked = desk.mark(admitted, now)
            self._unwritten = []
            self._rate.take(len(marked), self._monotonic())
            for each in marked:
                self._senders.give(each)
        except Exception:
            self._doubt = Doubt.COMMIT
            raise
        for trouble in self._meter.troubles():
            self._say(trouble)
        return len(marked) + len(refused) + len(given_up)

    def _say(self, trouble: Trouble) -> None:
        """It stands in the chronology already: that nobody can be told of it must not hold up what is to be sent."""
        log.error("%s", trouble)
        try:
            self._on_trouble(trouble)
        except Exception as error:
            log.error("%s: staff could not be told: %s", self.name, _said(error))

    def _chosen(self, desk: Desk, free: int, now: datetime) -> list[Delivery]:
        if not free:
            return []
        busy, workers = self._senders.busy, self._settings.workers
        resting = [name for name, until in self._resting.items() if _is_ahead(until, now)]
        found = desk.candidates(now, CANDIDATES_PER_WORKER * workers, busy, resting)
        most_again = max(1, workers // 2) - sum(1 for each in busy if each.attempts > 1)
        return desk.read([each.id for each in policy.pick(found, free, most_again)])

    def _rest(self, finished: list[Attempt], now: datetime) -> None:
        """A recipient of a failure is left alone for a while, so that one which never answers costs the others one
        time-out and not one for each of its messages."""
        for each in finished:
            name = each.before.recipient_id
            self._resting.pop(name, None)
            if each.failed:
                rest_s = min(policy.wait_s(each.before.attempts), LONGEST_REST_S)
                self._resting[name] = now + timedelta(seconds=rest_s)
        while len(self._resting) > MOST_RESTING:
            del self._resting[next(iter(self._resting))]

    def _attempt(self, delivery: Delivery) -> Delivery:
        """In a sender's thread: hand it over, and say what became of it."""
        if not self._permitted():
            return policy.given_back(delivery)
        idempotent = self._channel.idempotent
        try:
            receipt = self._channel.send(delivery)
        except ChannelError as error:
            log.warning("delivery %d to %s: %s", delivery.id, delivery.recipient_id, error)
            return policy.failed(delivery, error, self._clock.now(), idempotent=idempotent)
        except Exception as error:  # a fault of ours must not stop the outbox, nor send thirty times what has arrived
            log.exception("delivery %d to %s", delivery.id, delivery.recipient_id)
            fault = ChannelError(repr(error), unknown=True)
            return policy.failed(delivery, fault, self._clock.now(), idempotent=idempotent)
        return policy.sent(delivery, receipt, self._clock.now())


def _is_ahead(until: datetime, now: datetime) -> bool:
    """Whether a rest goes on; one further away than any was begun before the clock was set back."""
    return now < until <= now + timedelta(seconds=LONGEST_REST_S)


def _said(error: Exception) -> str:
    """What is wrong, without the statement and its values."""
    return str(getattr(error, "orig", None) or error) or repr(error)
