"""What signs are told and say, from the threads of their channel into the record, with a line for whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine as Database

from alerts.channels.signs import SignState, recollected
from alerts.chronology.words import line
from alerts.records import Entry
from alerts.rules.sign import station_of
from alerts.store.chronology import enter
from alerts.store.signs import begun_since, keep_signs, read_signs
from ingest.stations import Registry
from ingest.store.leases import Fence
from ingest.store.tables import writing

KIND = "sign"
LOOK_BACK = timedelta(days=1)
"""Commands begun so long before a start may be missing in the record: it is seconds behind at the most."""
BETWEEN_REPORTS = timedelta(seconds=5)
"""A sign that changes by itself faster than that is written down as it stands then."""


class SignRecord:
    """The signs of one tenure. ``note`` may be called from any thread, the rest from that of the rounds."""

    def __init__(self, database: Database, registry: Callable[[], Registry], fence: Fence | None = None) -> None:
        self._database = database
        self._registry = registry
        self._fence = fence
        self._noting = Lock()
        self._known: dict[str, SignState] = {}
        self._kept: dict[str, SignState] = {}
        self._reported_at: dict[str, datetime] = {}

    def restore(self, now: datetime, state_at: Callable[[int], str], *, drill: bool) -> list[SignState]:
        """The signs as they are known at a start: what was written, and what was commanded after that."""
        with self._database.connect() as connection:
            self._kept = read_signs(connection)
            begun = begun_since(connection, now - LOOK_BACK)
        with self._noting:
            for topic in {*self._kept, *begun}:
                messages = [each for each in begun.get(topic, ()) if each.drill == drill]
                sign = self._kept.get(topic, SignState(topic))
                self._known[topic] = recollected(sign, messages, state_at)
        return self.signs()

    def note(self, sign: SignState) -> None:
        """A sign is so from now on. Quick, and never raises."""
        with self._noting:
            self._known[sign.topic] = sign

    def signs(self) -> list[SignState]:
        """Every sign as it is now, written or not."""
        with self._noting:
            return list(self._known.values())

    def turn(self, now: datetime) -> int:
        """Write what is new, with its lines of the chronology, all of it or nothing; how many signs that were."""
        changed = [each for each in self.signs() if self._is_due(each, now)]
        if not changed:
            return 0
        with writing(self._database) as connection:
            if self._fence is not None:
                self._fence(connection)
            keep_signs(connection, changed)
            enter(connection, *(entry for each in changed for entry in self._lines(each)))
        for each in changed:
            if self._only_reports(each):
                self._reported_at[each.topic] = now
            self._kept[each.topic] = each
        return len(changed)

    def _is_due(self, sign: SignState, now: datetime) -> bool:
        """One that was told nothing is none of ours: anybody may write on a topic that looks like a sign's."""
        if sign == self._kept.get(sign.topic) or not (sign.commanded or sign.levels):
            return False
        last = self._reported_at.get(sign.topic)
        # A clock that was set back must not keep anything from being written.
        rests = last is not None and last <= now < last + BETWEEN_REPORTS
        return not (rests and self._only_reports(sign))

    def _only_reports(self, sign: SignState) -> bool:
        kept = self._kept.get(sign.topic)
        return kept is not None and (kept.commanded_key, kept.levels) == (sign.commanded_key, sign.levels)

    def _lines(self, sign: SignState) -> Iterator[Entry]:
        return lines(self._kept.get(sign.topic, SignState(sign.topic)), sign, station_of(sign, self._registry()))


def lines(before: SignState, sign: SignState, station_id: str) -> Iterator[Entry]:
    """What the chronology says of the way from one state of a sign to a later one."""
    values = {"sign": sign.topic, "state": sign.commanded, "level": sign.level}
    new = (before.commanded_key, before.commanded) != (sign.commanded_key, sign.commanded)
    if new and sign.commanded_at is not None:
        yield line(sign.commanded_at, KIND, "sign_commanded", values, station_id=station_id)
    if not sign.commanded or sign.confirmed_at is None or sign.confirmed_at == before.confirmed_at:
        return
    reported = {**values, "reported": sign.confirmed}
    if sign.differs_since is None and (new or before.differs_since is not None):
        yield line(sign.confirmed_at, KIND, "sign_confirmed", reported, station_id=station_id)
    elif sign.confirmed != sign.commanded and (new or sign.confirmed != before.confirmed):
        yield line(sign.confirmed_at, KIND, "sign_differs", reported, station_id=station_id)
