"""How old the values are that a draft was made from, and what the gauge says since. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from alerts.public.records import Content, PublicMessage
from dashboard.i18n import text
from dashboard.staff import words
from dashboard.views import Board, GaugeView

OLD = timedelta(minutes=5)
"""Values of a draft that are no older are those of now."""


def told(message: PublicMessage, seen: Board | None, now: datetime, language: str) -> Component | list[Component]:
    """One line about a draft that waits and was made from values older than OLD; nothing otherwise."""
    at = message.content.observed_at
    if not message.is_open or at is None or now - at <= OLD:
        return []
    age = words.age(language, int((now - at).total_seconds() // 60))
    said = text(language, "desk.aged.draft", at=words.near_time(at, now), age=age)
    line = ("" if language == "ja" else " ").join(
        filter(None, [said, _since(_gauge(message.content, seen), now, language)])
    )
    return html.P(line, className="message-late")


def _gauge(content: Content, seen: Board | None) -> GaugeView | None:
    """The gauge behind a draft, else the worst of its station: an end names none."""
    stations = [each for each in seen.stations if each.station.id in content.station_ids] if seen else []
    named = (gauge for each in stations for gauge in each.gauges if gauge.gauge.id == content.gauge_id)
    return next(named, stations[0].worst if stations and not content.gauge_id else None)


def _since(view: GaugeView | None, now: datetime, language: str) -> str:
    """What it says by now, and where it cannot be taken for what holds."""
    if view is None or view.stage_m is None or view.observed_at is None:
        return ""
    word = "silent" if view.silent else "unconfirmed" if view.being_checked else "now"
    at = words.near_time(view.observed_at, now)
    return text(language, f"desk.aged.{word}", stage=words.stage(view.stage_m), at=at)
