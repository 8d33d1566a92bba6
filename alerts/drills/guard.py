"""The one gate between the outboxes and the channels: nothing of a drill leaves a real house, and nothing unmarked a
house of drills."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.channels.channel import Channel, ChannelError
from alerts.channels.logfile import LogFile
from alerts.drills.marks import marked
from alerts.records import Delivery

SIGNS = frozenset({"mqtt"})
"""The channels that move things in the world: sirens and road signs. A marked text does not help whoever hears one."""
DIVERTED = "written down, not sent (drill): "
_OF_A_DRILL = "this is a message of a drill, and this house is no drill: it is not sent"
_UNMARKED = "this message does not say that it is a drill, and this house is one: it is not sent"


@dataclass(frozen=True)
class Allowed:
    """What of a drill may reach the world, each said explicitly; by itself nothing."""

    recipients: bool = False
    signs: bool = False


class RealOnly:
    """A channel of a real house."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.idempotent = channel.idempotent

    def send(self, delivery: Delivery) -> str:
        """Hand it over; what belongs to a drill is refused for good."""
        if delivery.drill:
            raise ChannelError(_OF_A_DRILL, permanent=True)
        return self._channel.send(delivery)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class DrillOnly:
    """A channel of a house of drills: what goes through it carries the mark, whoever wrote it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.idempotent = channel.idempotent

    def send(self, delivery: Delivery) -> str:
        """Mark it and hand it over; what does not belong to the drill is refused for good."""
        if not delivery.drill:
            raise ChannelError(_UNMARKED, permanent=True)
        return self._channel.send(marked(delivery))

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class Diverted:
    """Writes down what would have been sent, to whom and over which channel, and sends nothing."""

    idempotent = False

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._file = folder / f"{name}.log"
        self._log = LogFile()

    def send(self, delivery: Delivery) -> str:
        """Append it to the channel's file in the folder of the drill."""
        to = f"→ 訓練のため送信していません / not sent: {delivery.recipient_id}, {self._name}, {delivery.address}"
        body = f"{delivery.body.rstrip()}\n{to}"
        self._log.send(replace(delivery, address=str(self._file), body=body))
        return f"{DIVERTED}{self._file.name}"

    def close(self) -> None:
        """Nothing is kept open."""


def real_channels(channels: Mapping[str, Channel]) -> Mapping[str, Channel]:
    """The channels of a real house."""
    return {name: RealOnly(channel) for name, channel in channels.items()}


def drill_channels(
    names: Collection[str], channels: Mapping[str, Channel], allowed: Allowed, folder: Path
) -> Mapping[str, Channel]:
    """The channels of a house of drills: those that are allowed are ``channels``, all others write into ``folder``."""
    return {name: DrillOnly(channels[name] if reaches(name, allowed) else Diverted(name, folder)) for name in names}


def reaches(name: str, allowed: Allowed) -> bool:
    """Whether a channel of a drill reaches the world: recipients where that was said, signs where that was said too."""
    return allowed.recipients and (name not in SIGNS or allowed.signs)
