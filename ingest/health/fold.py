"""From the log to a small state a gauge: one reading, one word of the device at a time.

Readings and vitals are two logs with two cursors; each is folded into a part of its own, so that it does not matter
which of them was read first or how many at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from ingest.health.delivery import Arrival, Delivery, arrived
from ingest.health.gaps import Course, observed
from ingest.health.hours import HOUR_S, Hour, added
from ingest.health.limits import HealthSettings
from ingest.health.power import Power, battery_problem, said, weak_signal
from ingest.health.problems import Problem
from ingest.health.sequence import Counter, counted
from ingest.readings import Quality, Reading, Reason, Vitals
from ingest.rhythm import Rhythm
from ingest.stations import Gauge, StationKind

CLOCK_REASONS = frozenset({Reason.CLOCK_AHEAD, Reason.CLOCK_BEHIND})

Since = dict[Problem, float]
"""Problems that hold as of the newest word, and since when (seconds since 1970)."""


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of a gauge's device beforehand. ``models`` are (valid_from, model) of its sensors, oldest first."""

    rhythm: Rhythm
    models: tuple[tuple[datetime, str], ...] = ()

    @classmethod
    def of(cls, gauge: Gauge, kind: StationKind) -> Device:
        """The device of a gauge of the registry."""
        models = sorted((each.valid_from, each.model) for each in gauge.sensors)
        return cls(Rhythm.of(gauge, kind), tuple(models))

    def model_at(self, at: datetime) -> str:
        """The model of the sensor in force; empty where none is known."""
        return next((model for since, model in reversed(self.models) if since <= at), "")


@dataclass(frozen=True, slots=True)
class Told:
    """What the readings of a gauge say."""

    course: Course
    delivery: Delivery
    hours: tuple[Hour, ...] = ()
    counter: Counter | None = None
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class Felt:
    """What the vitals of a gauge say."""

    power: Power
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class GaugeState:
    """All that is remembered of a gauge; a part is None before its first word."""

    told: Told | None = None
    felt: Felt | None = None


_STATE = TypeAdapter(GaugeState)


def to_json(state: GaugeState) -> str:
    """The state as it is kept."""
    return _STATE.dump_json(state, exclude_defaults=True).decode()


def from_json(text: str | bytes) -> GaugeState:
    """The state as it was kept; pydantic's ValidationError where it is of another shape."""
    return _STATE.validate_json(text)


def with_reading(state: GaugeState, reading: Reading, device: Device, limits: HealthSettings) -> GaugeState:
    """The state after one row of the log, in order of sequence."""
    told = state.told
    if told is not None and (reading.requalified or reading.revision):
        return replace(state, told=_reconsidered(told, reading, device.rhythm))
    return replace(state, told=_told(told, reading, device.rhythm, limits))


def with_vitals(state: GaugeState, vitals: Vitals, device: Device, limits: HealthSettings) -> GaugeState:
    """The state after one word of the device, in order of sequence."""
    before = state.felt
    power = said(before.power if before else None, vitals)
    battery = battery_problem(power, device.model_at(vitals.received_at), limits)
    holds = {battery} if battery else set()
    if weak_signal(power, limits):
        holds.add(Problem.WEAK_SIGNAL)
    since = _since(before.since if before else None, holds, vitals.received_at.timestamp())
    return replace(state, felt=Felt(power, since))


def _told(told: Told | None, reading: Reading, rhythm: Rhythm, limits: HealthSettings) -> Told:
    at_s, received_s = reading.observed_at.timestamp(), reading.received_at.timestamp()
    course = told.course if told else None
    every_s = rhythm.expected_s(course.mode if course else rhythm.calm)
    mode = rhythm.mode_at(reading.value, reading.observed_at)
    if reading.quality is Quality.BAD:
        mode = course.mode if course else rhythm.calm
    delivery, arrival = arrived(told.delivery if told else None, received_s, _delay_s(reading), every_s, limits.late_s)
    hours, counter = _counts(told, reading, arrival, rhythm)
    since = told.since if told else None
    if course is None or at_s >= course.newest_s:
        since = _since(since, _shown_by(reading), at_s)
    return Told(observed(course, at_s, mode, rhythm), delivery, hours, counter, since)


def _delay_s(reading: Reading) -> float | None:
    """How long it was on its way, where its own clock is believed."""
    if reading.device_at is None or CLOCK_REASONS.intersection(reading.reasons):
        return None
    return max(0.0, (reading.received_at - reading.observed_at).total_seconds())


def _counts(
    told: Told | None, reading: Reading, arrival: Arrival, rhythm: Rhythm
) -> tuple[tuple[Hour, ...], Counter | None]:
    hour = int(reading.received_at.timestamp() // HOUR_S)
    hours, counter = (told.hours, told.counter) if told else ((), None)
    more = Hour(
        hour,
        readings=1,
        late=int(arrival is Arrival.LATE),
        made_up=int(arrival is Arrival.MADE_UP),
        suspect=int(reading.quality is Quality.SUSPECT and not _only_the_clock(reading)),
        bad=int(reading.quality is Quality.BAD),
    )
    if reading.device_seq is not None:
        step = counted(counter, reading.device_seq, reading.observed_at.timestamp(), hour, rhythm.interval_s)
        counter = step.counter
        more = more._replace(lost=step.lost, restarts=int(step.restarted))
        if step.found_hour is not None:
            hours = added(hours, Hour(step.found_hour, lost=-1))
    return added(hours, more), counter


def _only_the_clock(reading: Reading) -> bool:
    """Whether nothing but its time is doubted: that is a problem with a name of its own."""
    return bool(reading.reasons) and CLOCK_REASONS.issuperset(reading.reasons)


def _shown_by(reading: Reading) -> set[Problem]:
    found = set()
    if CLOCK_REASONS.intersection(reading.reasons):
        found.add(Problem.WRONG_CLOCK)
    if Reason.STUCK in reading.reasons and reading.quality is not Quality.GOOD:
        found.add(Problem.STUCK)
    if reading.quality is Quality.BAD:
        found.add(Problem.BAD_VALUES)
    return found


def _since(before: Since | None, holds: set[Problem], at_s: float) -> Since | None:
    """Since when each of the problems that hold does so."""
    known = before or {}
    return {problem: known.get(problem, at_s) for problem in sorted(holds)} or None


def _reconsidered(told: Told, reading: Reading, rhythm: Rhythm) -> Told:
    """A row that says something else of an observation that was counted already: no report of its own."""
    hours, course, since = told.hours, told.course, told.since
    if reading.requalified:
        bad = int(reading.quality is Quality.BAD)
        hour = int(reading.received_at.timestamp() // HOUR_S)
        if any(each.hour == hour for each in hours):
            hours = added(hours, Hour(hour, suspect=-1, bad=bad))
    at_s = reading.observed_at.timestamp()
    if at_s >= course.newest_s:
        since = _since(since, _shown_by(reading), at_s)
        mode = rhythm.mode_at(reading.value, reading.observed_at)
        if reading.quality is not Quality.BAD and mode is not course.mode:
            course = replace(course, mode=mode, mode_since_s=at_s)
    return replace(told, hours=hours, course=course, since=since)
