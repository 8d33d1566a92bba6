"""Pictures one at a time, each within its time, whatever one of them does to the process that opens it.

This process loads neither Pillow nor numpy. A child that hangs, dies, takes too much memory or talks nonsense is ended
and replaced, and the next picture goes on.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping, Sequence

from ingest.eyes.child import Child, ChildFailed, ChildLimits, NeverReady
from ingest.messages import Refusal
from ingest.sight.tasks import Examined, Task
from ingest.store.protocol import Unavailable

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "ingest.eyes.process")
ENOUGH_DEATHS = 2
"""One may be the machine's doing (no memory at that moment); the second is the picture's."""


class Closed(Exception):
    """The examiner was closed: nothing more is examined."""


class Examiner:
    """Examines in a child that is started with the first picture; for one thread, but ``close`` may come from another.

    ``replaced`` counts the children that had to be ended.
    """

    def __init__(
        self,
        limits: ChildLimits | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._limits = limits or ChildLimits()
        self._environment = environment or {}
        self._command = command
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.replaced = 0

    @property
    def pid(self) -> int | None:
        """The child's; None where there is none now."""
        child = self._child
        return None if child is None else child.pid

    def examine(self, task: Task) -> Examined:
        """What is to be said of a still; one that ends its child is refused as ``unexpected``.

        Raises Closed after ``close``, and Unavailable where no child can be started: that is no picture's fault.
        """
        for deaths in range(1, ENOUGH_DEATHS + 1):
            try:
                return self._present().examine(task)
            except ChildFailed as failed:
                self._replace(failed)
                if isinstance(failed, NeverReady):
                    raise Unavailable(f"the process that opens pictures does not start: {failed}") from failed
                if failed.overdue or deaths == ENOUGH_DEATHS:
                    return Examined(Refusal.UNEXPECTED, f"it could not be examined: {failed}")
        raise AssertionError("every way out is above")

    def close(self) -> None:
        """End the child; a picture that it has before it is not examined, and whoever waits for it gets Closed."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def release(self) -> None:
        """Give back what is left of the child, after ``close``, in the thread that examined."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _present(self) -> Child:
        with self._lock:
            if self._closed:
                raise Closed
            if self._child is None:
                self._child = Child(self._command, self._limits, self._environment)
            return self._child

    def _replace(self, failed: ChildFailed) -> None:
        self.release()
        if self._closed:
            raise Closed from failed
        self.replaced += 1
        log.error("the process that opens pictures had to be ended: %s", failed)
