"""The MQTT topics: where a device publishes what.

``mizumori/v1/{station}/gauge/{gauge}/reading``
``mizumori/v1/{station}/camera/{camera}/status``
``mizumori/v1/{station}/camera/{camera}/still``
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "mizumori/v1"
ALL = f"{PREFIX}/#"


class Subject(StrEnum):
    """What a message is about: the last part of its topic."""

    READING = "reading"
    STATUS = "status"
    STILL = "still"


_DEVICE = {Subject.READING: "gauge", Subject.STATUS: "camera", Subject.STILL: "camera"}


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed topic."""

    station_id: str
    device_id: str
    subject: Subject

    def topic(self) -> str:
        """The topic text."""
        return f"{PREFIX}/{self.station_id}/{_DEVICE[self.subject]}/{self.device_id}/{self.subject}"


def parse(topic: str) -> Address | None:
    """The address in a topic, or None where it is not one of ours."""
    parts = topic.split("/")
    if len(parts) != 6 or "/".join(parts[:2]) != PREFIX or parts[5] not in list(Subject):
        return None
    subject = Subject(parts[5])
    return Address(parts[2], parts[4], subject) if parts[3] == _DEVICE[subject] and parts[2] and parts[4] else None
