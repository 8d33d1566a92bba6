"""Silences and maintenance by the hand of people: begun, ended and extended, each in one transaction with its line of
the chronology. Both end by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.chronology.words import STAFF, line
from alerts.incidents import acts
from alerts.incidents.acts import DeskError
from alerts.incidents.settings import IncidentSettings
from alerts.records import Entry, Maintenance, Silence
from alerts.rules.table import NAMES
from alerts.store import mutes
from alerts.store.chronology import enter
from ingest.clock import Clock
from ingest.stations import Registry, named
from ingest.store.tables import writing


class MuteDesk:
    """Every method raises DeskError, one sentence, where the act cannot be done."""

    def __init__(
        self,
        engine: Engine,
        registry: Callable[[], Registry],
        settings: IncidentSettings,
        clock: Clock,
        rules: Sequence[str] = NAMES,
    ) -> None:
        self._engine = engine
        self._registry = registry
        self._settings = settings
        self._clock = clock
        self._rules = rules

    def begin_silence(self, asked: Silence) -> Silence:
        """Mute messages of places and rules until a time. Never those of hazard 4 and 5."""
        now = self._clock.now()
        silence = acts.checked_silence(asked, now, self._settings.silence_most, self._registry(), self._rules)
        with writing(self._engine) as connection:
            for each in mutes.silences_since(connection, now):
                if _same(each, silence):
                    return each
            made = replace(silence, id=mutes.add_silence(connection, silence))
            stations = self._registry().stations
            names = [named(stations[each].name, STAFF) for each in made.station_ids]
            scope = {"places": names, "rules": list(made.rules), "station_ids": list(made.station_ids)}
            enter(connection, _silence_line(made, now, "silence_begun", made.author, **scope, **_terms(made)))
        return made

    def end_silence(self, silence_id: int, by: str) -> Silence:
        """End a silence before its time; one that has ended already stays as it is."""
        now, who = self._clock.now(), acts.person(by)
        with writing(self._engine) as connection:
            found = mutes.silence(connection, silence_id)
            if found is None:
                raise DeskError(
                    f"there is no silence {silence_id}: mizumori alert silence list shows those that there are",
                    "no_silence",
                    number=silence_id,
                )
            if found.ends_at <= now:
                return found
            ended = replace(found, ends_at=now, ended_by=who)
            mutes.end_silence(connection, silence_id, now, who)
            enter(connection, _silence_line(ended, now, "silence_ended", who))
        return ended

    def begin_maintenance(self, asked: Maintenance) -> Maintenance:
        """Mark gauges of a station as being worked on until a time: the public sees no level of theirs, staff see it
        marked, and messages below hazard 4 are muted."""
        now = self._clock.now()
        work = acts.checked_maintenance(asked, now, self._settings.maintenance_most, self._registry())
        with writing(self._engine) as connection:
            for each in mutes.maintenance_since(connection, now):
                if _same(each, work):
                    return each
            made = replace(work, id=mutes.add_maintenance(connection, work))
            enter(connection, _work_line(made, now, "maintenance_begun", made.author, **_terms(made)))
        return made

    def extend_maintenance(self, maintenance_id: int, ends_at: datetime, by: str) -> Maintenance:
        """Let it end at another time; DeskError for one that has ended."""
        now, who = self._clock.now(), acts.person(by)
        with writing(self._engine) as connection:
            found = _work(connection, maintenance_id)
            longer = acts.extended(found, ends_at, now, self._settings.maintenance_most)
            if longer != found:
                mutes.end_maintenance(connection, maintenance_id, ends_at)
                enter(connection, _work_line(longer, now, "maintenance_extended", who, ends=ends_at))
        return longer

    def end_maintenance(self, maintenance_id: int, by: str) -> Maintenance:
        """The work is done; what has ended already stays as it is."""
        now, who = self._clock.now(), acts.person(by)
        with writing(self._engine) as connection:
            found = _work(connection, maintenance_id)
            if found.ends_at <= now:
                return found
            ended = replace(found, ends_at=now, ended_by=who)
            mutes.end_maintenance(connection, maintenance_id, now, who)
            enter(connection, _work_line(ended, now, "maintenance_ended", who))
        return ended


def _work(connection: Connection, maintenance_id: int) -> Maintenance:
    found = mutes.one_maintenance(connection, maintenance_id)
    if found is None:
        raise DeskError(
            f"there is no maintenance {maintenance_id}: mizumori alert maintenance list shows those that there are",
            "no_maintenance",
            number=maintenance_id,
        )
    return found


def _same(there: Silence | Maintenance, asked: Silence | Maintenance) -> bool:
    """Whether the same was said already: a second click makes no second one."""
    began = abs(there.begins_at - asked.begins_at) <= acts.NOW_WITHIN
    return began and replace(there, id=0, begins_at=asked.begins_at) == asked


def _silence_line(silence: Silence, now: datetime, name: str, by: str, **values: object) -> Entry:
    """It belongs to a station where the silence is about that one alone."""
    station_id = silence.station_ids[0] if len(silence.station_ids) == 1 else ""
    said = {"number": silence.id, **values}
    return line(now, "silence", name, said, actor=by, station_id=station_id, ref_id=silence.id)


def _work_line(work: Maintenance, now: datetime, name: str, by: str, **values: object) -> Entry:
    said = {"number": work.id, "gauges": list(work.gauge_ids), **values}
    return line(now, "maintenance", name, said, actor=by, station_id=work.station_id, ref_id=work.id)


def _terms(each: Silence | Maintenance) -> dict[str, object]:
    return {"begins": each.begins_at, "ends": each.ends_at, "reason": each.reason}
