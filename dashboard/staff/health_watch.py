"""How the devices are, as staff see it: the states that the keeper wrote, judged at the present time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboard.staff.services import StaffServices
from ingest.health.fold import Device, GaugeState
from ingest.health.judge import judge
from ingest.health.problems import Health
from ingest.readings import Reading
from ingest.stations import Registry
from ingest.store.protocol import DeadLetterSummary

JUDGE_EVERY_S = 3.0
"""Real seconds between two judgements: silence does not come faster, and a large city takes its time."""
KEEPER_LATE_AFTER_S = 60.0
"""Real seconds without a turn of the keeper after which its word is old."""


@dataclass(frozen=True, slots=True)
class HealthPicture:
    """The devices as they are known at ``at``. ``health`` is None before the first registry.

    ``heard_at`` is when anything was received last, refused messages included. ``keeper_at`` is the keeper's last
    turn, and ``health`` is that of then: what came since is not folded yet, and must not be taken for silence. Where
    ``old`` is set, that is long ago.
    """

    at: datetime
    health: Health | None = None
    letters: DeadLetterSummary = field(default_factory=DeadLetterSummary)
    heard_at: datetime | None = None
    keeper_at: datetime | None = None
    old: bool = False

    @property
    def to_act_on(self) -> int | None:
        """How many devices somebody must look after; None while nobody knows."""
        return None if self.health is None or self.old or self.keeper_at is None else self.health.to_act_on


class HealthWatch:
    """Reads what changed since the last look, and judges it anew every few seconds. Blocking; for one thread."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._revision = 0
        self._states: dict[str, GaugeState] = {}
        self._registry: Registry | None = None
        self._devices: dict[str, Device] = {}
        self.picture: HealthPicture | None = None

    def look(self, registry: Registry | None, newest: Iterable[Reading], now: datetime) -> HealthPicture:
        """The picture at ``now``: the last one where that was a moment ago and of the same registry."""
        self._meet(registry)
        step = timedelta(seconds=JUDGE_EVERY_S * self._services.clock.speed)
        if self.picture is not None and timedelta(0) <= now - self.picture.at < step:
            return self.picture
        changes = self._services.health.changed_after(self._revision)
        if changes.revision < self._revision:  # another database: an older one was restored
            self._states, changes = {}, self._services.health.changed_after(0)
        self._revision = changes.revision
        self._states.update(changes.states)
        letters, turned_at = self._services.log.dead_letters(), changes.turned_at
        received = [each.received_at for each in newest] + [letters.newest_at]
        self.picture = HealthPicture(
            at=now,
            health=judge(self._devices, self._states, turned_at or now, self._services.limits) if registry else None,
            letters=letters,
            heard_at=max((each for each in received if each is not None), default=None),
            keeper_at=turned_at,
            old=turned_at is not None and self._is_late(turned_at, now),
        )
        return self.picture

    def _meet(self, registry: Registry | None) -> None:
        if registry is self._registry or registry is None:
            return
        self._registry, self.picture = registry, None
        self._devices = {
            gauge.id: Device.of(gauge, registry.stations[gauge.station_id].kind) for gauge in registry.gauges.values()
        }
        self._states = {gauge_id: state for gauge_id, state in self._states.items() if gauge_id in self._devices}

    def _is_late(self, turned_at: datetime, now: datetime) -> bool:
        return now - turned_at > timedelta(seconds=KEEPER_LATE_AFTER_S * self._services.clock.speed)
