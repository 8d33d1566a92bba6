"""Hands the log on to the past. It remembers what it has handed on, so that nothing is lost and nobody waits for it.

Two kinds of lane take turns: the live one, which has what came last, and backlogs, which hold what came while the
past was away. So the newest readings are in the past within seconds, however long a backlog takes.
"""

from __future__ import annotations

import json
import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from ingest.clock import Clock
from ingest.readings import DeadLetter, Reading
from ingest.store.past.lanes import LIVE, Lane, SqlLanes
from ingest.store.past.protocol import Past, PastAway, PastClosed, PastError, PastRefused, PastTooLarge

log = logging.getLogger(__name__)

MOST_PER_BATCH, LEAST_PER_BATCH = 5_000, 50
SLOW_S, QUICK_S = 2.0, 0.5
JUMP_OVER = 2
"""Batches: a live lane that is further behind leaves what is between to a backlog."""
AWAY_S = (0.5, 1.0, 2.0, 5.0, 10.0)
CLOSED_S = 30.0
MOST_REFUSED = 20
"""More bad readings in one batch are no bad readings: then the past refuses everything, and nothing is given up."""
REFUSED = "past_refused"
"""The reason of a dead letter that the past will not take."""


class Condition(StrEnum):
    """How the forwarder gets on with the past."""

    WORKING = "working"
    AWAY = "away"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ForwarderState:
    """For those who look after it.

    ``live_lag_s`` is the age of the oldest live reading: of those handed on last, or of those that wait while the past
    takes none. What only judges an earlier reading anew is as old as that reading and counts for nothing. ``backlog``
    is about how many others wait.
    """

    condition: Condition = Condition.WORKING
    reason: str = ""
    forwarded: int = 0
    refused: int = 0
    backlog: int = 0
    live_lag_s: float = 0.0
    worst_live_lag_s: float = 0.0


class Source(Protocol):
    """The part of the log that the forwarder reads."""

    def readings_after(self, seq: int, limit: int = 1000, until: int | None = None) -> list[Reading]:
        """The readings after ``seq``, in order, up to and with ``until``."""
        ...


@dataclass
class _Trouble:
    """How often in a row the past failed, and until when it is left alone."""

    attempts: int = 0
    until_s: float = 0.0


@dataclass
class Forwarder:
    """Woken from outside. ``monotonic`` gives seconds that only grow; ``rng`` spreads the tries of several hosts."""

    source: Source
    lanes: SqlLanes
    past: Past
    clock: Clock
    monotonic: Callable[[], float]
    rng: random.Random
    most_per_batch: int = MOST_PER_BATCH
    _state: ForwarderState = field(default_factory=ForwarderState)
    _trouble: _Trouble = field(default_factory=_Trouble)
    _stop: threading.Event = field(default_factory=threading.Event)
    _batch: int = 1_000

    @property
    def state(self) -> ForwarderState:
        """How it gets on."""
        return self._state

    def stop(self) -> None:
        """Let a long turn come to its end after the batch it is at."""
        self._stop.set()

    def turn(self) -> int:
        """Hand on everything that waits, unless the past is left alone for now; how many readings were handed on."""
        if self.monotonic() < self._trouble.until_s:
            return self._look_at_lag()
        done = 0
        try:
            while not self._stop.is_set() and (step := self._step()):
                done += step
        except PastError as error:
            self._fail(error)
        return done

    def _step(self) -> int:
        """Everything live, then one batch of a backlog."""
        done = self._live()
        backlogs = [each for each in self.lanes.lanes() if each.lane != LIVE]
        if backlogs:
            done += self._hand_on(backlogs[0], self.source.readings_after(*self._range(backlogs[0])))
        self._state = replace(self._state, backlog=sum(self.lanes.waiting(each) for each in backlogs))
        return done

    def _range(self, lane: Lane) -> tuple[int, int, int | None]:
        return lane.after_seq, min(self._batch, self.most_per_batch), lane.until_seq

    def _live(self) -> int:
        live = self.lanes.lanes()[0]
        waiting = self.lanes.waiting(live)
        if waiting > JUMP_OVER * self.most_per_batch:
            self.lanes.jump(live, live.after_seq + waiting)
            return 0
        return self._hand_on(live, self.source.readings_after(*self._range(live))) if waiting else 0

    def _hand_on(self, lane: Lane, batch: Sequence[Reading]) -> int:
        """Write a batch, then remember it. An empty one is the end of a backlog whose last rows are gone."""
        letters: list[DeadLetter] = []
        if batch:
            began_s = self.monotonic()
            letters = self._keep(batch)
            self._adapt(self.monotonic() - began_s, len(batch))
            if lane.lane == LIVE and (fresh := next((each for each in batch if not each.revision), None)):
                self._see_lag(fresh)
        self.lanes.advance(lane, batch[-1].seq if batch else lane.until_seq or lane.after_seq, letters)
        self._well(len(batch) - len(letters), len(letters))
        return max(len(batch), 1)

    def _keep(self, batch: Sequence[Reading]) -> list[DeadLetter]:
        """Keep a batch whole, or in ever smaller parts; what is refused alone becomes a dead letter."""
        try:
            self.past.keep(batch)
        except PastTooLarge as error:
            if len(batch) == 1:
                return [self._letter(batch[0], error)]
            self._batch = max(len(batch) // 2, LEAST_PER_BATCH)
            return self._keep_apart(batch, error)
        except PastRefused as error:
            return [self._letter(batch[0], error)] if len(batch) == 1 else self._keep_apart(batch, error)
        return []

    def _keep_apart(self, batch: Sequence[Reading], error: PastError) -> list[DeadLetter]:
        middle = len(batch) // 2
        letters: list[DeadLetter] = []
        for part in (batch[:middle], batch[middle:]):
            letters += self._keep(part)
            if len(letters) > MOST_REFUSED:
                raise PastClosed(f"the past refuses reading after reading; nothing is given up: {error}") from error
        return letters

    def _letter(self, reading: Reading, error: PastError) -> DeadLetter:
        log.error("the past refuses reading %d of %s: %s", reading.seq, reading.gauge_id, error)
        content = {"gauge": reading.gauge_id, "value": reading.value, "key": reading.key, "seq": reading.seq}
        head = json.dumps({**content, "observed_at": reading.observed_at.isoformat()}).encode()
        return DeadLetter(f"past/{self.past.name}", self.clock.now(), REFUSED, str(error)[:500], head, len(head))

    def _adapt(self, took_s: float, size: int) -> None:
        if took_s > SLOW_S:
            self._batch = max(self._batch // 2, LEAST_PER_BATCH)
        elif took_s < QUICK_S and size >= self._batch:
            self._batch = min(self._batch * 2, self.most_per_batch)

    def _well(self, forwarded: int, refused: int) -> None:
        if self._state.condition is not Condition.WORKING:
            log.warning("the past takes readings again")
        self._trouble = _Trouble()
        self._state = replace(
            self._state,
            condition=Condition.WORKING,
            reason="",
            forwarded=self._state.forwarded + forwarded,
            refused=self._state.refused + refused,
        )

    def _fail(self, error: PastError) -> None:
        closed = not isinstance(error, PastAway)
        condition = Condition.CLOSED if closed else Condition.AWAY
        attempt = self._trouble.attempts
        wait_s = CLOSED_S if closed else AWAY_S[min(attempt, len(AWAY_S) - 1)] * self.rng.uniform(0.5, 1.0)
        if isinstance(error, PastAway) and error.after_s is not None:
            wait_s = max(wait_s, min(error.after_s, 60.0))
        if self._state.condition is not condition or self._state.reason != str(error):
            log.error("readings wait for the past and nothing else does: %s", error)
        self._batch = max(self._batch // 2, LEAST_PER_BATCH)
        self._trouble = _Trouble(attempt + 1, self.monotonic() + wait_s)
        self._state = replace(self._state, condition=condition, reason=str(error))
        self._look_at_lag()

    def _look_at_lag(self) -> int:
        live = self.lanes.lanes()[0]
        for oldest in self.source.readings_after(live.after_seq, 1):
            self._see_lag(oldest)
        return 0

    def _see_lag(self, oldest: Reading) -> None:
        lag_s = max((self.clock.now() - oldest.received_at).total_seconds(), 0.0)
        self._state = replace(self._state, live_lag_s=lag_s, worst_live_lag_s=max(lag_s, self._state.worst_live_lag_s))
