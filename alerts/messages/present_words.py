"""The words of a message that comes again: how things are by now, with the time of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.messages.figures import clock_time, duration, number_of, pace, pace_of, time_of
from alerts.messages.scene import Scene

BEGAN = ("flooded_at", "stopped_at")
"""A pump stands still in high water from the later of these on."""


def present_at(scene: Scene) -> datetime | None:
    """When what is told was found anew; None where the message tells of a change."""
    return time_of(scene.detail.get("present_at"))


def of_present(scene: Scene) -> dict[str, str]:
    """How fast the water goes by now, and for how long a pump has stood still in it."""
    found: dict[str, str] = {}
    now_m_per_h = number_of(scene.detail.get("now_m_per_h"))
    if now_m_per_h is not None:
        found |= {
            "now_pace": pace_of(scene.detail, scene.catalogue, "now_"),
            "now_brief_pace": pace(now_m_per_h, scene.catalogue, "brief_"),
        }
    return found | _idle(scene)


def _idle(scene: Scene) -> dict[str, str]:
    at = present_at(scene)
    began = [time for name in BEGAN if (time := time_of(scene.detail.get(name))) is not None]
    if at is None or not began or (since := max(began)) > at + timedelta(seconds=1):
        return {}
    return {
        "idle": duration((at - since).total_seconds(), scene.catalogue),
        "idle_since": clock_time(since, scene.catalogue),
    }
