"""The probe of the eyes: how many stills wait, and how long, and what opening them cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from deploy.monitor.signs import Check, Sample, State
from ingest.eyes.looking import EyesCounts
from ingest.pulse import Fault
from ingest.store.waiting import Waiting

SLOW_S, STUCK_S = 60.0, 600.0
"""From when on stills that wait are said, and from when on they count as not looked at."""


class Examining(Protocol):
    """The process that opens pictures."""

    @property
    def replaced(self) -> int:
        """How many of them had to be ended."""
        ...


class Looking(Protocol):
    """The eyes of one tenure."""

    @property
    def counts(self) -> EyesCounts:
        """What they looked at."""
        ...


class Tenure(Protocol):
    """Both of them."""

    @property
    def eyes(self) -> Looking:
        """What looks."""
        ...

    @property
    def examiner(self) -> Examining:
        """What opens pictures for it."""
        ...


class Watcher(Protocol):
    """What is asked of the service. ``active`` is None where it stands by."""

    @property
    def active(self) -> Tenure | None:
        """What looks now."""
        ...

    @property
    def standing_by(self) -> bool:
        """Whether another process has the task."""
        ...


@dataclass
class EyesProbe:
    """From the disk to the look."""

    service: Watcher
    waiting: Callable[[], Waiting]
    now: Callable[[], datetime]
    name: str = "eyes"

    def samples(self) -> Iterable[Sample]:
        """What waits, and what was done since this process took the task."""
        waiting, active = self.waiting(), self.service.active
        yield Sample("stills_waiting", "stills that wait to be looked at", waiting.stills)
        yield Sample("stills_waiting_seconds", "since when the first of them waits", self._s(waiting.since))
        news_s = self._s(waiting.news_since)
        yield Sample("pictures_behind_seconds", "since when one newer than its camera's shown one waits", news_s)
        yield Sample("eyes_standing_by", "1 while another process looks at the stills", self.service.standing_by)
        if active is None:
            return
        counts = active.eyes.counts
        yield Sample("looks_total", "stills looked at", counts.looks)
        yield Sample("looks_refused_total", "of these that cannot be used", counts.refused)
        yield Sample("looks_faulty_total", "of these with a fault in the picture", counts.faulty)
        yield Sample("eyes_replaced_total", "processes that a picture ended", active.examiner.replaced)

    def checks(self) -> Iterable[Check]:
        """Whether stills are looked at soon enough."""
        waiting = self.waiting()
        waits_s, news_s = self._s(waiting.since), self._s(waiting.news_since)
        said = f"{waiting.stills} stills wait to be looked at, the first for {waits_s:.0f} s"
        figures = {"n": waiting.stills, "s": waits_s}
        if news_s > STUCK_S:
            sentence = f"{said}: look at the log, and whether the processor has time for them"
            yield Check("eyes", State.FAILED, sentence, Fault.STILLS_WAIT, figures)
        elif news_s > SLOW_S:
            sentence = f"{said}: wait, or give them more of the processor"
            yield Check("eyes", State.DEGRADED, sentence, Fault.STILLS_WAIT, figures)
        elif waits_s > SLOW_S:
            sentence = f"{said}; of every camera the newest is looked at first: wait"
            yield Check("eyes", State.DEGRADED, sentence, Fault.STILLS_WAIT, figures)
        elif self.service.standing_by:
            yield Check("eyes", State.OK, "another process looks at the stills; this one stands by")
        else:
            yield Check("eyes", State.OK, said if waiting.stills else "every still was looked at")

    def _s(self, since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (self.now() - since).total_seconds())
