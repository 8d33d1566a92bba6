"""Ingest by lease: it receives while this process holds the lease, and stands by otherwise.

Two processes with the same client id and the same database are active and standby without a further setting: the one
that comes second waits, and takes over with the broker's session, so that nothing is lost between the two.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import fields

from deploy.monitor.signs import Probe
from deploy.services import IngestService
from ingest.lease import Lease
from ingest.mqtt import Subscriber
from ingest.receiver import Counts

log = logging.getLogger(__name__)

LOOK_S = 0.2


class StandbyIngest:
    """A service: one ``IngestService`` for each tenure of the lease, made anew so that nothing of an older one is
    written or acknowledged. ``build`` makes it for the epoch of a tenure."""

    def __init__(self, lease: Lease, build: Callable[[int], IngestService]) -> None:
        self.lease = lease
        self._build = build
        self._epoch: int | None = None
        self._active: IngestService | None = None
        self._before = Counts()
        self.probe: Probe | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standby", daemon=True)

    @property
    def counts(self) -> Counts:
        """What went through this process since its start, over all tenures."""
        active = self._active
        return self._before if active is None else _sum(self._before, active.receiver.counts)

    @property
    def connected(self) -> bool:
        """Whether this process receives now; a standby does not, and is well all the same."""
        active = self._active
        return active is not None and active.connected

    @property
    def standing_by(self) -> bool:
        """Whether another process has the task."""
        return not self.lease.held

    @property
    def line(self) -> Subscriber | None:
        """The connection of this tenure."""
        active = self._active
        return None if active is None else active.subscriber

    @property
    def waiting(self) -> int:
        """Messages that wait to be written."""
        active = self._active
        return 0 if active is None else len(active.inbox)

    def start(self) -> None:
        """Take the lease where it is free, and receive; else stand by."""
        self.lease.start()
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Keep and acknowledge what was received, then give the lease back: a standby takes over at once."""
        self._ended.set()
        self._thread.join()
        if self._active is not None:
            self._active.stop()
        self.lease.stop()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_S):
            try:
                self._look()
            except Exception:  # the top of a loop that must outlive whatever it finds
                log.exception("ingest could not change between active and standby; it is tried again")

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
        except Exception:  # else it would count as started, and this process hold the lease and receive nothing
            self._epoch, self._active = None, None
            active.give_up()
            raise

    def _give_up(self, active: IngestService) -> None:
        log.error("this process lost the lease %s: it stops to receive", self.lease.name)
        self._before = self.counts
        self._epoch, self._active = None, None
        active.give_up()


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(**{each.name: getattr(one, each.name) + getattr(other, each.name) for each in fields(Counts)})
