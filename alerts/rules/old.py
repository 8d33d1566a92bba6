"""The rule of the stage: up at once, down only after a while below the threshold minus hysteresis. Pure.

What a reading may do depends on how far it is believed. A good reading raises and, in time, lowers. A suspect
one raises, as unconfirmed, and never lowers. A bad one does neither. No reading at all changes nothing:
silence never resolves a danger. All times are those of observation, so a replay decides as the night itself did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf

from ingest.hazard import TOP, Levels, hazard_at
from ingest.readings import Quality, Reading


class Cause(StrEnum):
    """Why an alert changed."""

    RISE = "rise"
    FALL = "fall"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class LevelSettings:
    """``hysteresis_m``: how far below a threshold counts as below it; ``hold``: for how long it must stay there."""

    hysteresis_m: float = 0.10
    hold: timedelta = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class LevelState:
    """The alert of one gauge. ``below`` says since when the stage has been below each level that it still holds."""

    hazard: int = 0
    unconfirmed: bool = False
    observed_at: datetime | None = None
    below: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a gauge's alert, and the reading that made it."""

    cause: Cause
    from_hazard: int
    to_hazard: int
    reading: Reading
    unconfirmed: bool


def step(
    state: LevelState, reading: Reading, levels: Levels, settings: LevelSettings
) -> tuple[LevelState, Change | None]:
    """The alert after one more reading. A reading older than the newest one considered is history: no change."""
    if reading.quality is Quality.BAD or _is_history(state, reading):
        return state, None
    hazard = hazard_at(reading.stage_m, levels)
    if hazard > state.hazard:
        return _risen(state, reading, hazard)
    if reading.quality is not Quality.GOOD:
        return _doubted(state, reading, levels, settings), None
    if state.unconfirmed and hazard == state.hazard:
        return _confirmed(state, reading)
    return _held_or_fallen(state, reading, levels, settings)


def _is_history(state: LevelState, reading: Reading) -> bool:
    """Older than the newest one considered. A newest one that lies after this one's receipt was dated by a clock of
    ours that has been set back since: it makes nothing look late."""
    return state.observed_at is not None and reading.observed_at < state.observed_at <= reading.received_at


def _risen(state: LevelState, reading: Reading, hazard: int) -> tuple[LevelState, Change]:
    unconfirmed = reading.quality is not Quality.GOOD
    change = Change(Cause.RISE, state.hazard, hazard, reading, unconfirmed)
    # The time of a suspect reading may be made up: it must not make the good ones after it look late.
    observed_at = state.observed_at if unconfirmed else reading.observed_at
    return LevelState(hazard, unconfirmed, observed_at), change


def _doubted(state: LevelState, reading: Reading, levels: Levels, settings: LevelSettings) -> LevelState:
    """A suspect reading ends no alert, but one that is not below a level starts that level's hold anew."""
    below = _below(state, reading, levels, settings)
    return replace(state, below={level: since for level, since in state.below.items() if level in below})


def _confirmed(state: LevelState, reading: Reading) -> tuple[LevelState, Change]:
    change = Change(Cause.CONFIRMED, state.hazard, state.hazard, reading, unconfirmed=False)
    return replace(state, unconfirmed=False, observed_at=reading.observed_at, below={}), change


def _held_or_fallen(
    state: LevelState, reading: Reading, levels: Levels, settings: LevelSettings
) -> tuple[LevelState, Change | None]:
    below = _below(state, reading, levels, settings)
    hazard = max(
        (
            level
            for level in range(1, state.hazard + 1)
            if level in levels and not _has_held(below.get(level), reading.observed_at, settings.hold)
        ),
        default=0,
    )
    hazard = hazard if _has_held(below.get(state.hazard), reading.observed_at, settings.hold) else state.hazard
    kept = {level: since for level, since in below.items() if level <= hazard}
    fallen = hazard < state.hazard
    after = LevelState(hazard, state.unconfirmed and not fallen, reading.observed_at, kept)
    change = Change(Cause.FALL, state.hazard, hazard, reading, unconfirmed=False) if fallen else None
    return after, change


def _below(state: LevelState, reading: Reading, levels: Levels, settings: LevelSettings) -> dict[int, datetime]:
    """Since when each level up to the state's has been undercut. A level that was taken out of the table counts as
    undercut from now on, so that a change of thresholds ends an alert by the normal rule."""
    return {
        level: state.below.get(level, reading.observed_at)
        for level in range(1, min(state.hazard, TOP) + 1)
        # Rounded as a difference: binary fractions must not make a stage at the limit look below it.
        if round(reading.stage_m - (levels.get(level, inf) - settings.hysteresis_m), 6) < 0
    }


def _has_held(since: datetime | None, now: datetime, hold: timedelta) -> bool:
    return since is not None and now - since >= hold
