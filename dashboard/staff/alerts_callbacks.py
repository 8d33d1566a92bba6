"""The callbacks of the pages of the alerts: each draws one section of what the watch saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from alerts.incidents.seen import Case, IncidentLog, Standing
from dashboard.i18n import text
from dashboard.staff import alerts_course, alerts_forms, alerts_lists, alerts_mutes, alerts_page, alerts_told
from dashboard.staff.addresses import chosen_in, page_at
from dashboard.staff.alerts_words import Scene
from dashboard.staff.leaving import while_at
from dashboard.staff.pieces import sentence
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import Watch

Drawn = Component | list[Component]
LARGEST_DIGITS = 18
"""Of the number of an incident in an address."""


async def scene_of(watch: Watch, pathname: str | None, whole: bool = False) -> tuple[Scene | None, Standing]:
    """What to draw with; no scene before the first registry."""
    picture = await watch.latest()
    seen = picture.incidents
    if picture.board is None:
        return None, seen.standing
    scene = Scene(picture.board, seen.names, page_at(pathname), picture.at, whole, picture.current)
    return scene, seen.standing


Listed = Callable[[Standing, Scene], Any]
ROWS: dict[str, Listed] = {
    "rows-waiting": alerts_lists.waiting,
    "rows-open": alerts_lists.going_on,
    "rows-ended": alerts_lists.ended,
}
"""The long lists, by the store from which the browser draws them."""
LISTS: dict[str, Listed] = {
    "incidents-counts": alerts_lists.counts,
    "incidents-silences": lambda standing, scene: alerts_mutes.silences(standing.silences, scene),
    "incidents-works": lambda standing, scene: alerts_mutes.works(standing.maintenance, scene),
    "incidents-drill": lambda _, scene: alerts_page.drill_band(scene),
}
"""The sections of the list, by the place in which they are drawn."""


class Lists:
    """The sections of the list, each drawn once for all who look at it in one language: in a storm it is long."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._drawn: dict[tuple[str, str, bool], tuple[tuple[str, ...], Any]] = {}

    async def section(self, place: str, _: str | None, search: str | None, pathname: str | None) -> Any:
        """What stands in a place; all of it where the address ends with ``?whole=yes``."""
        whole = chosen_in(search, ("yes",), "", "whole") == "yes"
        scene, standing = await scene_of(self._watch, pathname, whole)
        if scene is None:
            return no_update if place in ROWS else sentence(text(page_at(pathname).language, "app.no_registry"))
        tokens = (await self._watch.latest()).tokens
        as_of, key = tuple(tokens.get(each, "") for each in ("incidents", "city")), (place, scene.language, whole)
        known = self._drawn.get(key)
        if known is None or known[0] != as_of:
            # Hundreds of rows take long enough to hold up others: off the loop.
            drawn = await asyncio.to_thread({**LISTS, **ROWS}[place], standing, scene)
            self._drawn[key] = known = (as_of, drawn)
        return known[1]


async def mute_form(watch: Watch, _place: str, pathname: str | None) -> Drawn:
    """The form of a silence of the whole city, drawn once."""
    scene, _ = await scene_of(watch, pathname)
    return [] if scene is None else alerts_forms.silence_of_many(scene)


class Cases:
    """One incident, read once for all who look at it."""

    def __init__(self, log: IncidentLog) -> None:
        self._log = log
        self._known: dict[int, tuple[str, Case | None]] = {}

    async def at(self, item: str, mark: str) -> Case | None:
        """The incident of an address as it is since ``mark``."""
        if not item.isdecimal() or len(item) > LARGEST_DIGITS:
            return None
        number = int(item)
        known = self._known.get(number)
        if known is None or known[0] != mark:
            found = await asyncio.to_thread(self._log.case, number)
            self._known = {key: each for key, each in self._known.items() if each[0] == mark}
            self._known[number] = known = (mark, found)
        return known[1]


Told = Callable[[Case, Standing, Scene], Drawn]
SECTIONS: dict[str, Told] = {
    "case-head": alerts_page.head,
    "case-course": lambda case, _, scene: alerts_course.course(case, scene),
    "case-told": lambda case, _, scene: alerts_told.told(case, scene),
    "case-answers": lambda case, _, scene: alerts_told.answers(case, scene),
    "case-drill": lambda _, __, scene: alerts_page.drill_band(scene),
}
"""The sections of one incident."""


async def section(watch: Watch, cases: Cases, name: str, _: str | None, pathname: str | None) -> Drawn:
    """A section of an incident."""
    scene, standing, case = await _case(watch, cases, pathname)
    if scene is None or case is None:
        return alerts_page.unknown(page_at(pathname)) if name == "case-head" else []
    return SECTIONS[name](case, standing, scene)


async def acts(watch: Watch, cases: Cases, _place: str, pathname: str | None) -> Drawn:
    """What a person does about it: drawn once a visit, so that nothing typed is lost."""
    scene, _, case = await _case(watch, cases, pathname)
    return [] if scene is None or case is None else alerts_forms.acts(case, scene)


async def open_or_over(watch: Watch, cases: Cases, _: str | None, pathname: str | None) -> str:
    """What may still be done shows by the class of the forms' place."""
    case = (await _case(watch, cases, pathname))[2]
    return "beside" if case is None or case.incident.open else "beside case-is-over"


async def still(watch: Watch, cases: Cases, _: str | None, __: Any, pathname: str | None) -> Any:
    """What closing means now."""
    scene, _standing, case = await _case(watch, cases, pathname)
    return no_update if scene is None or case is None else alerts_forms.still_above(case, scene)


async def next_ones(watch: Watch, cases: Cases, _: str | None, __: Any, pathname: str | None) -> Any:
    """The form that tells the next ones, which knows how many steps are taken."""
    scene, _standing, case = await _case(watch, cases, pathname)
    return no_update if scene is None or case is None else alerts_forms.escalate(case.incident, scene)


async def _case(watch: Watch, cases: Cases, pathname: str | None) -> tuple[Scene | None, Standing, Case | None]:
    scene, standing = await scene_of(watch, pathname)
    if scene is None or scene.page.place != "incident":
        return scene, standing, None
    mark = (await watch.latest()).incidents.mark
    return scene, standing, await cases.at(scene.page.item, mark)


def register(app: Dash, services: StaffServices, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    here, news = State("url", "pathname"), Input("news-incidents", "data")
    lists, search = Lists(watch), Input("url", "search")
    for place in LISTS:
        app.callback(Output(place, "children"), news, search, here)(partial(lists.section, place))
    for place in ROWS:
        app.callback(Output(place, "data"), news, search, here)(partial(lists.section, place))
        app.clientside_callback(ClientsideFunction("mizumori", "rows"), Input(place, "data"))  # type: ignore[no-untyped-call]
    # Drawn when their place appears. The address is no input: whoever leaves would have them drawn once more, for a
    # place that has gone by then.
    app.callback(Output("incidents-mute", "children"), Input("incidents-mute", "id"), here)(partial(mute_form, watch))
    cases = Cases(services.incidents)
    for place in SECTIONS:
        app.callback(Output(place, "children"), news, here)(while_at("incident", partial(section, watch, cases, place)))
    app.callback(Output("case-acts", "children"), Input("case-acts", "id"), here)(partial(acts, watch, cases))
    beside = while_at("incident", partial(open_or_over, watch, cases))
    app.callback(Output("case-beside", "className"), news, here)(beside)
    # By what stands on the page itself, the head being drawn with all news: where both have gone Dash asks for nothing,
    # where the news stay it misses the other.
    head, drawn = Input("case-head", "children"), Input("case-acts", "children")
    for place, draw in (("case-still", still), ("case-escalate", next_ones)):
        app.callback(Output(place, "children"), head, drawn, here)(while_at("incident", partial(draw, watch, cases)))
