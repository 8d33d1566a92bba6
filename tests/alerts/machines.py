"""The rule of the stage on a machine, without an engine: readings in, changes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from alerts.rules import stage
from alerts.rules.course import Course
from alerts.rules.findings import Change, Finding
from alerts.rules.machine import Standing, Timing, step
from alerts.rules.place import Place
from alerts.rules.settings.rules import RulesSettings
from ingest.hazard import Levels
from ingest.readings import Reading
from ingest.stations import Station, StationKind, ThresholdSet
from tests.alerts.night import DUSK, GAUGE, LEVELS, RIVER

HOLD = timedelta(minutes=20)
DEFAULT = Timing()
PLAIN = Timing(flap_turns=0)
"""The default hold, and no flapping."""
AT_ONCE = Timing(hold=timedelta(0), flap_turns=0)
HYSTERESIS_M = 0.10


def place(
    levels: Levels = LEVELS,
    hysteresis_m: float | None = HYSTERESIS_M,
    kind: StationKind = StationKind.RIVER,
    rules: RulesSettings | None = None,
) -> Place:
    """The gauge of the night with these thresholds; None for the hysteresis that is set for its kind."""
    sets = (ThresholdSet(valid_from=DUSK - timedelta(days=3650), levels=dict(levels)),)
    gauge = GAUGE.model_copy(update={"thresholds": sets, "hysteresis_m": hysteresis_m})
    station: Station = RIVER.model_copy(update={"kind": kind})
    return Place(station, gauge, (rules or RulesSettings()).at(kind, station.id))


def find(reading: Reading, at: Place | None = None) -> Finding | None:
    """What the rule of the stage finds."""
    return stage.find(reading, Course(), at or place())


def fold(
    readings: Iterable[Reading], timing: Timing = PLAIN, at: Place | None = None, standing: Standing | None = None
) -> tuple[Standing, list[Change]]:
    """The standing after the readings, and the changes that they made."""
    after, found, where = standing or Standing(), list[Change](), at or place()
    for each in readings:
        finding = find(each, where)
        if finding is not None:
            after, changes = step(after, finding, timing)
            found += changes
    return after, found


def told(changes: Iterable[Change]) -> list[tuple[int, int]]:
    """From which level to which, of those changes that people hear of."""
    return [(each.from_level, each.to_level) for each in changes if each.told]


def steps(readings: Iterable[Reading], timing: Timing = PLAIN, at: Place | None = None) -> list[tuple[int, int]]:
    """What people hear of the readings."""
    return told(fold(readings, timing, at)[1])
