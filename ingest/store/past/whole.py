"""The present and the past as one: what was observed, however long ago, each observation once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Engine

from ingest.readings import Reading
from ingest.stations import Quantity
from ingest.store.log import SqlLog
from ingest.store.past.course import course_of_past, last_revisions, step_of, thinned
from ingest.store.past.lanes import present_since
from ingest.store.past.present import ThinnedPresent
from ingest.store.past.protocol import Past, PastError, Span
from ingest.store.protocol import Course, Unavailable
from ingest.store.tables import MICROSECOND

log = logging.getLogger(__name__)

LEFT_ALONE_S = 15.0
"""After a failure pages do not ask the past for so long: each would wait for its time-out."""
REMEMBERED_S, MOST_REMEMBERED = 60.0, 64
"""A course that several screens ask for again is answered from memory for so long."""
THINNED_FROM = timedelta(minutes=5)
"""Shorter steps hold few readings of a gauge that reports every minute: these are read one by one."""

Asked: TypeAlias = tuple[str, Quantity, datetime, datetime, int]


class WholeHistory:
    """Answers from the present what it still has and asks the past for what is older.

    Where the past is away the answer is the present's part; ``away`` tells, and so does a course.
    ``monotonic`` gives seconds that only grow.
    """

    def __init__(self, engine: Engine, past: Past, monotonic: Callable[[], float]) -> None:
        self._engine = engine
        self._log = SqlLog(engine)
        self._past = past
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked_again_s = 0.0
        self._remembered: dict[Asked, tuple[float, Course]] = {}
        self.away = ""

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Readings of a gauge observed in [since, until], by ``observed_at``; of corrected ones the last revision."""
        return self._answer(gauge_id, (since, until), quantity)[0]

    def whole(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """As ``history``; Unavailable where the past has to be asked and does not answer."""
        found, whole = self._answer(gauge_id, (since, until), quantity)
        if not whole:
            raise Unavailable(f"the past does not answer: {self.away}")
        return found

    def _answer(self, gauge_id: str, span: Span, quantity: Quantity) -> tuple[list[Reading], bool]:
        """What there is, and whether that is all. The present first: what it lets go of meanwhile, the past has."""
        newer = self._log.history(gauge_id, *span, quantity)
        before = self._before(*span)
        if before is None:
            return newer, True
        older = self._ask(lambda: self._past.rows(gauge_id, [before]))
        return (last_revisions((*_of(quantity, older), *newer)) if older else newer), older is not None

    def course(
        self, gauge_id: str, since: datetime, until: datetime, steps: int, quantity: Quantity = Quantity.STAGE
    ) -> Course:
        """The same thinned to about ``steps`` steps, with the lowest and highest of each step and quality.

        Whoever asks for the very same again within a minute gets the same, if the past had to be asked for it.
        """
        step = step_of(since, until, steps)
        before = self._before(since, until)
        if before is None:
            return Course(self._of_present(gauge_id, quantity, (since, until), step), step)
        asked = (gauge_id, quantity, since, until, steps)
        with self._lock:
            at_s, known = self._remembered.get(asked, (-REMEMBERED_S, None))
        if known is None or self._monotonic() - at_s >= REMEMBERED_S:
            known = self._course(gauge_id, quantity, (since, until), before, step)
            if known.whole:
                self._remember(asked, known)
        return known

    def _course(self, gauge_id: str, quantity: Quantity, span: Span, before: Span, step: timedelta) -> Course:
        late = self._log.history(gauge_id, *before, quantity)
        older = self._ask(lambda: course_of_past(self._past, gauge_id, before, step, late))
        newer = list(late)
        if before[1] < span[1]:
            newer += self._of_present(gauge_id, quantity, (before[1] + MICROSECOND, span[1]), step)
        return Course(thinned((*_of(quantity, older or ()), *newer), step), step, whole=older is not None)

    def _of_present(self, gauge_id: str, quantity: Quantity, span: Span, step: timedelta) -> list[Reading]:
        """What the present alone has of a span, thinned; by its database where steps hold several readings."""
        if step < THINNED_FROM or self._engine.dialect.name != "sqlite":
            return thinned(self._log.history(gauge_id, *span, quantity), step)
        return course_of_past(ThinnedPresent(self._engine, quantity), gauge_id, span, step, ())

    def _remember(self, asked: Asked, course: Course) -> None:
        with self._lock:
            self._remembered.pop(asked, None)
            while len(self._remembered) >= MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[asked] = (self._monotonic(), course)

    def _before(self, since: datetime, until: datetime) -> Span | None:
        """The part of a range that the present may lack."""
        with self._engine.connect() as connection:
            whole_since = present_since(connection)
        return (since, min(until, whole_since - MICROSECOND)) if since < whole_since else None

    def _ask(self, question: Callable[[], list[Reading]]) -> list[Reading] | None:
        """What the past answers, None where it does not."""
        with self._lock:
            if self._monotonic() < self._asked_again_s:
                return None
        try:
            found = question()
        except PastError as error:
            with self._lock:
                self._asked_again_s = self._monotonic() + LEFT_ALONE_S
                self.away = str(error)
            log.warning("pages show the present alone, the past does not answer: %s", error)
            return None
        self.away = ""
        return found


def _of(quantity: Quantity, readings: Iterable[Reading]) -> list[Reading]:
    """A pump has several quantities under one id, and the past gives all of them."""
    return [each for each in readings if each.quantity is quantity]
