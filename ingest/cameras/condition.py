"""How a camera is: one rule for whoever asks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ingest.cameras.asked import Asked
from ingest.readings import CameraReport, CameraState
from ingest.rhythm import LATE_AFTER_INTERVALS
from ingest.sight.look import PictureFault, Unjudged
from ingest.stations import Camera
from ingest.store.protocol import CameraLatest

NEVER_HEARD, NO_HEARTBEAT, NO_STILL = "never_heard", "no_heartbeat", "no_still"
"""Reasons that a camera did not give itself: nothing ever came, nothing comes any more, it speaks and no new still of
it can be shown."""
AWAITED = "awaited"
"""Another one, and no fault: it has not been in service at its station for long, and its first still is awaited."""
WORST_FIRST = (
    PictureFault.FROZEN,
    PictureFault.COVERED,
    PictureFault.SHIFTED,
    PictureFault.DARK,
    PictureFault.BLURRED,
)
"""Of several faults of a picture the one that misleads most stands for it: a frozen one shows a river of yesterday."""


@dataclass(frozen=True, slots=True)
class CameraCondition:
    """A camera at one moment. ``silence`` is one of the reasons above or empty, ``faults`` are those of its picture,
    ``said`` its own words, ``asked`` why requests for its stills are in vain (a word of ``ingest.pull.vain.Cause``).
    ``unjudged`` says why nothing can be told of its picture: a dark night is no fault, the others are. ``complains``:
    it calls itself degraded.

    ``heard_at`` is when anything last came from it, None where nothing ever did.
    """

    state: CameraState
    silence: str = ""
    faults: tuple[PictureFault, ...] = ()
    said: str = ""
    heard_at: datetime | None = None
    asked: str = ""
    unjudged: Unjudged | None = None
    complains: bool = False

    @property
    def reason(self) -> str:
        """Why it is not well, in one word of ours or in its own words; empty where all is well."""
        unjudged = "" if self.unjudged in (None, Unjudged.DARK_NIGHT) else str(self.unjudged)
        return self.silence or (str(self.faults[0]) if self.faults else "") or self.said or unjudged


NEVER = CameraCondition(CameraState.OFFLINE, NEVER_HEARD)


def condition(camera: Camera, latest: CameraLatest | None, now: datetime) -> CameraCondition:
    """The camera at ``now``.

    Silence of more than three intervals makes it offline whatever it said last, and so does its last will until it is
    heard again. Degraded is one whose picture cannot be trusted or could not be judged, of which no new still can be
    shown for as long (none comes, or they cannot be opened, or nobody looks at them), or that says so itself. One that
    answers the requests for its stills is not silent, whatever it answers. For as long after it came into service, or
    to its station, its first still is awaited; unless requests for it fail, nothing is wrong with it till then.
    """
    asked = latest.asked if latest is not None and camera.pull is not None else None
    if latest is None or asked is None:
        return _of(camera, latest, now)
    found = _of(camera, replace(latest, heard_at=_heard_at(latest.heard_at, asked, now)), now)
    return replace(found, asked=asked.failing)


def _heard_at(heard_at: datetime | None, asked: Asked, now: datetime) -> datetime | None:
    """A camera that refuses its picture is asked more seldom than it is expected to speak; until then it is there."""
    if asked.failing and asked.reached:
        return now
    known = [each for each in (heard_at, asked.answered_at) if each is not None]
    return max(known, default=None)


def _of(camera: Camera, latest: CameraLatest | None, now: datetime) -> CameraCondition:
    heard_at = latest.heard_at if latest is not None else None
    if latest is None:
        return NEVER
    awaited = _is_awaited(camera, latest, now)
    if heard_at is None:
        return CameraCondition(CameraState.ONLINE, AWAITED) if awaited else NEVER
    if _late(heard_at, max(camera.interval_s, camera.heartbeat_s or 0.0), now):
        return CameraCondition(CameraState.OFFLINE, NO_HEARTBEAT, heard_at=heard_at)
    said = _in_force(latest.report, heard_at)
    if said is not None and said.state is CameraState.OFFLINE:
        return CameraCondition(CameraState.OFFLINE, said=said.reason, heard_at=heard_at)
    # What came and cannot be shown, or was not looked at, says nothing of the water: the newest that can counts.
    seen_at = latest.still.received_at if latest.still is not None else None
    seen = seen_at is not None and not _late(seen_at, camera.interval_s, now)
    silence = "" if seen else AWAITED if awaited else NO_STILL
    faults = tuple(each for each in WORST_FIRST if latest.look and each in latest.look.faults)
    words = said.reason if said is not None else ""
    complains = said is not None and said.state is not CameraState.ONLINE
    unjudged = latest.look is not None and not latest.look.judged
    well = silence in ("", AWAITED) and not faults and not complains and not unjudged
    state = CameraState.ONLINE if well else CameraState.DEGRADED
    why = latest.look.unjudged if latest.look is not None else None
    return CameraCondition(state, silence, faults, words, heard_at, unjudged=why, complains=complains)


def _is_awaited(camera: Camera, latest: CameraLatest, now: datetime) -> bool:
    """Whether there was no still yet, and no time for one. The clock of the import may be ahead of ours a little."""
    if latest.still is not None or latest.known_at is None:
        return False
    failing = camera.pull is not None and latest.asked is not None and latest.asked.failing
    return not failing and abs(now - latest.known_at).total_seconds() <= LATE_AFTER_INTERVALS * camera.interval_s


def _late(at: datetime, interval_s: float, now: datetime) -> bool:
    return (now - at).total_seconds() > LATE_AFTER_INTERVALS * interval_s


def _in_force(report: CameraReport | None, heard_at: datetime) -> CameraReport | None:
    """What it said last; a last will is over as soon as anything comes after it."""
    if report is None or (report.state is CameraState.OFFLINE and heard_at > report.received_at):
        return None
    return report
