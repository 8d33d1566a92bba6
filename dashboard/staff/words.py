"""Times, stages and labels as staff read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.i18n import text
from ingest import labels
from ingest.clock import JST
from ingest.metres import shown_m
from ingest.stations import Gauge, Registry, Station, StationKind, named

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


def rough_span(language: str, hours: float) -> str:
    """A length of time as roughly as it is known: in steps of five minutes, from an hour on of half an hour."""
    minutes = max(5, round(hours * 12) * 5)
    if minutes < 60:
        return text(language, "station.in_minutes", m=minutes)
    halves = round(hours * 2)
    return text(language, "station.in_half_hours" if halves % 2 else "station.in_hours", h=halves // 2)


def stage(stage_m: float | None) -> str:
    """``3.46``, or a dash where there is no value."""
    return "–" if stage_m is None else shown_m(stage_m)


def gauge_name(gauge: Gauge, language: str) -> str:
    """The gauge's own name, else on which side of the pumps it is, else the plain word: never its identifier."""
    if gauge.name:
        return named(gauge.name, language)
    return text(language, f"pump.{gauge.role}" if gauge.role else "station.gauge")


def gauge_apart(gauge: Gauge, registry: Registry, language: str) -> str:
    """The name that tells a gauge from the others of its station; nothing where it is the only one."""
    return gauge_name(gauge, language) if len(registry.gauges_of(gauge.station_id)) > 1 else ""


def whose(station: Station, language: str) -> tuple[str, ...]:
    """The area of a station and the department that looks after it, where they are known."""
    return tuple(named(each, language) for each in (station.area, station.department) if each)


def joined(*parts: str) -> str:
    """The parts that are there, apart from each other."""
    return " · ".join(part for part in parts if part)


def over(language: str, window: timedelta | None) -> str:
    """Over which time the water went so fast; nothing where that is not known."""
    return text(language, "trend.over", m=round(window.total_seconds() / 60)) if window is not None else ""


def rise(rise_m_per_h: float | None) -> str:
    """``+1.20``, or nothing where it is not known."""
    # Zero added: what rounds to nothing has no minus sign.
    return "" if rise_m_per_h is None else f"{round(rise_m_per_h, 2) + 0.0:+.2f}"
