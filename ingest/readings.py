"""The vocabulary of what arrives: readings, camera reports, stills and dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ingest.stations import Quantity


class Quality(StrEnum):
    """QARTOD flags in words (IOOS QARTOD manual, primary level flags 1, 2, 3, 4, 9)."""

    GOOD = "good"
    NOT_EVALUATED = "not_evaluated"
    SUSPECT = "suspect"
    BAD = "bad"
    MISSING = "missing"


class Reason(StrEnum):
    """Why a reading is not simply good."""

    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    OUT_OF_RANGE = "out_of_range"
    TILTED = "tilted"
    RATE_OF_CHANGE = "rate_of_change"
    SPIKE = "spike"
    STUCK = "stuck"
    CORROBORATED = "corroborated"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation of a gauge, or of the state of a pump or gate, whose id ``gauge_id`` then is.

    ``value`` is in the unit of its quantity, for stage metres above the gauge zero.
    ``observed_at`` is the time that counts; ``device_at`` is what the device claimed, if it claimed one.
    ``key`` names the observation, so that a redelivery is recognised.
    ``requalified`` marks a row of its own that says nothing new but the quality of an earlier one (same key and value).
    ``seq`` and ``revision`` are given by the log (0 before); a later revision corrects an earlier one.
    """

    gauge_id: str
    value: float
    observed_at: datetime
    received_at: datetime
    key: str
    quantity: Quantity = Quantity.STAGE
    quality: Quality = Quality.GOOD
    reasons: tuple[Reason, ...] = ()
    device_at: datetime | None = None
    device_seq: int | None = None
    redelivered: bool = False
    requalified: bool = False
    seq: int = 0
    revision: int = 0

    @property
    def stage_m(self) -> float:
        """The value of a stage reading, in metres above the gauge zero."""
        return self.value

    def marked(self, quality: Quality, *reasons: Reason) -> Reading:
        """The same observation with another quality and further reasons."""
        return replace(self, quality=quality, reasons=(*self.reasons, *reasons))


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a gauge's device said of itself, or its network server of it; None where nothing was said.

    ``received_at`` is when that was true: the receipt, but where the message dates its readings, their time. A message
    that comes late, or again, says nothing of the present.
    ``gateways`` are those that heard it, the best first; ``rssi_dbm`` and ``snr_db`` are those of the best.
    """

    gauge_id: str
    received_at: datetime
    battery_pct: float | None = None
    battery_v: float | None = None
    rssi_dbm: float | None = None
    snr_db: float | None = None
    gateways: tuple[str, ...] = ()
    seq: int = 0


class CameraState(StrEnum):
    """What a camera says of itself, or what its silence says."""

    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class CameraVitals:
    """What a camera says of its insides; None where it says nothing. ``storage_pct`` is what is used of its memory."""

    fps: float | None = None
    temperature_c: float | None = None
    storage_pct: float | None = None
    battery_pct: float | None = None
    battery_v: float | None = None


NO_CAMERA_VITALS = CameraVitals()


@dataclass(frozen=True, slots=True)
class CameraReport:
    """A heartbeat or last will of a camera, with its reason where it is not well."""

    camera_id: str
    state: CameraState
    reported_at: datetime
    received_at: datetime
    reason: str = ""
    seq: int = 0
    vitals: CameraVitals = NO_CAMERA_VITALS


@dataclass(frozen=True, slots=True)
class Still:
    """A camera image that is kept on disk as ``file`` (a name below the stills folder).

    Its pixels are not looked at when it comes: that is done afterwards (``ingest.sight``), and nobody sees it before.
    ``repeated`` says that the broker delivers it again and that it has no time by which it could be recognised.
    ``clock_suspect``: the camera's own time was not believed, and it counts from its receipt; ``clock_stands``: because
    the camera gives the same time again and again.
    """

    camera_id: str
    taken_at: datetime
    received_at: datetime
    file: str
    width_px: int
    height_px: int
    clock_suspect: bool = False
    seq: int = 0
    size_bytes: int = 0
    repeated: bool = False
    clock_stands: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be understood, with the reason.

    ``head`` are all of its bytes where it is small (``whole``), else their beginning. The packet number, the flags and
    the user properties are those that it came with.
    """

    topic: str
    received_at: datetime
    reason: str
    detail: str
    head: bytes
    size_bytes: int
    id: int = 0
    packet_id: int = 0
    redelivered: bool = False
    retained: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all of its bytes are here, so that it can be tried again."""
        return len(self.head) == self.size_bytes
