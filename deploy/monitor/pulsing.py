"""The signs of life of this process: what its probes say goes into the database every few seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from deploy.monitor.signs import Check, Probe, Sample, State, checks_of
from ingest.pulse import BEAT_S, Basis, Fault, Part, Pulse, Trouble

log = logging.getLogger(__name__)

STOP_WITHIN_S = 10.0


def _works() -> bool:
    """Nobody else has the task of a part without a lease."""
    return False


@dataclass(frozen=True)
class Alive:
    """A part of this process: what looks at it, and whether another process has its task."""

    part: Part
    probes: Sequence[Probe] = ()
    standing_by: Callable[[], bool] = _works
    basis: Callable[[], Basis] | None = None


class Occasional:
    """A probe that is asked only every so often: what it says costs more than a moment."""

    def __init__(self, probe: Probe, every_s: float, monotonic: Callable[[], float]) -> None:
        self.name = probe.name
        self._probe = probe
        self._every_s = every_s
        self._monotonic = monotonic
        self._next_s = 0.0
        self._said: list[Check] = []

    def samples(self) -> Iterable[Sample]:
        """Nothing: they are for /metrics, which asks the probe itself."""
        return ()

    def checks(self) -> Iterable[Check]:
        """What it said last; it is asked again where that is long ago."""
        if not self._said or self._monotonic() >= self._next_s:
            self._said = list(self._probe.checks())
            self._next_s = self._monotonic() + self._every_s
        return self._said


@dataclass(frozen=True)
class Identity:
    """Who writes: this process as no other is called, and as people read it."""

    process: str
    shown: str
    host: str
    version: str
    started_at: datetime


class Pulses(Protocol):
    """Where signs of life are written."""

    def beat(self, mine: Sequence[Pulse]) -> None:
        """Write those of one process."""
        ...

    def end(self, process: str, at: datetime) -> None:
        """Write that a process ends in order."""
        ...


@dataclass
class Pulsing:
    """The service that writes them; the last to start, so that what it tells of is there. ``now`` is machine time."""

    store: Pulses
    identity: Identity
    parts: Sequence[Alive]
    now: Callable[[], datetime]
    every_s: float = BEAT_S
    _beat: int = 0
    _failing: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say that this process ends in order."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)
        self._try(lambda: self.store.end(self.identity.process, self.now()))

    def turn(self) -> None:
        """One sign of life of every part."""
        at, who = self.now(), self.identity
        self._beat += 1
        first = Pulse(Part.BASIS, who.process, who.shown, who.host, who.version, who.started_at, at, self._beat)
        self.store.beat([_of(first, each) for each in self.parts])

    def _run(self) -> None:
        while not self._ended.is_set():
            self._try(self.turn)
            self._ended.wait(self.every_s)

    def _try(self, what: Callable[[], object]) -> None:
        try:
            what()
            self._failing = ""
        except Exception as error:  # without a sign of life others take us for dead, which is what they should
            said = str(getattr(error, "orig", None) or error)
            if said != self._failing:
                log.error("no sign of life could be written (%s); it is tried again", said)
            self._failing = said


def _of(first: Pulse, alive: Alive) -> Pulse:
    checks, basis = checks_of(alive.probes), None
    try:
        basis = alive.basis() if alive.basis else None
    except Exception as error:  # the other parts of this process live all the same
        figures = {"name": alive.part.value, "reason": str(error)}
        checks.append(Check(alive.part, State.FAILED, f"cannot be looked at: {error}", Fault.NOT_LOOKED_AT, figures))
    troubles = tuple(_trouble(each) for each in checks if each.state is not State.OK)
    return replace(first, part=alive.part, standing_by=alive.standing_by(), troubles=troubles, basis=basis)


def _trouble(check: Check) -> Trouble:
    failed = check.state is State.FAILED
    if check.fault is None:
        return Trouble(Fault.NOT_LOOKED_AT, failed, {"name": check.name, "reason": check.sentence})
    return Trouble(check.fault, failed, check.figures)
