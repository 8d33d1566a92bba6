"""What is asked of a still before anybody looks into it: did it wait too long, does its camera keep pace."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from ingest.cameras.pace import Pace
from ingest.cameras.standing_clock import StandingClocks
from ingest.decoders.still import taken_at
from ingest.device_time import believed_time
from ingest.inbox import Arrived
from ingest.lanes import never, turned_away
from ingest.messages import Message, Refusal, Refused
from ingest.pipeline import Kept, camera_of, dead_letter, interpret
from ingest.quality import ClockLimits
from ingest.roster import Eye, Roster

PATIENCE_S, PRESSED_PATIENCE_S = 20.0, 5.0
"""How long a still may wait in its lane, and how long where what came behind it, which is not acknowledged before it,
fills the number of messages that the broker sends ahead."""
NO_CLOCK = ClockLimits(ahead=timedelta(0), behind=timedelta(0))
"""No time of a device's own is believed."""
LATE = "it waited {:.0f} s for pictures before it to be kept: look at the disk"


class StillIntake:
    """Interprets stills for the worker of their lane; ``pressed``: whether the broker may soon send nothing more."""

    def __init__(
        self,
        limits: ClockLimits,
        pace: Pace,
        monotonic: Callable[[], float] = time.monotonic,
        pressed: Callable[[], bool] = never,
    ) -> None:
        self.pressed = pressed
        self._limits = limits
        self._pace = pace
        self._monotonic = monotonic
        self._going_since_s = 0.0
        self._clocks = StandingClocks()

    def recovered(self) -> None:
        """What could not be written is written: whatever waits meanwhile did so for no fault of the pictures."""
        self._going_since_s = self._monotonic()

    def interpret(self, arrived: Arrived, roster: Roster) -> Kept:
        """What is kept of a still. Never raises for what is in the message."""
        waited_s = self._monotonic() - max(arrived.entered_s, self._going_since_s)
        if arrived.entered_s and waited_s > (PRESSED_PATIENCE_S if self.pressed() else PATIENCE_S):
            return interpret(turned_away(arrived, LATE.format(waited_s)).message, roster, self._limits)
        found = camera_of(arrived.message.topic, roster)
        if found is None:
            return interpret(arrived.message, roster, self._limits)  # refused there, with its reason
        limits = self._limits_of(arrived.message, *found)
        if limits is NO_CLOCK:
            return _of_receipt(self._paced(arrived, roster, *found, limits))
        return self._paced(arrived, roster, *found, limits)

    def _paced(self, arrived: Arrived, roster: Roster, camera_id: str, camera: Eye, limits: ClockLimits) -> Kept:
        try:
            self._keep_pace(arrived.message, camera_id, camera, limits)
        except Refused as refused:
            return Kept(dead_letters=(dead_letter(arrived.message, refused.refusal, refused.detail),))
        return interpret(arrived.message, roster, limits)

    def _limits_of(self, message: Message, camera_id: str, camera: Eye) -> ClockLimits:
        """How far its time is believed: not at all where its clock stands still. What the broker delivers again or has
        retained says nothing of that."""
        said = taken_at(message)
        if said is None or message.redelivered or message.retained:
            return self._limits
        at = believed_time(said, message.received_at, self._limits)
        camera_now = (camera_id, camera.interval_s, at, message.received_at)
        same, full = self._clocks.stands(*camera_now, message.payload), self._pace.clock_stands(*camera_now)
        return NO_CLOCK if same or full else self._limits

    def _keep_pace(self, message: Message, camera_id: str, camera: Eye, limits: ClockLimits) -> None:
        at = believed_time(taken_at(message), message.received_at, limits)
        if why := self._pace.excess(camera_id, camera.interval_s, at, message.received_at):
            raise Refused(Refusal.TOO_MANY, why)


def _of_receipt(kept: Kept) -> Kept:
    """Stills of a clock that stands say so."""
    return kept._replace(stills=[replace(each, clock_suspect=True, clock_stands=True) for each in kept.stills])
