"""What one turn notes: the transitions of changes, and which of them people are told of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from alerts.engine.book import Book
from alerts.incidents.muting import gauge_of
from alerts.records import Transition
from alerts.rules.findings import Cause, Change
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing
from alerts.store.record import Key
from ingest.readings import Reading

log = logging.getLogger(__name__)

UNTOLD_BEFORE = "untold"
"""Why a fall is not told of which nobody heard the rise."""


class Mutes(Protocol):
    """Who may say that nobody is told, and where somebody works."""

    def muted(self, transition: Transition) -> str:
        """Why nobody is told of it; empty where somebody is."""
        ...

    def worked_on(self, station_id: str, subject_id: str) -> bool:
        """Whether somebody works on it now."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """The reading that made a change, and whether it is of now."""

    reading: Reading
    live: bool


@dataclass(frozen=True)
class Telling:
    """The book of a turn, and the mutes and the time that hold for all of it."""

    book: Book
    mutes: Mutes
    now: datetime
    failures: list[Exception] = field(default_factory=list)

    @contextmanager
    def apart(self, key: Key) -> Iterator[None]:
        """What goes wrong with one alert leaves it as it was, and keeps nobody from being told of all others."""
        before = self.book.mark(key)
        try:
            yield
        except Exception as error:
            log.exception("the rule %s failed (%s)", *key)
            self.book.go_back(key, before)
            self.failures.append(error)

    def complain(self) -> None:
        """Raise the first failure, once all else is written: the round has come to no good end, and others hear it."""
        if self.failures:
            raise self.failures[0]

    def note(self, key: Key, change: Change, detail: Mapping[str, Any], source: Source | None = None) -> None:
        """Note the transition of a change; where it is told, that people know the level from now on."""
        transition = self._transition(key, change, detail, source)
        if change.told:
            transition = replace(transition, muted=self.mutes.muted(transition) or self._unheard(key, change))
        self._put(key, change, transition)

    def note_still(
        self, key: Key, at: datetime, detail: Callable[[Change], Mapping[str, Any]], source: Source | None = None
    ) -> None:
        """Where people were told of another level than the present one: tell them, unless nobody may be told yet."""
        alert = self.book.alert(key, "")
        standing = alert.standing
        if alert.told == standing.level:
            return
        change = Change(Cause.STILL, alert.told, standing.level, at, standing.unconfirmed, standing.unverified)
        transition = self._transition(key, change, detail(change), source)
        if not self.mutes.muted(transition):
            self._put(key, change, transition)

    def _unheard(self, key: Key, change: Change) -> str:
        """A fall to the level that people were told of last ends what nobody heard of (muted, or filled in)."""
        ends = change.cause in (Cause.FALL, Cause.UNWATCHED)
        return UNTOLD_BEFORE if ends and change.to_level == self.book.alert(key, "").told else ""

    def _put(self, key: Key, change: Change, transition: Transition) -> None:
        self.book.note(key, change, transition)
        if change.told and transition.live and not transition.muted:
            self.book.told(key, change.to_level)

    def _transition(self, key: Key, change: Change, detail: Mapping[str, Any], source: Source | None) -> Transition:
        rule, subject_id = key
        station_id = self.book.alert(key, "").station_id
        worked_on = self.mutes.worked_on(station_id, gauge_of(rule, subject_id, detail))
        more: dict[str, Any] = {"maintenance": True} if worked_on else {}
        if source is not None and source.reading.reasons:
            more["reasons"] = list(source.reading.reasons)
        return Transition(
            rule=rule,
            subject_id=subject_id,
            station_id=station_id,
            from_level=change.from_level,
            to_level=change.to_level,
            cause=change.cause,
            observed_at=source.reading.observed_at if source else change.at,
            recorded_at=self.now,
            reading_seq=source.reading.seq if source else 0,
            stage_m=source.reading.stage_m if source else None,
            unconfirmed=change.unconfirmed,
            unverified=change.unverified,
            live=source.live if source else True,
            detail={**detail, **more},
        )


def last_known(alert: Alert, last_m: float | None = None) -> dict[str, Any]:
    """What a message about the last level known says besides: since when it stands, when the gauge was last heard with
    a believed stage, and that stage in metres."""
    standing: Standing = alert.standing
    found = {"since": standing.since, "last_at": standing.observed_at}
    said: dict[str, Any] = {name: at.isoformat() for name, at in found.items() if at is not None}
    return said if last_m is None else said | {"last_m": last_m}
