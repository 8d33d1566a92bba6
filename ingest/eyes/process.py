"""The program that opens pictures, in a process of its own: tasks come over its input, outcomes go over its output.

It gives itself little memory, a bound on its work for each picture and a low priority, before anything that reads
pictures is loaded. What goes wrong in it ends it; its parent (ingest/eyes/examiner.py) sees that and begins another.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from ingest.sight.tasks import Examined, Task

NICER = 10
NO_MEMORY = 3
"""The exit status of a process that was not given the memory that it needed."""


def run(examine: Callable[[Task], Examined] | None = None) -> None:
    """The whole program. Its argument are its limits as JSON: ``{"memory_bytes": …, "cpu_s": …}``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: its parent ends it in order
    limits = json.loads(sys.argv[1])
    _limit(limits["memory_bytes"])
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a word that some library prints must not fall between two frames
    try:
        serve(source, target, examine or _examine(), limits["cpu_s"])
    except MemoryError:
        sys.exit(NO_MEMORY)


def _examine() -> Callable[[Task], Examined]:
    from ingest.sight.examine import examine

    return examine


def serve(source: BinaryIO, target: BinaryIO, examine: Callable[[Task], Examined], cpu_s: int) -> None:
    """Say that it is ready, then examine what comes until the other side ends."""
    from ingest.eyes import frames

    frames.write(target, ({"ready": True}, ()))
    while (frame := frames.read(source)) is not None:
        _limit_work(cpu_s)
        frames.write(target, frames.of_examined(examine(frames.to_task(frame))))


def _limit(memory_bytes: int) -> None:
    """Take no more memory than this, and step back where others want the processor. Where a system has no such
    limits, the parent's time limit is the only one."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(NICER)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_work(cpu_s: int) -> None:
    """End this process where the next picture takes more seconds of the processor than this."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu_s + 1, most))


if __name__ == "__main__":
    run()
