"""The lease of the alerts: one process decides and sends; what it does first, and how a watchdog outside is called."""

from __future__ import annotations

from collections.abc import Callable

from alerts.channels.http import Http, accepted
from alerts.deliveries.deadman import Deadman, DeadmanSettings, Sign
from alerts.deliveries.told import takeover_entry
from alerts.store.chronology import enter
from alerts.store.deliveries import SqlDeliveries
from deploy.alerting import TIMES, Alerting, StandbyAlerts
from deploy.holder import is_gone, shown, this_process
from deploy.monitor.alerts_probe import LeaseProbe
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.lease import Lease
from ingest.store.leases import Fence, SqlLeases, fence
from ingest.store.tables import writing

ALERTS = "alerts"
"""The lease; there is one for a database."""

Build = Callable[[Fence, Callable[[], bool]], Alerting]
"""Makes the alerts of a tenure, given its fence and whether it may hand over a message at this moment."""


def standby_alerts(stores: Stores, clock: Clock, watchdog: DeadmanSettings, build: Build) -> StandbyAlerts:
    """The alerts while this process holds their lease, with a probe."""
    leases = SqlLeases(stores.database, machine_time)
    lease = Lease(leases, ALERTS, this_process(), is_gone, TIMES)

    def tenure(epoch: int) -> Alerting:
        def permitted() -> bool:
            return lease.held and lease.epoch == epoch

        fenced = fence(ALERTS, epoch)
        alerting = build(fenced, permitted)
        alerting.before = lambda: take_over(stores, fenced, lease, epoch, list(alerting.outboxes), clock)
        if watchdog.url:
            signs = (alerting.stalled, stuck(SqlDeliveries(stores.database), clock, watchdog.stuck_s))
            alerting.watched_by(Deadman(signs, lambda: ping(watchdog), permitted), watchdog.every_s)
        return alerting

    service = StandbyAlerts(lease, tenure)
    service.probe = LeaseProbe(service)
    return service


def take_over(stores: Stores, fenced: Fence, lease: Lease, epoch: int, channels: list[str], clock: Clock) -> None:
    """Say who works from now on, and give up what no channel would ever send."""
    now = clock.now()
    with writing(stores.database) as connection:
        fenced(connection)
        enter(connection, takeover_entry(now, shown(lease.holder), epoch, shown(lease.former)))
    SqlDeliveries(stores.database, fenced).give_up_without_channel(channels, now)


def stuck(deliveries: SqlDeliveries, clock: Clock, after_s: float) -> Sign:
    """The sign that no message waits for too long."""

    def sign() -> str:
        waits_s = {name: (clock.now() - since).total_seconds() for name, since in deliveries.oldest_waiting().items()}
        worst = max(waits_s, key=lambda name: waits_s[name], default="")
        if worst and waits_s[worst] > after_s:
            return f"a message over {worst} has been waiting for {waits_s[worst] / 60:.0f} min"
        return ""

    return sign


def ping(watchdog: DeadmanSettings) -> None:
    """Call it; ChannelError where it does not answer well."""
    http = Http(watchdog)
    try:
        accepted(http.post(watchdog.url, b"", {}, watchdog.method), watchdog.url)
    finally:
        http.close()
