"""Level and picture together: a level that has risen beside a picture that has not changed, or that is not there. Pure.

A doubt says that one of the two may be wrong, and not which: it lowers nothing, and it is for staff.

Moving water changes a picture all the time, one camera's more than another's. So a picture counts as unchanged only
beside what the same camera showed before the water rose: unless it differs from those pictures by more than they differ
among themselves, it shows the same. By night nothing is compared: what a camera shows then is mostly its own noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import median

from ingest.cameras.condition import AWAITED, NEVER_HEARD, CameraCondition
from ingest.hazard import Levels
from ingest.readings import CameraState, Quality, Reading
from ingest.sight.look import Look
from ingest.sight.miniature import unlike

FROM_LEVEL = 2
"""Below it nobody asks whether a picture confirms the stage."""
LOOK_BACK = timedelta(hours=3)
"""A rise that took longer is not told from the change of light."""
LEAST_RISE_M = 0.1
SHARE_OF_VIEW, SHARE_OF_LADDER = 0.25, 0.35
"""What a rise must be to be seen: of the way from the lowest stage to the highest threshold, and of that from the
lowest threshold to the highest."""
LEFT_SHARE = 0.1
"""A rise begins where the stage leaves the lowest tenth of it for the last time."""
LEAST_BEFORE = 3
MOST_RESTLESS = 0.30
"""A camera whose pictures of a steady level differ by more shows nothing that could be compared."""
UNCHANGED_BELOW = 1.10
"""Times what the pictures before differ among themselves. docs/cameras.md has the figures that it was chosen by."""


class DoubtReason(StrEnum):
    """Why no picture confirms the stage; the first one of several is told."""

    UNCHANGED = "unchanged"
    UNTRUSTED = "untrusted"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Rise:
    """A rise that a picture must show: it began at ``since``; one taken from ``seen_from`` on shows enough of it."""

    since: datetime
    seen_from: datetime
    rise_m: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera of the station: how it is, looks from shortly before the rise, and the newest one. ``by_day`` says that
    all of these are of daylight."""

    camera_id: str
    condition: CameraCondition
    before: Sequence[Look] = ()
    latest: Look | None = None
    by_day: bool = True


@dataclass(frozen=True, slots=True)
class Doubt:
    """No picture confirms the stage, which is at hazard ``level``. ``cameras`` says why, for each of the station."""

    reason: DoubtReason
    cameras: Mapping[str, DoubtReason]
    level: int
    rise: Rise | None = None


def risen(readings: Sequence[Reading], levels: Levels) -> Rise | None:
    """The rise up to the newest of some readings of one gauge, in order of observation; None where it is too small to
    be seen.

    A suspect reading counts like a good one: whether the water is as high as it says is what the picture is asked.
    """
    known = [each for each in readings if each.quality in (Quality.GOOD, Quality.SUSPECT)]
    if len(known) < 2 or not levels:
        return None
    lowest_m, newest_m = min(each.stage_m for each in known), known[-1].stage_m
    needed_m = _needed_m(lowest_m, levels)
    if newest_m - lowest_m < needed_m:
        return None
    left_m = lowest_m + LEFT_SHARE * (newest_m - lowest_m)
    since = [each.observed_at for each in known if each.stage_m <= left_m][-1]
    later = [each for each in known if each.observed_at > since]
    seen_from = next(each.observed_at for each in later if each.stage_m - lowest_m >= needed_m)
    return Rise(since, seen_from, newest_m - lowest_m)


def _needed_m(lowest_m: float, levels: Levels) -> float:
    top_m, first_m = max(levels.values()), min(levels.values())
    return max(LEAST_RISE_M, SHARE_OF_VIEW * (top_m - lowest_m), SHARE_OF_LADDER * (top_m - first_m))


def doubt(level: int, rise: Rise | None, watched: Sequence[Watched]) -> Doubt | None:
    """The doubt about a station whose stage is at a hazard, after a rise where there was one.

    None below ``FROM_LEVEL``, where there is no camera (one whose first still is awaited, or that was never heard, is
    not there yet), and as soon as one
    camera shows the change, or shows a picture of which that cannot be said.
    """
    there = [each for each in watched if each.condition.silence not in (AWAITED, NEVER_HEARD)]
    if level < FROM_LEVEL or not there:
        return None
    found = {each.camera_id: _reason(each, rise) for each in there}
    reasons = {camera_id: reason for camera_id, reason in found.items() if reason is not None}
    if len(reasons) < len(found):
        return None
    worst = next(each for each in DoubtReason if each in reasons.values())
    return Doubt(worst, reasons, level, rise)


def _reason(watched: Watched, rise: Rise | None) -> DoubtReason | None:
    now_is = watched.condition
    if now_is.state is CameraState.OFFLINE or now_is.silence or watched.latest is None:
        return DoubtReason.MISSING
    if now_is.faults or not watched.latest.judged:
        return DoubtReason.UNTRUSTED
    if rise is None or not watched.by_day or watched.latest.taken_at < rise.seen_from:
        return None
    return DoubtReason.UNCHANGED if is_unchanged(watched.before, watched.latest) else None


def is_unchanged(before: Sequence[Look], latest: Look) -> bool:
    """Whether a picture shows what those before it showed; False also where that cannot be said."""
    known = [each.miniature for each in before if each.miniature and not each.faults]
    if len(known) < LEAST_BEFORE or not latest.miniature:
        return False
    try:
        restless = max(unlike(one, other) for one, other in combinations(known, 2))
        apart = median(unlike(each, latest.miniature) for each in known)
    except ValueError:  # made by another version of the program
        return False
    return restless <= MOST_RESTLESS and apart <= UNCHANGED_BELOW * restless
