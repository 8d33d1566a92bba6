"""The page of the chronology: what is asked, the lines, what one writes, what one takes away. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dash import dcc, html
from dash.development.base_component import Component

from alerts.chronology.words import catalogue, kind_name
from dashboard.chronology_query import GROUPS, Lines, Query, local
from dashboard.i18n import text
from dashboard.staff import forms
from dashboard.staff.addresses import Page
from dashboard.staff.chronology_rows import Where, days
from dashboard.staff.pieces import link, sentence, with_data
from ingest.stations import Registry, named

EXPORT = "/api/v1/chronology/export"
ENTER = "/api/v1/chronology"
FORMATS = ("csv", "json", "html")


def skeleton(page: Page) -> Component:
    """The empty page with a place for every section."""
    language = page.language
    beside = [
        _folded("entry", text(language, "chronology.write"), html.Div(id="chronicle-entry")),
        _folded("filter", text(language, "chronology.filter"), html.Div(id="chronicle-filter")),
    ]
    bar = html.Button(id="chronicle-more", className="chronicle-more", type="button")
    top = [
        html.H1(text(language, "chronology.title")),
        html.Div(id="chronicle-exports"),
        html.Div(id="chronicle-ways", className="chronicle-ways"),
    ]
    # Callbacks ask for what was read before the lines are there.
    empty = html.Div(dcc.Store(id="chronicle-shown"), id="chronicle-list")
    lines = [html.Div(top, className="chronicle-top"), html.Div(bar, role="status"), empty]
    return html.Div(
        [
            html.Section(lines, className="panel panel-chronicle"),
            html.Div(beside, className="beside"),
        ],
        className="chronicle",
    )


def _folded(name: str, title: str, body: Component) -> Component:
    """A box that is open where there is room (``chronology.js``)."""
    inner = html.Details([html.Summary(html.H2(title)), html.Div(body, className="folded-body")], className="folded")
    return html.Section(with_data(inner, roomy="yes"), className=f"panel panel-{name}")


def ways(query: Query, page: Page, audits: bool) -> list[Component]:
    """Which order, whether new lines come by themselves, the way to the handover, and for who ``audits`` to that."""
    here, language = page.path(), page.language
    turned = replace(query, oldest_first=not query.oldest_first)
    follow = replace(query.first(), follow=not query.follow)
    return [
        link(text(language, f"chronology.order_{_order(turned)}"), here + turned.search(), "kind-link"),
        link(
            text(language, "chronology.unfollow" if query.follow else "chronology.follow"),
            here + follow.search(),
            "kind-link chosen" if query.follow else "kind-link",
        ),
        link(text(language, "handover.title"), page.at("handover").path(), "kind-link"),
        *([link(text(language, "audit.title"), page.at("audit").path(), "kind-link")] if audits else []),
    ]


def _order(query: Query) -> str:
    return "oldest" if query.oldest_first else "newest"


def filters(query: Query, registry: Registry | None, actors: Sequence[str], page: Page) -> Component:
    """The form that narrows; it only changes the address."""
    language = page.language
    more = forms.field(text(language, "chronology.person"), "person", value=query.person, list="chronicle-people")
    fields = [
        _pair(
            _choice(text(language, "chronology.station"), "station", _stations(registry, page), _first(query.stations)),
            _choice(text(language, "chronology.kind"), "kind", _kinds(language), _first(query.kinds)),
        ),
        more,
        html.Datalist([html.Option(value=each) for each in actors], id="chronicle-people"),
        forms.field(text(language, "chronology.since"), "from", "datetime-local", value=local(query.since)),
        forms.field(text(language, "chronology.until"), "to", "datetime-local", value=local(query.until)),
        forms.field(
            text(language, "chronology.words"), "q", "search", value=query.text,
            hint=text(language, "chronology.words_hint"), maxlength=200,
        ),
        *_kept(query),
    ]  # fmt: skip
    button = html.Button(text(language, "chronology.show"), type="submit", className="act-button")
    everything = [link(text(language, "chronology.all"), page.path(), "back")] if query.narrowed else []
    row = html.Div([button, *everything], className="act-buttons")
    # Another question is another form: the fields show what is asked now.
    made = html.Form([*fields, row], action=page.path(), method="get", className="act-form", key=query.search())
    return with_data(made, asks="yes")


def _pair(*fields: Component) -> Component:
    return html.Div(list(fields), className="field-pair")


def _kept(query: Query) -> list[Component]:
    """What the form does not ask and the address keeps."""
    kept = {"incident": str(query.incident or ""), "order": "oldest" if query.oldest_first else ""}
    return [forms.hidden(name, value) for name, value in kept.items() if value]


def _first(chosen: Sequence[str]) -> str:
    return chosen[0] if chosen else ""


Options = Sequence[tuple[str, str]]


def _choice(label: str, name: str, options: Options, chosen: str) -> Component:
    made = [html.Option(said, value=value, selected=value == chosen) for value, said in options]
    return html.Label([html.Span(label, className="act-label"), html.Select(made, name=name)], className="act-field")


def _stations(registry: Registry | None, page: Page) -> Options:
    found = registry.stations.values() if registry else ()
    listed = sorted((named(each.name, page.language), each.id) for each in found)
    return [("", text(page.language, "chronology.every_station")), *((each_id, name) for name, each_id in listed)]


def _kinds(language: str) -> Options:
    grouped = [(group, text(language, f"chronology.group_{group}")) for group in GROUPS]
    kinds = [(kind, kind_name(kind, language)) for kind in catalogue(language)["kinds"]]
    return [("", text(language, "chronology.every_kind")), *grouped, *kinds]


def entry_form(registry: Registry | None, page: Page) -> Component:
    """The form that writes a line."""
    language = page.language
    stations = [("", text(language, "chronology.no_station")), *_stations(registry, page)[1:]]
    return forms.form(
        ENTER,
        [
            forms.long_field(text(language, "chronology.what"), "text"),
            forms.choice(text(language, "chronology.station"), "station_id", stations),
            forms.field(
                text(language, "chronology.when"), "happened_at", "datetime-local",
                hint=text(language, "chronology.when_hint"),
            ),
        ],
        text(language, "chronology.enter"),
        done=text(language, "chronology.entered"),
    )  # fmt: skip


def exports(query: Query, page: Page) -> Component:
    """What is shown, all pages of it, to take away."""
    language, asked = page.language, query.first().search().removeprefix("?")
    links = []
    for each in FORMATS:
        href = f"{EXPORT}?format={each}&lang={language}" + (f"&{asked}" if asked else "")
        said, why = text(language, f"chronology.as_{each}"), text(language, f"chronology.as_{each}_why")
        target = "_blank" if each == "html" else ""
        links.append(html.Li(html.A(said, href=href, target=target, title=why, className="export-link")))
    return html.Div(
        [html.Span(text(language, "chronology.take"), className="note"), html.Ul(links)], className="exports"
    )


def shown(lines: Lines, query: Query, where: Where) -> list[Component]:
    """The lines with the ways to the earlier and later ones."""
    read = dcc.Store(id="chronicle-shown", data=lines.last_seq)
    if not lines.entries:
        empty = sentence(where.say("chronology.none" if query.narrowed else "chronology.nothing_yet"))
        return [read, empty, *_pager(lines, query, where)]
    ordered = list(lines.entries)[::-1] if query.oldest_first else lines.entries
    return [read, *days(ordered, where), *_pager(lines, query, where)]


def _pager(lines: Lines, query: Query, where: Where) -> list[Component]:
    here, links = where.page.path(), []
    if not query.newest_page:
        links.append(link(where.say("chronology.newest"), here + query.first().search(), "kind-link"))
    if lines.newer is not None:
        later = replace(query, before=None, after=lines.newer)
        links.append(link(where.say("chronology.newer"), here + later.search(), "kind-link"))
    if lines.older is not None:
        earlier = replace(query, before=lines.older, after=None)
        links.append(link(where.say("chronology.older"), here + earlier.search(), "kind-link"))
    return [html.Nav(links, className="pager")] if links else []


def unclear(name: str, written: str, page: Page) -> Component:
    """What in the address cannot be understood, and what to write."""
    said = text(page.language, f"chronology.unclear_{name}", written=written)
    return html.P([said, " ", link(text(page.language, "chronology.all"), page.path(), "back")], className="unclear")
