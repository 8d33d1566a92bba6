"""What a message says: from a change to subject and text, in the recipient's language. Pure but for the catalogues."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.rules import Cause, Change, LevelSettings
from ingest.clock import JST
from ingest.hazard import Levels
from ingest.labels import label, staff_note
from ingest.metres import centimetres, shown_m
from ingest.readings import Reading
from ingest.stations import Gauge, Registry, Station, named

STEADY_M_PER_H = 0.005
"""Below this a rate would be shown as 0.00."""
JUMP_M = 0.05
"""A step between two readings is a jump only above this: below it is the noise of a gauge."""
LATE_AFTER = timedelta(minutes=3)
HOURS_FROM = timedelta(hours=3)
"""From this age on an observation's age is told in hours."""
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a change happened and what is known around it.

    ``rise_m_per_h`` is None where too few readings tell it; ``base_url`` is that of the staff dashboard, or empty.
    ``previous`` is the newest good reading before that of the change, ``told_at`` the time of sending.
    """

    registry: Registry
    station: Station
    gauge: Gauge
    levels: Levels
    settings: LevelSettings
    rise_m_per_h: float | None
    base_url: str = ""
    told_at: datetime | None = None
    previous: Reading | None = None


@cache
def texts(language: str) -> dict[str, Any]:
    """The catalogue of a language (``ja`` or ``en``)."""
    return tomllib.loads(files("alerts").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def compose(change: Change, scene: Scene, language: str) -> tuple[str, str]:
    """Subject (always one line) and body."""
    catalogue = texts(language)
    words = _words(change, scene, language, catalogue)
    subject = catalogue[_subject_key(change)].format(**words)
    if scene.registry.city.demonstration:
        subject = catalogue["demonstration_mark"] + subject
    return subject, catalogue["body"].format(**words).strip() + "\n"


def _subject_key(change: Change) -> str:
    return "rise_unconfirmed" if change.unconfirmed else str(change.cause)


def _words(change: Change, scene: Scene, language: str, catalogue: dict[str, Any]) -> dict[str, object]:
    label_now = _label(change, scene, language, catalogue)
    return {
        "city": one_line(named(scene.registry.city.name, language)),
        "station": one_line(named(scene.station.name, language)),
        "place": _place(scene, language, catalogue),
        "kind": catalogue["kinds"][scene.station.kind],
        "gauge": _gauge_line(scene, language, catalogue),
        "hazard": change.to_hazard,
        "from_hazard": change.from_hazard,
        "hazards": _hazards(change, catalogue),
        "label": label_now,
        "headline": catalogue["headline_unconfirmed"].format(label=label_now) if change.unconfirmed else label_now,
        "stage_m": shown_m(change.reading.stage_m),
        "threshold": _threshold(change, scene, catalogue),
        "observed_at": change.reading.observed_at.astimezone(JST),
        "sent": _sent(change, scene, catalogue),
        "trend": _trend(change, scene, catalogue),
        "next": _next(change, scene, catalogue),
        "note": _note(change, scene, language, catalogue),
        "link": f"{scene.base_url}/station/{scene.station.id}" if scene.base_url else "",
        "demonstration": catalogue["demonstration"] if scene.registry.city.demonstration else "",
    }


def one_line(text: str) -> str:
    """A name without line breaks and other control characters: it may not forge a line or a mail header."""
    return BREAKS.sub(" ", text).strip()


def exact_m(value_m: float) -> str:
    """A number of the registry or a difference from one: centimetres, and millimetres where it has any."""
    return f"{round(value_m, 3) + 0.0:.3f}".removesuffix("0")


def _place(scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    """The station, and which of its gauges where it has more than one."""
    station = one_line(named(scene.station.name, language))
    if not _one_of_several(scene):
        return station
    return str(catalogue["place"].format(station=station, gauge=_gauge_name(scene, language, catalogue)))


def _gauge_line(scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    """Nothing where the only gauge of a station has no name: its id would say nothing to the reader."""
    if not scene.gauge.name and not _one_of_several(scene):
        return ""
    return str(catalogue["gauge"].format(gauge=_gauge_name(scene, language, catalogue))) + "\n"


def _gauge_name(scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    name = scene.gauge.name
    return one_line(named(name, language)) if name else str(catalogue["gauge_unnamed"])


def _one_of_several(scene: Scene) -> bool:
    return len(scene.registry.gauges_of(scene.station.id)) > 1


def _sent(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    """The time of sending where it is not about that of the observation, and how old the observation is by then."""
    if scene.told_at is None or abs(age := scene.told_at - change.reading.observed_at) <= LATE_AFTER:
        return ""
    sent: str = catalogue["sent"].format(told_at=scene.told_at.astimezone(JST))
    return sent + (_age(age, catalogue) if age > LATE_AFTER else "") + "\n"


def _age(age: timedelta, catalogue: dict[str, Any]) -> str:
    if age < HOURS_FROM:
        return str(catalogue["age_minutes"].format(minutes=round(age / timedelta(minutes=1))))
    return str(catalogue["age_hours"].format(hours=round(age / timedelta(hours=1))))


def _hazards(change: Change, catalogue: dict[str, Any]) -> str:
    key = "hazards_same" if change.from_hazard == change.to_hazard else "hazards_changed"
    return str(catalogue[key].format(from_hazard=change.from_hazard, hazard=change.to_hazard))


def _label(change: Change, scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    if change.cause is Cause.FALL:
        # The label of what it fell to would say "reached", which is read as a rise.
        key = "below" if change.to_hazard else "below_all"
        return str(catalogue[key].format(from_hazard=change.from_hazard))
    return one_line(label(scene.registry, scene.station.kind, change.to_hazard, language))


def _threshold(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    hazard = change.from_hazard if change.cause is Cause.FALL else change.to_hazard
    if hazard not in scene.levels:
        return str(catalogue["threshold_none"].format(hazard=hazard))
    return str(catalogue["threshold"].format(hazard=hazard, threshold_m=exact_m(scene.levels[hazard])))


def _trend(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    rise_m_per_h = scene.rise_m_per_h
    if scene.previous is not None and _departs(change.reading, scene.previous, rise_m_per_h):
        observed_at = scene.previous.observed_at.astimezone(JST)
        return str(catalogue["previous"].format(stage_m=shown_m(scene.previous.stage_m), observed_at=observed_at))
    if rise_m_per_h is None:
        return str(catalogue["trend_unknown"])
    if abs(rise_m_per_h) < STEADY_M_PER_H:
        return str(catalogue["steady"])
    return str(catalogue["rising" if rise_m_per_h > 0 else "falling"].format(rate_m_per_h=f"{abs(rise_m_per_h):.2f}"))


def _departs(reading: Reading, previous: Reading, rise_m_per_h: float | None) -> bool:
    """Whether the last step is so unlike the slope that the slope would mislead; always where there is none."""
    if rise_m_per_h is None:
        return True
    hours = (reading.observed_at - previous.observed_at) / timedelta(hours=1)
    explained_m = rise_m_per_h * hours
    unexplained_m = abs(reading.stage_m - previous.stage_m - explained_m)
    return unexplained_m > max(JUMP_M, abs(explained_m))


def _next(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    """What comes above the hazard that holds, which inside the hysteresis is more than the stage itself says."""
    if not scene.levels:
        return str(catalogue["next_unset"])
    stage_m = change.reading.stage_m
    above = [each for each in sorted(scene.levels.items()) if each[0] > change.to_hazard and each[1] > stage_m]
    if not above:
        return str(catalogue["next_none"])
    hazard, threshold_m = above[0]
    left_m = exact_m(threshold_m - centimetres(stage_m))
    return str(catalogue["next_level"].format(hazard=hazard, threshold_m=exact_m(threshold_m), left_m=left_m))


def _note(change: Change, scene: Scene, language: str, catalogue: dict[str, Any]) -> str:
    if change.unconfirmed:
        return str(catalogue["note_unconfirmed"].format(reasons=_reasons(change, catalogue)))
    if change.cause is Cause.FALL:
        return _note_of_fall(change, scene, catalogue)
    what_to_check = staff_note(scene.station.kind, change.to_hazard, language)
    return f"{catalogue['note_confirmed']}\n{what_to_check}" if change.cause is Cause.CONFIRMED else what_to_check


def _reasons(change: Change, catalogue: dict[str, Any]) -> str:
    reasons = [catalogue["reasons"][reason] for reason in change.reading.reasons]
    return str(catalogue["reason_separator"].join(reasons or [catalogue["reason_unstated"]]))


def _note_of_fall(change: Change, scene: Scene, catalogue: dict[str, Any]) -> str:
    if change.from_hazard not in scene.levels:
        return str(catalogue["note_fall_revised"].format(from_hazard=change.from_hazard)).strip()
    release_m = exact_m(scene.levels[change.from_hazard] - scene.settings.hysteresis_m)
    hold_min = f"{scene.settings.hold.total_seconds() / 60:g}"
    note = catalogue["note_fall" if scene.settings.hold else "note_fall_at_once"]
    return str(note.format(release_m=release_m, from_hazard=change.from_hazard, hold_min=hold_min)).strip()
