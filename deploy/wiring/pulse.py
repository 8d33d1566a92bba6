"""What this process does, for its signs of life."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from deploy.doctor.clocks import is_synchronised
from deploy.holder import shown, this_process
from deploy.monitor.pulsing import Alive, Identity, Occasional, Pulsing
from deploy.monitor.service_probes import Beat, ScheduleProbe
from deploy.monitor.signs import Probe, Probed
from deploy.monitor.stills_probe import StillsProbe
from deploy.monitor.store_probes import ClockProbe, StoreProbe, disks_of, size_of
from deploy.schedule import Schedule
from deploy.services import Service
from deploy.settings import Settings
from deploy.standby import Standby
from deploy.web import WebServer
from deploy.wiring.belongings import carrying, database_files
from deploy.wiring.clockwork import machine_time
from deploy.wiring.ingest import HOUSEKEEPING
from deploy.wiring.stores import Stores, program_version, room_of
from ingest.lease import Lease
from ingest.pulse import Basis, Part
from ingest.store.pulses import SqlPulses
from ingest.store.tables import stills

OF_PROBE = {
    "ingest": Part.INGEST,
    "alerts lease": Part.ALERTS,
    "eyes": Part.EYES,
    "past": Part.FORWARDER,
    "public copy": Part.PUBLISHER,
    "public page": Part.PUBLISHER,
}
"""By the name of a service's probe the part that it looks at."""
OF_JOB = {
    "health": Part.KEEPER,
    "public-page": Part.PUBLISHER,
    "open-data": Part.PUBLISHER,
    "pull": Part.PULLER,
    "forwarder": Part.FORWARDER,
}
"""By the name of a job its part; the others are housekeeping."""
BY_LEASE = frozenset({Part.PULLER, Part.FORWARDER, Part.HOUSEKEEPING})
"""Parts whose jobs sleep while another process has the lease of the housekeeping."""
STORE_S, STILLS_S = 60.0, 600.0
"""Real seconds between two looks at the files, and between two sums of the stills."""


def with_pulse(settings: Settings, stores: Stores, services: Sequence[Service]) -> list[Service]:
    """The services, and behind them the signs of life of this process, where they do not bring them themselves."""
    if any(isinstance(each, Pulsing) for each in services):
        return [*services]
    me = this_process()
    who = Identity(me, shown(me), socket.gethostname(), program_version(), machine_time())
    parts = parts_of(settings, stores, services)
    return [*services, Pulsing(SqlPulses(stores.database), who, parts, machine_time)]


def parts_of(settings: Settings, stores: Stores, services: Sequence[Service]) -> list[Alive]:
    """What these services do, part by part, and what they stand on."""
    probes: dict[Part, list[Probe]] = {}
    for part, probe in [pair for each in services for pair in _probes(each)]:
        probes.setdefault(part, []).extend([probe] if probe else [])
    resting = _resting(services)
    return [Alive(part, found, resting.get(part, _works)) for part, found in probes.items()] + [
        Alive(Part.BASIS, _common(settings), basis=BasisOf(settings, stores, counts=Part.HOUSEKEEPING in probes))
    ]


def _works() -> bool:
    return False


def _probes(service: Service) -> Iterator[tuple[Part, Probe | None]]:
    if isinstance(service, Schedule):
        yield from _jobs(service)
    elif isinstance(service, WebServer):
        if service.part is not None:
            yield service.part, service.probe
    elif isinstance(service, Probed) and service.probe is not None and service.probe.name in OF_PROBE:
        yield OF_PROBE[service.probe.name], service.probe


def _jobs(schedule: Schedule) -> Iterator[tuple[Part, Probe]]:
    """A probe for each part whose jobs a schedule wakes."""
    of_part: dict[Part, list[str]] = {}
    for name in schedule.beats():
        of_part.setdefault(OF_JOB.get(name, Part.HOUSEKEEPING), []).append(name)
    for part, names in of_part.items():
        yield part, ScheduleProbe(_some(schedule, frozenset(names)))


def _some(schedule: Schedule, names: frozenset[str]) -> Callable[[], Mapping[str, Beat]]:
    return lambda: {name: beat for name, beat in schedule.beats().items() if name in names}


def _resting(services: Sequence[Service]) -> dict[Part, Callable[[], bool]]:
    """By part, what says that another process has its task."""
    found: dict[Part, Callable[[], bool]] = {}
    for each in services:
        if isinstance(each, Standby) and each.probe is not None and each.probe.name in OF_PROBE:
            found[OF_PROBE[each.probe.name]] = _standing_by(each)
        elif isinstance(each, Lease) and each.name == HOUSEKEEPING:
            found |= dict.fromkeys(BY_LEASE, _not_held(each))
    return found


def _standing_by(service: Standby[Any]) -> Callable[[], bool]:
    return lambda: service.standing_by


def _not_held(lease: Lease) -> Callable[[], bool]:
    return lambda: not lease.held


def _common(settings: Settings) -> list[Probe]:
    files = StoreProbe(settings.data_folder, database_files(settings), carrying(settings))
    return [Occasional(files, STORE_S, time.monotonic), StillsProbe(room_of(settings)), ClockProbe(machine_time)]


class BasisOf:
    """What this process stands on; the stills are summed up now and then, since there may be a million of them."""

    def __init__(self, settings: Settings, stores: Stores, *, counts: bool) -> None:
        """``counts`` where this process is one that sums up the stills."""
        self._counts = counts
        self._settings = settings
        self._stores = stores
        self._stills: int | None = None
        self._next_s = 0.0

    def __call__(self) -> Basis:
        """As it is now."""
        return Basis(
            disks=disks_of(carrying(self._settings)),
            databases={name: size_of(file) for name, file in database_files(self._settings).items()},
            stills_bytes=self._stills_bytes(),
            stills_most_bytes=self._settings.cameras.most_bytes,
            clock_kept=is_synchronised(),
        )

    def _stills_bytes(self) -> int | None:
        if self._counts and time.monotonic() >= self._next_s:
            with self._stores.database.connect() as connection:
                self._stills = int(connection.scalar(select(func.sum(stills.c.size_bytes))) or 0)
            self._next_s = time.monotonic() + STILLS_S
        return self._stills
