"""The probe of who has the alerts, and of the watchdog outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.alerting import StandbyAlerts
from deploy.holder import shown
from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault


@dataclass(frozen=True)
class LeaseProbe:
    """Whether this process decides and sends, or stands by."""

    service: StandbyAlerts
    name: str = "alerts lease"

    def samples(self) -> Iterable[Sample]:
        """Who works, and when the watchdog was called."""
        yield Sample("alerts_active", "1 while this process decides and sends", not self.service.standing_by)
        active = self.service.active
        if active is not None and active.deadman is not None:
            yield Sample("watchdog_call_age_seconds", "since the watchdog was called", active.deadman.silent_s)

    def checks(self) -> Iterable[Check]:
        """To stand by is well; to be unsure of the lease is not."""
        yield self._check_lease()
        active = self.service.active
        if active is not None:
            yield self._check_turning(active.stalled())
        if active is not None and active.deadman is not None:
            yield _check_watchdog(active.deadman.failing)

    def _check_lease(self) -> Check:
        lease, failing = self.service.lease, self.service.failing
        if lease.held and failing:
            sentence = f"this process has the task and cannot begin ({failing}): look at the log, restart the service"
            return Check(self.name, State.FAILED, sentence, Fault.CANNOT_START, {"reason": failing})
        if lease.held:
            return Check(self.name, State.OK, f"this process decides and sends (tenure {lease.epoch})")
        if lease.epoch is None and lease.other:
            sentence = f"{shown(lease.other)} decides and sends; this process stands by"
            return Check(self.name, State.OK, sentence)
        sentence = "this process cannot be sure of its lease: look whether the database takes writes"
        return Check(self.name, State.DEGRADED, sentence, Fault.LEASE_UNSURE)

    def _check_turning(self, stalled: str) -> Check:
        if stalled:
            sentence = f"{stalled}: look at the log, restart the service"
            return Check("alerts turning", State.FAILED, sentence, Fault.ALERTS_STALLED, {"reason": stalled})
        return Check("alerts turning", State.OK, "rounds and outboxes turn")


def _check_watchdog(failing: str) -> Check:
    if failing:
        return Check("watchdog", State.DEGRADED, failing, Fault.WATCHDOG, {"reason": failing})
    return Check("watchdog", State.OK, "it is called while all is well")
