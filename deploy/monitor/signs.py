"""What a probe says: samples for /metrics and checks for /health. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol, runtime_checkable

from ingest.pulse import Fault


class State(IntEnum):
    """How something is; the worst of several is their maximum."""

    OK = 0
    DEGRADED = 1
    FAILED = 2


@dataclass(frozen=True, slots=True)
class Check:
    """How one thing is, in a sentence that says what to do where it is not well. There ``fault`` names it, with its
    ``figures``, for pages that have words of their own."""

    name: str
    state: State
    sentence: str
    fault: Fault | None = None
    figures: Mapping[str, float | str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}: {self.state.name.lower()}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Sample:
    """A number. A counter grows while the process lives (its name ends with _total); a gauge goes up and down."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def counter(self) -> bool:
        """Whether it only grows."""
        return self.name.endswith("_total")


class Probe(Protocol):
    """Looks at one part of a service, each time that somebody asks. It may raise: that is said in place of it."""

    @property
    def name(self) -> str:
        """The part that it looks at."""
        ...

    def samples(self) -> Iterable[Sample]:
        """Numbers of now."""
        ...

    def checks(self) -> Iterable[Check]:
        """How it is now."""
        ...


@runtime_checkable
class Probed(Protocol):
    """A service that brings a probe of its own."""

    @property
    def probe(self) -> Probe | None:
        """What looks at it."""
        ...


def worst(checks: Iterable[Check]) -> State:
    """The worst state; OK where there is nothing."""
    return max((each.state for each in checks), default=State.OK)


def checks_of(probes: Iterable[Probe]) -> list[Check]:
    """What all probes say of now; one that cannot look has failed."""
    found: list[Check] = []
    for probe in probes:
        try:
            found += probe.checks()
        except Exception as error:  # whatever is broken is what is asked about
            said = {"name": probe.name, "reason": _line(error)}
            sentence = f"cannot be looked at: {said['reason']}"
            found.append(Check(probe.name, State.FAILED, sentence, Fault.NOT_LOOKED_AT, said))
    return found


def samples_of(probes: Iterable[Probe]) -> list[Sample]:
    """All numbers of now; those of a probe that cannot look are left out, and its error is counted by the checks."""
    found: list[Sample] = []
    for probe in probes:
        try:
            found += list(probe.samples())
        except Exception:  # the check of the same probe says it
            continue
    return found


def _line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).replace("\n", " ")
