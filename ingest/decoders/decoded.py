"""What a decoder gives back: what the device said, before anything is known of the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ingest.messages import Message
from ingest.readings import CameraState
from ingest.stations import Quantity


@dataclass(frozen=True, slots=True)
class Observed:
    """A value as the sensor counts it (for stage in metres), with the device's own time and counter if it has them."""

    value: float
    device_at: datetime | None = None
    device_seq: int | None = None
    quantity: Quantity = Quantity.STAGE


@dataclass(frozen=True, slots=True)
class Status:
    """A camera's word about itself."""

    state: CameraState
    reason: str = ""
    device_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that was opened and found whole; ``suffix`` is ``jpg`` or ``png``."""

    data: bytes
    suffix: str
    width_px: int
    height_px: int
    device_at: datetime | None = None


Decoded: TypeAlias = Observed | Status | Picture
Decoder: TypeAlias = Callable[[Message], Sequence[Decoded]]
"""Takes a whole message, gives what it says; raises Refused where it says nothing."""
