"""The page of one station: its state, hydrographs and gauges, with places for stills and notifications. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.records import Transition
from dashboard.ahead import Ahead, ahead
from dashboard.i18n import text
from dashboard.staff import station_keys, words
from dashboard.staff.addresses import Page
from dashboard.staff.doubt_words import doubt_notice
from dashboard.staff.facts import StationFacts, station_facts
from dashboard.staff.pieces import badge, flags, link, notified, panel, sentence, trend
from dashboard.views import GaugeView, StationView
from ingest.sight.doubt import Doubt
from ingest.stations import Registry, named


def skeleton(page: Page) -> Component:
    """The empty page of a station with a place for every section."""
    language = page.language
    return html.Div(
        [
            html.Div(id="station-head", className="station-head"),
            html.Div(id="issued-strip", className="issued-strip"),
            html.Div(id="equipment", className="equipment"),
            html.Div(_course(language), className="course"),
            html.Div(_beside(language), className="beside"),
            station_keys.help_dialog(language),
        ],
        className="station",
    )


def _course(language: str) -> list[Component]:
    graphs = [
        html.Div([station_keys.help_button(language), html.Div(id="ranges")], className="graph-bar"),
        html.Div(id="past-events", className="past-events"),
        html.Div(id="graphs", tabIndex=0, role="group", title=text(language, "keys.graph")),
        html.Div(id="readings"),
    ]
    return [
        html.Div(graphs, className="panel panel-graphs"),
        panel("section", text(language, "section.title"), html.Div(id="sections")),
        panel("strips", text(language, "strip.title"), html.Div(id="strips"), text(language, "strip.note")),
    ]


def _beside(language: str) -> list[Component]:
    names = {
        "station-incidents": "incident.title",
        "stills": "station.cameras",
        "gauges": "station.gauges",
        "contacts": "contact.title",
        "station-devices": "device.title",
        "station-alerts": "station.alerts",
    }
    return [panel(f"of-{name}", text(language, key), html.Div(id=name, tabIndex=-1)) for name, key in names.items()]


def unknown(page: Page) -> Component:
    """What stands where a station is not in the registry."""
    return html.Div(
        [
            sentence(text(page.language, "app.unknown_station", id=page.station_id)),
            link(text(page.language, "app.back"), page.overview().path(), "back"),
        ]
    )


def head(
    view: StationView,
    registry: Registry,
    current: Mapping[str, Transition],
    page: Page,
    now: datetime,
    doubt: Doubt | None = None,
) -> list[Component]:
    """Name, hazard, stage, rise, time, flags, an alert still in force and the way to the next threshold."""
    facts, language = station_facts(view, current, doubt), page.language
    station = view.station
    title = [
        html.H1(named(station.name, language)),
        html.Span(_place(view, language), className="kind"),
    ]
    notes = [*flags(language, facts.flags), *notified(language, facts.notified, now)]
    return [
        link(text(language, "app.back"), page.overview().path(), "back"),
        html.Div([badge(language, facts.hazard, "large"), html.Div(title)], className="head-name"),
        html.Div(
            [
                html.Span(_hazard_words(facts.water_hazard, view, registry, language), className="hazard-label"),
                *_which(view, registry, language),
                *_level(facts, language, now),
            ],
            className="head-level",
        ),
        html.Div([*notes, *next_threshold(view, registry, language, doubt is not None)], className="head-notes"),
        html.P(_check(facts, view, language), className="check"),
        *doubt_notice(doubt, registry, language),
    ]


def _which(view: StationView, registry: Registry, language: str) -> list[Component]:
    """The name of the gauge that the head speaks of, where the station has others."""
    name = words.gauge_apart(view.worst.gauge, registry, language) if view.worst is not None else ""
    return [html.Span(name, className="gauge-name")] if name else []


def _level(facts: StationFacts, language: str, now: datetime) -> list[Component]:
    stage = [html.Span(words.stage(facts.stage_m), className="stage-now"), html.Span(" m ", className="unit")]
    rise = trend(language, facts.trend, facts.rise_m_per_h, facts.rise_window)
    window = words.over(language, facts.rise_window)
    over = [html.Span(f" {window}", className="unit rise-window")] if window else []
    shown: list[Component] = [html.Span([*stage, rise, *over])]
    if facts.observed_at is not None and facts.minutes is not None:
        when = words.joined(words.near_time(facts.observed_at, now), words.age(language, facts.minutes))
        shown.append(html.Span(when, className="when"))
    return shown


def _check(facts: StationFacts, view: StationView, language: str) -> str:
    # "Go on as usual" is no word for a station whose alert is still open.
    if facts.hazard is None or (facts.hazard == 0 and facts.notified):
        return ""
    return words.staff_note(view.station.kind, facts.water_hazard or 0, language)


def _place(view: StationView, language: str) -> str:
    water = named(view.station.water, language) if view.station.water else ""
    kind = text(language, f"kind.{view.station.kind}")
    return words.joined(kind, water, *words.whose(view.station, language))


def _hazard_words(hazard: int | None, view: StationView, registry: Registry, language: str) -> str:
    if hazard is None:
        return text(language, "hazard.none")
    return words.hazard_label(registry, view.station.kind, hazard, language)


def next_threshold(view: StationView, registry: Registry, language: str, doubted: bool = False) -> list[Component]:
    """The next threshold above, and when it would be reached if the stage went on rising: labelled as extrapolated."""
    worst = view.worst
    if worst is None:
        return []
    if worst.next_level is None:
        return [html.Span(text(language, "station.next_none"), className="next")]
    hazard, stage_m = worst.next_level
    label = words.hazard_label(registry, view.station.kind, hazard, language)
    shown: list[Component] = [
        html.Span(
            [text(language, "station.next"), " ", badge(language, hazard, "small"), f" {label} {stage_m:.2f} m"],
            className="next",
        )
    ]
    if (found := ahead(worst, doubted)) is not None:
        shown.append(html.Span(_extrapolated(found, language), className="extrapolation"))
    return shown


def _extrapolated(found: Ahead, language: str) -> str:
    likely, soonest = (words.rough_span(language, each) for each in (found.likely_h, found.soonest_h))
    latest = text(language, "station.later") if found.latest_h is None else words.rough_span(language, found.latest_h)
    if soonest == likely == latest:
        return text(language, "station.extrapolation", time=likely)
    return text(language, "station.extrapolation_between", time=likely, soonest=soonest, latest=latest)


def gauge_table(view: StationView, language: str, now: datetime) -> Component:
    """Stage, elevation and thresholds of every gauge."""
    if not view.gauges:
        return sentence(text(language, "station.no_gauge"))
    keys = ("station.gauge", "station.stage", "station.elevation", "list.time", "station.quality")
    header = html.Tr([html.Th(text(language, key)) for key in keys])
    rows = [row for gauge in view.gauges for row in _gauge_rows(gauge, language, now)]
    return html.Div(html.Table([html.Thead(header), html.Tbody(rows)]), className="table")


def _gauge_rows(view: GaugeView, language: str, now: datetime) -> list[Component]:
    cells: list[str | Component] = [
        html.B(words.gauge_name(view.gauge, language)),
        words.stage(view.stage_m),
        elevation(view),
        words.near_time(view.observed_at, now) if view.observed_at else "–",
        _quality(view, language),
    ]
    thresholds: list[Component] = [html.Small(text(language, "station.thresholds"))]
    thresholds += [
        html.Span([badge(language, hazard, "small"), f"{stage_m:.2f}"], className="threshold")
        for hazard, stage_m in sorted(view.levels.items())
    ]
    return [
        html.Tr([html.Td(cell) for cell in cells]),
        html.Tr(html.Td(thresholds, colSpan=len(cells)), className="thresholds"),
    ]


def _quality(view: GaugeView, language: str) -> str:
    quality = text(language, f"quality.{view.shown.quality}") if view.shown else ""
    marks = {"silent": view.silent, "maintenance": view.maintenance is not None, "held_over": view.held_over}
    said = [text(language, f"quality.{name}") for name, raised in marks.items() if raised]
    return words.joined(quality, *said) or "–"


def elevation(view: GaugeView) -> str:
    """Stage above T.P., where the elevation of the gauge zero is known."""
    if view.stage_m is None or view.gauge.datum_m is None:
        return "–"
    return words.stage(view.stage_m + view.gauge.datum_m)
