"""The alerts of one tenure, and the service that has them while this process holds their lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from alerts.deliveries.deadman import Deadman
from alerts.deliveries.outbox import Outbox
from alerts.engine.rounds import Rounds
from deploy.schedule import Job, Schedule
from deploy.standby import Standby
from ingest.lease import Times

TIMES = Times(renew_s=1.0, look_s=0.5, hold_s=4.0, expire_s=6.0)
"""A holder that froze, or died on another host, is succeeded within 7 s; one that was killed on this one within 1 s."""
WAKE_S = 0.25
STALLED_S = 60.0


def _nothing() -> None:
    """What a tenure without a lease does first."""


class Alerting:
    """Rounds that a schedule wakes, and an outbox for each channel: made anew for each tenure.

    ``before`` runs first, and may raise. ``close`` gives back the channels.
    """

    def __init__(
        self,
        rounds: Rounds,
        outboxes: Mapping[str, Outbox],
        schedule: Callable[[list[Job]], Schedule],
        close: Callable[[], object],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rounds = rounds
        self.outboxes = outboxes
        self.deadman: Deadman | None = None
        self._make_schedule = schedule
        self._schedule: Schedule | None = None
        self.before: Callable[[], object] = _nothing
        self._close = close
        self._monotonic = monotonic
        self._turned_s = monotonic()

    def watched_by(self, deadman: Deadman, every_s: float) -> None:
        """Have a watchdog outside called; before the start."""
        self.deadman, self._deadman_every_s = deadman, every_s

    def start(self) -> None:
        """Take up what was left, then decide and send."""
        self.before()
        self._turned_s = self._monotonic()
        jobs = [Job("alerts", WAKE_S, self._turn)]
        if self.deadman is not None:
            jobs.append(Job("watchdog", self._deadman_every_s, self.deadman.turn))
        self._schedule = self._make_schedule(jobs)
        for each in self.outboxes.values():
            each.start()
        self._schedule.start()

    def stop(self) -> None:
        """End the round that runs, let what is being sent come to its end, over all channels at the same time."""
        self._halt()
        for each in self.outboxes.values():
            each.stop()
        self._close()

    def give_up(self) -> None:
        """Begin and write nothing more: another process has the task. Channels stay open for what hangs in them."""
        for each in self.outboxes.values():
            each.give_up()
        self._halt()

    def wake(self) -> None:
        """There is something to send."""
        for each in self.outboxes.values():
            each.wake()

    def stalled(self) -> str:
        """What has not come to a good end for long, in a sentence; empty where everything turns."""
        now_s = self._monotonic()
        if now_s - self._turned_s > STALLED_S:
            return f"no round of the alerts has succeeded for {now_s - self._turned_s:.0f} s"
        for name, each in self.outboxes.items():
            if now_s - each.turned_s > STALLED_S:
                return f"the outbox of {name} has not turned for {now_s - each.turned_s:.0f} s"
        return ""

    def _turn(self) -> int:
        done = self.rounds.turn()
        self._turned_s = self._monotonic()
        return done

    def _halt(self) -> None:
        for each in self.outboxes.values():
            each.halt()
        if self._schedule is not None:
            self._schedule.stop()
            self._schedule = None


class StandbyAlerts(Standby[Alerting]):
    """The service: a second process on the same database stands by and takes over."""

    def wake(self) -> None:
        """There is something to send."""
        active = self.active
        if active is not None:
            active.wake()
