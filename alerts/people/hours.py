"""The hours of a route: which days, from when until when, in Japan's time. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from pydantic import field_serializer, field_validator

from ingest.clock import JST
from ingest.stations import Frozen

_HOUR = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::00)?|24:00")
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

    @field_validator("begins", "ends", mode="before")
    @classmethod
    def _is_hour_and_minute(cls, given: Any) -> Any:
        """The validator alone would take 17 for seconds after midnight."""
        text = given.isoformat() if isinstance(given, time) else given
        if not isinstance(text, str) or not _HOUR.fullmatch(text):
            raise ValueError('write the time of the day in Japan as hours and minutes: "17:15"')
        return "00:00" if text.startswith("24:00") else text.zfill(5)

    @field_serializer("begins", "ends")
    def _as_written(self, at: time) -> str:
        return f"{at:%H:%M}"

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
