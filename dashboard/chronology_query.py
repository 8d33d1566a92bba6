"""What a page or a program asks of the chronology, as it stands in an address: ``?station=…&kind=…&from=…``. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from alerts.chronology.wanted import ChronologyLog, Wanted
from alerts.records import Entry
from ingest.clock import JST

LINES = 100
"""Lines of one page."""
MOST_LINES = 500
LONGEST = 200
"""Letters of a search."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "water": ("transition", "evidence", "sign"),
    "acts": ("acknowledged", "assigned", "closed", "note", "answer", "silence", "maintenance", "handover"),
    "telling": ("message", "delivery", "escalation", "reminder"),
    "public": ("public", "issued"),
    "system": ("setting", "people", "registry", "service", "drill"),
}
"""Kinds of line that one asks for together."""


class Unclear(ValueError):
    """Something in an address that cannot be understood: ``name`` of the part, and what was ``written``."""

    def __init__(self, name: str, written: str) -> None:
        super().__init__(f"{name}={written}")
        self.name = name
        self.written = written


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. ``kind`` is the id of a kind or of a group. ``before`` and ``after`` are numbers of lines, of
    which at most one is set: a page of lines before or after one. ``oldest_first`` turns each page around, and
    ``follow`` lets new lines come in by themselves."""

    stations: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    incident: int | None = None
    before: int | None = None
    after: int | None = None
    oldest_first: bool = False
    follow: bool = False

    def wanted(self) -> Wanted:
        """The lines that it is about, of all pages."""
        kinds = dict.fromkeys(kind for each in self.kinds for kind in GROUPS.get(each, (each,)))
        persons = (self.person,) if self.person else ()
        return Wanted(self.since, self.until, self.incident, self.stations, tuple(kinds), persons, self.text)

    @property
    def newest_page(self) -> bool:
        """Whether it is the page on which new lines appear."""
        return self.before is None and self.after is None

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return self.wanted() != Wanted()

    def first(self) -> Query:
        """The same from the newest line on."""
        return replace(self, before=None, after=None)

    def search(self) -> str:
        """The part of the address behind the path: with its ``?``, or empty."""
        pairs = [
            *(("station", each) for each in self.stations),
            *(("kind", each) for each in self.kinds),
            ("person", self.person),
            ("from", local(self.since)),
            ("to", local(self.until)),
            ("q", self.text),
            ("incident", str(self.incident or "")),
            ("before", str(self.before or "")),
            ("after", str(self.after or "")),
            ("order", "oldest" if self.oldest_first else ""),
            ("follow", "1" if self.follow else ""),
        ]
        said = urlencode([(name, value) for name, value in pairs if value])
        return f"?{said}" if said else ""


def query_of(search: str | None, kinds: Collection[str]) -> Query:
    """What an address asks for; Unclear for what is no time, number or kind of ``kinds``."""
    asked = parse_qs((search or "").removeprefix("?"))
    chosen = tuple(each for each in asked.get("kind", ()) if each)
    for each in chosen:
        if each not in kinds and each not in GROUPS:
            raise Unclear("kind", each)
    before = _number(asked, "before")
    return Query(
        stations=tuple(each for each in asked.get("station", ()) if each),
        kinds=chosen,
        person=_one(asked, "person"),
        since=moment(_one(asked, "from"), "from"),
        until=moment(_one(asked, "to"), "to"),
        text=_one(asked, "q")[:LONGEST],
        incident=_number(asked, "incident"),
        before=before,
        after=None if before else _number(asked, "after"),
        oldest_first=_one(asked, "order") == "oldest",
        follow=_one(asked, "follow") == "1",
    )


def moment(written: str, name: str) -> datetime | None:
    """A time, that of Japan where it has no offset; None for nothing. Unclear where it is none."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
        return (at if at.tzinfo is not None else at.replace(tzinfo=JST)).astimezone(JST)
    except (ValueError, OverflowError) as error:
        raise Unclear(name, written) from error


def local(at: datetime | None) -> str:
    """A time of Japan as a field of a form has it: ``2026-07-01T18:00``."""
    return "" if at is None else f"{at.astimezone(JST):%Y-%m-%dT%H:%M}"


def _one(asked: Mapping[str, list[str]], name: str) -> str:
    return asked.get(name, [""])[0].strip()


def _number(asked: Mapping[str, list[str]], name: str) -> int | None:
    written = _one(asked, name)
    if not written:
        return None
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        raise Unclear(name, written)
    return int(written)


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of lines, newest first. ``older`` and ``newer`` are the numbers to go on from, None where nothing is
    there; ``last_seq`` is the newest line of all when it was read."""

    entries: Sequence[Entry]
    older: int | None = None
    newer: int | None = None
    last_seq: int = 0


def lines(log: ChronologyLog, query: Query, limit: int = LINES) -> Lines:
    """The page that is asked for. Its bounds are numbers of lines: what is written meanwhile moves nothing."""
    last_seq, wanted = log.last_seq(), query.wanted()
    if query.after is not None:
        return _after(log, wanted, query.after, limit, last_seq)
    found = log.newest(wanted, limit + 1, query.before)
    shown = found[:limit]
    newer = shown[0].seq if shown and query.before is not None else None
    return Lines(shown, shown[-1].seq if len(found) > limit else None, newer, last_seq)


def _after(log: ChronologyLog, wanted: Wanted, after: int, limit: int, last_seq: int) -> Lines:
    found = log.page(wanted, after, limit + 1)
    shown = found[:limit][::-1]
    older = shown[-1].seq if shown else after + 1
    return Lines(shown, older, shown[0].seq if len(found) > limit else None, last_seq)


def level_of(detail: Mapping[str, Any]) -> int:
    """The highest level that a line tells of, 0 where none."""
    return max((each for each in (detail.get("to_level"), detail.get("level")) if isinstance(each, int)), default=0)
