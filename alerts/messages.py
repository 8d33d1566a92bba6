"""What a message says: from a change to subject and text, in the recipient's language. Pure but for the catalogues."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.rules import Cause, Change, LevelSettings
from ingest.hazard import Levels
from ingest.labels import label
from ingest.stations import Gauge, Registry, Station, named

JST = timezone(timedelta(hours=9), "JST")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a change happened and what is known around it.

    ``rise_m_per_h`` is None where too few readings tell it; ``base_url`` is that of the staff dashboard, or empty.
    """

    registry: Registry
    station: Station
    gauge: Gauge
    levels: Levels
    settings: LevelSettings
    rise_m_per_h: float | None
    base_url: str = ""


@cache
def texts(language: str) -> dict[str, Any]:
    """The catalogue of a language (``ja`` or ``en``)."""
    return tomllib.loads(files("alerts").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def compose(change: Change, scene: Scene, language: str) -> tuple[str, str]:
    """Subject and body."""
    catalogue = texts(language)
    words = _words(change, scene, language, catalogue)
    subject = catalogue[_subject_key(change)].format(**words)
    if scene.registry.city.demonstration:
        subject = catalogue["demonstration"] + subject
    return subject, catalogue["body"].format(**words).strip() + "\n"


def _subject_key(change: Change) -> str:
    return "rise_unconfirmed" if change.unconfirmed else str(change.cause)


def _words(change: Change, scene: Scene, language: str, catalogue: dict[str, Any]) -> dict[str, object]:
    gauge_name = named(scene.gauge.name, language) if scene.gauge.name else scene.gauge.id
    return {
        "city": named(scene.registry.city.name, language),
        "station": named(scene.station.name, language),
        "kind": catalogue["kinds"][scene.station.kind],
        "gauge": gauge_name,
        "hazard": change.to_hazard,
        "from_hazard": change.from_hazard,
        "label": _label(change, scene, language, catalogue),
        "stage_m": f"{change.reading.stage_m:.2f}",
        "threshold": _threshold(change, scene, catalogue),
        "observed_at": f"{change.reading.observed_at.astimezone(JST):%Y-%m-%d %H:%M}",
        "rise": _rise(scene, catalogue),
        "next": _next(change, scene, catalogue),
        "note": _note(change, scene, catalogue),
        "link": f"{scene.base_url}/station/{scene.station.id}" if scene.base_url else "",
    }


def _label(change: Change, scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    if change.to_hazard == 0:
        return str(catalogue["below_all"])
    return label(scene.registry, scene.station.kind, change.to_hazard, language)


def _threshold(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    if change.to_hazard not in scene.levels:
        return str(catalogue["threshold_none"])
    threshold_m = scene.levels[change.to_hazard]
    return str(catalogue["threshold"].format(hazard=change.to_hazard, threshold_m=f"{threshold_m:.2f}"))


def _rise(scene: Scene, catalogue: dict[str, Any]) -> str:
    if scene.rise_m_per_h is None:
        return str(catalogue["rise_unknown"])
    return str(catalogue["rise_rate"].format(rise_m_per_h=f"{scene.rise_m_per_h:+.2f}"))


def _next(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    above = [(hazard, stage_m) for hazard, stage_m in sorted(scene.levels.items()) if stage_m > change.reading.stage_m]
    if not above:
        return str(catalogue["next_none"])
    hazard, threshold_m = above[0]
    left_m = threshold_m - change.reading.stage_m
    return str(catalogue["next_level"].format(hazard=hazard, threshold_m=f"{threshold_m:.2f}", left_m=f"{left_m:.2f}"))


def _note(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    if change.unconfirmed:
        reasons = "、".join(catalogue["reasons"][reason] for reason in change.reading.reasons)
        return str(catalogue["note_unconfirmed"].format(reasons=reasons))
    if change.cause is Cause.FALL:
        hold_min = f"{scene.settings.hold.total_seconds() / 60:.0f}"
        hysteresis_m = f"{scene.settings.hysteresis_m:.2f}"
        return str(catalogue["note_fall"].format(hysteresis_m=hysteresis_m, hold_min=hold_min))
    return str(catalogue["note_confirmed" if change.cause is Cause.CONFIRMED else "note_rise"])
