"""A system that is well, and one with several faults at once, as they are read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.channel_state import ChannelState, SignSeen
from dashboard.staff.services import StaffServices
from dashboard.system import SystemFacts
from ingest.pulse import Basis, Disk, Fault, Lag, Part, Pulse, Trouble
from ingest.readings import DeadLetter
from ingest.store.protocol import LetterReason
from tests.dashboard.health_desk import health_desk
from tests.dashboard.staff_fakes import Desk

GB = 1_000_000_000
TOPIC = "mizumori/v1/mori-weir/gauge/mori-weir-02/reading"


def pulse(part: Part, now: datetime, **more: object) -> Pulse:
    """A sign of life of a moment ago."""
    began = now - timedelta(hours=30)
    usual = Pulse(part, "srv/1 412 9", "srv (412)", "srv", "0.9.0", began, now - timedelta(seconds=2), beat=1)
    return replace(usual, **more)  # type: ignore[arg-type]


def letter(now: datetime, head: bytes = b'{"stage_m": "high", "token": "abc123"}') -> DeadLetter:
    """A refused message."""
    at = now - timedelta(minutes=4)
    return DeadLetter(TOPIC, at, "malformed", "stage_m: input should be a number", head, len(head), id=7)


def well(now: datetime) -> SystemFacts:
    """Every part runs, a channel works, and something was refused days ago."""
    disk = Disk("/var/lib/mizumori", ("data", "public"), 180 * GB, 500 * GB)
    basis = Basis((disk,), {"present": 812_000_000, "past": 9 * GB}, 31 * GB, 50 * GB, True)
    parts = [pulse(each, now) for each in Part if each is not Part.BASIS]
    hours = range(72, 0, -1)
    falling = [(now - timedelta(hours=each), (180 + each // 4) * GB) for each in hours]
    return SystemFacts(
        read_at=now,
        pulses=[*parts, pulse(Part.BASIS, now, basis=basis)],
        expected=frozenset(Part) - {Part.BASIS},
        lags={each: Lag() for each in (Part.ALERTS, Part.KEEPER, Part.FORWARDER, Part.EYES)},
        channels=[ChannelState("email", sent_at=now - timedelta(minutes=9), used=210, per_minute=60)],
        signs=[SignSeen("signs/underpass-1", "closed", now - timedelta(minutes=20), "closed", now)],
        letters=[LetterReason("malformed", 9, 2, 0, False, now - timedelta(days=2), None)],
        room={("srv", disk.folder): falling},
    )


def sick(now: datetime) -> SystemFacts:
    """The alert engine is dead, the broker away, a channel fails, one is used up, the past refuses, the disk is low."""
    facts = well(now)
    away = Trouble(Fault.BROKER_AWAY, failed=True, figures={"broker": "mqtt:8883", "s": 185.0})
    closed = Trouble(Fault.PAST_REFUSES, failed=False, figures={"reason": "401 unauthorized"})
    low = Trouble(Fault.DISK_LOW, failed=False, figures={"gb": 31.4, "pct": 6.3, "folder": "/var/lib/mizumori"})
    changed = {
        Part.INGEST: {"troubles": (away,)},
        Part.FORWARDER: {"troubles": (closed,)},
        Part.BASIS: {"troubles": (low,)},
        Part.ALERTS: {"at": now - timedelta(minutes=6)},
    }
    since = now - timedelta(minutes=6)
    failed = ChannelState(
        "line", now - timedelta(hours=3), now - timedelta(minutes=2), "HTTP 401: invalid token", failed_day=4,
        waiting=3,
        waiting_since=since, retried=3, retry_error="HTTP 401: invalid token", used=198, per_month=200, ordinary=160,
        warned=160,
    )  # fmt: skip
    busy = LetterReason("malformed", 221, 2, 212, True, now - timedelta(minutes=4), letter(now))
    return replace(
        facts,
        pulses=[replace(each, **changed.get(each.part, {})) for each in facts.pulses],  # type: ignore[arg-type]
        lags={**facts.lags, Part.ALERTS: Lag(1204, since), Part.FORWARDER: Lag(1199, since, older=52_000)},
        channels=[*facts.channels, failed],
        letters=[busy],
    )


@dataclass
class FakeSystem:
    """What the house knows of itself, as the test says."""

    facts: SystemFacts
    kept: Sequence[DeadLetter] = field(default_factory=list)
    dead: set[Part] = field(default_factory=set)
    looks: int = 0

    def look(self, now: datetime) -> SystemFacts:
        """What the test put there; the beats of what is not ``dead`` move."""
        del now
        self.looks += 1
        pulses = [
            each if each.part in self.dead else replace(each, beat=each.beat + self.looks) for each in self.facts.pulses
        ]
        return replace(self.facts, pulses=pulses)

    def letters(self, reason: str, limit: int) -> Sequence[DeadLetter]:
        """Those that were kept."""
        return [each for each in self.kept if each.reason == reason][:limit]


def system_desk(now: datetime | None = None, *, ill: bool = False) -> tuple[Desk, FakeSystem, StaffServices]:
    """A desk in the storm with a system of its own."""
    at = health_desk(now)
    fake = FakeSystem((sick if ill else well)(at.now), [letter(at.now)], {Part.ALERTS} if ill else set())
    return at, fake, replace(at.services, system=fake)
