"""Channels that need no other side."""

from __future__ import annotations

from alerts.records import Delivery


class Broken:
    """A channel with a fault of ours; ``sound`` are the recipients that it works for."""

    def __init__(self, *sound: str) -> None:
        self.sound = sound

    def send(self, delivery: Delivery) -> None:
        if delivery.recipient_id not in self.sound:
            raise ZeroDivisionError("a fault of ours")


class Counting:
    """A channel that counts what it was given."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    def send(self, delivery: Delivery) -> None:
        self.sent.append(delivery.id)


class PowerCut(BaseException):
    """The process ends."""


class CutOff(Counting):
    """A channel during which the process ends, after the message went out."""

    def send(self, delivery: Delivery) -> None:
        super().send(delivery)
        raise PowerCut
