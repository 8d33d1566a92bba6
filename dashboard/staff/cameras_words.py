"""How a camera is, in words: its state, why, when it was heard, what it says of its insides."""

from __future__ import annotations

from datetime import datetime

from dashboard.i18n import known, text
from dashboard.staff import health_words, words
from dashboard.staff.facts import CameraFacts
from ingest.cameras.condition import AWAITED
from ingest.readings import CameraState, Still
from ingest.sight.look import Look, Unjudged
from ingest.stations import Camera, Registry, named


def name(camera_id: str, registry: Registry, language: str) -> str:
    """The camera's own name, else the plain word, with a number where its station has several."""
    camera = registry.cameras[camera_id]
    if camera.name:
        return named(camera.name, language)
    beside = [each.id for each in registry.cameras_of(camera.station_id)]
    number = f" {beside.index(camera_id) + 1}" if len(beside) > 1 else ""
    return text(language, "camera.name") + number


def full_name(camera_id: str, registry: Registry, language: str) -> str:
    """Station and camera."""
    station = registry.station_of(registry.cameras[camera_id])
    return words.joined(named(station.name, language), name(camera_id, registry, language))


def state(camera: CameraFacts, language: str) -> str:
    """Online, degraded or offline; or not there yet."""
    if camera.state is CameraState.ONLINE and camera.silence == AWAITED:
        return text(language, "camera.awaited")
    return text(language, f"camera.{camera.state}")


def why(camera: CameraFacts, language: str) -> str:
    """Every reason why it is not well, each once; empty where all is well."""
    unjudged = "" if camera.unjudged in (None, Unjudged.DARK_NIGHT) else str(camera.unjudged)
    reasons = [camera.silence, *(str(each) for each in camera.faults), unjudged, camera.said]
    said = [_reason(each, language) for each in dict.fromkeys(reasons) if each]
    asked = [known(language, "camera_asked", camera.asked)] if camera.asked else []
    return health_words.listed([*said, *asked], language)


def wrong(look: Look, language: str) -> str:
    """What is wrong with a picture, or why that cannot be told; empty where nothing is, and for a dark night."""
    unjudged = [look.unjudged] if look.unjudged not in (None, Unjudged.DARK_NIGHT) else []
    return health_words.listed([_reason(each, language) for each in (*sorted(look.faults), *unjudged)], language)


def _reason(reason: str, language: str) -> str:
    return known(language, "camera_reason", reason)


def band(camera: CameraFacts, language: str) -> str:
    """What must stand across its newest picture; empty where that can be judged by."""
    if camera.file is None or camera.minutes is None:
        return ""
    age = text(language, "cameras.old_band", age=words.age(language, camera.minutes)) if camera.old else ""
    bad = why(camera, language) if camera.faults or camera.state is CameraState.DEGRADED else ""
    return words.joined(bad, age)


def notices(camera: CameraFacts, language: str) -> list[str]:
    """How the camera is, where it is not well, and that the time of its picture is uncertain."""
    said = []
    if camera.state is not CameraState.ONLINE:
        # What the band says already is not said twice.
        reasons = "" if camera.state is CameraState.DEGRADED and camera.file else why(camera, language)
        said.append(words.joined(state(camera, language), reasons))
    elif camera.silence == AWAITED:
        said.append(words.joined(state(camera, language), _reason(AWAITED, language)))
    if doubt := doubt_of_time(camera, language):
        said.append(doubt)
    return said


def aside(camera: CameraFacts, language: str) -> str:
    """What is no fault and yet to be known: that the night is too dark for its picture to tell anything."""
    dark = camera.file is not None and camera.unjudged is Unjudged.DARK_NIGHT
    return _reason(Unjudged.DARK_NIGHT, language) if dark else ""


def doubt_of_time(still: CameraFacts | Still, language: str) -> str:
    """Why the time of a picture is not the camera's own; empty where it is."""
    if still.clock_stands:
        return text(language, "still.clock_stands")
    return text(language, "still.clock_suspect") if still.clock_suspect else ""


def heard(camera: CameraFacts, language: str, now: datetime) -> str:
    """When anything last came from it."""
    if camera.heard_at is None:
        return text(language, "cameras.never")
    minutes = max(0, int((now - camera.heard_at).total_seconds() // 60))
    return text(language, "cameras.heard", at=words.near_time(camera.heard_at, now), age=words.age(language, minutes))


def rhythm(camera: Camera, language: str) -> str:
    """How often its pictures are expected, and its words where these come at another pace."""
    still = text(language, "cameras.interval", every=health_words.interval(camera.interval_s, language))
    if camera.heartbeat_s is None or camera.heartbeat_s == camera.interval_s:
        return still
    beat = text(language, "cameras.heartbeat", every=health_words.interval(camera.heartbeat_s, language))
    return words.joined(still, beat)


def vitals(camera: CameraFacts, language: str) -> list[str]:
    """What it says of its insides, as far as it does."""
    said = camera.vitals
    figures = (
        ("fps", said.fps, ".3g"),
        ("temperature", said.temperature_c, ".0f"),
        ("storage", said.storage_pct, ".0f"),
    )
    shown = [
        text(language, f"cameras.{key}", n=format(figure, form)) for key, figure, form in figures if figure is not None
    ]
    if battery := _battery(camera):
        shown.append(text(language, "cameras.battery", said=battery))
    return shown


def _battery(camera: CameraFacts) -> str:
    pct = "" if camera.vitals.battery_pct is None else f"{camera.vitals.battery_pct:.0f} %"
    volts = "" if camera.vitals.battery_v is None else f"{camera.vitals.battery_v:.1f} V"
    return " ".join(each for each in (pct, volts) if each)
