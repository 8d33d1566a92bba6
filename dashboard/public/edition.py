"""Everything that the public is told at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import cast

from alerts.issued import IssuedLevel
from dashboard.public.areas import Area, by_area
from dashboard.public.course import Course24
from dashboard.public.days import Days
from dashboard.public.former import Former
from dashboard.public.memo import Made, Memo
from dashboard.public.messages import Messages
from dashboard.public.pictures import PublicPicture
from dashboard.public.settings import PublicSettings
from dashboard.public.signs import Tally, tally
from dashboard.public.spots import Group, Spot, spots
from dashboard.public.words.languages import ON_BY_DEFAULT, Language
from dashboard.views import Board
from ingest.clock import JST
from ingest.stations import StationKind

FAST = frozenset({StationKind.UNDERPASS, StationKind.WATERWAY})
"""Kinds of stations where water comes within minutes: a page says nothing of them for longer than the overview does."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a page lasts, in seconds of the house's clock: it is written anew after ``lasts_s``, and says of itself
    that it is old from ``old_after_s`` on."""

    lasts_s: float
    old_after_s: float


@dataclass(frozen=True)
class Edition:
    """One publication: the board, how fast its clock runs, the settings, the hashed asset names by plain name, what is
    told of the public cameras, the alert levels that the authority issued and the city published, and the last 24
    hours by gauge id, and the messages that were published. ``revision`` is that of the registry,
    ``since`` the first day of which there is open data, ``former`` are the stations of which the public was told
    and at which nothing is observed any more, ``memo`` what was made for editions before."""

    board: Board
    clock_speed: float
    settings: PublicSettings
    assets: Mapping[str, str]
    pictures: Sequence[PublicPicture] = ()
    issued: Sequence[IssuedLevel] = ()
    courses: Mapping[str, Course24] = field(default_factory=dict)
    messages: Messages = field(default_factory=Messages)
    languages: tuple[Language, ...] = ON_BY_DEFAULT
    revision: int = 0
    since: date | None = None
    former: Sequence[Former] = ()
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: Callable[[Edition], Made]) -> Made:
        """What a function makes of this edition, made when it is asked for first: it is the same in all languages."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every station that has a gauge, worst first. One that is told of as before is the same object as before."""
        return tuple(self.memo.same(("spot", each.station.id), each) for each in spots(self.board))

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The same by area, in the order of the registry."""
        return tuple(self.memo.same(("area", each.slug), each) for each in by_area(self.spots, self.board.registry))

    @cached_property
    def tallies(self) -> tuple[tuple[Area, Tally], ...]:
        """How many spots of each area have each sign."""
        kept = self.memo.of
        return tuple((each, kept(("tally", each.slug), each, partial(tally, each.spots))) for each in self.areas)

    @cached_property
    def days(self) -> Days:
        """The last 24 hours of the gauges, as they are drawn."""
        return Days(self.board, self.courses)

    @property
    def day(self) -> date:
        """Today in Japan: times of other days are shown with their date."""
        return self.board.at.astimezone(JST).date()

    @cached_property
    def common(self) -> object:
        """What every file depends on: where it changes, all are made anew, and nothing is kept.

        The registry itself is in it: an import may come between the look at its revision and the look at it.
        """
        told = (self.languages, self.settings, tuple(self.assets.items()), self.clock_speed)
        return (self.revision, self.board.registry, *told)

    def pictures_of(self, station_id: str) -> list[PublicPicture]:
        """What is told of the public cameras of a station."""
        return self._pictures.get(station_id, [])

    @cached_property
    def pictured(self) -> frozenset[str]:
        """The stations of which a picture is shown."""
        cameras = self.board.registry.cameras
        return frozenset(cameras[each.camera_id].station_id for each in self.pictures if each.path)

    @cached_property
    def _pictures(self) -> dict[str, list[PublicPicture]]:
        cameras, found = self.board.registry.cameras, dict[str, list[PublicPicture]]()
        for each in self.pictures:
            found.setdefault(cameras[each.camera_id].station_id, []).append(each)
        return found

    @property
    def every_minute(self) -> Lasting:
        """Of the pages that tell of the whole city."""
        return Lasting(self.settings.publish_every_s, self.settings.stale_after_s * self.clock_speed)

    @cached_property
    def quiet(self) -> Lasting:
        """Of a page that tells of no water."""
        return self._half(self.settings.quiet_stale_after_s)

    def lasting(self, spot: Spot) -> Lasting:
        """Of a page about a station: that of a calm one is written anew less often, unless it floods in minutes."""
        calm = spot.group is Group.LOW and spot.station.kind not in FAST
        return self.quiet if calm else self._lively

    @cached_property
    def _lively(self) -> Lasting:
        return self._half(self.settings.stale_after_s)

    def _half(self, old_after_real_s: float) -> Lasting:
        """Written anew when half of its time is over."""
        told, old_after_s = self.settings, old_after_real_s * self.clock_speed
        return Lasting(max(told.publish_every_s, old_after_s / 2), old_after_s)

    def old_from(self, lasting: Lasting) -> datetime:
        """From when on a page that is written now is old, by the clock of the house."""
        return self.board.at + timedelta(seconds=lasting.old_after_s)
