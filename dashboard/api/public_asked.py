"""What is sent to the routes of public messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alerts.cap.flood import Issued, Place
from alerts.public.records import Given, Refused, Step, Where

PARTS = ("headline", "description", "instruction")
LANGUAGES = ("ja", "en")
MOST_STATIONS = 50
Headline = Annotated[str, Field(max_length=160)]
Text = Annotated[str, Field(max_length=2000)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Changing(BaseModel):
    """What a person writes; what is left out stays as it was, or is a general sentence in a new message."""

    model_config = ConfigDict(extra="forbid")

    headline_ja: Headline = ""
    description_ja: Text = ""
    instruction_ja: Text = ""
    headline_en: Headline = ""
    description_en: Text = ""
    instruction_en: Text = ""
    gravity: Annotated[int, Field(ge=1, le=5)] | None = None
    issued_id: int | None = Field(default=None, ge=0, description="number of an issued level in force; 0 takes it out")

    def given(self, issued: Issued | None) -> Given:
        """For the desk; ``issued`` is the level of ``issued_id``."""
        texts = {
            language: {part: said for part in PARTS if (said := getattr(self, f"{part}_{language}").strip())}
            for language in LANGUAGES
        }
        return Given(
            texts={language: parts for language, parts in texts.items() if parts},
            gravity=self.gravity,
            issued=issued,
            no_issued=self.issued_id == 0,
        )


class Reasoned(BaseModel):
    """What was wrong and why: receivers read it."""

    why_ja: Text = Field(min_length=1)
    why_en: Text = ""

    @property
    def why(self) -> dict[str, str]:
        """By language."""
        return {"ja": self.why_ja} | ({"en": self.why_en} if self.why_en.strip() else {})


class Editing(Changing):
    """``seen`` is the mark of the draft that was read: refused where it says something else by now."""

    seen: str = Field(default="", max_length=64)


class Drafting(Changing):
    """A new message: about stations, or about a place that has none, given as a circle."""

    stations: list[Annotated[str, Field(max_length=64)]] = Field(default=[], max_length=MOST_STATIONS)
    place_ja: Annotated[str, Field(max_length=100)] = ""
    place_en: Annotated[str, Field(max_length=100)] = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    radius_km: float = Field(default=0.5, gt=0, le=50)

    def where(self) -> tuple[Where, ...]:
        """The place without a station, none where nothing of it is given; Refused where only a part of it is."""
        name = self.place_ja.strip()
        if not name and not self.place_en.strip() and self.lat is None and self.lon is None:
            return ()
        if not name or self.lat is None or self.lon is None:
            raise Refused("a place needs its name, latitude and longitude", "half_a_place")
        names = {"ja": name} | ({"en": self.place_en.strip()} if self.place_en.strip() else {})
        return (Where(names, Place(circles=((self.lat, self.lon, self.radius_km),))),)


class Previewing(Drafting):
    """What is being written: ``id`` of the draft that is changed, or of the message that is followed as ``step``."""

    id: Number | None = None
    step: Step = Step.FIRST
    why_ja: Text = ""
    why_en: Text = ""

    @property
    def why(self) -> dict[str, str]:
        """By language."""
        return {"ja": self.why_ja} | ({"en": self.why_en} if self.why_en.strip() else {})


class Deciding(BaseModel):
    """``seen`` is the mark of the text that was read: refused where it says something else by now. ``despite`` is why
    the all-clear is given although a gauge says otherwise, or why a message is published that nobody gets."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(min_length=1, max_length=64)
    despite: Text = ""


class Withdrawing(BaseModel):
    """Why a draft is not wanted."""

    model_config = ConfigDict(extra="forbid")

    why: Text = ""


class Cancelling(Reasoned):
    """That all of it was wrong."""

    model_config = ConfigDict(extra="forbid")


class Correcting(Reasoned, Changing):
    """What was wrong, and what is right. ``last_seen`` is the newest published message of the chain as it was read:
    refused where another followed it, so that a repeat reaches nobody twice."""

    last_seen: Number
