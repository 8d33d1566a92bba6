"""The process that opens pictures, as its parent sees it: started, asked, ended."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ingest
from ingest.eyes import frames
from ingest.eyes.process import NO_MEMORY
from ingest.sight.tasks import Examined, Task

PACKAGES = Path(ingest.__file__).resolve().parent.parent
START_WITHIN_S = 60.0
END_WITHIN_S = 10.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Threads of numpy would take their share of the memory that is allowed, and do nothing for pictures one at a time."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one picture may take: seconds that pass, seconds of the processor, and memory of the whole process."""

    within_s: float = 30.0
    cpu_s: int = 10
    memory_bytes: int = 1_000_000_000


class ChildFailed(Exception):
    """The child did not bring an outcome and is ended. ``overdue``: it was ended because its time was over."""

    def __init__(self, why: str, *, overdue: bool = False) -> None:
        super().__init__(why)
        self.overdue = overdue


class NeverReady(ChildFailed):
    """It ended before it was ready for any picture: that is no picture's fault."""


class Child:
    """One process and its pipes; for one thread, but ``kill`` may come from another."""

    def __init__(self, command: Sequence[str], limits: ChildLimits, environment: Mapping[str, str]) -> None:
        """``environment`` is all that it gets of one beside what it needs to find this program: nothing is inherited,
        for there the credentials of the city stand."""
        self._limits = limits
        self._process = subprocess.Popen(
            [*command, f'{{"memory_bytes": {limits.memory_bytes}, "cpu_s": {limits.cpu_s}}}'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(PACKAGES), **ONE_THREAD, **environment},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pipes = (self._process.stdin, self._process.stdout)
        self._ready = False

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def examine(self, task: Task) -> Examined:
        """What it says of a picture; ChildFailed where that was its end, NeverReady where it did not come so far."""
        if not self._ready:
            self._await_ready()
        with self._within(self._limits.within_s) as (target, source):
            frames.write(target, frames.of_task(task))
            answer = frames.read(source)
            if answer is None:
                raise frames.Broken("it ended without an answer")
            return frames.to_examined(answer)

    def _await_ready(self) -> None:
        try:
            with self._within(START_WITHIN_S) as (_, source):
                if frames.read(source) is None:
                    raise frames.Broken("it ended at its start")
        except ChildFailed as failed:
            raise NeverReady(str(failed)) from failed
        self._ready = True

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def end(self) -> int:
        """End it, and give back what the system kept of it; its exit status."""
        self._process.kill()
        for pipe in self._pipes:
            with suppress(OSError):  # what was still to be written goes nowhere now
                pipe.close()
        return self._process.wait(END_WITHIN_S)

    @contextmanager
    def _within(self, seconds: float) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The pipes to and from it, until its time is over: then it is killed, which ends whatever waits for it."""
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield self._pipes
        except (OSError, ValueError, frames.Broken) as error:
            if overdue.is_set():
                raise ChildFailed(f"it took more than {seconds:g} s", overdue=True) from error
            raise ChildFailed(self._why(error)) from error
        finally:
            timer.cancel()

    def _why(self, error: Exception) -> str:
        try:
            status = self._process.wait(0.5)  # its own end, where that is what happened
        except subprocess.TimeoutExpired:
            return f"it did not answer as it must ({error})"
        if status == NO_MEMORY:
            return f"it needed more memory than the {self._limits.memory_bytes / 1e6:.0f} MB allowed"
        if status == -getattr(signal, "SIGXCPU", 0):
            return f"it took more than {self._limits.cpu_s} s of the processor"
        return f"its process ended with {_named(status)}"


def _named(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"status {status}"
    except ValueError:
        return f"status {status}"
