"""When a camera is asked. Pure.

Each camera has points in time of its own, ``interval_s`` apart and shifted by its id, so that cameras with the same
interval are not asked all at once. It is due at its first point after the last request (half an interval after, at
least); what lies between is not made up for. A point that was missed because nobody was there to ask is made up for
within a minute of the start, again not by all at once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.devices import Camera

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
SPREAD_S = 60.0
CLOCK_SLACK = timedelta(seconds=5)
PATIENCE_S = 300.0
"""A camera that gives no picture is asked more and more seldom, down to this, or to its interval where that is longer:
it may be back any time, and the water does not wait."""
LOCKED_OUT_S = 1800.0
"""The same where it refuses the password: many cameras lock a user out after a few wrong ones, and for half an hour."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What decides when a camera is asked next.

    ``since``: it has been ours to ask from then on; ``asked_at``: the last request or still, by whomever; ``failures``
    in a row since then; ``locked``: it refuses the password; ``slow``: it took long, or failed.
    """

    since: datetime
    asked_at: datetime | None = None
    failures: int = 0
    locked: bool = False
    slow: bool = False


def is_due(camera: Camera, pace: Pace, now: datetime) -> bool:
    """Whether it is time to ask; also where the clock was set back, so that the last request lies in the future."""
    known = max(pace.since, pace.asked_at or pace.since)
    return due_at(camera, pace) <= now or known > now + CLOCK_SLACK


def due_at(camera: Camera, pace: Pace) -> datetime:
    """When the camera is to be asked."""
    start = pace.since + timedelta(seconds=_share(camera.id) * min(SPREAD_S, camera.interval_s))
    if pace.asked_at is None:
        return start
    # half an interval less: a request off its point (late, or made up for) is followed by none too soon
    rest_s = _wait_s(camera.interval_s, pace) - camera.interval_s / 2
    point = point_after(camera, pace.asked_at + timedelta(seconds=rest_s))
    return max(point, start) if point <= pace.since else point


def point_after(camera: Camera, at: datetime) -> datetime:
    """The camera's first point in time after ``at``."""
    interval = timedelta(seconds=camera.interval_s) or MICROSECOND
    first = EPOCH + _share(camera.id) * interval
    return first + ((at - first) // interval + 1) * interval


def _wait_s(interval_s: float, pace: Pace) -> float:
    most_s = max(interval_s, LOCKED_OUT_S if pace.locked else PATIENCE_S)
    return min(most_s, interval_s * 2.0 ** min(max(0, pace.failures - 1), 20))


def _share(camera_id: str) -> float:
    """A number from 0 to 1 that is the camera's own."""
    return zlib.crc32(camera_id.encode()) / 2**32
