"""The alert level that the authority has issued (発令された警戒レベル), as a person of the city entered it.

It never comes from a gauge: the hazard of a gauge is another thing, and nothing turns the one into the other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ingest.stations import Registry, Station

LEVELS = (0, 1, 2, 3, 4, 5)
"""0: what was issued there is lifted."""
AHEAD = timedelta(minutes=5)
"""How far clocks may differ before a time lies in the future."""
LONGEST = 200


class WrongIssue(Exception):
    """What was entered cannot be kept: one sentence, and ``name`` for screens, which have words of their own."""

    def __init__(self, sentence: str, name: str) -> None:
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True, slots=True)
class Announced:
    """What a person enters. ``area`` is the Japanese name of an area of the registry, ``station_id`` a single station;
    both empty: the whole city. ``issued_by`` says who issued it, as announced."""

    level: int
    issued_by: str
    issued_at: datetime
    area: str = ""
    station_id: str = ""


@dataclass(frozen=True, slots=True)
class IssuedLevel:
    """An announcement as it is kept: what, and who entered it when. A later one for the same place takes its place."""

    announced: Announced
    entered_by: str
    entered_at: datetime
    drill: bool = False
    id: int = 0

    @property
    def level(self) -> int:
        """1 to 5; 0 lifts what was issued there before."""
        return self.announced.level

    def concerns(self, station: Station) -> bool:
        """Whether it was issued for where the station is."""
        asked = self.announced
        if asked.station_id:
            return asked.station_id == station.id
        return not asked.area or (station.area is not None and station.area["ja"] == asked.area)


class IssuedLevels(Protocol):
    """Who keeps them."""

    def mark(self) -> int:
        """It grows with every entry."""
        ...

    def in_force(self) -> list[IssuedLevel]:
        """What stands now, the gravest first; what was lifted is not among them."""
        ...

    def newest(self, limit: int = 50) -> list[IssuedLevel]:
        """What was entered, the newest first."""
        ...

    def enter(self, by: str, announced: Announced) -> IssuedLevel:
        """Keep an announcement, with its line of the chronology; WrongIssue in one sentence where it cannot be."""
        ...


def standing(entered: Iterable[IssuedLevel]) -> list[IssuedLevel]:
    """Of entries in their order the last of each place, the gravest first; lifted ones are left out."""
    last = {(each.announced.area, each.announced.station_id): each for each in entered}
    found = [each for each in last.values() if each.level]
    return sorted(found, key=lambda each: (-each.level, each.announced.issued_at, each.id))


def at_station(in_force: Sequence[IssuedLevel], station: Station) -> IssuedLevel | None:
    """The gravest that concerns a station; None where none stands."""
    return max((each for each in in_force if each.concerns(station)), key=lambda each: each.level, default=None)


def place_names(area: str, station_id: str, registry: Registry) -> Mapping[str, str]:
    """Where a level was issued for, by language: the city where both are empty."""
    if station_id:
        station = registry.stations.get(station_id)
        return station.name if station is not None else {"ja": station_id}
    return registry.areas.get(area, {"ja": area}) if area else registry.city.name


def check(announced: Announced, in_force: Sequence[IssuedLevel], now: datetime) -> None:
    """WrongIssue where it is no announcement."""
    if announced.level not in LEVELS:
        raise WrongIssue("the level is 1 to 5, or 0 to lift it", "level")
    if not announced.issued_by.strip() or len(announced.issued_by) > LONGEST:
        raise WrongIssue(f"say who issued it, in 1 to {LONGEST} characters", "by")
    if announced.area and announced.station_id:
        raise WrongIssue("name an area or a station, not both", "both")
    if announced.issued_at > now + AHEAD:
        raise WrongIssue("the time lies in the future: enter it when it has been issued", "future")
    places = {(each.announced.area, each.announced.station_id) for each in in_force}
    if announced.level == 0 and (announced.area, announced.station_id) not in places:
        raise WrongIssue("no level stands there that could be lifted", "nothing")
