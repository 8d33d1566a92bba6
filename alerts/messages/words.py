"""The words that the templates of the catalogue are filled with, for one run of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.messages.catalogue import one_line
from alerts.messages.equipment_words import of_equipment, of_pond
from alerts.messages.figures import clock_time, duration, exact_m, number_of, pace, pace_of, shown, time_of
from alerts.messages.present_words import of_present, present_at
from alerts.messages.scene import Scene
from alerts.records import STAGE
from ingest.clock import JST
from ingest.labels import label, staff_note
from ingest.metres import centimetres, shown_m
from ingest.stations import named

JUMP_M = 0.05
"""A step between two readings is a jump only above this: below it is the noise of a gauge."""
LATE_AFTER = timedelta(minutes=3)
MOST_STATIONS = 10


def words_of(scene: Scene) -> dict[str, str]:
    """Every word that is known; a template that asks for another one is left out."""
    found = {**_of_detail(scene), **_of_place(scene), **_of_time(scene), **_of_stage(scene), **_of_fall(scene)}
    found |= of_equipment(scene) | of_pond(scene) | of_present(scene)
    if scene.last.rule == STAGE:
        found |= _of_hazard(scene)
    return {name: text for name, text in found.items() if text}


def _of_detail(scene: Scene) -> dict[str, str]:
    catalogue, values = scene.catalogue, scene.catalogue["values"]
    found = shown(scene.detail, catalogue, values)
    found["reasons"] = found.get("reasons") or catalogue["reason_unstated"]
    found["battery"] = values["battery"].get(str(scene.detail.get("problem")), "")
    found["gauges"] = str(len(silenced_by(scene))) if "silenced" in scene.detail else ""
    found["stations"] = _stations(scene)
    found["moved_to"] = _moved_to(scene)
    if not scene.context.staff:
        found.pop("doubt", None)
    return found


def _moved_to(scene: Scene) -> str:
    """The station where a subject is by now that is watched here no longer; its id where it is not in the registry."""
    station_id = str(scene.detail.get("moved_to", ""))
    station = scene.context.registry.stations.get(station_id)
    return one_line(named(station.name, scene.language)) if station else one_line(station_id)


def silenced_by(scene: Scene) -> list[str]:
    """The ids of the gauges that a gateway leaves unheard."""
    silenced = scene.detail.get("silenced")
    return [str(each) for each in silenced] if isinstance(silenced, list) else []


def _stations(scene: Scene) -> str:
    """The stations of the gauges that a gateway leaves unheard."""
    registry = scene.context.registry
    gauges = [registry.gauges[each] for each in silenced_by(scene) if each in registry.gauges]
    stations = [registry.station_of(each) for each in gauges]
    # A name of control characters alone leaves nothing: the id is better than a place left out.
    names = list(dict.fromkeys(one_line(named(each.name, scene.language)) or each.id for each in stations))
    listed = names[:MOST_STATIONS]
    if len(names) > MOST_STATIONS:
        listed.append(scene.catalogue["and_more"].format(count=len(names) - MOST_STATIONS))
    return str(scene.catalogue["list_separator"].join(listed))


def _of_place(scene: Scene) -> dict[str, str]:
    catalogue, last = scene.catalogue, scene.last
    station = scene.station
    return {
        "city": scene.city,
        "station": scene.station_name,
        "place": scene.place,
        "kind": catalogue["kinds"][station.kind] if station else "",
        "gauge_line": _gauge_line(scene),
        "camera": scene.camera_name,
        "camera_line": _camera_line(scene),
        "subject": one_line(last.subject_id),
        "subject_name": _subject_name(scene),
        "rule": one_line(last.rule),
        "from": str(scene.from_level),
        "to": str(last.to_level),
        "hazards": _hazards(scene),
    }


def _subject_name(scene: Scene) -> str:
    subject_id = scene.last.subject_id
    if scene.equipment(subject_id) is not None:
        return of_equipment(scene)["pumps"]
    if subject_id == scene.last.station_id:
        return scene.station_name
    return scene.gauge_name if scene.gauge else scene.camera_name if scene.camera else subject_id


def _gauge_line(scene: Scene) -> str:
    """Nothing where the only gauge of a station has no name: its id would say nothing to the reader."""
    if scene.gauge is None or not (scene.gauge.name or scene.one_of_several):
        return ""
    return str(scene.catalogue["gauge"].format(gauge=scene.gauge_name))


def _camera_line(scene: Scene) -> str:
    """Nothing where the only camera of a station has no name: it would say the word for it twice."""
    if scene.camera is None or not (scene.camera.name or scene.one_of_several):
        return ""
    return str(scene.catalogue["camera_line"].format(camera=scene.camera_name))


def _hazards(scene: Scene) -> str:
    key = "hazards_same" if scene.from_level == scene.last.to_level else "hazards_changed"
    return str(scene.catalogue[key].format(from_hazard=scene.from_level, hazard=scene.last.to_level))


def _of_time(scene: Scene) -> dict[str, str]:
    catalogue, last, now = scene.catalogue, scene.last, scene.context.now
    last_at, since, now_at = (time_of(scene.detail.get(key)) for key in ("last_at", "since", "now_at"))
    told_of = present_at(scene) or last.observed_at
    return {
        "observed_at": clock_time(last.observed_at, catalogue),
        "hm": brief_time(told_of, now, catalogue),
        "now_hm": brief_time(now_at, now, catalogue) if now_at else "",
        "last_hm": brief_time(last_at, now, catalogue) if last_at else "",
        "since_hm": brief_time(since, now, catalogue) if since else "",
        "sent": _sent(told_of, now, catalogue),
    }


def brief_time(at: datetime, now: datetime, catalogue: Mapping[str, Any]) -> str:
    """The time of day in Japan; with the day where it is not today."""
    there = at.astimezone(JST)
    key = "time_brief" if there.date() == now.astimezone(JST).date() else "time_brief_day"
    return str(catalogue[key].format(at=there))


def _sent(observed_at: datetime, now: datetime, catalogue: Mapping[str, Any]) -> str:
    """The time of sending where it is not about that of the observation, and how old the observation is by then."""
    age = now - observed_at
    if abs(age) <= LATE_AFTER:
        return ""
    sent = str(catalogue["sent"].format(told_at=clock_time(now, catalogue)))
    if age < timedelta(0):
        return sent
    return sent + str(catalogue["age"].format(age=duration(age.total_seconds(), catalogue)))


def _of_stage(scene: Scene) -> dict[str, str]:
    stage_m, catalogue = scene.last.stage_m, scene.catalogue
    if stage_m is None:
        return {"threshold": _threshold(scene)}
    return {
        "stage_m": shown_m(stage_m),
        "threshold": _threshold(scene),
        "trend": _trend(scene, stage_m),
        "brief_pace": _brief_pace(scene, stage_m),
        "next": _next(scene, stage_m, catalogue),
    }


def _threshold(scene: Scene) -> str:
    """That of the level told about, for a fall of the one that was left; a blank where it is not known."""
    falls = scene.last.to_level < scene.from_level
    told = scene.run.first if falls else scene.last
    threshold_m = number_of(told.detail.get("threshold_m"))
    if threshold_m is not None:
        hazard = scene.from_level if falls else scene.last.to_level
        return str(scene.catalogue["threshold"].format(hazard=hazard, threshold_m=exact_m(threshold_m)))
    return str(scene.catalogue["threshold_none"].format(hazard=scene.from_level)) if scene.revised else " "


def _trend(scene: Scene, stage_m: float) -> str:
    catalogue, rise_m_per_h = scene.catalogue, number_of(scene.detail.get("rise_m_per_h"))
    if _departs(scene, stage_m, rise_m_per_h):
        return str(catalogue["previous"].format_map(shown(scene.detail, catalogue, {})))
    if rise_m_per_h is None:
        return str(catalogue["trend_unknown"])
    return pace_of(scene.detail, catalogue)


def _brief_pace(scene: Scene, stage_m: float) -> str:
    rise_m_per_h = number_of(scene.detail.get("rise_m_per_h"))
    if rise_m_per_h is None or _departs(scene, stage_m, rise_m_per_h):
        return ""
    return pace(rise_m_per_h, scene.catalogue, "brief_")


def _departs(scene: Scene, stage_m: float, rise_m_per_h: float | None) -> bool:
    """Whether the last step is so unlike the slope that the slope would mislead; always where there is none."""
    previous_m = number_of(scene.detail.get("previous_m"))
    previous_at = time_of(scene.detail.get("previous_at"))
    if previous_m is None or previous_at is None:
        return False
    if rise_m_per_h is None:
        return True
    explained_m = rise_m_per_h * ((scene.last.observed_at - previous_at) / timedelta(hours=1))
    return abs(stage_m - previous_m - explained_m) > max(JUMP_M, abs(explained_m))


def _next(scene: Scene, stage_m: float, catalogue: Mapping[str, Any]) -> str:
    """What comes above the level that holds, which inside the hysteresis is more than the stage itself says."""
    next_m, next_level = (number_of(scene.detail.get(key)) for key in ("next_m", "next_level"))
    if next_m is None or next_level is None:
        known = scene.last.rule == STAGE and "threshold_m" in scene.detail
        return str(catalogue["next_none"]) if known else ""
    if next_m <= stage_m:
        return ""
    left_m = exact_m(next_m - centimetres(stage_m))
    return str(catalogue["next_level"].format(hazard=f"{next_level:.0f}", threshold_m=exact_m(next_m), left_m=left_m))


def _of_fall(scene: Scene) -> dict[str, str]:
    if scene.last.to_level >= scene.from_level:
        return {}
    told, catalogue = scene.run.first.detail, scene.catalogue["fall"]
    release_m, hold_s = number_of(told.get("release_m")), number_of(told.get("hold_s"))
    if release_m is None:
        return {}
    words = {
        "release_m": exact_m(release_m),
        "from": scene.from_level,
        "hold_s": duration(hold_s or 0, scene.catalogue),
    }
    return {"fall": catalogue["held" if hold_s else "at_once"].format_map(words)}


def _of_hazard(scene: Scene) -> dict[str, str]:
    station, level = scene.station, scene.last.to_level
    if station is None or not 0 <= level <= 5:
        return {}
    return {
        "label": one_line(label(scene.context.registry, station.kind, level, scene.language)),
        "check": staff_note(station.kind, level, scene.language),
    }
