"""Metrics and health of the services that run in one process."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.deliveries.limits import Quota
from alerts.engine.ledger import NAME as READINGS
from deploy.monitor.outward_probes import AlertProbe
from deploy.monitor.server import Monitor
from deploy.monitor.signs import Probe, Probed
from deploy.monitor.stills_probe import StillsProbe
from deploy.monitor.store_probes import ClockProbe, LogProbe, StoreProbe
from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.belongings import carrying, database_files
from deploy.wiring.clockwork import machine_time
from deploy.wiring.pulse import with_pulse
from deploy.wiring.stores import Stores, program_version, room_of


def monitored(settings: Settings, stores: Stores, services: Sequence[Service], name: str, port: int) -> list[Service]:
    """The services, their signs of life, and a monitor behind them, or none where its port is 0. ``name`` is the
    command's."""
    alive = with_pulse(settings, stores, services)
    if port == 0:
        return alive
    probes = [*common_probes(settings, stores), *probes_of(services)]
    return [*alive, Monitor(name, program_version(), probes, settings.monitor.host, port)]


def probes_of(services: Sequence[Service]) -> list[Probe]:
    """The probes that services bring with them."""
    return [each.probe for each in services if isinstance(each, Probed) and each.probe is not None]


def common_probes(settings: Settings, stores: Stores) -> list[Probe]:
    """What every service stands on, and the record that all of them share."""
    return [
        StoreProbe(settings.data_folder, database_files(settings), carrying(settings)),
        LogProbe(stores.database, stores.log.dead_letters),
        AlertProbe(stores.deliveries, lambda: behind(stores), machine_time, quotas_of(settings)),
        StillsProbe(room_of(settings)),
        ClockProbe(machine_time),
    ]


def quotas_of(settings: Settings) -> dict[str, Quota]:
    """What the plans of channels allow in a month, of those that have a limit."""
    return {name: each.quota for name, each in settings.alerts.outbox.items() if each.per_month}


def monitor_line(settings: Settings, port: int) -> list[str]:
    """Where it is, for the screen."""
    host = settings.monitor.host
    return [f"  health, metrics  http://{host}:{port}/health  http://{host}:{port}/metrics"] if port else []


def behind(stores: Stores) -> int:
    """Readings that the rules have not considered yet."""
    return max(0, stores.log.marks().reading_seq - stores.alerts.cursor(READINGS))
