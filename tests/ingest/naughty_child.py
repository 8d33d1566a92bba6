"""A process that opens pictures as the real one, but does with some bytes what no picture should."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ingest.eyes.process import run
from ingest.sight.tasks import Examined, Task


def work() -> None:
    """Never come to an end."""
    while True:
        pass


def hog() -> None:
    """Want all the memory that there is."""
    kept = []
    while True:
        kept.append(bytearray(20_000_000))


def die_once(flag: Path) -> None:
    """Die where that was not done yet."""
    if not flag.exists():
        flag.touch()
        os._exit(7)


def chatter() -> None:
    """Print as a library might."""
    sys.stdout.write("a library has something to say\n" * 100)
    sys.stdout.flush()


DEEDS: dict[bytes, Callable[..., object]] = {
    b"hang": lambda: time.sleep(60),
    b"work": work,
    b"hog": hog,
    b"die": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"die-once": lambda flag: die_once(Path(flag.decode())),
    b"babble": lambda: os.write(3, b"\xff\xff\xff\xffnonsense" * 10),
    b"print": chatter,
    b"well": lambda: None,
}


def naughty(task: Task) -> Examined:
    """Do what the bytes say, then tell who this process is and what it knows."""
    deed, *more = task.data.split()
    DEEDS[deed](*more)
    return Examined(thumb=" ".join(os.environ).encode(), detail=f"{os.getpid()} {os.nice(0)}")


if __name__ == "__main__":
    run(naughty)
