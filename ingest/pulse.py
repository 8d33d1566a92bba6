"""Signs of life of the services, and what is wrong with them: the words that all rooms share. Pure.

Each process writes what its parts do into the database every few seconds. Nobody compares the clocks of two hosts to
find out who is dead: whoever reads watches by its own clock whether the number of the last beat still moves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BEAT_S = 5.0
"""Real seconds between two signs of life of a process."""
STOPPED_AFTER_S = 30.0
"""Real seconds without one after which a process counts as stopped, where nothing told so before."""


class Part(StrEnum):
    """What a process does; a process has several parts, and a part may run in several processes.

    ``keeper`` folds the health of the devices, ``basis`` is what a process stands on: files, disk, clock.
    """

    INGEST = "ingest"
    ALERTS = "alerts"
    PUBLISHER = "publisher"
    DASHBOARD = "dashboard"
    KEEPER = "keeper"
    EYES = "eyes"
    PULLER = "puller"
    FORWARDER = "forwarder"
    ANSWERS = "answers"
    HOUSEKEEPING = "housekeeping"
    BASIS = "basis"


class Fault(StrEnum):
    """What can be wrong with a part, a channel or a disk; each has words in every catalogue."""

    STOPPED = "stopped"
    ENDED = "ended"
    NEVER_SEEN = "never_seen"
    NOBODY_ACTIVE = "nobody_active"
    SPARE_STOPPED = "spare_stopped"
    BEHIND = "behind"
    NOT_LOOKED_AT = "not_looked_at"
    HEALTH_UNREAD = "health_unread"
    SERVER_ENDED = "server_ended"
    SERVER_HANGS = "server_hangs"
    CANNOT_START = "cannot_start"
    BROKER_AWAY = "broker_away"
    NO_MESSAGES = "no_messages"
    CANNOT_WRITE = "cannot_write"
    SLOW_WRITING = "slow_writing"
    JOB_STALLED = "job_stalled"
    JOB_FAILED = "job_failed"
    STILLS_WAIT = "stills_wait"
    LEASE_UNSURE = "lease_unsure"
    ALERTS_STALLED = "alerts_stalled"
    WATCHDOG = "watchdog"
    PAST_AWAY = "past_away"
    PAST_REFUSES = "past_refuses"
    PAST_BEHIND = "past_behind"
    NO_STILLS = "no_stills"
    DISK_FULL = "disk_full"
    DISK_LOW = "disk_low"
    DISK_FILLS = "disk_fills"
    FOLDER_CLOSED = "folder_closed"
    DATABASE_LOCKED = "database_locked"
    DATABASE_CLOSED = "database_closed"
    DATABASE_DAMAGED = "database_damaged"
    CLOCK_STEPPED = "clock_stepped"
    CLOCK_APART = "clock_apart"
    VERSIONS_DIFFER = "versions_differ"
    CHANNEL_FAILED = "channel_failed"
    CHANNEL_UNTRIED = "channel_untried"
    CHANNEL_RETRIES = "channel_retries"
    CHANNEL_WAITS = "channel_waits"
    QUOTA_ALL = "quota_all"
    QUOTA_RESERVE = "quota_reserve"
    QUOTA_WARNED = "quota_warned"
    SIGN_DIFFERS = "sign_differs"
    COPY_BEHIND = "copy_behind"
    PUBLICATION_OLD = "publication_old"
    NOTHING_PUBLISHED = "nothing_published"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault as the part itself says it. ``failed``: it does not do its work; otherwise it does it badly.

    ``figures`` go into the words: numbers with their unit in the name, ``reason`` in the words of system or library.
    """

    fault: Fault
    failed: bool
    figures: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of some folders of a host; ``folder`` names it, ``uses`` are those on it (data, database, stills,
    public)."""

    folder: str
    uses: tuple[str, ...]
    free_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What a process stands on. ``databases`` are sizes by name; ``stills_bytes`` is None where it was not counted.

    ``clock_kept`` says whether a time service keeps the machine's clock, None where the system does not tell.
    """

    disks: tuple[Disk, ...] = ()
    databases: Mapping[str, int] = field(default_factory=dict)
    stills_bytes: int | None = None
    stills_most_bytes: int | None = None
    clock_kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last sign of life of a part in a process. ``at`` is by the clock of its host, for people only.

    ``process`` names it as no other (see deploy/holder.py), ``shown`` as people read it. ``ended`` says that it was
    stopped in order.
    """

    part: Part
    process: str
    shown: str
    host: str
    version: str
    started_at: datetime
    at: datetime
    beat: int
    standing_by: bool = False
    ended: bool = False
    troubles: tuple[Trouble, ...] = ()
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Lag:
    """What waits for a part: how many, and when the first of them was received. ``older`` is a backlog beside it."""

    count: int = 0
    since: datetime | None = None
    older: int = 0


@dataclass(frozen=True, slots=True)
class _Watched:
    """A beat: when it was first seen, how old it was then, and by how much its own time was behind ours."""

    beat: int
    moved_s: float
    before_s: float
    behind_s: float


class Listener:
    """Watches whether the beats still move. ``monotonic`` gives real seconds that only grow."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._watched: dict[tuple[str, Part], _Watched] = {}
        self._looked_s = monotonic()

    def ages_s(self, pulses: Iterable[Pulse], now: datetime) -> dict[tuple[str, Part], float]:
        """Seconds since the last sign of life of each part of each process.

        At the first sight of one its own time is believed; from then on only whether its beat moves. Of one that moved
        while nobody looked its own clock says when, measured by what that clock told the time before.
        """
        now_s = self._monotonic()
        found = {(each.process, each.part): self._watch(each, now, now_s) for each in pulses}
        self._watched, self._looked_s = found, now_s
        return {key: now_s - each.moved_s + each.before_s for key, each in found.items()}

    def _watch(self, pulse: Pulse, now: datetime, now_s: float) -> _Watched:
        behind_s = (now - pulse.at).total_seconds()
        before = self._watched.get((pulse.process, pulse.part))
        if before is None:
            return _Watched(pulse.beat, now_s, max(0.0, behind_s), behind_s)
        if before.beat == pulse.beat:
            return before
        unseen_s = min(max(0.0, behind_s - before.behind_s), now_s - self._looked_s)
        return _Watched(pulse.beat, now_s, unseen_s, behind_s)
