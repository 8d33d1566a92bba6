"""Whether a camera is online: one rule for whoever asks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.readings import CameraReport, CameraState, Still
from ingest.rhythm import LATE_AFTER_INTERVALS
from ingest.stations import Camera

NEVER_HEARD, NO_HEARTBEAT = "never_heard", "no_heartbeat"
"""Reasons why a camera is offline that it did not give itself."""


@dataclass(frozen=True, slots=True)
class CameraCondition:
    """A camera at one moment. ``silence`` is one of the reasons above or empty, ``said`` its own words.

    ``heard_at`` is when anything last came from it, None where nothing ever did.
    """

    state: CameraState
    silence: str = ""
    said: str = ""
    heard_at: datetime | None = None

    @property
    def reason(self) -> str:
        """Why it is not well, in one word of ours or in its own words; empty where all is well."""
        return self.silence or self.said


def condition(camera: Camera, report: CameraReport | None, still: Still | None, now: datetime) -> CameraCondition:
    """The camera at ``now``: silence of more than three intervals makes it offline whatever it said last."""
    heard = [each.received_at for each in (report, still) if each is not None]
    if not heard:
        return CameraCondition(CameraState.OFFLINE, NEVER_HEARD)
    heard_at = max(heard)
    if (now - heard_at).total_seconds() > LATE_AFTER_INTERVALS * camera.interval_s:
        return CameraCondition(CameraState.OFFLINE, NO_HEARTBEAT, heard_at=heard_at)
    if report is None:
        return CameraCondition(CameraState.ONLINE, heard_at=heard_at)
    return CameraCondition(report.state, said=report.reason, heard_at=heard_at)
