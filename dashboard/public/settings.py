"""What can be set of the public site."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dashboard.public.push_settings import PushSettings
from dashboard.public.words.choice import chosen
from dashboard.public.words.languages import ON_BY_DEFAULT, Language

PUBLICATIONS = 3
"""So many publications come at least before the first page is old: one may find it too young to be written anew, one
may be late."""
_CONTACT = re.compile(r"(?:https?://|mailto:)\S+")
_ADDRESS = re.compile(r"https?://[^\s?#/][^\s?#]*/")


class DataSettings(BaseModel):
    """The open data: under which licence, and how it is written.

    ``every_s`` is in seconds of the house's clock.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    licence: Literal["cc-by-4.0", "pdl-1.0"] = Field(
        default="cc-by-4.0",
        description="licence of the open data: cc-by-4.0, or pdl-1.0 for 公共データ利用規約（第1.0版）",
    )
    attribution: dict[str, str] = Field(
        default={}, description="what to name as the source, by language; empty for one made of the city's name"
    )
    contact: str = Field(
        default="",
        description="where to ask about the data, for catalogues: https://… or mailto:…",
    )
    archive: bool = Field(
        default=True, description="whether the daily files and the history of each station are written"
    )
    every_s: float = Field(
        default=300.0, ge=10, description="seconds after which a daily file with news is written again"
    )

    @field_validator("contact")
    @classmethod
    def _can_be_asked(cls, contact: str) -> str:
        if contact and not _CONTACT.fullmatch(contact):
            raise ValueError("write https://city.example/contact or mailto:data@city.example, with what it begins with")
        return contact

    @field_validator("attribution")
    @classmethod
    def _names_the_source(cls, attribution: dict[str, str]) -> dict[str, str]:
        if attribution and not attribution.get("ja", "").strip():
            raise ValueError('the source is named in Japanese too: write ja = "…" beside the others, or leave it out')
        return attribution


class PublicSettings(BaseModel):
    """Times and languages of the public site.

    ``stale_after_s``, ``quiet_stale_after_s`` and ``refresh_s`` are real seconds in the reader's hand: after how
    long without a new page the reader is told that it is old (the second of a calm station's page, which is written
    anew less often), and how often the script looks for a new one.
    ``publish_every_s`` is in seconds of the house's clock: the longest a page stays when nothing changed.
    ``picture_too_old_s`` is too.
    ``address`` is the one that the public reaches the site by, with a slash at its end: it is printed on the page for
    the notice board, as text and as a QR code; without it there is no code.
    ``most_listed`` spots are on the overview, the worst first; all others are counted there and stand on the pages of
    their areas, so that the first page stays small whatever happens.

    A language whose texts are a draft is refused unless ``reviewed`` says who has read them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stale_after_s: float = Field(default=300.0, gt=0, description="age in seconds from which the page calls itself old")
    quiet_stale_after_s: float = Field(
        default=600.0,
        gt=0,
        description="the same for the page of a calm station, which is written anew less often",
    )
    refresh_s: float = Field(default=30.0, gt=0, description="seconds between a reader's looks for a newer page")
    publish_every_s: float = Field(
        default=60.0, gt=0, description="seconds after which an unchanged page is written anew"
    )
    picture_too_old_s: float = Field(
        default=3600.0,
        gt=0,
        description="age in seconds from which the picture of a public camera is not shown any more",
    )
    most_listed: int = Field(default=60, ge=1, le=200, description="spots on the overview; the others are counted")
    address: str = Field(
        default="",
        description="address of the site, with a slash at its end; for the QR code, feeds and catalogues",
    )
    push: PushSettings = Field(default=PushSettings(), description="copies of the site on other hosts")
    languages: tuple[str, ...] = Field(
        default=tuple(each.code for each in ON_BY_DEFAULT),
        description="languages of the pages by code, `ja` among them; zh, ko, vi and pt are drafts until reviewed",
    )
    data: DataSettings = Field(default=DataSettings(), description="the open data")
    reviewed: dict[str, str] = Field(
        default={}, description='who has read the drafted texts of a language and when: `vi = "…"`'
    )

    @field_validator("address")
    @classmethod
    def _is_of_a_site(cls, address: str) -> str:
        if address and not _ADDRESS.fullmatch(address):
            raise ValueError("write https://levels.city.example/ with https:// before it and a slash at its end")
        return address

    @model_validator(mode="after")
    def _is_written_before_it_is_old(self) -> Self:
        every_s, old_s = self.publish_every_s, self.stale_after_s
        if every_s * PUBLICATIONS > old_s:
            raise ValueError(
                f"a page that is written anew every {every_s:g} s (publish_every_s) would call itself old after "
                f"{old_s:g} s (stale_after_s) though all is well: write {old_s / PUBLICATIONS:g} or less for "
                f"publish_every_s, or {every_s * PUBLICATIONS:g} or more for stale_after_s"
            )
        if self.quiet_stale_after_s < old_s:
            raise ValueError(
                f"the page of a calm station would be old sooner than the first page: write {old_s:g} or more for "
                "quiet_stale_after_s, or less for stale_after_s"
            )
        return self

    @model_validator(mode="after")
    def _is_read(self) -> Self:
        chosen(self.languages, self.reviewed)
        return self

    def at_speed(self, clock_speed: float) -> Self:
        """For a house's clock of this speed: on a slow one fewer of its seconds pass until a page is old."""
        every_s = min(self.publish_every_s, self.stale_after_s * clock_speed / PUBLICATIONS)
        return self.model_copy(update={"publish_every_s": every_s})

    @property
    def spoken(self) -> tuple[Language, ...]:
        """The languages of the pages, Japanese first."""
        return chosen(self.languages, self.reviewed)
