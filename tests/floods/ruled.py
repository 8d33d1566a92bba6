"""Recordings through quality control, the rules and their machine: which alerts they would have made, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from alerts.rules import silence
from alerts.rules.course import Course, with_reading
from alerts.rules.findings import EVERY_LEVEL, Change, Finding, levels_above
from alerts.rules.machine import Standing, Timing, step
from alerts.rules.place import Place, places
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.table import ON_READING
from ingest.hazard import hazard_at
from ingest.health import fold
from ingest.health.fold import Device, GaugeState
from ingest.health.judge import gauge_health
from ingest.health.limits import HealthSettings
from ingest.quality import QualityControl, check
from ingest.readings import Quality, Reading
from ingest.roster import Roster
from tests.floods.judged import PATIENT, TOGETHER, reading_of
from tests.floods.recording import Recording

WEEK = timedelta(days=7)
LIMITS = HealthSettings()
TICK = timedelta(seconds=10)


@dataclass
class Night:
    """What one gauge's readings made: the changes of each rule, and when its good readings first reached a hazard.

    ``changes`` are by the name of the rule. ``began_at`` and ``ended_at`` are the first and the last observation.
    """

    gauge_id: str
    began_at: datetime
    ended_at: datetime
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    crossings: list[tuple[datetime, int]] = field(default_factory=list)

    def raised(self, rule: str) -> list[Change]:
        """The alerts of a rule: every change from nothing to something."""
        return [each for each in self.changes[rule] if each.from_level == 0 < each.to_level]


def rows(recording: Recording) -> Iterator[Reading]:
    """The rows of the log, in order; repeats are left out, as the log leaves them out."""
    roster, control = Roster.of(recording.registry), QualityControl(lambda _: {}, PATIENT)
    seen: set[tuple[str, str, float]] = set()
    arriving = recording.arriving()
    for begin in range(0, len(arriving), TOGETHER):
        batch = arriving[begin : begin + TOGETHER]
        readings = [check(reading_of(row), roster.gauges[row.gauge_id], PATIENT) for row in batch]
        judgement = control.judge(readings, roster)
        control.adopt(judgement)
        for each in judgement.readings:
            name = (each.gauge_id, each.key, each.value)
            if each.requalified or name not in seen:
                seen.add(name)
                yield each


def nights(recording: Recording, rules: RulesSettings | None = None) -> list[Night]:
    """What every gauge of a recording made."""
    by_gauge: dict[str, list[Reading]] = defaultdict(list)
    for each in rows(recording):
        by_gauge[each.gauge_id].append(each)
    at = places(recording.registry, rules or RulesSettings())
    return [_night(at[gauge_id], readings) for gauge_id, readings in by_gauge.items()]


def gauge_weeks(found: Sequence[Night]) -> float:
    """For how many weeks all gauges together were watched."""
    return sum(((each.ended_at - each.began_at) / WEEK for each in found), 0.0)


def _night(place: Place, readings: Sequence[Reading]) -> Night:
    observed = [each.observed_at for each in readings]
    night = Night(place.gauge.id, min(observed), max(observed))
    standings: dict[str, Standing] = {}
    course, hazard = Course(), 0
    for each in readings:
        course = with_reading(course, each)
        for rule in ON_READING:
            finding = rule.find(each, course, place)
            if finding is not None:
                _step(night, standings, rule.name, finding, place.rules.of(rule.name).timing)
        if each.quality is Quality.GOOD:
            now = hazard_at(each.stage_m, place.levels_at(each.observed_at))
            if now > hazard:
                night.crossings.append((each.observed_at, now))
            hazard = now
    _listen(night, place, readings)
    return night


def _listen(night: Night, place: Place, readings: Sequence[Reading]) -> None:
    """The silences: just before anything comes it shows whether the gauge was overdue, and from then on it is not."""
    device, own = Device.of(place.gauge, place.station.kind), place.rules.silence
    state, standings = GaugeState(), dict[str, Standing]()
    over = Finding(0, EVERY_LEVEL, night.began_at)
    for received_at, together in groupby(readings, key=lambda each: each.received_at):
        overdue_at = silence.told_from(gauge_health(place.gauge.id, device, state, received_at, LIMITS))
        since = max(overdue_at, over.at) + TICK if overdue_at else received_at
        if since < received_at:
            found = Finding(own.level, levels_above(own.level), since)
            before = replace(over, at=since - TICK)
            for each in (before, found, replace(found, at=received_at - TICK)):
                _step(night, standings, silence.NAME, each, own.timing)
        over = replace(over, at=received_at)
        _step(night, standings, silence.NAME, over, own.timing)
        for reading in together:
            state = fold.with_reading(state, reading, device, LIMITS)


def _step(night: Night, standings: dict[str, Standing], rule: str, finding: Finding, timing: Timing) -> None:
    standing, changes = step(standings.get(rule, Standing()), finding, timing)
    standings[rule] = standing
    night.changes[rule] += changes


def followed(night: Night, change: Change, within: timedelta, least: int) -> bool:
    """Whether a hazard from ``least`` on was reached within a time after an alert."""
    return any(change.at < at <= change.at + within and hazard >= least for at, hazard in night.crossings)


def leads(night: Night, rule: str, least: int, within: timedelta) -> Mapping[datetime, timedelta | None]:
    """By crossing into a hazard from ``least`` on, how long before it the first alert of a rule was made; None for not
    at all within that time."""
    raised = [each.at for each in night.changes[rule] if each.to_level > each.from_level]
    found: dict[datetime, timedelta | None] = {}
    for at, hazard in night.crossings:
        if hazard >= least:
            before = [at - each for each in raised if timedelta(0) < at - each <= within]
            found[at] = max(before, default=None)
    return found
