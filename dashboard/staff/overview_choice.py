"""What is chosen of the city: the counts by hazard, the choices of kind, area and department, and what they hide. Pure.

Every choice is a link, so that the address holds it and a browser's mark keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import filters
from dashboard.filters import Choice
from dashboard.i18n import text
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import badge, link
from dashboard.views import Board, StationView
from ingest.stations import Registry, StationKind, named


def count_strip(seen: Board, choice: Choice, page: Page) -> Component:
    """Number of stations by hazard, worst first, each with shape, number and word: a click shows these alone.

    Counted is what the other choices leave.
    """
    counts = Counter(state for view in _but_for_hazard(seen, choice) for state in filters.states(view))
    cells = [html.Li(_count(state, counts[state], choice, page)) for state in filters.STATES]
    return html.Ul(cells, title=text(page.language, "counts.title"))


def _but_for_hazard(seen: Board, choice: Choice) -> Sequence[StationView]:
    return filters.shown(seen, choice.without("hazard"))


def _count(state: str, count: int, choice: Choice, page: Page) -> Component:
    language, chosen = page.language, state in choice.hazard
    parts = [
        _mark(state, language),
        html.Span([html.B(str(count)), html.Small(text(language, "counts.unit"))], className="count"),
        html.Span(_label(state, language), className="count-label"),
    ]
    names = {"zero": not count, "chosen": chosen, "count-silent": state == "silent" and count > 0}
    class_name = " ".join(["count-link", *(name for name, holds in names.items() if holds)])
    return dcc.Link(parts, href=_to(page, choice.turned("hazard", state)), className=class_name)


def _mark(state: str, language: str) -> Component:
    if state == "silent":
        return html.Span(className="mark")
    return badge(language, None if state == "none" else int(state))


def _label(state: str, language: str) -> str:
    return text(language, {"none": "counts.unknown", "silent": "counts.silent"}.get(state, f"hazard.{state}"))


def _state(state: str, language: str) -> str:
    return f"{state} {_label(state, language)}" if state.isdigit() else _label(state, language)


def _to(page: Page, choice: Choice) -> str:
    return page.path() + choice.search()


def choices(registry: Registry, choice: Choice, page: Page, by_hazard: bool = False) -> Component:
    """The choices of kind, area and department, and the way back to everything; ``by_hazard`` where no counts stand
    above them that choose a hazard."""
    language = page.language
    kinds = {str(kind): text(language, f"kind.{kind}") for kind in _kinds(registry)}
    areas = {key: named(names, language) for key, names in filters.areas(registry).items()}
    departments = {key: named(names, language) for key, names in filters.departments(registry).items()}
    hazards = {state: _state(state, language) for state in filters.STATES} if by_hazard else {}
    every = {"hazard": hazards, "kind": kinds, "area": areas, "department": departments}
    made = [_choice(dimension, values, choice, page) for dimension, values in every.items() if len(values) > 1]
    everything = link(text(language, "overview.everything"), page.path(), "everything")
    return html.Div([*made, html.Span(everything, hidden=not choice.filters)], className="choices")


def _kinds(registry: Registry) -> list[StationKind]:
    present = {station.kind for station in registry.stations.values()}
    return [kind for kind in StationKind if kind in present]


def _choice(dimension: str, values: Mapping[str, str], choice: Choice, page: Page) -> Component:
    chosen = [said for value, said in values.items() if value in choice.of(dimension)]
    every = text(page.language, "overview.every")
    head = [
        html.Small(text(page.language, f"overview.{dimension}")),
        html.Span("・".join(chosen) if chosen else every, className="chosen-words"),
    ]
    links = [
        dcc.Link(
            said,
            href=_to(page, choice.turned(dimension, value)),
            className="choice-link chosen" if value in choice.of(dimension) else "choice-link",
        )
        for value, said in values.items()
    ]
    whole = dcc.Link(every, href=_to(page, choice.without(dimension)), className="choice-link")
    return html.Details(
        [html.Summary(head), html.Div([whole, *links], className="choice-links")],
        className="choice chosen" if chosen else "choice",
    )


def left_out(seen: Board, choice: Choice, page: Page) -> Component:
    """Says how many stations of high hazard a filter hides; nothing where it hides none."""
    hidden = filters.left_out(seen, choice)
    said = text(page.language, "overview.left_out", n=hidden) if hidden else ""
    return html.Div(
        [html.B(said), link(text(page.language, "overview.show_all"), page.path(), "show-all")],
        className="left-out",
        hidden=not hidden,
        role="status",
    )
