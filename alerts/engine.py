"""Tails the log, lets the rule decide, and records what follows before anything is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.table import ChannelSettings
from alerts.messages import Scene, compose
from alerts.people import Recipient, concerns
from alerts.records import Delivery, Outcome, Transition
from alerts.rules import Cause, Change, LevelSettings, LevelState, step
from alerts.store import Recorded, SqlAlerts
from ingest.clock import Clock
from ingest.hazard import Levels, levels_at
from ingest.readings import Quality, Reading
from ingest.stations import Gauge, Registry, StationKind
from ingest.store.protocol import Log
from ingest.trend import TREND_WINDOW, rise_m_per_h

log = logging.getLogger(__name__)

MOST_PER_TURN = 2000


HYSTERESIS_M = {StationKind.UNDERPASS: 0.02}
"""Where a kind needs another hysteresis than the general one: an underpass begins at 5 cm."""


class AlertSettings(BaseModel):
    """The rule's numbers and who is told."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    hysteresis_m: float = Field(default=0.10, ge=0, description="metres below a threshold that count as below it")
    hysteresis_by_kind: dict[StationKind, Annotated[float, Field(ge=0)]] = Field(
        default={},
        description="the same for some kinds of station; an underpass without one here has 0.02",
    )
    hold_s: float = Field(
        default=1200.0, ge=0, le=30 * 86400, description="seconds that the water must stay below before a fall"
    )
    recipients: tuple[Recipient, ...] = Field(default=(), description="who gets messages: [[alerts.recipients]]")
    channels: ChannelSettings = Field(default=ChannelSettings(), description="how each channel is reached")

    def level(self, kind: StationKind, gauge: Gauge, levels: Levels) -> LevelSettings:
        """The rule's settings for a gauge: its own hysteresis, else that of its kind, else the general one.

        Never more than half of the lowest threshold above the gauge zero: an alert that ends only below a dry bed
        would never end.
        """
        general_m = {**HYSTERESIS_M, **self.hysteresis_by_kind}.get(kind, self.hysteresis_m)
        hysteresis_m = general_m if gauge.hysteresis_m is None else gauge.hysteresis_m
        lowest_m = min(levels.values(), default=0.0)
        if lowest_m > 0:
            hysteresis_m = min(hysteresis_m, lowest_m / 2)
        return LevelSettings(hysteresis_m, timedelta(seconds=self.hold_s))


@dataclass
class _Course:
    """What the readings of one turn did to one gauge."""

    before: LevelState
    state: LevelState
    changes: list[Change] = field(default_factory=list)


class Engine:
    """Woken from outside; each turn considers what came since the last one, however long ago that was."""

    def __init__(
        self,
        log: Log,
        registry: Callable[[], Registry],
        alerts: SqlAlerts,
        settings: AlertSettings,
        clock: Clock,
        base_url: str = "",
    ) -> None:
        self._log = log
        self._registry = registry
        self._alerts = alerts
        self._settings = settings
        self._clock = clock
        self._base_url = base_url

    def turn(self) -> int:
        """Consider everything new; the number of readings considered."""
        considered = 0
        while batch := self._log.readings_after(cursor := self._alerts.cursor(), MOST_PER_TURN):
            if not self._consider(cursor, batch):
                log.warning("another alert engine works on the same database: end one of them")
                break
            considered += len(batch)
        return considered

    def _consider(self, cursor: int, batch: Sequence[Reading]) -> bool:
        registry = self._registry()
        courses = self._courses(batch, registry)
        recorded = [
            each
            for gauge_id, course in courses.items()
            for each in self._recorded(registry, registry.gauges[gauge_id], course)
        ]
        recorded.sort(key=lambda each: each.transition.reading_seq)
        states = {gauge_id: course.state for gauge_id, course in courses.items() if course.state != course.before}
        return self._alerts.record(cursor, batch[-1].seq, states, recorded)

    def _courses(self, batch: Sequence[Reading], registry: Registry) -> dict[str, _Course]:
        known = self._alerts.states({each.gauge_id for each in batch})
        courses: dict[str, _Course] = {}
        for reading in batch:
            gauge = registry.gauges.get(reading.gauge_id)
            if gauge is None:
                continue  # retired since it reported: nobody is told about it any more
            state = known.get(gauge.id, LevelState())
            course = courses.setdefault(gauge.id, _Course(state, state))
            kind = registry.station_of(gauge).kind
            levels = levels_at(kind, gauge, reading.observed_at)
            course.state, change = step(course.state, reading, levels, self._settings.level(kind, gauge, levels))
            if change is not None:
                course.changes.append(change)
        return courses

    def _recorded(self, registry: Registry, gauge: Gauge, course: _Course) -> list[Recorded]:
        told = worth_telling(course.changes)
        now = self._clock.now()
        return [
            Recorded(
                _transition(gauge, change, now),
                self._deliveries(registry, gauge, told[change.reading.seq], now) if change.reading.seq in told else (),
            )
            for change in course.changes
        ]

    def _deliveries(self, registry: Registry, gauge: Gauge, change: Change, now: datetime) -> list[Delivery]:
        concerned = [each for each in self._settings.recipients if concerns(each, change, gauge.station_id)]
        if not concerned:
            return []
        scene = self._scene(registry, gauge, change)
        text = {language: compose(change, scene, language) for language in {each.language for each in concerned}}
        return [_delivery(each, *text[each.language], now) for each in concerned]

    def _scene(self, registry: Registry, gauge: Gauge, change: Change) -> Scene:
        station = registry.station_of(gauge)
        at = change.reading.observed_at
        levels = levels_at(station.kind, gauge, at)
        before = [each for each in self._log.history(gauge.id, at - TREND_WINDOW, at) if each.quality is Quality.GOOD]
        return Scene(
            registry=registry,
            station=station,
            gauge=gauge,
            levels=levels,
            settings=self._settings.level(station.kind, gauge, levels),
            rise_m_per_h=rise_m_per_h(before, at),
            previous=next((each for each in reversed(before) if each.observed_at < at), None),
            told_at=self._clock.now(),
            base_url=self._base_url,
        )


def worth_telling(changes: Sequence[Change]) -> dict[int, Change]:
    """Of the changes that one turn found together, those that become messages, by the reading that made them.

    A straight rise or fall is told once, from where it began to where it ended; every change of direction is told.
    """
    runs: list[list[Change]] = []
    for change in changes:
        if runs and _goes_on(runs[-1][-1], change):
            runs[-1].append(change)
        else:
            runs.append([change])
    return {run[-1].reading.seq: _as_one(run) for run in runs}


def _goes_on(before: Change, change: Change) -> bool:
    """Whether one message can tell both: the same direction, and no confirmed danger that a doubtful one would hide."""
    same_direction = (before.cause is Cause.FALL) == (change.cause is Cause.FALL)
    return same_direction and (before.unconfirmed or not change.unconfirmed)


def _as_one(run: Sequence[Change]) -> Change:
    """A run from its first hazard to its last. What rose is told as a rise, though it was confirmed on the way."""
    first, last = run[0], run[-1]
    cause = Cause.RISE if first.from_hazard < last.to_hazard else last.cause
    return replace(last, cause=cause, from_hazard=first.from_hazard)


def _transition(gauge: Gauge, change: Change, now: datetime) -> Transition:
    return Transition(
        gauge_id=gauge.id,
        station_id=gauge.station_id,
        from_hazard=change.from_hazard,
        to_hazard=change.to_hazard,
        stage_m=change.reading.stage_m,
        observed_at=change.reading.observed_at,
        recorded_at=now,
        reading_seq=change.reading.seq,
        reason=change.cause,
        unconfirmed=change.unconfirmed,
    )


def _delivery(recipient: Recipient, subject: str, body: str, now: datetime) -> Delivery:
    return Delivery(
        transition_id=0,
        recipient_id=recipient.id,
        channel=recipient.channel,
        address=recipient.address,
        subject=subject,
        body=body,
        outcome=Outcome.PENDING,
        attempts=0,
        due_at=now,
    )
