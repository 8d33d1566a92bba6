"""Small pieces that several screens are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import words
from dashboard.staff.facts import OpenAlert


def badge(language: str, hazard: int | None, size: str = "") -> Component:
    """A hazard by colour, shape and number."""
    name = "none" if hazard is None else str(hazard)
    number = "?" if hazard is None else str(hazard)
    spoken = text(language, "hazard.none") if hazard is None else text(language, "hazard.word", n=hazard)
    return html.Span(
        html.Span(number, className="badge-number"), className=f"badge badge-{name} {size}".strip(), title=spoken
    )


def flag(language: str, name: str) -> Component:
    """A word that is to be seen: silent, unconfirmed, faulty."""
    return html.Span(text(language, f"flag.{name}"), className=f"flag flag-{name}")


def flags(language: str, names: Sequence[str]) -> list[Component]:
    """The flags of a station."""
    return [flag(language, name) for name in names]


def notified(language: str, alert: OpenAlert | None, now: datetime) -> list[Component]:
    """That an alert in force stands above the present hazard; nothing where there is none."""
    if alert is None:
        return []
    word = "unconfirmed" if alert.unconfirmed else "falling"
    said = text(language, f"open.{word}", n=alert.hazard, since=words.near_time(alert.since, now))
    return [html.Span(said, className="flag flag-notified")]


def trend(language: str, direction: str, rise_m_per_h: float | None, window: timedelta | None = None) -> Component:
    """An arrow with metres per hour; over which time stands in its title, as in messages."""
    shown = words.rise(rise_m_per_h) if direction != "unknown" else ""
    parts = [html.Span(words.ARROWS[direction], className="arrow"), html.Span(shown, className="rate")]
    if shown:
        parts.append(html.Span(" m/h", className="unit"))
    title = words.joined(text(language, f"trend.{direction}"), words.over(language, window) if shown else "")
    return html.Span(parts, className=f"trend trend-{direction}", title=title)


def panel(name: str, title: str, body: Component, note: str = "") -> Component:
    """A titled box of the screen."""
    head = [html.H2(title)] + ([html.Span(note, className="note")] if note else [])
    return html.Section([html.Div(head, className="panel-head"), body], className=f"panel panel-{name}")


def sentence(words_: str) -> Component:
    """A quiet line where there is nothing to show."""
    return html.P(words_, className="empty")


def link(label: str | Component | list[Component], path: str, class_name: str = "") -> Component:
    """A link inside the app."""
    return dcc.Link(label, href=path, className=class_name)


def with_data(component: Component, **data: str) -> Component:
    """The component with ``data-`` attributes, which a script of ours reads."""
    for name, value in data.items():
        setattr(component, f"data-{name}", value)
    return component


def late_image(path: str, alt: str) -> Component:
    """A picture that is fetched when it comes into sight (``assets/lazy.js``)."""
    return with_data(html.Img(alt=alt), src=path)
