"""The stage against the thresholds. Pure."""

from __future__ import annotations

from math import inf

from alerts.records import STAGE as NAME
from alerts.rules.course import Course
from alerts.rules.findings import EVERY_LEVEL, Finding
from alerts.rules.place import Place
from ingest.hazard import hazard_at
from ingest.readings import Quality, Reading

__all__ = ["NAME", "find"]


def find(reading: Reading, course: Course, place: Place) -> Finding | None:
    """The hazard that the stage reaches, and the levels that it undercuts by the hysteresis; None for a bad reading.

    A level that was taken out of the table counts as undercut, so that a change of thresholds ends an alert by the
    normal rule.
    """
    del course
    if reading.quality is Quality.BAD:
        return None
    levels = place.levels_at(reading.observed_at)
    hysteresis_m = place.hysteresis_m(levels)
    return Finding(
        reached=hazard_at(reading.stage_m, levels),
        # Rounded as a difference: binary fractions must not make a stage at the limit look below it.
        left=frozenset(
            each for each in EVERY_LEVEL if round(reading.stage_m - (levels.get(each, inf) - hysteresis_m), 6) < 0
        ),
        at=reading.observed_at,
        believed=reading.quality is Quality.GOOD,
        corrects=reading.revision > 0,
        received_at=reading.received_at,
    )
