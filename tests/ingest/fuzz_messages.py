"""Messages that no device should send, made from those that devices do send: the fuzzer's generator."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from PIL import Image

from ingest.decoders import MODELS
from ingest.messages import Message, Refused
from ingest.roster import Roster
from ingest.sensors import Reads, Sensor
from ingest.stations import Camera, City, Gauge, Registry, Station
from tests.ingest.cities import small_city

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WORDS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 2**31, 2**53 + 1, 2**64, -(2**63), 10**400, 1e308, -1e-308, 5e-324),
    *(
        "",
        " ",
        "NaN",
        "1",
        "1.5",
        "-Infinity",
        "\0",
        "\ud800",
        "\u202e水位",
        "9" * 400,
        "x" * 5000,
        "2026-02-30T00:00:00Z",
    ),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-07-01T12:00:00"),
    *("2026-07-01T12:00:00Z", "2026-07-01T21:00:00+09:00", [], {}, [[]], {"": None}, [1, 2, 3], {"stage_m": 1.0}),
)
RAW = (b"NaN", b"Infinity", b"-1e999", b"1e400", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 3000, b'{"a":' * 500, b"\0", b"}")
OWN_TOPICS = "mizumori/v1/{station}/{kind}/{device}/{subject}"
SUBJECTS = ("reading", "senml", "uplink", "status", "still")


def fuzz_city() -> Roster:
    """The small city, and a gauge for every model of the table with the device that measures for it."""
    city = small_city()
    items: list[Station | Gauge | Camera] = [*city.stations.values(), *city.gauges.values(), *city.cameras.values()]
    for number, (name, model) in enumerate(MODELS.items()):
        sensor = Sensor(
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            model=name,
            device=device_of(number),
            reads=model.reads,
            height_m=5.0 if model.reads is Reads.DISTANCE else 0.0,
        )
        items.append(Gauge(id=gauge_of(number), station_id="fujii", min_m=-5, max_m=20, sensors=(sensor,)))
    return Roster.of(Registry.of(City(id="fuzz", name={"ja": "試験市"}), items))


def device_of(number: int) -> str:
    """The EUI of the device of a model."""
    return f"{0xA0_00_00_00_00_00_00_00 + number:016x}"


def gauge_of(number: int) -> str:
    """The gauge of a model."""
    return f"model-{number:02d}"


@dataclass
class Fuzzer:
    """A stream of messages, each from a seed; the same seed gives the same messages."""

    dice: random.Random

    def message(self, number: int) -> Message:
        """The next one: a valid message, mutated with a good chance at some of its places."""
        topic, payload = self.dice.choice(KINDS)(self)
        if self.dice.random() < 0.05:
            topic = self._odd_topic(topic)
        if self.dice.random() < 0.15:
            payload = self._odd_bytes(payload)
        size = len(payload) if self.dice.random() > 0.01 else len(payload) + self.dice.choice((1, 10_000, 5_000_000))
        taken = {"taken_at": str(self.dice.choice(WORDS))[:100]} if self.dice.random() < 0.05 else {}
        return Message(
            topic=topic,
            payload=payload,
            received_at=NOON + timedelta(milliseconds=number),
            size_bytes=size,
            packet_id=number % 65535 + 1,
            redelivered=self.dice.random() < 0.1,
            retained=self.dice.random() < 0.05,
            properties=taken,
        )

    def time(self) -> str:
        """A time near ours, late, ahead, or far away."""
        at = NOON + timedelta(seconds=self.dice.choice((0, -60, -86400, -8 * 86400, 299, 301, 10**6, -(10**9))))
        return at.isoformat()

    def fields(self, good: dict[str, Any]) -> bytes:
        """JSON of a record: with some chance a field is spoilt, missing, or one too many."""
        record = dict(good)
        while record and self.dice.random() < 0.15:
            self._spoil(record)
        return json.dumps(record).encode("utf-8", "surrogatepass")

    def _spoil(self, record: dict[str, Any]) -> None:
        if not record:
            record["empty"] = None
        name = self.dice.choice(list(record))
        inner = record[name]
        if isinstance(inner, dict) and inner and self.dice.random() < 0.7:
            record[name] = inner = dict(inner)
            self._spoil(inner)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict) and self.dice.random() < 0.7:
            record[name] = [dict(each) for each in inner] * self.dice.choice((1, 1, 2, 30))
            self._spoil(self.dice.choice(record[name]))
        elif self.dice.random() < 0.2:
            del record[name]
        elif self.dice.random() < 0.1:
            record[str(self.dice.choice(WORDS))] = self.dice.choice(WORDS)
        else:
            record[name] = self.dice.choice(WORDS)

    def _odd_bytes(self, payload: bytes) -> bytes:
        at = self.dice.randrange(len(payload) + 1)
        return self.dice.choice(
            (
                lambda: payload[:at],
                lambda: payload[at:],
                lambda: payload[:at] + self.dice.choice(RAW) + payload[at:],
                lambda: payload[:at] + self.dice.randbytes(self.dice.randrange(1, 9)) + payload[at + 1 :],
                lambda: payload + payload,
                lambda: b"",
                lambda: self.flipped(payload),
            )
        )()

    def flipped(self, payload: bytes) -> bytes:
        """The same with some bits turned over."""
        flipped = bytearray(payload)
        for _ in range(self.dice.randrange(1, 5)):
            if flipped:
                flipped[self.dice.randrange(len(flipped))] ^= 1 << self.dice.randrange(8)
        return bytes(flipped)

    def _odd_topic(self, topic: str) -> str:
        parts = topic.split("/")
        at = self.dice.randrange(len(parts))
        match self.dice.randrange(5):
            case 0:
                del parts[at]
            case 1:
                parts[at] = self.dice.choice(("", "+", "#", "..", "\0", "\udcff", "水", "x" * 600, "<script>", "UP"))
            case 2:
                parts.insert(at, self.dice.choice(parts))
            case 3:
                parts[-1] = self.dice.choice(SUBJECTS)
            case _:
                return self.dice.choice(
                    ("", "/", "$SYS/broker", "v3///up", "application/1/device//event/up", "b'\\xff'")
                )
        return "/".join(parts)


def reading(fuzz: Fuzzer) -> tuple[str, bytes]:
    """Our own JSON."""
    gauge, station = fuzz.dice.choice((("fujii-01", "fujii"), ("fujii-02", "fujii"), ("under-01", "under")))
    record = {
        "stage_m": round(fuzz.dice.uniform(-12, 60), 3),
        "observed_at": fuzz.time(),
        "seq": fuzz.dice.randrange(99),
    }
    return f"mizumori/v1/{station}/gauge/{gauge}/reading", fuzz.fields(record)


def senml(fuzz: Fuzzer) -> tuple[str, bytes]:
    """A SenML pack of some records."""
    base = {
        "bn": fuzz.dice.choice(("urn:dev:mac:0024befffe804ff1:", "", "a")),
        "bt": fuzz.dice.choice((0, 1.78e9, -60, 1e10)),
    }
    units = ("m", "cm", "mm", "Pa", "%EL", "Cel", "V", "")
    pack = [
        {
            "n": fuzz.dice.choice(("stage", "level", "distance_m", "")),
            "u": fuzz.dice.choice(units),
            "v": fuzz.dice.uniform(-5, 500),
            "t": -each,
        }
        for each in range(fuzz.dice.choice((1, 2, 5)))
    ]
    pack[0] = base | pack[0]
    for record in pack:
        if fuzz.dice.random() < 0.2:
            record[fuzz.dice.choice(("v", "vs", "vb", "vd", "s", "bs", "bv", "bver", "ut", "u", "x_"))] = (
                fuzz.dice.choice(WORDS)
            )
    spoilt: Any = pack if fuzz.dice.random() > 0.05 else fuzz.dice.choice(WORDS)
    return "mizumori/v1/fujii/gauge/fujii-01/senml", json.dumps(spoilt).encode("utf-8", "surrogatepass")


def frame(fuzz: Fuzzer, name: str) -> bytes:
    """What such a device could send, now and then with a few bits turned over, or anything at all."""
    chance = fuzz.dice.random()
    known = _frames(name)
    if chance < 0.15 or not known:
        return fuzz.dice.randbytes(fuzz.dice.randrange(0, 60))
    payload = fuzz.dice.choice(known)
    return fuzz.flipped(payload) if chance < 0.4 else payload


@cache
def _frames(name: str) -> tuple[bytes, ...]:
    """Frames that the model understands, found by trying what its family is made of."""
    dice, decode = random.Random(name), MODELS[name].decode
    found = []
    for _ in range(4000):
        payload = _attempt(dice, name)
        try:
            decode(payload, 2)
        except Refused:
            continue
        found.append(payload)
    return tuple(found[:200])


PARTS = (
    *(
        b"\x01\x75\x5c",
        b"\x03\x82\x1e\x00",
        b"\x03\x67\x01\x01",
        b"\x04\x00\x01",
        b"\x83\x6f\xa8\x00\x01",
        b"\x04\x82\x44\x08",
    ),
    *(b"\x03\x77\x02\x00", b"\x03\x7b\x10\x27", b"\xff\xff\x00", b"\x05\x00\x01", b"\x20\xce\x00\x00\x00\x60\x01\x02"),
)


def _attempt(dice: random.Random, name: str) -> bytes:
    if name.startswith("decentlab"):
        return (
            b"\x02"
            + dice.randbytes(2)
            + bytes((0, dice.choice((0, 1, 2, 3, 7))))
            + dice.randbytes(2 * dice.randrange(14))
        )
    if name.startswith("milesight"):
        return b"".join(dice.choice(PARTS) for _ in range(dice.randrange(5)))
    return dice.randbytes(dice.choice((4, 5, 8, 8, 11, 14, 14, 18)))


def uplink(fuzz: Fuzzer) -> tuple[str, bytes]:
    """A device's own bytes on the topic of its gauge, plain, as hexadecimal, or in an operator's JSON."""
    number, name = fuzz.dice.choice(tuple(enumerate(MODELS)))
    payload = frame(fuzz, name)
    form = fuzz.dice.randrange(3)
    if form == 1:
        payload = payload.hex().encode()
    elif form == 2:
        payload = fuzz.fields({"reports": [{"value": payload.hex(), "timestamp": 1_782_900_000_000}]})
    return f"mizumori/v1/fujii/gauge/{gauge_of(number)}/uplink", payload


def chirpstack(fuzz: Fuzzer) -> tuple[str, bytes]:
    """An uplink event of ChirpStack, version 4 or 3."""
    number, name = fuzz.dice.choice(tuple(enumerate(MODELS)))
    device = device_of(number)
    named = (
        {"deviceInfo": {"devEui": device}}
        if fuzz.dice.random() < 0.8
        else {"devEUI": base64.b64encode(bytes.fromhex(device)).decode()}
    )
    record = {
        **named,
        "time": fuzz.time(),
        "fCnt": fuzz.dice.randrange(2**16),
        "fPort": fuzz.dice.choice((2, 2, 2, 2, 1, 85)),
        "data": base64.b64encode(frame(fuzz, name)).decode(),
        "rxInfo": [{"gatewayId": "6a7e111a10000000", "rssi": -35, "snr": 11.5}],
    }
    return f"application/a/device/{device}/event/up", fuzz.fields(record)


def the_things_stack(fuzz: Fuzzer) -> tuple[str, bytes]:
    """An uplink message of The Things Stack."""
    number, name = fuzz.dice.choice(tuple(enumerate(MODELS)))
    device = device_of(number)
    record = {
        "end_device_ids": {"device_id": f"eui-{device}", "dev_eui": device.upper()},
        "received_at": fuzz.time(),
        "uplink_message": {
            "f_port": fuzz.dice.choice((2, 2, 2, 2, 1, 85)),
            "f_cnt": fuzz.dice.randrange(2**16),
            "frm_payload": base64.b64encode(frame(fuzz, name)).decode(),
            "received_at": fuzz.time(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "gw-1"}, "rssi": -35, "snr": 11.5}],
        },
    }
    return f"v3/app@tenant/devices/eui-{device}/up", fuzz.fields(record)


def status(fuzz: Fuzzer) -> tuple[str, bytes]:
    """A camera's word about itself."""
    record = {
        "state": fuzz.dice.choice(("online", "degraded", "offline", "ONLINE")),
        "reason": "lens",
        "observed_at": fuzz.time(),
    }
    return "mizumori/v1/fujii/camera/fujii-cam/status", fuzz.fields(record)


def _pictures() -> tuple[bytes, ...]:
    made = []
    for form in ("JPEG", "PNG", "GIF"):
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x8769] = {0x9003: "2026:07:01 20:58:00", 0x9011: "+09:00"}
        Image.new("RGB", (16, 12), (90, 120, 90)).save(out, form, **({"exif": exif} if form != "GIF" else {}))
        made.append(out.getvalue())
    return tuple(made)


PICTURES = _pictures()


def still(fuzz: Fuzzer) -> tuple[str, bytes]:
    """A small image."""
    return "mizumori/v1/fujii/camera/fujii-cam/still", fuzz.dice.choice(PICTURES)


def noise(fuzz: Fuzzer) -> tuple[str, bytes]:
    """Bytes without any sense on a topic of ours."""
    subject = fuzz.dice.choice(SUBJECTS)
    camera = subject in ("status", "still")
    device = "camera/fujii-cam" if camera else f"gauge/{gauge_of(fuzz.dice.randrange(len(MODELS)))}"
    return f"mizumori/v1/fujii/{device}/{subject}", fuzz.dice.randbytes(fuzz.dice.choice((0, 1, 5, 50, 500)))


KINDS: tuple[Callable[[Fuzzer], tuple[str, bytes]], ...] = (
    *(reading, reading, senml, senml, uplink, uplink, chirpstack, chirpstack),
    *(the_things_stack, the_things_stack, status, still, noise),
)
