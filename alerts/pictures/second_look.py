"""Some minutes after a change there may be a still that is nearer to it than the one that was there at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from alerts.pictures.album import Album
from alerts.pictures.tied import Tied, worth
from alerts.records import Transition
from alerts.rules.findings import UNTOLD
from alerts.store.record import SqlRecord, move_cursor
from alerts.store.ties import SqlTies, tie
from ingest.store.leases import Fence
from ingest.store.tables import writing

log = logging.getLogger(__name__)

NAME = "pictures"
"""The cursor in the transitions: those up to it have been looked at twice."""
EVERY = timedelta(seconds=10)
MOST_PER_TURN = 300
TOO_OLD = timedelta(days=1)
"""What was recorded so long ago, before there were pictures or while nothing ran, is not looked at again."""


class SecondLook:
    """Woken from outside. Each change is looked at a second time once, ``after`` it was recorded."""

    def __init__(
        self, engine: Engine, album: Album, rules: Collection[str], after: timedelta, fence: Fence | None = None
    ) -> None:
        self._engine = engine
        self._record = SqlRecord(engine)
        self._ties = SqlTies(engine)
        self._album = album
        self._rules = rules
        self._after = after
        self._fence = fence

    def turn(self, now: datetime) -> int:
        """Look at what is due; how many stills were tied anew. It sends nothing."""
        due = self._due(now)
        if not due:
            return 0
        wanted = [each for each in due if self._is_wanted(each, now)]
        found = self._nearer(wanted, self._ties.of([each.id for each in wanted]))
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            tie(connection, found)
            move_cursor(connection, NAME, due[-1].id)
        return len(found)

    def _due(self, now: datetime) -> Sequence[Transition]:
        """Those whose time has come, up to the first that has to wait; a clock that was set back makes none wait."""
        after = self._record.transitions_after(self._record.cursor(NAME), MOST_PER_TURN)
        waits = [place for place, each in enumerate(after) if now - self._after < each.recorded_at <= now]
        return after[: waits[0]] if waits else after

    def _is_wanted(self, transition: Transition, now: datetime) -> bool:
        recent = now - transition.recorded_at < TOO_OLD
        return recent and transition.rule in self._rules and transition.cause not in UNTOLD

    def _nearer(self, wanted: Sequence[Transition], tied: Mapping[int, Tied]) -> dict[int, Tied]:
        found = {}
        for each in wanted:
            before, at = tied.get(each.id), each.observed_at
            after = self._album.nearest(each.station_id, at)
            if after is not None and (before is None or worth(after, at) < worth(before, at)):
                found[each.id] = after
        return found
