"""How silences and work on gauges are written in answers, and what is sent to begin, change and end them."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from alerts.records import Maintenance, Silence
from dashboard.api.incident_words import Asked, Words
from dashboard.api.times import Moment
from ingest.stations import Identifier

MOST_NAMED = 2000
LONGEST_MIN = 90 * 24 * 60


class Lasting(Asked):
    """Until when: at a time, or so many minutes from now."""

    ends_at: Moment | None = Field(default=None, description="either this or minutes")
    minutes: int | None = Field(default=None, ge=1, le=LONGEST_MIN, description="from now on, in place of ends_at")

    @model_validator(mode="after")
    def _says_one_end(self) -> Lasting:
        if (self.ends_at is None) == (self.minutes is None):
            raise PydanticCustomError("one_end", "write ends_at or minutes")
        return self

    def end(self, now: datetime) -> datetime:
        """When it ends. Minutes are counted from the whole minute on, so that a double click says the same."""
        if self.ends_at is not None:
            return self.ends_at
        assert self.minutes is not None
        return now.replace(second=0, microsecond=0) + timedelta(minutes=self.minutes + 1)


class Beginning(Lasting):
    """What begins now, or at a time to come, and why."""

    reason: Words
    begins_at: Moment | None = Field(default=None, description="left out: now")


class Silencing(Beginning):
    """A mute of messages; it never mutes hazard 4 and 5."""

    station_ids: tuple[Identifier, ...] = Field(default=(), max_length=MOST_NAMED, description="empty: all stations")
    rules: tuple[Identifier, ...] = Field(default=(), max_length=100, description="empty: all rules")

    def silence(self, by: str, now: datetime) -> Silence:
        """What the desk is asked for."""
        begins_at = self.begins_at or now
        return Silence(by, self.reason, begins_at, self.end(now), self.station_ids, self.rules)


class Maintaining(Beginning):
    """Work on gauges of a station."""

    station_id: Identifier
    gauge_ids: tuple[Identifier, ...] = Field(
        default=(), max_length=100, description="empty: every gauge of the station"
    )

    def maintenance(self, by: str, now: datetime) -> Maintenance:
        """What the desk is asked for."""
        begins_at = self.begins_at or now
        return Maintenance(self.station_id, by, self.reason, begins_at, self.end(now), self.gauge_ids)


class SilenceSaid(BaseModel):
    """A mute of messages with author, reason and end."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    station_ids: list[str] = Field(description="empty: all stations")
    rules: list[str] = Field(description="empty: all rules")
    ended_by: str


class MaintenanceSaid(BaseModel):
    """Work on gauges of a station: held from the public, marked for staff."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    station_id: str
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    gauge_ids: list[str] = Field(description="empty: every gauge of the station")
    ended_by: str


class Silences(BaseModel):
    """Those that have not ended, the newest first."""

    silences: list[SilenceSaid]


class Works(BaseModel):
    """The work that has not ended, the newest first."""

    maintenance: list[MaintenanceSaid]


def silence(found: Silence) -> SilenceSaid:
    """A silence in words."""
    return SilenceSaid.model_validate(found)


def maintenance(found: Maintenance) -> MaintenanceSaid:
    """Work on gauges in words."""
    return MaintenanceSaid.model_validate(found)
