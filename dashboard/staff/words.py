"""Times, stages and labels as staff read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.figures import JST
from dashboard.i18n import text
from ingest import labels
from ingest.stations import Registry, StationKind

ARROWS = {"rising": "↑", "falling": "↓", "steady": "→", "unknown": "–"}


def hazard_label(registry: Registry, kind: StationKind, hazard: int, language: str) -> str:
    """What a hazard is called at a station of this kind."""
    return labels.label(registry, kind, hazard, language)


def staff_note(kind: StationKind, hazard: int, language: str) -> str:
    """What the duty staff should look after at this hazard."""
    return labels.staff_note(kind, hazard, language)


def clock_time(at: datetime) -> str:
    """``21:40`` in Japan."""
    return at.astimezone(JST).strftime("%H:%M")


def day_time(at: datetime) -> str:
    """``11/20 21:40`` in Japan."""
    return at.astimezone(JST).strftime("%m/%d %H:%M")


def full_time(at: datetime) -> str:
    """``2026-11-20 21:40`` in Japan."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")


def near_time(at: datetime, now: datetime) -> str:
    """The time alone on the same Japanese day, with the date otherwise."""
    same = at.astimezone(JST).date() == now.astimezone(JST).date()
    return clock_time(at) if same else day_time(at)


def age(language: str, minutes: int) -> str:
    """How long ago, in whole minutes."""
    if minutes < 1:
        return text(language, "age.now")
    if minutes < 60:
        return text(language, "age.minutes", m=minutes)
    if minutes < 48 * 60:
        return text(language, "age.hours", h=minutes // 60, m=minutes % 60)
    return text(language, "age.days", d=minutes // (24 * 60))


def span(language: str, hours: float) -> str:
    """A length of time in hours and minutes."""
    minutes = max(1, round(timedelta(hours=hours).total_seconds() / 60))
    if minutes < 60:
        return text(language, "station.in_minutes", m=minutes)
    return text(language, "station.in_hours", h=minutes // 60, m=minutes % 60)


def stage(stage_m: float | None) -> str:
    """``3.46``, or a dash where there is no value."""
    return "–" if stage_m is None else f"{stage_m:.2f}"


def rise(rise_m_per_h: float | None) -> str:
    """``+1.20``, or nothing where it is not known."""
    return "" if rise_m_per_h is None else f"{rise_m_per_h:+.2f}"
