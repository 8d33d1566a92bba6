"""One round of the alerts: what came, what the clock changes, who is told; each step by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a round: ``work`` gets the time and says how much it did. ``every`` is in the house's time."""

    name: str
    work: Callable[[datetime], int]
    every: timedelta = timedelta(0)


class Rounds:
    """A step that fails holds up no other one: it is said at the end of the round, and tried again in the next."""

    def __init__(self, steps: Sequence[Step], clock: Clock, wake: Callable[[], object]) -> None:
        """``wake`` is called where a round has written anything that may have to be sent."""
        self._steps = steps
        self._clock = clock
        self._wake = wake
        self._due: dict[str, datetime] = {}

    def turn(self) -> int:
        """Go through the steps that are due; how much they did. Raises the first of their errors."""
        done = 0
        errors: list[Exception] = []
        for each in self._steps:
            try:
                done += self._take(each)
            except Exception as error:
                if errors:
                    log.exception("%s failed as well", each.name)
                errors.append(error)
        if done:
            self._wake()
        if errors:
            raise errors[0]
        return done

    def _take(self, step: Step) -> int:
        now = self._clock.now()
        due = self._due.get(step.name)
        # A clock that was set back must not let a step sleep.
        if due is not None and due - step.every <= now < due:
            return 0
        done = step.work(now)
        self._due[step.name] = now + step.every
        return done
