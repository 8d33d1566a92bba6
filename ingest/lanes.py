"""Two lanes behind one connection, so that readings never wait for pictures: stills have an inbox of their own.

There is one network thread, so a full lane of stills could hold up everything behind it. It may do so only for a
moment, the time in which a healthy worker makes room. Where it does not, stills are turned away: they go on as a dead
letter's worth of bytes through the lane of the readings, and nothing waits for them any more. While nothing at all can
be written nobody is turned away: then the readings wait as well, and what is not acknowledged comes again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ingest.inbox import LOOK_S, Arrived, Inbox
from ingest.pipeline import HEAD_BYTES
from ingest.topics import Subject

STILLS = f"/{Subject.STILL}"
HOLD_S = 1.0
"""How long one still may hold up the network while its lane makes room."""
MOST_STILLS, MOST_STILL_BYTES = 400, 48 * 1024 * 1024
FULL = "the pictures come faster than they can be kept: look at the disk, or at the cameras that send so many"


def lane_of_stills() -> Inbox:
    """An inbox for as many stills as a city's cameras send in the same second, and no more."""
    return Inbox(MOST_STILLS, MOST_STILL_BYTES)


def never() -> bool:
    """Whether anything is held up, where nobody says so."""
    return False


class Lanes:
    """Where messages go in. ``held_up`` says whether the worker of the stills tries again to write what it has.

    ``turned_away`` counts the stills there was no room for since the start.
    """

    def __init__(self, readings: Inbox, stills: Inbox, held_up: Callable[[], bool] = never) -> None:
        self._readings = readings
        self._stills = stills
        self._held_up = held_up
        self._overloaded = False
        self.turned_away = 0

    @property
    def full(self) -> bool:
        """Whether the network thread has to wait before it may hand over another message."""
        return self._readings.full or (self._stills.full and not self._overloaded)

    def put(self, arrived: Arrived) -> None:
        """Hand a message to its lane."""
        if not arrived.message.topic.endswith(STILLS):
            self._readings.put(arrived)
        elif not self._takes(arrived._replace(entered_s=time.monotonic())):
            self.turned_away += 1
            self._readings.put(turned_away(arrived, FULL))

    def _takes(self, still: Arrived) -> bool:
        """Whether the lane of the stills has room, or soon enough; after a refusal it is not waited for again."""
        taken = self._stills.offer(still, wait_s=0.0)
        while not taken and (self._held_up() or self._may_wait(still)):
            taken = self._stills.offer(still, LOOK_S)
        self._overloaded = not taken
        return taken

    def _may_wait(self, still: Arrived) -> bool:
        return not self._overloaded and time.monotonic() - still.entered_s < HOLD_S


def turned_away(arrived: Arrived, why: str) -> Arrived:
    """The same without most of its bytes, to be refused with this reason by whoever interprets it."""
    message = arrived.message
    return arrived._replace(message=message._replace(payload=message.payload[:HEAD_BYTES], turned_away=why))
