"""The page of a station: its level, what that means and what to do, its last day, and what its cameras show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from markupsafe import Markup, escape

from alerts.issued import IssuedLevel
from alerts.public.scope import area_of
from dashboard.public.areas import file_name
from dashboard.public.days import Day
from dashboard.public.drawings.hydrograph import DrawnWords, midnight_of
from dashboard.public.edition import Edition
from dashboard.public.messages import Notice, issued_at
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.verdict import unknown_lines, verdict
from dashboard.public.sheets import Sheet
from dashboard.public.signs import places
from dashboard.public.spots import PublicGauge, Spot, State
from dashboard.public.words import Words
from dashboard.public.words.languages import Language
from ingest.stations import Registry, Station

Neighbours: TypeAlias = Sequence[tuple[str, Station]]
"""Where (``upstream`` or ``downstream``) which station is."""
FOLDER = "stations"
HELD = (State.BEING_CHECKED, State.MAINTENANCE)
"""What such a gauge said last is not pointed out: the newest point of its drawing is not marked."""


@dataclass(frozen=True, slots=True)
class GaugePart:
    """What the page says of one gauge. ``next_level`` is (hazard, stage in metres, metres to go) of the next threshold
    above, None where none is or the stage is not of now; ``levels`` are (hazard, stage_m), the highest first."""

    told: PublicGauge
    graph: Markup
    described: str
    rows: Markup
    levels: Sequence[tuple[int, float]]
    next_level: tuple[int, float, float] | None
    reasons: Sequence[str]


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The pages of all stations in a language."""
    around = edition.memo.of("neighbours", None, partial(_neighbours, edition.board.registry))
    for spot, known, lasts_s in edition.once(_listed):
        station = spot.station
        make = partial(page, edition, language, spot, around.get(station.id, ()))
        yield Sheet(f"{language.folder}{address(station.id)}", known, make, lasts_s)


def _listed(edition: Edition) -> Sequence[tuple[Spot, object, float]]:
    """Of each spot its facts and how long its page lasts."""
    return [(spot, _kept_facts(edition, spot), edition.lasting(spot).lasts_s) for spot in edition.spots]


def _kept_facts(edition: Edition, spot: Spot) -> object:
    # The same object as before, since they are compared in every language.
    return edition.memo.same(("station", spot.station.id), facts(edition, spot))


def address(station_id: str) -> str:
    """Where the page of a station is, below the folder of a language."""
    return f"{FOLDER}/{station_id}.html"


def facts(edition: Edition, spot: Spot) -> object:
    """What the page of a station depends on."""
    days = tuple(edition.days.facts(told.gauge.id) for told in spot.gauges)
    issued, told = said_here(edition, spot.station)
    return (spot, days, tuple(edition.pictures_of(spot.station.id)), tuple(issued), told, edition.day)


def said_here(edition: Edition, station: Station) -> tuple[Sequence[IssuedLevel], tuple[Notice, ...]]:
    """What the city issued for the place of a station, and what it said in messages."""
    return issued_at(edition.issued, station), edition.messages.at_station(station, edition.board.at)


def page(edition: Edition, language: Language, spot: Spot, neighbours: Neighbours = ()) -> bytes:
    """The page of a station; ``neighbours`` are the next ones on its water."""
    words, station = words_of(edition, language), spot.station
    issued, told = said_here(edition, station)
    return render(
        "station_page.html",
        edition,
        language,
        address(station.id),
        edition.lasting(spot),
        words=words,
        spot=spot,
        station=station,
        verdict=verdict(spot, words),
        parts=[_part(edition, spot, told, words) for told in spot.gauges],
        pictures=edition.pictures_of(station.id),
        issued_here=issued,
        told_here=told,
        area_address=f"areas/{file_name(area_of(station))}.html",
        neighbours=neighbours,
    )


def _neighbours(registry: Registry) -> Mapping[str, Neighbours]:
    """Of each station the ones next above and next below it that have a page."""
    paged = {station.id: station for station in places(registry)}
    found: dict[str, list[tuple[str, Station]]] = {}
    for station in paged.values():
        for above in (paged[each] for each in station.upstream if each in paged):
            found.setdefault(station.id, []).append(("upstream", above))
            found.setdefault(above.id, []).append(("downstream", station))
    return {each: sorted(near, key=_upstream_first) for each, near in found.items()}


def _upstream_first(neighbour: tuple[str, Station]) -> bool:
    return neighbour[0] != "upstream"


def _part(edition: Edition, spot: Spot, told: PublicGauge, words: Words) -> GaugePart:
    kind = spot.station.kind
    day = edition.days.of(told.gauge, kind)
    return GaugePart(
        told=told,
        graph=_graph(told, day, words),
        described=_described(told, day, words),
        rows=_rows(told, day, words),
        levels=sorted(day.levels.items(), reverse=True),
        next_level=_next_level(told, day),
        reasons=_reasons(told, words),
    )


def _reasons(told: PublicGauge, words: Words) -> Sequence[str]:
    if told.checked:
        return [words.t("state.newer_checked")]
    known = told.hazard is not None or told.state is State.UNJUDGED
    return () if known else list(unknown_lines(told, words))


def _next_level(told: PublicGauge, day: Day) -> tuple[int, float, float] | None:
    """A distance, and no forecast: it says nothing of when."""
    if told.state is not State.LEVEL or told.stage_m is None:
        return None
    above = ((hazard, stage_m) for hazard, stage_m in sorted(day.levels.items()) if stage_m > told.stage_m)
    found = next(above, None)
    return None if found is None else (*found, round(found[1] - told.stage_m, 2))


def _graph(told: PublicGauge, day: Day, words: Words) -> Markup:
    drawn = DrawnWords(
        levels={hazard: words.short(day.kind, hazard) for hazard in day.levels},
        provisional=words.t("graph.provisional"),
        since="" if told.state in (State.LEVEL, State.UNJUDGED) else _why_nothing(told, words),
        date=words.day(midnight_of(day.course.until)),
        decimal=words.language.decimal,
    )
    name = told.gauge.id
    return day.drawing.svg(f"h-{name}", f"d-{name}", drawn, number=told.state not in HELD)


def _why_nothing(told: PublicGauge, words: Words) -> str:
    """Of the time since the newest point."""
    return words.t(f"graph.{State.BEING_CHECKED if told.checked else told.state}")


def _described(told: PublicGauge, day: Day, words: Words) -> str:
    """The course in a sentence, for those who do not see it."""
    highest = day.highest
    if highest is None:
        return words.t("graph.nothing")
    if told.state in HELD:
        return words.t("graph.held")
    return words.t("graph.highest", stage=words.metres(highest[1]), time=words.time(highest[0]))


def _rows(told: PublicGauge, day: Day, words: Words) -> Markup:
    """The rows of the table hour by hour. The hour of now of a gauge that is held says why: what it said earlier in it
    must not seem to hold."""
    said: dict[int | None, str] = {hazard: escape(words.short(day.kind, hazard)) for hazard in range(6)}
    said[None] = "–"
    none = f'<td colspan="2">{escape(words.t("graph.no_value"))}'
    rows = [
        f'<tr><th scope="row">{row.hour}' + (f"<td>{row.stage} m<td>{said[row.hazard]}" if row.stage else none)
        for row in day.rows
    ]
    if told.state in HELD:
        why = escape(words.t(f"graph.{told.state}"))
        rows[0] = f'<tr><th scope="row">{day.rows[0].hour}<td colspan="2">{why}'
    return Markup("".join(rows) if words.language.decimal == "." else _with_mark("".join(rows), words))


def _with_mark(rows: str, words: Words) -> str:
    """The fractions of the stages with the mark of the language."""
    return re.sub(r"(?<=\d)\.(?=\d\d m<)", words.language.decimal, rows)
