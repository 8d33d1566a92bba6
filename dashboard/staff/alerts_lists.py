"""The lists of incidents, a row a station: what waits for somebody, what goes on, what ended lately. Pure.

The first rows of a list have everything, the later ones are one line. Of what waits nothing is left out, however much
it is; of the rest the later ones are counted, with the way to all of them. A browser that draws hundreds of rows of
components stands still meanwhile: rows go to it as HTML (``assets/rows.js``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

from dash import html
from dash.development.base_component import Component

from alerts.incidents.seen import Standing
from alerts.records import Incident
from dashboard.staff import alerts_words
from dashboard.staff.alerts_groups import Group, as_listed, worst_first
from dashboard.staff.alerts_rows import (
    acknowledge,
    acknowledge_all,
    cells,
    ended_state,
    in_brief,
    short_cells,
    taken_state,
    waiting_state,
)
from dashboard.staff.alerts_words import Scene
from dashboard.staff.markup import markup
from dashboard.staff.pieces import link, sentence, with_data

FULL_ROWS = 30
"""Of a list, drawn with everything."""


class Rows(TypedDict):
    """What ``assets/rows.js`` draws: rows of HTML by key, in a list of a class; ``none`` where there are none."""

    place: str
    kind: str
    none: str
    rows: list[tuple[str, str]]


State = Callable[[Incident, Standing, Scene], list[Component]]


def waiting(standing: Standing, scene: Scene) -> Rows:
    """Those that nobody has acknowledged at their present level, the worst station first: all of them."""
    found = worst_first(each for each in standing.open if each.waits)
    return _listed("waiting", found, len(found), waiting_state, standing, scene)


def going_on(standing: Standing, scene: Scene) -> Rows:
    """Those that somebody has taken on and that have not ended."""
    found = worst_first(each for each in standing.open if not each.waits)
    return _shortened("open", found, 0, taken_state, standing, scene)


def ended(standing: Standing, scene: Scene) -> Rows:
    """Those that ended lately."""
    unread = max(0, standing.ended_count - len(standing.ended))
    return _shortened("ended", as_listed(standing.ended), unread, ended_state, standing, scene)


def counts(standing: Standing, scene: Scene) -> Component:
    """How many there are of each, and at how many places."""
    waits = [each for each in standing.open if each.waits]
    open_ = [each for each in standing.open if not each.waits]
    over = max(standing.ended_count, len(standing.ended))
    cells_ = [
        _count("waiting", len(waits), len(worst_first(waits)), scene),
        _count("open", len(open_), len(worst_first(open_)), scene),
        _count("ended", over, 0, scene),
    ]
    return html.Ul(cells_)


def _count(name: str, number: int, places: int, scene: Scene) -> Component:
    said: list[Component] = [
        html.Span(scene.say(f"alerts_page.count_{name}"), className="count-label"),
        html.B(str(number)),
    ]
    if places and places < number:
        said.append(html.Small(scene.say("alerts_page.at_places", n=places)))
    return html.Li(said, className=f"count-{name}" if number else f"count-{name} zero")


def _shortened(name: str, found: Sequence[Group], unread: int, state: State, standing: Standing, scene: Scene) -> Rows:
    """The first ones, or all of them where the address asks for that; with how many more there are."""
    shown = len(found) if scene.whole else FULL_ROWS
    more = []
    if len(found) > shown:
        said = scene.say("alerts_page.more", n=len(found) - shown)
        more.append(_more(said, f"{scene.page.path()}?whole=yes"))
    elif len(found) > FULL_ROWS:
        more.append(_more(scene.say("alerts_page.fewer", n=FULL_ROWS), scene.page.path()))
    if unread and scene.whole:
        said = scene.say("alerts_page.older", n=unread)
        more.append(_more(said, scene.page.at("chronology").path()))
    return _listed(name, found, shown, state, standing, scene, more)


def _more(said: str, path: str) -> Component:
    return with_data(html.Li(link(said, path, "case-more-link"), className="case-more"), case=path)


def _listed(
    name: str,
    found: Sequence[Group],
    shown: int,
    state: State,
    standing: Standing,
    scene: Scene,
    more: Sequence[Component] = (),
) -> Rows:
    rows = [_row(each, state, standing, scene) for each in found[: min(shown, FULL_ROWS)]]
    rows += [_short(each, state, standing, scene) for each in found[FULL_ROWS:shown]]
    none = markup(sentence(scene.say(f"alerts_page.none_{name}")))
    drawn = [(str(getattr(each, "data-case")), markup(each)) for each in (*rows, *more)]
    return {"place": f"incidents-{name}", "kind": "cases", "none": none, "rows": drawn}


def _row(group: Group, state: State, standing: Standing, scene: Scene) -> Component:
    lead = group.lead
    parts = [
        *cells(lead, state(lead, standing, scene), standing, scene),
        html.Div(_act(group, scene), className="case-act"),
    ]
    if group.others:
        parts.append(_folded(group, state, standing, scene))
    return with_data(html.Li(parts, className=_class(group, "case")), case=group.key)


def _short(group: Group, state: State, standing: Standing, scene: Scene) -> Component:
    """A row in one line: where, how bad, since when, how many, and the act."""
    state_of_lead = state(group.lead, standing, scene)[:1]
    parts = [
        *short_cells(group.lead, group.others, state_of_lead, scene),
        html.Div(_act(group, scene), className="case-act"),
    ]
    return with_data(html.Li(parts, className=_class(group, "case is-short")), case=group.key)


def _class(group: Group, name: str) -> str:
    return name if group.lead.open else f"{name} is-over"


def _act(group: Group, scene: Scene) -> list[Component]:
    if not group.lead.waits:
        return []
    return [acknowledge_all(group.incidents, scene) if group.others else acknowledge(group.lead, scene)]


def _folded(group: Group, state: State, standing: Standing, scene: Scene) -> Component:
    """The others of the station, and what is to be done about each alone."""
    named = in_brief(group.others, scene)
    summary = html.Summary([html.Span(scene.say("alerts_page.others", n=len(group.others))), *named])
    rows = [_one(each, state, standing, scene) for each in group.incidents]
    return html.Details([summary, html.Ul(rows, className="case-others")], className="case-fold")


def _one(incident: Incident, state: State, standing: Standing, scene: Scene) -> Component:
    about = link(
        alerts_words.rule(incident.rule, scene), scene.page.at("incident", str(incident.id)).path(), "case-one"
    )
    act = [acknowledge(incident, scene, scene.say("alerts_page.acknowledge_one"))] if incident.waits else []
    return html.Li(
        [
            alerts_words.level_mark(incident.rule, incident.level or incident.peak_level, scene, "small"),
            html.Div(about, className="case-what"),
            html.Div(state(incident, standing, scene), className="case-state"),
            html.Div(act, className="case-act"),
        ]
    )
