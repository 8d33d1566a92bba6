"""The only importer of APScheduler: which plain function is woken when.

The scheduler only wakes. What is due is in the database, so a wake-up that is missed costs nothing but its delay:
``misfire_grace_time`` is None because the default of one second would skip a late one, ``coalesce`` makes
several late ones into one, and ``max_instances`` keeps a slow function from overtaking itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A function and how often it is woken, in real seconds."""

    name: str
    every_s: float
    work: Callable[[], object]


class Schedule:
    """Wakes jobs until it is stopped; an error in one is logged and the next wake-up comes as usual."""

    def __init__(self, jobs: list[Job]) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._jobs = jobs
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to wake."""
        for job in self._jobs:
            self._scheduler.add_job(_work, "interval", args=[job], seconds=job.every_s, id=job.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Let the functions that run come to their end, wake none again."""
        self._scheduler.shutdown(wait=True)


def _work(job: Job) -> None:
    try:
        job.work()
    except Exception:
        log.exception("%s failed; it is woken again as usual", job.name)
