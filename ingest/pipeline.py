"""From a message to what is kept of it: parse the topic, decode, normalise, check. Pure.

Nothing is dropped without a trace: whatever cannot be understood comes out as a dead letter with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.decoders import DECODERS
from ingest.decoders.decoded import Decoded, Heard, Observed, Picture, Status
from ingest.messages import Message, Refusal, Refused
from ingest.quality import ClockLimits, check
from ingest.readings import CameraReport, CameraState, DeadLetter, Reading, Still
from ingest.stations import Camera, Gauge, Registry
from ingest.topics import Address, Subject, parse

UNDATED = "m:"
"""Beginning of the key of an observation without a believed time of its own."""
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
HEAD_BYTES = 4096
"""How much of a refused message is kept."""
LARGEST_BYTES = dict.fromkeys(Subject, 8 * 1024) | {Subject.STILL: 4 * 1024 * 1024}
LARGEST_ANY_BYTES = max(LARGEST_BYTES.values())


@dataclass(frozen=True, slots=True)
class Kept:
    """What one message becomes. ``images`` are the bytes of ``stills``, by file name."""

    readings: tuple[Reading, ...] = ()
    reports: tuple[CameraReport, ...] = ()
    stills: tuple[Still, ...] = ()
    images: dict[str, bytes] = field(default_factory=dict)
    dead_letters: tuple[DeadLetter, ...] = ()


def interpret(message: Message, registry: Registry, limits: ClockLimits) -> Kept:
    """What is kept of a message. Never raises for what is in the message."""
    try:
        address = _address(message)
        device = _device(address, registry)
        decoded = DECODERS[address.subject](message)
        return _kept(decoded, device, message, limits)
    except Refused as refused:
        return Kept(dead_letters=(dead_letter(message, refused.refusal, refused.detail),))


def dead_letter(message: Message, refusal: Refusal, detail: str) -> DeadLetter:
    """The trace that a refused message leaves: its reason and its first bytes."""
    return DeadLetter(
        topic=_writable(message.topic)[:500],
        received_at=message.received_at,
        reason=refusal,
        detail=_writable(detail)[:500],
        head=message.payload[:HEAD_BYTES],
        size_bytes=message.size_bytes,
    )


def _writable(text: str) -> str:
    """Text that every database takes: halves of surrogate pairs and NUL are written out."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")


def _address(message: Message) -> Address:
    address = parse(message.topic)
    if address is None:
        raise Refused(Refusal.UNKNOWN_TOPIC, "the topic is not one of those in docs/mqtt.md")
    largest = LARGEST_BYTES[address.subject]
    if message.size_bytes > largest:
        raise Refused(Refusal.OVERSIZED, f"{message.size_bytes} bytes are more than the {largest} allowed")
    return address


def _device(address: Address, registry: Registry) -> Gauge | Camera:
    devices = registry.gauges if address.of_gauge else registry.cameras
    device = devices.get(address.device_id)
    if device is None:
        raise Refused(Refusal.UNKNOWN_DEVICE, f"{address.device_id} is not in the registry")
    if device.station_id != address.station_id:
        detail = f"{address.device_id} belongs to station {device.station_id}, not {address.station_id}"
        raise Refused(Refusal.UNKNOWN_DEVICE, detail)
    return device


def _kept(decoded: Iterable[Decoded], device: Gauge | Camera, message: Message, limits: ClockLimits) -> Kept:
    readings, reports, stills, images = [], [], [], {}
    for item in decoded:
        if isinstance(item, Heard):
            continue
        _refuse_stale_retained(item, message)
        if isinstance(item, Observed) and isinstance(device, Gauge):
            readings.append(check(_reading(item, device, message, limits), device, limits))
        elif isinstance(item, Status):
            reports.append(_report(item, device, message, limits))
        elif isinstance(item, Picture):
            still = _still(item, device, message, limits)
            stills.append(still)
            images[still.file] = item.data
    return Kept(tuple(readings), tuple(reports), tuple(stills), images)


def _refuse_stale_retained(item: Observed | Status | Picture, message: Message) -> None:
    """A retained message may be days old: without a time of its own it must not pass for the present.

    A camera's last will is the exception: it is retained on purpose and errs on the safe side.
    """
    last_will = isinstance(item, Status) and item.state is CameraState.OFFLINE
    if message.retained and item.device_at is None and not last_will:
        raise Refused(Refusal.RETAINED_WITHOUT_TIME, "a retained message without its own time may be of any age")


def _reading(item: Observed, gauge: Gauge, message: Message, limits: ClockLimits) -> Reading:
    device_at = in_utc(item.device_at)
    _, doubted = _believed(device_at, message.received_at, limits)
    return Reading(
        gauge_id=gauge.id,
        value=_stage_m(item.value, gauge),
        # Nothing is observed after its receipt: a clock a little fast must not make the next reading look late.
        observed_at=min(device_at or message.received_at, message.received_at),
        received_at=message.received_at,
        key=observation_key(None if doubted else device_at, message),
        quantity=item.quantity,
        device_at=device_at,
        device_seq=item.device_seq,
        redelivered=message.redelivered,
    )


def _stage_m(value: float, gauge: Gauge) -> float:
    """Metres above the gauge zero, to the millimetre: a tie with a threshold must stay a tie after the addition."""
    if gauge.reports == "below_crown" and gauge.crown_m is not None:
        return round(gauge.crown_m + value, 3)
    return round(value, 3)


def observation_key(device_at: datetime | None, message: Message) -> str:
    """What makes two messages the same observation: the device's time where it is believed, else the delivery.

    A clock that stands still would make one observation of many. Without a believed time the key begins with packet
    number and content, which a redelivery repeats, and ends with the time of receipt, which tells it from a later
    message that happens to be alike.
    """
    if device_at is not None:
        return f"t:{device_at.timestamp():.6f}"
    content = hashlib.sha256(message.payload).hexdigest()[:16]
    return f"{UNDATED}{message.packet_id}:{content}:{message.received_at.timestamp():.6f}"


def in_utc(at: datetime | None) -> datetime | None:
    """The time in UTC. A zero date at the edge of the calendar has none: it becomes the edge, which nobody believes."""
    if at is None:
        return None
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return EARLIEST if at.year == 1 else LATEST


def _believed(device_at: datetime | None, received_at: datetime, limits: ClockLimits) -> tuple[datetime, bool]:
    """The time that counts, and whether the device's clock is suspect."""
    if device_at is None:
        return received_at, False
    if received_at - limits.behind <= device_at <= received_at + limits.ahead:
        return device_at, False
    return received_at, True


def _report(item: Status, camera: Gauge | Camera, message: Message, limits: ClockLimits) -> CameraReport:
    reported_at, _ = _believed(in_utc(item.device_at), message.received_at, limits)
    return CameraReport(camera.id, item.state, reported_at, message.received_at, item.reason)


def _still(item: Picture, camera: Gauge | Camera, message: Message, limits: ClockLimits) -> Still:
    taken_at, suspect = _believed(in_utc(item.device_at), message.received_at, limits)
    content = hashlib.sha256(item.data).hexdigest()[:12]
    name = f"{camera.id}/{taken_at:%Y%m%d}/{taken_at:%H%M%S}-{content}.{item.suffix}"
    return Still(camera.id, taken_at, message.received_at, name, item.width_px, item.height_px, suspect)
