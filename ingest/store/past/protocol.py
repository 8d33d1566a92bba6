"""What may be asked of a past, whichever it is. The forwarder and the readers of long ranges know no more of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from ingest.readings import Quality, Reading

Span: TypeAlias = tuple[datetime, datetime]
"""From and until, both included."""


class PastError(Exception):
    """The past did not do what it was asked::

    PastError
    ├── PastAway      it does not answer, or not now: try again after ``after_s``
    ├── PastClosed    it will not let us, or there is no such place: somebody must put it right
    ├── PastTooLarge  too many readings at once
    └── PastRefused   something in what it was given cannot be kept
    """


class PastAway(PastError):
    """Network, time-out, overload, an error of its own; ``after_s`` is when it wants to be asked again, if it said."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class PastClosed(PastError):
    """Wrong credentials, no rights, no such database."""


class PastTooLarge(PastError):
    """More than it takes at once."""


class PastRefused(PastError):
    """At least one of the readings can never be kept."""


class Past(Protocol):
    """The time series of everything that was ever read. All methods raise PastError."""

    @property
    def name(self) -> str:
        """What the forwarder remembers it by."""
        ...

    @property
    def best_batch(self) -> int:
        """How many readings at once it takes best, where there are as many."""
        ...

    def keep(self, readings: Sequence[Reading]) -> None:
        """Keep readings durably, every revision of its own; the same ones again change nothing."""
        ...

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        """Everything observed in the spans, every revision, by ``observed_at``; of one quality or of all."""
        ...

    def extremes(self, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
        """Of the first revisions the lowest and the highest of each step and quality; steps are counted from 1970."""
        ...

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        """The corrections and requalifications observed in the span."""
        ...

    def forget(self, before: datetime, locked: Mapping[str, Sequence[Span]]) -> None:
        """Remove what was observed before a time, except what lies in the locked spans of its gauge."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
