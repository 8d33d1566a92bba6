"""Figures, times and durations as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.messages.catalogue import one_line
from ingest.clock import JST
from ingest.metres import shown_m

STEADY_M_PER_H = 0.005
"""Below this a rate would be shown as 0.00."""
OBSERVED = ("stage_m", "last_m", "previous_m", "inner_m", "outer_m", "now_m")
"""Stages that were observed: cut to the centimetre, as on every screen. Others are written as they are set."""
LARGEST = 1e12
"""What is no figure of anything that is measured here; infinite, and what is no number, neither."""
LONGEST = 200
"""Of a text of a transition's detail."""


def exact_m(value_m: float) -> str:
    """A number of the registry or a difference from one: centimetres, and millimetres where it has any."""
    return f"{round(value_m, 3) + 0.0:.3f}".removesuffix("0")


def clock_time(at: datetime, catalogue: Mapping[str, Any]) -> str:
    """Day and time in Japan."""
    return str(catalogue["time"].format(at=at.astimezone(JST)))


def duration(seconds: float, catalogue: Mapping[str, Any]) -> str:
    """Seconds below two minutes, minutes below three hours, hours below three days, then days."""
    for unit, unit_s, from_s in (("days", 86400, 259200), ("hours", 3600, 10800), ("minutes", 60, 120)):
        if seconds >= from_s:
            return str(catalogue[unit].format(count=round(seconds / unit_s)))
    return str(catalogue["seconds"].format(count=round(seconds)))


def pace(rise_m_per_h: float, catalogue: Mapping[str, Any], name: str = "") -> str:
    """How fast, in words; ``brief_`` as the name gives the short ones."""
    if abs(rise_m_per_h) < STEADY_M_PER_H:
        return str(catalogue[f"{name}steady"])
    key = "rising" if rise_m_per_h > 0 else "falling"
    return str(catalogue[f"{name}{key}"].format(rate_m_per_h=f"{abs(rise_m_per_h):.2f}"))


def pace_of(detail: Mapping[str, Any], catalogue: Mapping[str, Any], now: str = "") -> str:
    """How fast by a transition's detail, with the time over which that was; empty where it is not known. ``now`` is the
    beginning of the names of what came since."""
    key = "now_m_per_h" if now else "rise_m_per_h"
    rise_m_per_h, window_s = number_of(detail.get(key)), number_of(detail.get(f"{now}window_s"))
    if rise_m_per_h is None:
        return ""
    said = pace(rise_m_per_h, catalogue)
    if window_s is None:
        return said
    return str(catalogue["paced"].format(pace=said, window=duration(window_s, catalogue)))


def time_of(value: object) -> datetime | None:
    """An aware time in ISO 8601; None for anything else."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(JST) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def number_of(value: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < LARGEST else None


def shown(detail: Mapping[str, Any], catalogue: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """What a transition's detail says, by the unit at the end of each key's name; what cannot be read is left out.

    ``values`` has the words for texts that are names of ours: ``{"mode": {"dry": "dry"}}``.
    """
    found = {key: _shown(key, value, catalogue, values.get(key, {})) for key, value in detail.items()}
    return {key: text for key, text in found.items() if text}


def _shown(key: str, value: object, catalogue: Mapping[str, Any], values: Mapping[str, str]) -> str:
    if (number := number_of(value)) is not None:
        return _figure(key, number, catalogue)
    if key in ("since", "eta") or key.endswith(("_at", "_until")):
        at = time_of(value)
        return clock_time(at, catalogue) if at else ""
    if isinstance(value, str):
        return values.get(value) or one_line(value)[:LONGEST]
    if isinstance(value, list | tuple):
        named = [values.get(each) or one_line(each)[:LONGEST] for each in value if isinstance(each, str)]
        return str(catalogue["list_separator"].join(named))
    return ""


def _figure(key: str, number: float, catalogue: Mapping[str, Any]) -> str:
    if key.endswith("m_per_h"):
        return f"{number:.2f}"
    if key in OBSERVED:
        return shown_m(number)
    if key.endswith("_m"):
        return exact_m(number)
    if key.endswith("_s"):
        return duration(number, catalogue)
    if key.endswith("_min"):
        return duration(number * 60, catalogue)
    if key.endswith("_days"):
        return duration(number * timedelta(days=1).total_seconds(), catalogue)
    if key.endswith("_v"):
        return f"{number:.2f}"
    return f"{number:.0f}"
