"""Which files have to be written: pure bookkeeping, by station and day in Japan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

EVERY = "*"
"""Every station, in place of more names than MOST_NAMED."""
MOST_NAMED = 50
WHOLE = 0
"""Every day of a month."""


@dataclass
class Due:
    """What of the files is older than what the store holds.

    ``days``: of a daily file the stations. ``months``: of a station's monthly file (named by the first of the month)
    the days of the month. ``histories``: the stations whose whole file lacks what their monthly files have.
    """

    days: dict[date, set[str]] = field(default_factory=dict)
    months: dict[str, dict[date, set[int]]] = field(default_factory=dict)
    histories: set[str] = field(default_factory=set)

    def mark(self, station_id: str, day: date) -> None:
        """A day of a station changed."""
        self._mark_daily(station_id, day)
        self.months.setdefault(station_id, {}).setdefault(day.replace(day=1), set()).add(day.day)

    def mark_span(self, station_id: str, first: date, last: date) -> None:
        """All days of a station from the first to the last changed, or may have; nothing where these are swapped."""
        for each in range((last - first).days + 1):
            self.mark(station_id, first + timedelta(days=each))

    def mark_months(self, station_id: str, first: date, last: date) -> None:
        """As ``mark_span``, for long spans: of the monthly files the whole."""
        for each in range((last - first).days + 1):
            day = first + timedelta(days=each)
            self._mark_daily(station_id, day)
            self.months.setdefault(station_id, {}).setdefault(day.replace(day=1), set()).add(WHOLE)

    def take_day(self, day: date) -> set[str]:
        """The stations of a daily file that are to be written, which are then not due any more."""
        return self.days.pop(day, set())

    def take_month(self, station_id: str, month: date, before: date) -> set[int]:
        """The days of a monthly file that lie before a day; what does not, stays due."""
        marked = self.months.get(station_id, {}).pop(month, set())
        end = min(_length(month), (before - month).days)
        over = set(range(1, end + 1)) if WHOLE in marked else {each for each in marked if each <= end}
        if later := {each for each in marked if each > end}:
            self.months[station_id][month] = later
        elif not self.months.get(station_id, True):
            del self.months[station_id]
        return over

    def next_day(self, before: date) -> Iterator[date]:
        """The daily files that are due of days before one, the newest first."""
        return iter(sorted((each for each in self.days if each < before), reverse=True))

    def next_month(self, before: date) -> tuple[str, date] | None:
        """A monthly file that is due with days before one: station after station, the newest month first."""
        found = ((station_id, self.month_of(station_id, before)) for station_id in sorted(self.months))
        return next(((station_id, month) for station_id, month in found if month is not None), None)

    def month_of(self, station_id: str, before: date) -> date | None:
        """The newest monthly file of a station that is due with days before one."""
        months = self.months.get(station_id, {})
        ready = (month for month in months if month < before and max(min(months[month]), 1) <= (before - month).days)
        return max(ready, default=None)

    def next_history(self, before: date) -> str | None:
        """A station whose whole file is due, and none of its months any more."""
        return next((each for each in sorted(self.histories) if self.month_of(each, before) is None), None)

    def add(self, other: Due) -> None:
        """What is due of both."""
        for day, stations in other.days.items():
            for station_id in stations:
                self._mark_daily(station_id, day)
        for station_id, months in other.months.items():
            for month, days in months.items():
                self.months.setdefault(station_id, {}).setdefault(month, set()).update(days)
        self.histories |= other.histories

    def _mark_daily(self, station_id: str, day: date) -> None:
        marked = self.days.setdefault(day, set())
        if EVERY not in marked:
            marked.add(station_id)
            if len(marked) > MOST_NAMED:
                self.days[day] = {EVERY}


def _length(month: date) -> int:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - month.toordinal()


def as_json(due: Due) -> dict[str, Any]:
    """What ``from_json`` reads."""
    return {
        "days": {day.isoformat(): sorted(stations) for day, stations in due.days.items()},
        "months": {
            station_id: {month.isoformat(): sorted(days) for month, days in months.items()}
            for station_id, months in due.months.items()
        },
        "histories": sorted(due.histories),
    }


def from_json(value: dict[str, Any]) -> Due:
    """What was written; KeyError, TypeError, ValueError or AttributeError where it is nothing that we wrote."""
    return Due(
        {date.fromisoformat(day): set(stations) for day, stations in value["days"].items()},
        {
            station_id: {date.fromisoformat(month): set(days) for month, days in months.items()}
            for station_id, months in value["months"].items()
        },
        set(value["histories"]),
    )
