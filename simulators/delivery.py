"""Handing messages over: the protocol of whatever carries them, and patience while it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from simulators.messages import Message

RETRY_S = 2.0
"""Real seconds until a message that could not be handed over is tried again."""

Report = Callable[[str], None]
"""Takes a sentence for the operator."""


class SendError(Exception):
    """A message could not be handed over now; the text is a sentence for the operator. Trying again is safe."""


class Sender(Protocol):
    """Carries messages to the broker."""

    def send(self, topic: str, payload: bytes) -> None:
        """Hand over one message; may wait while too many are in flight. Raises SendError where that fails."""
        ...


def deliver(message: Message, sender: Sender, stop: threading.Event, report: Report) -> bool:
    """Hand over one message, again and again if need be; False where ``stop`` came first."""
    while not stop.is_set():
        try:
            sender.send(message.topic, message.payload)
        except SendError as error:
            report(f"{error}; trying again in {RETRY_S:g} s")
            stop.wait(RETRY_S)
        else:
            return True
    return False
