"""Whether another client fights with ours for the same client id, judged by how often connections are lost. Pure."""

from __future__ import annotations

from collections import deque

OFTEN_LOST, OFTEN_S = 8, 60.0
"""So many connections lost in that time look like another client with our client id (Mosquitto 2.0 gives no reason)."""
PAUSE_S = 15.0
"""Pause before the session is claimed back, so that two who were set up alike do not throw each other out for ever."""


class Duel:
    """Remembers the last lost connections. ``taken_over`` counts how often another client was found at work."""

    def __init__(self) -> None:
        self._lost_s: deque[float] = deque(maxlen=OFTEN_LOST)
        self._not_before_s = 0.0
        self.taken_over = 0

    def lost(self, now_s: float, said: bool) -> bool:
        """A connection was lost, and the broker ``said`` that another client took it over. Whether to step back."""
        self._lost_s.append(now_s)
        often = len(self._lost_s) == OFTEN_LOST and self._lost_s[-1] - self._lost_s[0] < OFTEN_S
        if not often and not said:
            return False
        self.taken_over += 1
        self._lost_s.clear()
        self._not_before_s = now_s + PAUSE_S
        return True

    def may_connect(self, now_s: float) -> bool:
        """Whether the pause is over."""
        return now_s >= self._not_before_s
