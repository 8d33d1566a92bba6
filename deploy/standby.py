"""A service by lease: it works while this process holds the lease, and stands by otherwise.

Two processes with the same database are active and standby without a further setting: the one that comes second waits,
says so, and takes over. Each tenure of the lease is made anew, so that nothing of an older one is written or sent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from deploy.monitor.signs import Probe
from deploy.services import IngestService
from ingest.lease import Lease
from ingest.mqtt import Subscriber
from ingest.receiver import Counts

log = logging.getLogger(__name__)

LOOK_S = 0.2


class Tenure(Protocol):
    """What works from the moment of taking the lease to its end."""

    def start(self) -> None:
        """Begin; raises where it cannot."""
        ...

    def stop(self) -> None:
        """Bring what is under way to its end; the lease is still ours."""
        ...

    def give_up(self) -> None:
        """End without writing anything: another process has the task already."""
        ...


T = TypeVar("T", bound=Tenure)


class Standby(Generic[T]):
    """A service: one tenure after another. ``build`` makes it for the epoch that the lease gives."""

    def __init__(self, lease: Lease, build: Callable[[int], T]) -> None:
        self.lease = lease
        self._build = build
        self._epoch: int | None = None
        self._active: T | None = None
        self.probe: Probe | None = None
        self.failing = ""
        """Why a tenure could not begin; empty where none was refused."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standby", daemon=True)

    @property
    def active(self) -> T | None:
        """What works now; None while this process stands by."""
        return self._active

    @property
    def standing_by(self) -> bool:
        """Whether another process has the task."""
        return not self.lease.held

    def start(self) -> None:
        """Take the lease where it is free, and work; else stand by."""
        self.lease.start()
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Bring everything to its end, then give the lease back: a standby takes over at once."""
        self._ended.set()
        self._thread.join()
        if self._active is not None:
            self._active.stop()
        self.lease.stop()

    def lost(self, active: T) -> None:
        """What a service remembers of a tenure that ends by losing the lease."""

    def _run(self) -> None:
        while not self._ended.wait(LOOK_S):
            try:
                self._look()
                self.failing = ""
            except Exception as error:  # the top of a loop that must outlive whatever it finds
                self.failing = str(error) or repr(error)
                log.exception("%s could not change between active and standby; it is tried again", self.lease.name)

    def _look(self) -> None:
        epoch = self.lease.epoch
        if epoch == self._epoch:
            return
        if self._active is not None:
            self._give_up(self._active)
        if epoch is None:
            return
        active = self._build(epoch)
        self._epoch, self._active = epoch, active
        try:
            active.start()
        except Exception:  # else it would count as started, and this process hold the lease and do nothing
            self._epoch, self._active = None, None
            active.give_up()
            raise

    def _give_up(self, active: T) -> None:
        log.error("this process lost the lease %s: it stops to work on it", self.lease.name)
        self.lost(active)
        self._epoch, self._active = None, None
        active.give_up()


class StandbyIngest(Standby[IngestService]):
    """Ingest by lease: a second one with the same client id takes over with the broker's session."""

    def __init__(self, lease: Lease, build: Callable[[int], IngestService]) -> None:
        super().__init__(lease, build)
        self._before = Counts()

    @property
    def counts(self) -> Counts:
        """What went through this process since its start, over all tenures."""
        active = self._active
        return self._before if active is None else self._before.and_these(active.counts)

    @property
    def connected(self) -> bool:
        """Whether this process receives now; a standby does not, and is well all the same."""
        active = self._active
        return active is not None and active.connected

    @property
    def line(self) -> Subscriber | None:
        """The connection of this tenure."""
        active = self._active
        return None if active is None else active.subscriber

    @property
    def waiting(self) -> int:
        """Messages that wait to be written."""
        active = self._active
        return 0 if active is None else active.waiting

    def lost(self, active: IngestService) -> None:
        """Its counts go on counting."""
        del active
        self._before = self.counts
