"""What can be set about public messages."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ingest.stations import Station, StationKind

Approvals = Literal[1, 2]
Level = Annotated[int, Field(ge=1, le=5)]


def same_person(name: str) -> str:
    """A name without what makes one person look like two: width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class Standing(BaseModel):
    """A rule that was approved in advance: what it covers is published at once when a rise is confirmed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="name of the rule")
    approved_by: tuple[str, ...] = Field(min_length=1, description="who approved it, by name or role")
    stations: tuple[str, ...] = Field(default=(), description="only these stations; empty for all")
    areas: tuple[str, ...] = Field(default=(), description="only these areas, by Japanese name; empty for all")
    kinds: tuple[StationKind, ...] = Field(default=(), description="only these kinds of station; empty for all")
    min_level: Level = Field(description="the lowest hazard that it publishes")
    valid_until: AwareDatetime = Field(description="when the approval ends, for example 2027-03-31T00:00:00+09:00")

    def covers(self, station: Station, level: int, at: datetime) -> bool:
        """Whether it publishes a rise to a level at a station."""
        area = station.area["ja"] if station.area else ""
        return (
            level >= self.min_level
            and at < self.valid_until
            and (not self.stations or station.id in self.stations)
            and (not self.areas or area in self.areas)
            and (not self.kinds or station.kind in self.kinds)
        )


class PublicMessages(BaseModel):
    """Who must agree before the public is told, and what a message is made with."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    draft_from: Level = Field(default=3, description="the hazard of a station from which on a draft is made")
    approvals: Approvals = Field(default=1, description="how many different persons approve a message: 1 or 2")
    approvals_by_level: dict[Level, Approvals] = Field(
        default={}, description="the same for some levels, where it differs"
    )
    author_may_approve: bool = Field(default=True, description="whether who wrote a message may be one of them")
    standing: tuple[Standing, ...] = Field(
        default=(), description="rules that were approved in advance: [[alerts.public.standing]]"
    )
    sender: str = Field(
        default="",
        pattern=r"^[^\s,<&]*$",
        description="who sends, in CAP: a name of the city on the internet; empty for one made of the city's id",
    )
    sender_name: dict[str, str] = Field(
        default={}, description="who sends, for people, by language; empty for the name of the city"
    )
    link: str = Field(
        default="",
        description="address of the public page as written in messages; empty for public.address",
    )
    feed_url: str = Field(
        default="",
        description=(
            "address of the feeds' folder as the public reaches it; empty for feeds/ below public.address, and "
            "relative links where that is empty too"
        ),
    )
    official: dict[str, str] = Field(
        default={}, description="where the official information is, by language; empty for a general sentence"
    )
    radius_km: float = Field(default=0.5, gt=0, le=50, description="kilometres around a station that a message is for")
    lasts_h: float = Field(default=6.0, ge=0.5, le=72, description="hours after which a published message expires")
    remind_min: float = Field(
        default=60.0, ge=5, le=600, description="minutes before it expires from which on staff are reminded"
    )
    remind_every_min: float = Field(default=15.0, ge=1, le=240, description="minutes between two reminders")
    draft_lasts_h: float = Field(default=12.0, ge=0.5, le=240, description="hours after which an unused draft expires")
    desk: str = Field(default="", description="the group of people who are told of drafts and reminded; empty for none")

    @model_validator(mode="after")
    def _standing_approved_by_enough(self) -> Self:
        for rule in self.standing:
            needed = max(self.needed(level) for level in range(rule.min_level, 6))
            if len({same_person(each) for each in rule.approved_by}) < needed:
                raise ValueError(f"the standing approval {rule.id} needs {needed} different names in approved_by")
        if len({each.id for each in self.standing}) < len(self.standing):
            raise ValueError("each standing approval needs an id of its own")
        return self

    def needed(self, gravity: int) -> int:
        """How many persons must approve a message of a gravity."""
        return self.approvals_by_level.get(gravity, self.approvals)

    @property
    def lasts(self) -> timedelta:
        """How long a published message is in force."""
        return timedelta(hours=self.lasts_h)

    def rule_for(self, station: Station, level: int, at: datetime) -> Standing | None:
        """The rule, approved in advance, that publishes a rise; None where people must decide."""
        return next((each for each in self.standing if each.covers(station, level, at)), None)
