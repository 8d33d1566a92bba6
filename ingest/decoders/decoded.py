"""What a decoder gives back: what the device said, before anything is known of the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from ingest.messages import Message
from ingest.readings import NO_CAMERA_VITALS, CameraState, CameraVitals
from ingest.sensors import Reads
from ingest.stations import Quantity

STAGE_CHANNEL = "stage_m"
"""The name of a number of which the message itself says that it is a stage, or what is below the crown."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A number as the sensor gives it, with the device's own time and counter if it has them.

    ``channel`` is the decoder's name for it and ends in its SI unit (``distance_m``, ``pressure_pa``, ``depth_m``);
    empty for the one number of a message that needs no name. ``unit`` is the one that the message itself states
    ("m", "cm", "Pa", …), empty where only the gauge's sensor knows it. ``reckoned`` says that the time was counted
    from the receipt of the message, so that the same message would have another one when it is delivered again.
    ``tilted``: the device says that it does not hang as it was mounted, so that it may look past the water.
    """

    value: float
    device_at: datetime | None = None
    device_seq: int | None = None
    quantity: Quantity = Quantity.STAGE
    channel: str = ""
    unit: str = ""
    reckoned: bool = False
    tilted: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device says of itself, or its network server of it: see ``ingest.readings.Vitals``."""

    battery_pct: float | None = None
    battery_v: float | None = None
    rssi_dbm: float | None = None
    snr_db: float | None = None
    gateways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A number that a sensor should have given and could not, with its own reason in a clause (no echo, a failure)."""

    channel: str
    why: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What the payload of a device holds, decoded: finite SI values by channel (``distance_m``, ``temperature_c``, …).

    ``missing`` names the channels that the device could not measure, with the reason in a clause: they have no value.
    A channel that is in neither is not in this message (a device that only introduces itself, or tells its battery).
    ``at`` is set where the payload itself dates the measurement (a device's stored history).
    """

    values: Mapping[str, float]
    battery_pct: float | None = None
    battery_v: float | None = None
    at: datetime | None = None
    rssi_dbm: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    tilted: bool = False


@dataclass(frozen=True, slots=True)
class Uplink:
    """One uplink as a LoRaWAN network server hands it on.

    ``device`` is the device EUI in lower case; ``at`` the time at which the network received it;
    ``seq`` the frame counter. The best gateway comes first.
    """

    device: str
    payload: bytes
    f_port: int
    at: datetime | None = None
    seq: int | None = None
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True)
class Status:
    """A camera's word about itself."""

    state: CameraState
    reason: str = ""
    device_at: datetime | None = None
    vitals: CameraVitals = NO_CAMERA_VITALS


@dataclass(frozen=True, slots=True)
class Picture:
    """An image without metadata, whole by its markers; ``suffix`` is ``jpg`` or ``png``."""

    data: bytes
    suffix: str
    width_px: int
    height_px: int
    device_at: datetime | None = None


Decoded: TypeAlias = Observed | Unmeasured | Heard | Status | Picture
Decoder: TypeAlias = Callable[[Message], Sequence[Decoded]]
"""Takes a whole message of one of our own topics, gives what it says; raises Refused where it says nothing."""
NetworkDecoder: TypeAlias = Callable[[Message], Uplink]
"""Takes a whole message of a LoRaWAN network server, gives the uplink in it; raises Refused where there is none."""
DeviceDecoder: TypeAlias = Callable[[bytes, int], Sequence[Measured]]
"""Takes a device's payload and its port (0 where the way it came knows none); raises Refused."""


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of device: what it is called, how it is read, and which of its numbers can be the water's.

    ``water`` maps those channels to what they read; the first is the one that counts where a sensor names none.
    ``decode`` takes the device's bytes, or the same as hexadecimal text or in the JSON of an NB-IoT operator.
    """

    name: str
    decode: DeviceDecoder
    water: Mapping[str, Reads]

    @property
    def channel(self) -> str:
        """The channel that counts as the water's by default."""
        return next(iter(self.water))

    @property
    def reads(self) -> Reads:
        """What that channel reads."""
        return self.water[self.channel]
