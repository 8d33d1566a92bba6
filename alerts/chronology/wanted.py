"""What one asks the chronology, and who answers: for the rooms above, which know no tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.public.records import PublicMessage
from alerts.records import Entry, Incident, Maintenance, Silence

PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: from ``since`` on, before ``until``, of an incident, of stations, of kinds, written by ``actors``,
    with ``text`` in their words as they are kept or in who wrote them; None or empty: any.

    Of an incident are also the messages that tell of several, with their deliveries: who was told stands there.
    """

    since: datetime | None = None
    until: datetime | None = None
    incident_id: int | None = None
    station_ids: Sequence[str] = ()
    kinds: Sequence[str] = ()
    actors: Sequence[str] = ()
    text: str = ""
    templates: Sequence[str] = ()
    """Of lines that are said by these templates (``words.line``)."""


EVERYTHING = Wanted()


class ChronologyLog(Protocol):
    """The chronology for those who read it. A place in it is the number of a line: what is written meanwhile moves
    nothing."""

    def last_seq(self) -> int:
        """The number of the newest line, 0 before the first."""
        ...

    def page(self, wanted: Wanted = EVERYTHING, after_seq: int = 0, limit: int = PAGE) -> list[Entry]:
        """The next lines after one, in the order in which they were written."""
        ...

    def newest(self, wanted: Wanted = EVERYTHING, limit: int = PAGE, before_seq: int | None = None) -> list[Entry]:
        """The lines before one, the newest first."""
        ...

    def whole(self, wanted: Wanted = EVERYTHING) -> Iterator[Entry]:
        """Every line that is wanted, page by page."""
        ...

    def count(self, wanted: Wanted = EVERYTHING, after_seq: int = 0) -> int:
        """How many lines are wanted after one."""
        ...

    def counts(self, wanted: Wanted = EVERYTHING) -> dict[str, int]:
        """How many lines are wanted, by kind."""
        ...

    def actors(self) -> list[str]:
        """Who wrote of late, by name."""
        ...


class NoChronology:
    """Where nothing was ever written."""

    def last_seq(self) -> int:
        """None."""
        return 0

    def page(self, wanted: Wanted = EVERYTHING, after_seq: int = 0, limit: int = PAGE) -> list[Entry]:
        """None."""
        del wanted, after_seq, limit
        return []

    def newest(self, wanted: Wanted = EVERYTHING, limit: int = PAGE, before_seq: int | None = None) -> list[Entry]:
        """None."""
        del wanted, limit, before_seq
        return []

    def whole(self, wanted: Wanted = EVERYTHING) -> Iterator[Entry]:
        """None."""
        return iter(self.page(wanted))

    def count(self, wanted: Wanted = EVERYTHING, after_seq: int = 0) -> int:
        """None."""
        del wanted, after_seq
        return 0

    def counts(self, wanted: Wanted = EVERYTHING) -> dict[str, int]:
        """None."""
        del wanted
        return {}

    def actors(self) -> list[str]:
        """Nobody."""
        return []


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands at one moment, read at once: open incidents worst first, what is silenced or worked on or is planned
    to be, and the public messages that are out or wait for a decision."""

    incidents: Sequence[Incident] = ()
    silences: Sequence[Silence] = ()
    maintenance: Sequence[Maintenance] = ()
    published: Sequence[PublicMessage] = ()
    drafts: Sequence[PublicMessage] = ()
    as_of: datetime | None = None
    """The moment of the past that it is about; None: now."""


class StandsLog(Protocol):
    """Who knows what stands."""

    def stands(self, now: datetime) -> Stands:
        """What stands at ``now``, which is the present."""
        ...

    def stood(self, at: datetime) -> Stands:
        """What stood at a moment of the past, as it was known then; of a message to the public, its words of today."""
        ...

    def opened(self, since: datetime, until: datetime) -> list[Incident]:
        """The incidents that were opened from a time on and before another, oldest first."""
        ...


class NothingStands:
    """Where nothing ever happened."""

    def stands(self, now: datetime) -> Stands:
        """Nothing."""
        del now
        return Stands()

    def stood(self, at: datetime) -> Stands:
        """Nothing."""
        return Stands(as_of=at)

    def opened(self, since: datetime, until: datetime) -> list[Incident]:
        """None."""
        del since, until
        return []
