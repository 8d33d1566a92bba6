"""Where and when nobody would be told of a danger: what must be seen before the night on which it counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.channels.signs import CHANNEL as SIGNS
from alerts.people.directory import Directory
from alerts.people.hours import WEEK
from alerts.people.matters import Matter
from alerts.people.models import Route
from alerts.records import PUMP_IDLE, STAGE, URGENT_LEVEL
from ingest.clock import JST
from ingest.stations import Registry, Station

NOBODY = (
    "nobody is told of anything: alerts are recorded and shown, and sent to nobody; "
    "write a people file and run mizumori people import FILE"
)
SIGN, SIGN_LEVEL = "sign", 3
"""The rule of signs that do not obey, and its level by default."""
SHOWN = 6
_MONDAY = date(2024, 1, 1)
_DAY_MIN = 24 * 60
_LEVELS = (URGENT_LEVEL, URGENT_LEVEL + 1)


@dataclass(frozen=True)
class _Day:
    """A day to look at: what it is called, a date of that kind, and the holidays around it."""

    name: str
    on: date
    holidays: frozenset[date] = frozenset()


def gaps(directory: Directory, registry: Registry, at: datetime) -> list[str]:
    """A sentence for each set of stations and hours of which nobody would be told of hazard 4 or 5; empty where none.

    Who is away at ``at`` counts as not there. The hours of a route are what the city says: nothing widens them by
    itself, so a night without anybody is told here.
    """
    if not directory.routes:
        return [NOBODY]
    return [
        *_dead_ends(directory),
        *_of_stations(directory, registry, at),
        *_of_pumps(directory, registry, at),
        *_of_no_station(directory),
        *_of_signs(directory),
    ]


def _dead_ends(directory: Directory) -> Iterator[str]:
    for route in directory.routes:
        public = any(each.kind == "public" for name, each in directory.groups.items() if name in route.groups)
        if not public and not directory.receivers(route):
            yield f"route {route.id} leads to nobody: its groups have no member with an address for its channels"


def _of_stations(directory: Directory, registry: Registry, at: datetime) -> Iterator[str]:
    coverage = _Coverage(directory, at)
    found: dict[tuple[str, str], list[str]] = {}
    for station in registry.stations.values():
        for said in _of_station(station, coverage):
            found.setdefault(said, []).append(station.id)
    for (hazard, hours), stations in found.items():
        yield (
            f"nobody would be told of {hazard} at {_listed(stations)} ({hours}): "
            "give a route to them whose hours hold then, with somebody who is there"
        )


def _of_station(station: Station, coverage: _Coverage) -> Iterator[tuple[str, str]]:
    sure = {level: coverage.missing(station, level, unconfirmed=False) for level in _LEVELS}
    unsure = {level: coverage.missing(station, level, unconfirmed=True) for level in _LEVELS}
    for text in dict.fromkeys(each for each in sure.values() if each):
        yield f"hazard {_and(level for level in _LEVELS if sure[level] == text)}", text
    for text in dict.fromkeys(unsure[level] for level in _LEVELS if unsure[level] != sure[level]):
        levels = _and(level for level in _LEVELS if unsure[level] == text)
        yield f"an unconfirmed hazard {levels}, which only staff groups hear of,", text


def _and(levels: Iterable[int]) -> str:
    return " and ".join(map(str, levels))


def _of_pumps(directory: Directory, registry: Registry, at: datetime) -> Iterator[str]:
    """Pumps that stand still in such water are a hazard as well: a route for the stage alone does not tell of them."""
    coverage = _Coverage(directory, at)
    found: dict[str, list[str]] = {}
    for station_id in dict.fromkeys(each.station_id for each in registry.pumps.values()):
        station = registry.stations[station_id]
        hours = coverage.missing(station, URGENT_LEVEL, unconfirmed=False, rule=PUMP_IDLE)
        if hours and hours != coverage.missing(station, URGENT_LEVEL, unconfirmed=False):
            found.setdefault(hours, []).append(station_id)
    for hours, stations in found.items():
        yield (
            f"nobody would be told of pumps that stand still in a flood at {_listed(stations)} ({hours}): "
            f"give a route to them with the rule {PUMP_IDLE}, or without rules"
        )


def _listed(stations: Sequence[str]) -> str:
    more = f" and {len(stations) - SHOWN} more" if len(stations) > SHOWN else ""
    return f"{', '.join(stations[:SHOWN])}{more}"


def _of_no_station(directory: Directory) -> Iterator[str]:
    gateway = Matter("gateway", "", "", None, level=2)
    if not any(each.wants(gateway) and directory.receivers(each) for each in directory.routes):
        yield (
            "nobody would be told of a gateway, which belongs to no station: "
            "give a staff group a route without stations, areas and kinds, with min_level = 2 or lower"
        )


def _of_signs(directory: Directory) -> Iterator[str]:
    """Where there are signs, somebody must hear that one fails; a sign that is told so does not count."""
    addresses = (each for contact in directory.contacts.values() for each in contact.addresses)
    if not any(each.channel == SIGNS for each in addresses):
        return
    routes = (
        each for each in directory.routes if each.min_level <= SIGN_LEVEL and (not each.rules or SIGN in each.rules)
    )
    if all(each.channel == SIGNS for route in routes for each in directory.receivers(route)):
        yield (
            "nobody would be told of a sign or siren that does not do what it was told: "
            f"give a staff group a route with the rule {SIGN}, or without rules, with min_level = {SIGN_LEVEL} or lower"
        )


class _Coverage:
    """The hours at which a set of routes leads to nobody; each set is worked out once."""

    def __init__(self, directory: Directory, at: datetime) -> None:
        self._directory = directory
        self._at = at
        self._days = list(_days(directory))
        self._known: dict[tuple[str, ...], str] = {}
        self._leads: dict[tuple[str, int, bool], bool] = {}

    def missing(self, station: Station, level: int, *, unconfirmed: bool, rule: str = STAGE) -> str:
        """The hours in words; empty where somebody is told at every one."""
        area = station.area["ja"] if station.area else ""
        matter = Matter(rule, station.id, area, station.kind, level, unconfirmed)
        routes = [each for each in self._directory.routes if each.wants(matter) and self._leads_on(each, matter)]
        key = tuple(each.id for each in routes)
        if key not in self._known:
            self._known[key] = _in_words({day.name: list(_open(routes, day)) for day in self._days})
        return self._known[key]

    def _leads_on(self, route: Route, matter: Matter) -> bool:
        key = (route.id, matter.level, matter.unconfirmed)
        if key not in self._leads:
            self._leads[key] = self._directory.leads(route, matter, self._at)
        return self._leads[key]


def _days(directory: Directory) -> Iterator[_Day]:
    week = [_MONDAY + timedelta(days=each) for each in range(7)]
    yield from (_Day(name, on) for name, on in zip(WEEK, week, strict=True))
    if directory.people.holidays:
        yield from (_Day(f"a holiday on {name}", on, frozenset({on})) for name, on in zip(WEEK, week, strict=True))
        for name, on in zip(WEEK, week, strict=True):
            yield _Day(f"{name} after a holiday", on, frozenset({on - timedelta(days=1)}))


def _open(routes: Sequence[Route], day: _Day) -> Iterator[tuple[int, int]]:
    """The stretches of a day, in minutes, at which none of the routes holds."""
    edges = {0, *(_minute(each) for route in routes for hours in route.hours for each in (hours.begins, hours.ends))}
    begins = sorted(edges)
    for begin, end in zip(begins, [*begins[1:], _DAY_MIN], strict=True):
        at = datetime.combine(day.on, time(begin // 60, begin % 60), JST)
        if not any(route.is_on(at, day.holidays) for route in routes):
            yield begin, end


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _in_words(found: Mapping[str, Sequence[tuple[int, int]]]) -> str:
    spans = {day: _joined(each) for day, each in found.items()}
    if all(each == "00:00–24:00" for each in spans.values()):
        return "at any hour"
    plain = {spans[day] for day in WEEK}
    said: dict[str, list[str]] = {}
    for day, text in spans.items():
        if text and (day in WEEK or text not in plain):
            said.setdefault(text, []).append(day)
    return "; ".join(f"{', '.join(days)} {text}" for text, days in said.items())


def _joined(spans: Sequence[tuple[int, int]]) -> str:
    merged: list[tuple[int, int]] = []
    for begin, end in spans:
        if merged and merged[-1][1] == begin:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return " and ".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in merged)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
