"""What a channel is, and how it says that it failed."""

from __future__ import annotations

from typing import Protocol

from alerts.records import Delivery


class ChannelError(Exception):
    """A delivery that did not succeed, or of which nobody can say whether it did.

    ``permanent``: trying again cannot help. ``retry_after_s``: what the other side asked for. ``unknown``: the
    connection ended after the message was handed over and before an answer came, so it may have arrived.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after_s: float | None = None, unknown: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.unknown = unknown


class Channel(Protocol):
    """Sends one delivery, or raises ChannelError. Several threads use the same channel at once.

    ``idempotent``: the other side recognises a delivery that it has already, so that sending it again does no harm.
    """

    idempotent: bool

    def send(self, delivery: Delivery) -> str:
        """Hand the message over; returning means that the other side has accepted it.

        What is returned is the other side's own name for the message, empty where it gives none.
        """
        ...

    def close(self) -> None:
        """Give back connections; nothing is sent afterwards."""
        ...
