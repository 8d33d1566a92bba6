"""The MQTT topics: where a device, or the network server that speaks for it, publishes what.

``mizumori/v1/{station}/gauge/{gauge}/reading``   our own JSON
``mizumori/v1/{station}/gauge/{gauge}/senml``     SenML (RFC 8428), JSON
``mizumori/v1/{station}/gauge/{gauge}/uplink``    the device's own message, of the model that the registry names
``mizumori/v1/{station}/camera/{camera}/status``
``mizumori/v1/{station}/camera/{camera}/still``
``application/{application}/device/{device}/event/up``   ChirpStack v4
``v3/{application}/devices/{device}/up``                 The Things Stack v3
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "mizumori/v1"
OWN = f"{PREFIX}/#"
CHIRPSTACK_UPLINKS = "application/+/device/+/event/up"
THE_THINGS_STACK_UPLINKS = "v3/+/devices/+/up"
ALL = (OWN, CHIRPSTACK_UPLINKS, THE_THINGS_STACK_UPLINKS)
"""The filters of everything that ingest understands."""


class Subject(StrEnum):
    """What a message of our own topics is about: the last part of its topic."""

    READING = "reading"
    SENML = "senml"
    UPLINK = "uplink"
    STATUS = "status"
    STILL = "still"


class Network(StrEnum):
    """The LoRaWAN network servers whose uplinks are understood."""

    CHIRPSTACK = "chirpstack"
    THE_THINGS_STACK = "the_things_stack"


_DEVICE = {
    Subject.READING: "gauge",
    Subject.SENML: "gauge",
    Subject.UPLINK: "gauge",
    Subject.STATUS: "camera",
    Subject.STILL: "camera",
}
_SUBJECTS = {str(subject): subject for subject in Subject}


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed topic of our own."""

    station_id: str
    device_id: str
    subject: Subject

    @property
    def of_gauge(self) -> bool:
        """Whether it is a gauge's topic; a camera's otherwise."""
        return _DEVICE[self.subject] == "gauge"

    def topic(self) -> str:
        """The topic text."""
        return f"{PREFIX}/{self.station_id}/{_DEVICE[self.subject]}/{self.device_id}/{self.subject}"


def parse(topic: str) -> Address | None:
    """The address in a topic, or None where it is not one of ours."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "mizumori" or parts[1] != "v1":
        return None
    subject = _SUBJECTS.get(parts[5])
    if subject is None or parts[3] != _DEVICE[subject] or not parts[2] or not parts[4]:
        return None
    return Address(parts[2], parts[4], subject)


def network_of(topic: str) -> Network | None:
    """The network server that uses such a topic, or None where none does."""
    match topic.split("/"):
        case ["application", _, "device", _, "event", "up"]:
            return Network.CHIRPSTACK
        case ["v3", _, "devices", _, "up"]:
            return Network.THE_THINGS_STACK
    return None


def is_filter(text: str) -> bool:
    """Whether a text is a topic filter of MQTT: ``+`` and ``#`` stand alone in their level, ``#`` in the last."""
    levels = text.split("/")
    alone = all(level in ("+", "#") or not {"+", "#"} & set(level) for level in levels)
    return bool(text.strip("/")) and "\0" not in text and alone and "#" not in levels[:-1]


def overlap(one: str, other: str) -> bool:
    """Whether some topic matches both filters."""
    match one.split("/"), other.split("/"):
        case (["#", *_], _) | (_, ["#", *_]):
            return True
        case [first, *rest], [second, *others]:
            same = first == second or "+" in (first, second)
            if not rest or not others:
                return same and (rest or others or ["#"]) == ["#"]
            return same and overlap("/".join(rest), "/".join(others))
    return False
