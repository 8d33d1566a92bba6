"""When a network thread counts as dead, judged from outside by its signs of life. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of a network thread from outside.

    ``silent_s``: real seconds since its last turn (a healthy one turns every second, or once for each attempt to
    connect). ``unsubscribed_s``: since when it is connected without its subscription; 0 where it stands or where there
    is no connection. ``waits_for_room``: it hands a message to a full inbox, which is how a store that
    cannot write holds it up: no fault of its own.
    """

    ended: bool = False
    silent_s: float = 0.0
    unsubscribed_s: float = 0.0
    waits_for_room: bool = False


def ailment(signs: Signs, patience_s: float) -> str | None:
    """Why the thread has to be replaced, in words for the log; None where it does not."""
    if signs.ended:
        return "the network thread has ended"
    if signs.silent_s > patience_s and not signs.waits_for_room:
        return f"the network thread has not turned for {signs.silent_s:.0f} s"
    if signs.unsubscribed_s > patience_s:
        return f"the broker has left the subscription unanswered or refused for {signs.unsubscribed_s:.0f} s"
    return None
