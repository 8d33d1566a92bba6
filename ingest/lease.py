"""Which of several processes has a task, decided without comparing clocks.

The holder raises a number in the database every two seconds, and is sure of its lease for ``hold_s`` after the last
time that it could. Whoever stands by takes over when it has watched the number stand still for ``expire_s`` of its own
monotonic clock. So a clock that is set, on any of the hosts, means nothing; a process that was frozen is sure of
nothing when it wakes; and ``expire_s`` being longer than ``hold_s``, the former holder is unsure before the next one
begins. A holder that is unsure, because it was frozen or the database does not answer, begins nothing new, but gives
nothing up either: if nobody came in between, as the epoch shows, it goes on. What a former holder had begun to write is
stopped by the fence of ingest/store/leases.py.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ingest.store.protocol import Unavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A lease as it stood in the database; ``holder`` is empty where it was given back."""

    holder: str
    epoch: int
    beat: int


class NotHeld(Unavailable):
    """A write was refused because the lease under which it was begun has passed to another process."""


class Leases(Protocol):
    """Where leases are kept; every method raises Unavailable where they cannot be reached."""

    def seen(self, name: str) -> Seen | None:
        """The lease as it stands; None where nobody ever held it."""
        ...

    def take(self, name: str, holder: str, seen: Seen | None) -> int | None:
        """Become the holder where it still is as it was seen: the new epoch, else None."""
        ...

    def renew(self, name: str, epoch: int) -> bool:
        """Show that the holder lives; False where the lease has passed on."""
        ...

    def release(self, name: str, epoch: int) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class Times:
    """How a lease is kept, in real seconds; a takeover begins at most ``expire_s`` + 2 ``look_s`` after a death."""

    renew_s: float = 2.0
    look_s: float = 1.0
    hold_s: float = 7.0
    expire_s: float = 10.0


class Lease:
    """One process's claim to a task. ``start`` begins to claim and to renew."""

    def __init__(
        self,
        leases: Leases,
        name: str,
        holder: str,
        is_gone: Callable[[str], bool] = lambda _: False,
        times: Times | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``holder`` names this process; ``is_gone`` says of another one's name whether it surely runs no more.

        ``former`` is who held it before this process took it, empty where it was given back.
        """
        self.name = name
        self.holder = holder
        self.former = ""
        self._leases = leases
        self._is_gone = is_gone
        self._times = times or Times()
        self._monotonic = monotonic
        self._claim: tuple[int, float] | None = None
        self._watched: tuple[Seen, float] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    @property
    def epoch(self) -> int | None:
        """The number of this tenure; None from when it is known that the task is another process's."""
        claim = self._claim
        return None if claim is None else claim[0]

    @property
    def held(self) -> bool:
        """Whether the task is surely ours at this moment: ask before beginning something that only one may do."""
        claim = self._claim
        return claim is not None and self._monotonic() < claim[1]

    @property
    def other(self) -> str:
        """Who was seen to hold it while this process stands by; empty where nobody was."""
        watched = self._watched
        return "" if watched is None or self._claim is not None else watched[0].holder

    def start(self) -> None:
        """Claim it at once where it is free, then go on in the background."""
        self._turn_safely()
        self._thread.start()

    def stop(self) -> None:
        """Give the lease back, so that another process can take it at once."""
        self._ended.set()
        self._thread.join()
        claim, self._claim = self._claim, None
        if claim is not None:
            try:
                self._leases.release(self.name, claim[0])
            except Unavailable as error:
                log.warning("the lease %s could not be given back (%s); it expires", self.name, error)

    def turn(self) -> None:
        """Renew what is held, else take what is free; raises Unavailable."""
        asked_s = self._monotonic()
        epoch = self.epoch
        if epoch is None:
            self._try_to_take(asked_s)
        elif self._leases.renew(self.name, epoch):
            self._claim = (epoch, asked_s + self._times.hold_s)
        else:
            self._claim = None
            log.error("the lease %s has passed to another process; this one stands by", self.name)

    def _try_to_take(self, asked_s: float) -> None:
        seen = self._leases.seen(self.name)
        if not self._is_free(seen):
            return
        epoch = self._leases.take(self.name, self.holder, seen)
        if epoch is not None:
            self.former = "" if seen is None else seen.holder
            self._claim = (epoch, asked_s + self._times.hold_s)
            log.info("this process holds the lease %s now (tenure %d)", self.name, epoch)

    def _is_free(self, seen: Seen | None) -> bool:
        if seen is None or seen.holder in ("", self.holder) or self._is_gone(seen.holder):
            return True
        now_s = self._monotonic()
        if self._watched is None or self._watched[0] != seen:
            if self._watched is None or self._watched[0].epoch != seen.epoch:
                log.info("%s holds the lease %s; this process stands by", seen.holder, self.name)
            self._watched = (seen, now_s)
        return now_s - self._watched[1] >= self._times.expire_s

    def _run(self) -> None:
        while not self._ended.wait(self._times.look_s if self._claim is None else self._times.renew_s):
            self._turn_safely()

    def _turn_safely(self) -> None:
        try:
            self.turn()
        except Unavailable as error:
            log.error("the lease %s could not be asked for (%s); it is tried again", self.name, error)
        except Exception:  # the top of a loop: without it the task would lie idle for ever
            log.exception("the lease %s could not be looked after; it is tried again", self.name)
