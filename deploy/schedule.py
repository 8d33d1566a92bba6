"""The only importer of APScheduler: which plain function is woken when.

The scheduler only wakes. What is due is in the database, so a wake-up that is missed costs nothing but its delay:
``misfire_grace_time`` is None because the default of one second would skip a late one, ``coalesce`` makes
several late ones into one, and ``max_instances`` keeps a slow function from overtaking itself.

It plans by the clock of the machine: one that is set back by an hour would let it sleep for that hour. So a thread
beside it compares the clock with the time that really passes, and wakes everything anew when the two part.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from deploy.monitor.service_probes import Beat, ScheduleProbe

log = logging.getLogger(__name__)


STEP_S = 2.0
"""A difference between clock and passing time that is no mere delay."""


def _nothing() -> None:
    """What a job does to stop that needs nothing."""


def _all_well() -> str:
    """What is wrong with a job that tells of every fault by raising it."""
    return ""


@dataclass(frozen=True, slots=True)
class Job:
    """A function and how often it is woken, in real seconds; ``stop`` tells a long turn to come to its end.

    ``fault`` says what is wrong with it though its turns end well, empty where nothing is; other threads ask it.
    """

    name: str
    every_s: float
    work: Callable[[], object]
    stop: Callable[[], object] = _nothing
    fault: Callable[[], str] = _all_well


@dataclass(slots=True)
class _Turns:
    """How a job's turns went; one that was never woken counts from the start."""

    ended_s: float
    done: int = 0
    failed: int = 0
    failing: str = ""
    reason: object = None


class Schedule:
    """Wakes jobs until it is stopped; an error in one is logged and the next wake-up comes as usual."""

    def __init__(self, jobs: list[Job], source: Callable[[], datetime]) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._jobs = jobs
        self._source = source
        self._ended = threading.Event()
        self._guard = threading.Thread(target=self._watch_clock, name="clock-guard", daemon=True)
        self._turns = {job.name: _Turns(time.monotonic()) for job in jobs}
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to wake."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._work, "interval", args=[job], seconds=job.every_s, id=job.name, next_run_time=self._source()
            )
        self._scheduler.start()
        self._guard.start()

    def stop(self) -> None:
        """Let the functions that run come to their end, wake none again."""
        self._ended.set()
        for job in self._jobs:
            job.stop()
        self._scheduler.shutdown(wait=True)

    def beats(self) -> dict[str, Beat]:
        """The heartbeat of every job, by name."""
        now_s = time.monotonic()
        return {
            job.name: Beat(job.every_s, now_s - turns.ended_s, turns.done, turns.failed, turns.failing or job.fault())
            for job, turns in ((job, self._turns[job.name]) for job in self._jobs)
        }

    @property
    def probe(self) -> ScheduleProbe:
        """What watches the jobs."""
        return ScheduleProbe(self.beats)

    def _work(self, job: Job) -> None:
        turns = self._turns[job.name]
        try:
            job.work()
            if turns.reason is not None:
                log.warning("%s succeeds again", job.name)
            turns.failing, turns.reason = "", None
        except Exception as error:
            if _reason(error) != turns.reason:
                _say(job.name, error)
            turns.failed += 1
            turns.failing, turns.reason = str(error) or repr(error), _reason(error)
        turns.done += 1
        turns.ended_s = time.monotonic()

    def _watch_clock(self) -> None:
        behind_s = self._lead_s()
        while not self._ended.wait(1.0):
            if abs(self._lead_s() - behind_s) > STEP_S:
                log.warning("the machine's clock was set; everything is woken anew")
                behind_s = self._lead_s()
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=self._source())

    def _lead_s(self) -> float:
        """By how much the clock is ahead of the time that has passed, from any origin."""
        return self._source().timestamp() - time.monotonic()


def _reason(error: Exception) -> object:
    """The same for failures that need to be said but once; a full disk names another file each time."""
    return (type(error), error.errno) if isinstance(error, OSError) and error.errno else (type(error), str(error))


def _say(name: str, error: Exception) -> None:
    """Where the system refuses, its sentence says enough; of a mistake of ours the place matters."""
    trace = None if isinstance(error, OSError) else error
    log.error("%s failed (%s); it is woken again as usual", name, error or repr(error), exc_info=trace)
