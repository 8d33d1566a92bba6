"""The MQTT topics: where a device, or the network server that speaks for it, publishes what.

``mizumori/v1/{station}/gauge/{gauge}/reading``   our own JSON
``mizumori/v1/{station}/gauge/{gauge}/senml``     SenML (RFC 8428), JSON
``mizumori/v1/{station}/gauge/{gauge}/uplink``    the device's own message, of the model that the registry names
``mizumori/v1/{station}/camera/{camera}/status``
``mizumori/v1/{station}/camera/{camera}/still``
``mizumori/v1/{station}/pump/{pump}/state``
``mizumori/v1/{station}/gate/{gate}/state``
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
    """What a message of our own topics is about."""

    READING = "reading"
    SENML = "senml"
    UPLINK = "uplink"
    STATUS = "status"
    STILL = "still"
    PUMP = "pump"
    GATE = "gate"


class Network(StrEnum):
    """The LoRaWAN network servers whose uplinks are understood."""

    CHIRPSTACK = "chirpstack"
    THE_THINGS_STACK = "the_things_stack"


_PLACE = {
    Subject.READING: ("gauge", "reading"),
    Subject.SENML: ("gauge", "senml"),
    Subject.UPLINK: ("gauge", "uplink"),
    Subject.STATUS: ("camera", "status"),
    Subject.STILL: ("camera", "still"),
    Subject.PUMP: ("pump", "state"),
    Subject.GATE: ("gate", "state"),
}
"""The kind of device, and the last part of the topic."""
_SUBJECTS = {place: subject for subject, place in _PLACE.items()}


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed topic of our own."""

    station_id: str
    device_id: str
    subject: Subject

    @property
    def kind(self) -> str:
        """Whose topic it is: ``gauge``, ``camera``, ``pump`` or ``gate``."""
        return _PLACE[self.subject][0]

    def topic(self) -> str:
        """The topic text."""
        kind, word = _PLACE[self.subject]
        return f"{PREFIX}/{self.station_id}/{kind}/{self.device_id}/{word}"


def parse(topic: str) -> Address | None:
    """The address in a topic, or None where it is not one of ours."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "mizumori" or parts[1] != "v1":
        return None
    subject = _SUBJECTS.get((parts[3], parts[5]))
    if subject is None or not parts[2] or not parts[4]:
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
