"""The alerts by lease: one process decides and sends, a second one stands by, says so, and takes over."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.deliveries.outbox import Outbox
from deploy.standby import Standby
from ingest.lease import Times

log = logging.getLogger(__name__)

TIMES = Times(renew_s=1.0, look_s=0.5, hold_s=4.0, expire_s=6.0)
"""A frozen holder, or one on another host that died, is succeeded within 7 s, one that was killed here within 1 s."""
STALLED_S = 60.0


@dataclass
class AlertsTenure:
    """What one process does while it holds the lease.

    ``begin`` runs first, and may raise: it takes up what a former process left and says who works now. ``turns`` are
    woken from outside, by name. ``close`` gives back the channels.
    """

    outboxes: Sequence[Outbox]
    turns: Mapping[str, Callable[[], object]]
    begin: Callable[[], object]
    close: Callable[[], object]
    monotonic: Callable[[], float] = time.monotonic
    turned_s: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to send."""
        self.begin()
        self.turned_s = dict.fromkeys(self.turns, self.monotonic())
        for each in self.outboxes:
            each.start()

    def stop(self) -> None:
        """Let what is being sent come to its end, over all channels at the same time."""
        for each in self.outboxes:
            each.halt()
        for each in self.outboxes:
            each.stop()
        self.close()

    def give_up(self) -> None:
        """Begin and write nothing more. The channels stay open for what hangs in them."""
        for each in self.outboxes:
            each.give_up()

    def turn(self, name: str) -> object:
        """One turn; only one that succeeds is a sign of life."""
        done = self.turns[name]()
        self.turned_s[name] = self.monotonic()
        return done

    def wake(self) -> None:
        """There is something to send."""
        for each in self.outboxes:
            each.wake()

    def stalled(self) -> str:
        """What has not come to its end for long, in a sentence; empty where everything turns."""
        now_s = self.monotonic()
        for name, at_s in self.turned_s.items():
            if now_s - at_s > STALLED_S:
                return f"{name} has not turned for {now_s - at_s:.0f} s"
        for each in self.outboxes:
            if now_s - each.turned_s > STALLED_S:
                return f"the outbox of {each.name} has not turned for {now_s - each.turned_s:.0f} s ({each.failing})"
        return ""


class StandbyAlerts(Standby[AlertsTenure]):
    """The service. Its jobs sleep through their turns while another process has the lease."""

    def turn(self, name: str) -> object:
        """One turn of the tenure's, where this process surely holds the lease."""
        active = self.active
        return active.turn(name) if active is not None and self.lease.held else None

    def wake(self) -> None:
        """There is something to send."""
        active = self.active
        if active is not None:
            active.wake()

    def trouble(self) -> str:
        """Why the watchdog outside must not be called; empty where this process works and is well.

        The lease is held only while the database takes a write each second, so it vouches for that as well.
        """
        active = self.active
        if active is None or not self.lease.held:
            return "this process does not hold the lease of the alerts"
        return active.stalled()
