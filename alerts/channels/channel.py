"""What a channel is, and how it says that it failed."""

from __future__ import annotations

from typing import Protocol

from alerts.records import Delivery


class ChannelError(Exception):
    """A delivery that did not succeed.

    ``permanent`` says that trying again cannot help; ``retry_after_s`` is what the other side asked for.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class Channel(Protocol):
    """Sends one delivery, or raises ChannelError."""

    def send(self, delivery: Delivery) -> None:
        """Hand the message over; returning means that the other side has accepted it."""
        ...
