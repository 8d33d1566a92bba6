"""How many stills a camera may send: some of each minute, however fast they come, and a backlog of days.

A camera that was cut off sends what it has kept at the speed of its line, and each of those stills has a minute of its
own; one that has gone wild fills the same minute. So it is the minutes that are limited, and the number over longer
spans only so far that no sequence of invented times goes on for ever. One whose clock stands fills the same minute as
well, but takes more than a minute of ours for it: then the minutes of receipt are limited. Bounded in memory.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SLOT_S = 60
LEAST_PER_SLOT = 10
"""So many stills of one minute every camera may send: one that hurries in a flood is not refused."""
INTERVALS_PER_SLOT = 3.0
"""A camera whose interval is short may send three times as many as that."""
SLOTS_KEPT = 16
"""Minutes of each camera that are remembered, the last that were used."""


@dataclass(slots=True)
class _Sent:
    """What a camera has sent: the receipts by minute, and how much of its backlog is left."""

    left: float
    at: datetime
    slots: OrderedDict[int, set[datetime]] = field(default_factory=OrderedDict)


class Pace:
    """Asked for every still in the order of receipt. The same still may be asked for again: it counts once.

    ``backlog`` is how long a camera may have been cut off.
    """

    def __init__(self, backlog: timedelta) -> None:
        self._backlog = backlog
        self._cameras: dict[str, _Sent] = {}

    def clock_stands(self, camera_id: str, interval_s: float, taken_at: datetime, received_at: datetime) -> bool:
        """Whether a minute of the camera's clock is full, and took longer than a minute of ours: its clock stands, or
        comes back to it again and again.

        What comes of a backlog at the speed of the line fills its minute at once: that is no clock that stands.
        """
        slot = _slot(self._sent(camera_id, interval_s, received_at), taken_at)
        if received_at in slot or len(slot) < per_slot(interval_s):
            return False
        return (received_at - min(slot)).total_seconds() > SLOT_S

    def excess(self, camera_id: str, interval_s: float, taken_at: datetime, received_at: datetime) -> str:
        """Why a still is one too many, in a sentence; empty where it is not."""
        most, largest = per_slot(interval_s), self._largest(interval_s)
        sent = self._sent(camera_id, interval_s, received_at)
        slot = _slot(sent, taken_at)
        if received_at in slot:
            return ""
        if len(slot) >= most:
            return f"more than {most} stills of the same minute, {taken_at:%Y-%m-%d %H:%M} UTC"
        passed_s = max(0.0, (received_at - sent.at).total_seconds())
        sent.left, sent.at = min(largest, sent.left + passed_s / SLOT_S * most), received_at
        if sent.left < 1:
            return f"more stills than the {self._backlog.days} days hold that a camera may send late, and still more"
        sent.left -= 1
        slot.add(received_at)
        return ""

    def _sent(self, camera_id: str, interval_s: float, received_at: datetime) -> _Sent:
        return self._cameras.setdefault(camera_id, _Sent(self._largest(interval_s), received_at))

    def _largest(self, interval_s: float) -> float:
        return per_slot(interval_s) + self._backlog.total_seconds() / interval_s


def per_slot(interval_s: float) -> int:
    """How many stills of one minute a camera may send whose interval is known."""
    return max(LEAST_PER_SLOT, math.ceil(INTERVALS_PER_SLOT * SLOT_S / interval_s))


def _slot(sent: _Sent, taken_at: datetime) -> set[datetime]:
    number = int(taken_at.timestamp() // SLOT_S)
    slot = sent.slots.setdefault(number, set())
    sent.slots.move_to_end(number)
    if len(sent.slots) > SLOTS_KEPT:
        sent.slots.popitem(last=False)
    return slot
