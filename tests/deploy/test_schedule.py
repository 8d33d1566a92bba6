"""What wakes the house, also when somebody sets the clock of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from deploy.schedule import Job, Schedule
from tests.deploy.houses import eventually
from tests.parts import PROJECT, absent

STEPPED = """
import os, sys, threading
from datetime import UTC, datetime
from deploy.schedule import Job, Schedule
turns, pause = [], threading.Event()
schedule = Schedule([Job("count", 0.2, lambda: turns.append(1))], lambda: datetime.now(UTC))
schedule.start()
pause.wait(2)
before = len(turns)
open(os.environ["FAKETIME_TIMESTAMP_FILE"], "w").write("-9h")
pause.wait(5)
print(before, len(turns), datetime.now(UTC).timestamp() < float(sys.argv[1]))
schedule.stop()
"""


def now() -> datetime:
    return datetime.now(UTC)


def test_a_job_is_woken_at_once_and_again_and_an_error_does_not_end_it() -> None:
    turns: list[int] = []

    def work() -> None:
        turns.append(1)
        raise RuntimeError("once more")

    schedule = Schedule([Job("count", 0.1, work)], now)
    schedule.start()
    assert eventually(lambda: len(turns) > 3)
    schedule.stop()


def test_a_slow_job_holds_up_no_other_and_is_told_to_stop() -> None:
    told = threading.Event()
    turns: list[int] = []
    jobs = [Job("slow", 0.1, lambda: told.wait(30), told.set), Job("quick", 0.1, lambda: turns.append(1))]
    schedule = Schedule(jobs, now)
    schedule.start()
    assert eventually(lambda: len(turns) > 3)
    began_s = time.monotonic()
    schedule.stop()
    assert told.is_set()
    assert time.monotonic() - began_s < 20


def test_jobs_are_woken_though_the_clock_was_set_back_by_nine_hours(tmp_path: Path) -> None:
    """In a process of its own, whose clock libfaketime sets back while it runs."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        absent("libfaketime is not installed here; install it (on Debian: apt install faketime) to run this test")
    step = tmp_path / "step"
    step.write_text("+0", encoding="utf-8")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(step),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    command = [sys.executable, "-c", STEPPED, str(time.time() - 3600)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)
    before, after, was_set_back = done.stdout.split()
    assert was_set_back == "True", done.stderr
    assert int(after) - int(before) >= 5
