"""A message as it came from the broker, and the ways in which it can be refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


class Refusal(StrEnum):
    """Why a message became a dead letter.

    ``no_measurement`` is a normal event that brings no reading (a join, an answer to a command, a rehearsal by the
    network's console); ``no_value`` a device that says that it could not measure (no echo, a failed sensor);
    ``not_fetched`` is no message: a camera that was asked for a still gave none; ``too_many`` are pictures of a camera
    beyond its pace, ``overloaded`` those that nobody had room for.
    """

    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_DEVICE = "unknown_device"
    MALFORMED = "malformed"
    NO_MEASUREMENT = "no_measurement"
    NO_VALUE = "no_value"
    IMPOSSIBLE = "impossible"
    OVERSIZED = "oversized"
    UNREADABLE_IMAGE = "unreadable_image"
    TOO_MANY = "too_many"
    OVERLOADED = "overloaded"
    RETAINED_WITHOUT_TIME = "retained_without_time"
    NOT_FETCHED = "not_fetched"
    UNWRITABLE = "unwritable"
    UNEXPECTED = "unexpected"


class Refused(Exception):
    """A message that cannot be understood: its reason, and the detail in a sentence."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail


class Message(NamedTuple):
    """One MQTT message: a tuple, because one is made in the network thread for everything that arrives.
    ``payload`` may be only the head of it; ``size_bytes`` is the size of the whole.

    ``packet_id`` is the broker's number for it within the session; ``properties`` are MQTT 5 user properties.
    ``turned_away`` says why nobody is to look into it, in a sentence; empty for nearly all.
    """

    topic: str
    payload: bytes
    received_at: datetime
    size_bytes: int
    packet_id: int = 0
    redelivered: bool = False
    retained: bool = False
    properties: Mapping[str, str] = NO_PROPERTIES
    turned_away: str = ""

    @property
    def whole(self) -> bool:
        """Whether the payload is all of it."""
        return len(self.payload) == self.size_bytes
