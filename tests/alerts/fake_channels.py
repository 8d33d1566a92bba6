"""Channels that need no other side."""

from __future__ import annotations

from alerts.records import Delivery


class Closed:
    """What all of them have: no key that the other side knows, nothing to give back."""

    idempotent = False

    def close(self) -> None:
        pass


class Broken(Closed):
    """A channel with a fault of ours; ``sound`` are the recipients that it works for."""

    def __init__(self, *sound: str) -> None:
        self.sound = sound

    def send(self, delivery: Delivery) -> str:
        if delivery.recipient_id not in self.sound:
            raise ZeroDivisionError("a fault of ours")
        return ""


class Counting(Closed):
    """A channel that counts what it was given."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    def send(self, delivery: Delivery) -> str:
        self.sent.append(delivery.id)
        return ""


class PowerCut(BaseException):
    """The process ends."""


class CutOff(Counting):
    """A channel during which the process ends, after the message went out."""

    def send(self, delivery: Delivery) -> str:
        super().send(delivery)
        raise PowerCut
