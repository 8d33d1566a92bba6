"""The hours of a route: which days, from when until when, in Japan's time. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pydantic import field_validator

from ingest.clock import JST
from ingest.stations import Frozen

NO_HOLIDAYS: frozenset[date] = frozenset()


class Day(StrEnum):
    """A day of the week, or a day of the list of holidays, which then is no day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


WEEK = tuple(Day)[:7]


def day_of(on: date, holidays: Collection[date]) -> Day:
    """What kind of day a date is."""
    return Day.HOLIDAY if on in holidays else WEEK[on.weekday()]


class Hours(Frozen):
    """A stretch of the day, on some days; ``begins`` belongs to it and ``ends`` does not.

    One that ends at or before its beginning goes on into the next day, whatever day that is: the night of a Friday is
    Friday's. Empty ``days`` are all days, holidays among them.
    """

    days: tuple[Day, ...] = ()
    begins: time = time(0)
    ends: time = time(0)

    @field_validator("begins", "ends")
    @classmethod
    def _is_japanese_time(cls, at: time) -> time:
        if at.tzinfo is not None:
            raise ValueError('write the hour of the day in Japan, without an offset: "17:15"')
        return at

    def hold(self, at: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> bool:
        """Whether an aware time is inside."""
        local = at.astimezone(JST)
        today, clock = local.date(), local.time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends and self._begin_on(today, holidays)
        if clock >= self.begins:
            return self._begin_on(today, holidays)
        return clock < self.ends and self._begin_on(today - timedelta(days=1), holidays)

    def _begin_on(self, on: date, holidays: Collection[date]) -> bool:
        return not self.days or day_of(on, holidays) in self.days
