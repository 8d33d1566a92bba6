"""From a message to what is kept of it: parse the topic, decode, normalise, check. Pure.

Nothing is dropped without a trace: whatever cannot be understood comes out as a dead letter with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from ingest.decoders import DECODERS
from ingest.decoders.decoded import Decoded, Heard, Observed, Picture, Status, Unmeasured
from ingest.device_time import believed, believed_time, in_utc
from ingest.messages import Message, Refusal, Refused
from ingest.quality import ClockLimits, check, check_clock
from ingest.readings import CameraReport, CameraState, DeadLetter, Quality, Reading, Reason, Still, Vitals
from ingest.roster import Eye, Roster, Watched
from ingest.senders import known_gauge, refuse_stranger
from ingest.sensing import stage_m
from ingest.topics import Subject, network_of, parse
from ingest.uplinks import of_device, of_network, wanted

UNDATED = "m:"
"""Beginning of the key of an observation without a believed time of its own."""
HEAD_BYTES = 4096
"""How much is kept of a refused message that is not kept whole."""
LARGEST_UPLINK_BYTES = 64 * 1024
"""A network server's message names every gateway that heard the device."""
WHOLE_BYTES = 64 * 1024
"""A refused message up to this size is kept whole, so that it can be tried again."""
PROPERTIES_CHARS = 4096
"""How much is kept of the user properties of a refused message."""
LARGEST_BYTES = dict.fromkeys(Subject, 8 * 1024) | {Subject.STILL: 4 * 1024 * 1024}
LARGEST_ANY_BYTES = max(LARGEST_BYTES.values())
_DOUBT = (Quality.GOOD, Quality.SUSPECT, Quality.BAD)
NO_IMAGES: Mapping[str, bytes] = MappingProxyType({})


class Kept(NamedTuple):
    """What one message becomes. ``images`` are the bytes of ``stills``, by file name."""

    readings: Sequence[Reading] = ()
    vitals: Sequence[Vitals] = ()
    reports: Sequence[CameraReport] = ()
    stills: Sequence[Still] = ()
    images: Mapping[str, bytes] = NO_IMAGES
    dead_letters: Sequence[DeadLetter] = ()


def interpret(message: Message, roster: Roster, limits: ClockLimits) -> Kept:
    """What is kept of a message. Never raises for what is in the message."""
    try:
        if message.turned_away:
            raise Refused(Refusal.OVERLOADED, message.turned_away)
        address = parse(message.topic)
        if address is None:
            return _of_network(message, roster, limits)
        _refuse_oversized(message, LARGEST_BYTES[address.subject])
        if address.kind == "gauge":
            return _of_gauge(message, known_gauge(address, roster), address.subject, limits)
        refuse_stranger(address, roster)
        if address.kind != "camera":
            return _of_machine(DECODERS[address.subject](message), address.device_id, message, limits)
        return _of_camera(DECODERS[address.subject](message), address.device_id, message, limits)
    except Refused as refused:
        return Kept(dead_letters=(dead_letter(message, refused.refusal, refused.detail),))


def dead_letter(message: Message, refusal: Refusal, detail: str) -> DeadLetter:
    """The trace that a refused message leaves: its reason, and its bytes, or the first of very many."""
    return DeadLetter(
        topic=_writable(message.topic)[:500],
        received_at=message.received_at,
        reason=refusal,
        detail=_writable(detail)[:500],
        head=message.payload if message.size_bytes <= WHOLE_BYTES else message.payload[:HEAD_BYTES],
        size_bytes=message.size_bytes,
        packet_id=message.packet_id,
        redelivered=message.redelivered,
        retained=message.retained,
        properties=_bounded(message.properties),
    )


def _bounded(properties: Mapping[str, str]) -> Mapping[str, str]:
    """The first user properties, as many as there is room for: a message of no bytes may bring megabytes of them."""
    room, kept = PROPERTIES_CHARS, {}
    for name, value in properties.items():
        room -= len(name) + len(value)
        if room < 0:
            break
        kept[name] = value
    return kept


def _writable(text: str) -> str:
    """Text that every database takes: halves of surrogate pairs and NUL are written out."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")


def _refuse_oversized(message: Message, largest: int) -> None:
    if message.size_bytes > largest:
        raise Refused(Refusal.OVERSIZED, f"{message.size_bytes} bytes are more than the {largest} allowed")


def _of_network(message: Message, roster: Roster, limits: ClockLimits) -> Kept:
    """What the gauges make of an uplink of the device that measures for them."""
    network = network_of(message.topic)
    if network is None:
        raise Refused(Refusal.UNKNOWN_TOPIC, "the topic is not one of those in docs/mqtt.md")
    _refuse_oversized(message, LARGEST_UPLINK_BYTES)
    each = [_kept(said, gauge, message, limits) for gauge, said in of_network(network, message, roster)]
    return _not_nothing(
        Kept(
            readings=[reading for kept in each for reading in kept.readings],
            vitals=[vitals for kept in each for vitals in kept.vitals],
            dead_letters=[letter for kept in each for letter in kept.dead_letters],
        )
    )


def _of_gauge(message: Message, gauge: Watched, subject: Subject, limits: ClockLimits) -> Kept:
    said = of_device(message, gauge) if subject is Subject.UPLINK else DECODERS[subject](message)
    if len(said) > 1 or gauge.sensors:
        received_at = message.received_at
        said = wanted(said, gauge, lambda device_at: believed(in_utc(device_at), received_at, limits)[0])
    return _not_nothing(_kept(said, gauge, message, limits))


def _not_nothing(kept: Kept) -> Kept:
    """Refused where a message was understood and holds nothing that is kept: it must leave its trace all the same."""
    if kept.readings or kept.vitals or kept.dead_letters:
        return kept
    raise Refused(
        Refusal.NO_MEASUREMENT, "nothing in it is of the water, the battery or the signal of a gauge in service"
    )


def _kept(said: Iterable[Decoded], gauge: Watched, message: Message, limits: ClockLimits) -> Kept:
    readings: list[Reading] = []
    vitals: list[Vitals] = []
    letters: list[DeadLetter] = []
    for item in said:
        if isinstance(item, Observed):
            _refuse_stale_retained(item, message, limits)
            checked = check(_reading(item, gauge, message, limits, len(readings)), gauge, limits)
            readings.append(_of_tilted(checked) if item.tilted else checked)
        elif isinstance(item, Heard):
            vitals.append(_vitals(item, gauge, message))
        elif isinstance(item, Unmeasured):
            letters.append(dead_letter(message, Refusal.NO_VALUE, f"{gauge.id} has no {item.channel}: {item.why}"))
    if vitals and readings:
        vitals = _dated(vitals, readings)
    return Kept(readings, vitals, dead_letters=letters)


def _dated(vitals: Iterable[Vitals], readings: Iterable[Reading]) -> list[Vitals]:
    """The vitals at the time of the readings beside them."""
    said_at = max(each.observed_at for each in readings)
    return [each if each.received_at == said_at else replace(each, received_at=said_at) for each in vitals]


def _of_machine(said: Iterable[Decoded], machine_id: str, message: Message, limits: ClockLimits) -> Kept:
    """What a pump or gate says of itself is kept as readings of its own, a quantity each."""
    readings = []
    for item in said:
        if isinstance(item, Observed):
            _refuse_stale_retained(item, message, limits)
            readings.append(check_clock(_observation(item, machine_id, item.value, message, limits), limits))
    return Kept(readings)


def _of_camera(said: Iterable[Decoded], camera_id: str, message: Message, limits: ClockLimits) -> Kept:
    reports, stills, images = [], [], {}
    for item in said:
        if isinstance(item, Status):
            _refuse_stale_retained(item, message, limits)
            reports.append(_report(item, camera_id, message, limits))
        elif isinstance(item, Picture):
            _refuse_stale_retained(item, message, limits)
            still = _still(item, camera_id, message, limits)
            stills.append(still)
            images[still.file] = item.data
    return Kept(reports=reports, stills=stills, images=images)


def _refuse_stale_retained(item: Observed | Status | Picture, message: Message, limits: ClockLimits) -> None:
    """A retained message may be days old: without a time of its own that is believed it must not pass for the present,
    at every subscription anew.

    A camera's last will is the exception: it is retained on purpose and errs on the safe side.
    """
    if not message.retained or (isinstance(item, Status) and item.state is CameraState.OFFLINE):
        return
    if item.device_at is None:
        raise Refused(Refusal.RETAINED_WITHOUT_TIME, "a retained message without its own time may be of any age")
    if believed(in_utc(item.device_at), message.received_at, limits)[1]:
        detail = f"a retained message whose own time {item.device_at} is not believed may be of any age"
        raise Refused(Refusal.RETAINED_WITHOUT_TIME, detail)


def _reading(item: Observed, gauge: Watched, message: Message, limits: ClockLimits, nth: int) -> Reading:
    counted_at, _ = believed(in_utc(item.device_at), message.received_at, limits)
    return _observation(item, gauge.id, stage_m(item, gauge, counted_at), message, limits, nth)


def _observation(
    item: Observed, device_id: str, value: float, message: Message, limits: ClockLimits, nth: int = 0
) -> Reading:
    device_at = in_utc(item.device_at)
    received_at = message.received_at
    doubted = believed(device_at, received_at, limits)[1]
    return Reading(
        gauge_id=device_id,
        value=value,
        # Nothing is observed after its receipt: a clock a little fast must not make the next reading look late.
        observed_at=received_at if device_at is None or device_at > received_at else device_at,
        received_at=received_at,
        key=observation_key(None if doubted or item.reckoned else device_at, message, nth),
        quantity=item.quantity,
        device_at=device_at,
        device_seq=item.device_seq,
        redelivered=message.redelivered,
    )


def _of_tilted(reading: Reading) -> Reading:
    """A sensor that hangs askew looks past the water and gives too low a stage: nothing it says is plainly good."""
    return reading.marked(max(reading.quality, Quality.SUSPECT, key=_DOUBT.index), Reason.TILTED)


def _vitals(item: Heard, gauge: Watched, message: Message) -> Vitals:
    return Vitals(
        gauge_id=gauge.id,
        received_at=message.received_at,
        battery_pct=item.battery_pct,
        battery_v=item.battery_v,
        rssi_dbm=item.rssi_dbm,
        snr_db=item.snr_db,
        gateways=item.gateways,
    )


def observation_key(device_at: datetime | None, message: Message, nth: int = 0) -> str:
    """What makes two messages the same observation: the device's time where it is believed, else the delivery.

    A clock that stands still would make one observation of many. Without a believed time the key begins with packet
    number and content, which a redelivery repeats, and ends with the time of receipt, which tells it from a later
    message that happens to be alike. ``nth`` tells the undated observations of one message apart.
    """
    if device_at is not None:
        return f"t:{device_at.timestamp():.6f}"
    content = hashlib.sha256(message.payload + (b"%d" % nth if nth else b"")).hexdigest()[:16]
    return f"{UNDATED}{message.packet_id}:{content}:{message.received_at.timestamp():.6f}"


def camera_of(topic: str, roster: Roster) -> tuple[str, Eye] | None:
    """The camera that publishes on a topic; None where there is none."""
    address = parse(topic)
    camera = roster.cameras.get(address.device_id) if address is not None else None
    return None if address is None or camera is None else (address.device_id, camera)


def _report(item: Status, camera_id: str, message: Message, limits: ClockLimits) -> CameraReport:
    reported_at = believed_time(item.device_at, message.received_at, limits)
    heard_at = _heard_at(reported_at, message)
    return CameraReport(camera_id, item.state, reported_at, heard_at, item.reason, vitals=item.vitals)


def _heard_at(said_at: datetime, message: Message) -> datetime:
    """When a camera was heard: what the broker has kept for it may come days after it fell silent."""
    return min(said_at, message.received_at) if message.retained else message.received_at


def _still(item: Picture, camera_id: str, message: Message, limits: ClockLimits) -> Still:
    taken_at, suspect = believed(in_utc(item.device_at), message.received_at, limits)
    content = hashlib.sha256(item.data).hexdigest()[:12]
    # With the fraction: a frozen camera sends the same bytes twice in a second, and no two stills may share a file.
    time = f"{taken_at:%H%M%S-%f}" if taken_at.microsecond else f"{taken_at:%H%M%S}"
    name = f"{camera_id}/{taken_at:%Y%m%d}/{time}-{content}.{item.suffix}"
    return Still(
        camera_id=camera_id,
        taken_at=taken_at,
        received_at=_heard_at(taken_at, message),
        file=name,
        width_px=item.width_px,
        height_px=item.height_px,
        clock_suspect=suspect,
        size_bytes=len(item.data),
        repeated=message.redelivered and (item.device_at is None or suspect),
    )
