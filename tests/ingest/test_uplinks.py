"""Uplinks of real devices through the whole pipeline: readings, vitals, and a trace of what could not be measured."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.messages import Message, Refusal
from ingest.pipeline import Kept, interpret
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Quality, Reason
from ingest.roster import Roster
from ingest.sensors import Reads, Sensor
from ingest.stations import City, Gauge, Registry, Station, StationKind
from tests.ingest.cities import NOON, message

EUI = "24e124713b123456"
INSTALLED = datetime(2026, 1, 1, tzinfo=UTC)


def roster(
    model: str,
    reads: Reads = Reads.DISTANCE,
    device: str = EUI,
    height_m: float = 6.0,
    channels: tuple[str, ...] = ("",),
) -> Roster:
    """A gauge for every channel, all with the same device."""
    station = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川"}, lat=34.4, lon=133)
    said = {"valid_from": INSTALLED, "model": model, "device": device, "reads": reads, "height_m": height_m}
    gauges = [
        Gauge(id=f"fujii-{at:02d}", station_id="fujii", sensors=(Sensor.model_validate(said | {"channel": channel}),))
        for at, channel in enumerate(channels, start=1)
    ]
    return Roster.of(Registry.of(City(id="demo", name={"ja": "試験市"}), [station, *gauges]))


def uplink(frame: str, *, received_at: datetime = NOON, redelivered: bool = False) -> Message:
    body = {
        "deviceInfo": {"devEui": EUI},
        "time": "2026-07-01T11:59:58.5+00:00",
        "fPort": 85,
        "fCnt": 7,
        "data": base64.b64encode(bytes.fromhex(frame)).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -97, "snr": -4.5}],
    }
    more = {"received_at": received_at, "redelivered": redelivered}
    return message(f"application/7/device/{EUI}/event/up", json.dumps(body), **more)


def own(payload: bytes) -> Message:
    return message("mizumori/v1/fujii/gauge/fujii-01/uplink", payload)


def kept(arrived: Message, known: Roster) -> Kept:
    return interpret(arrived, known, ClockLimits())


def test_a_distance_becomes_stage_with_the_time_and_counter_of_the_network() -> None:
    result = kept(uplink("01756403821E05"), roster("milesight-em500-udl"))
    (reading,), (vitals,) = result.readings, result.vitals
    assert (reading.stage_m, reading.device_seq) == (round(6.0 - 1.310, 3), 7)
    assert reading.observed_at == NOON - timedelta(seconds=1.5)
    assert (vitals.battery_pct, vitals.rssi_dbm, vitals.gateways) == (100.0, -97.0, ("0016c001f153a14c",))
    assert not result.dead_letters


def test_a_redelivered_uplink_is_the_same_observation() -> None:
    known = roster("milesight-em500-udl")
    first = kept(uplink("01756403821E05"), known)
    again = kept(uplink("01756403821E05", received_at=NOON + timedelta(minutes=3), redelivered=True), known)
    assert first.readings[0].key == again.readings[0].key


def test_a_pressure_becomes_stage() -> None:
    result = kept(uplink("0201670003570060170c7f"), roster("decentlab-dl-pr26-0-1", Reads.PRESSURE, height_m=-0.4))
    pressure_pa = (0x5700 - 16384) / 32768 * 100_000
    assert result.readings[0].stage_m == round(-0.4 + pressure_pa / 9806.65, 3)
    assert result.vitals[0].battery_v == 3.199


@pytest.mark.parametrize(
    ("model", "frame"), [("milesight-em500-udl", "0175640382fdff"), ("milesight-em400-tld", "01756403671e010482fdff")]
)
def test_no_echo_leaves_a_trace_and_keeps_what_the_device_says_of_itself(model: str, frame: str) -> None:
    result = kept(uplink(frame), roster(model))
    (letter,), (vitals,) = result.dead_letters, result.vitals
    assert not result.readings
    assert (letter.reason, vitals.battery_pct) == (Refusal.NO_VALUE, 100.0)
    assert letter.detail == "fujii-01 has no distance_m: 0xfffd: out of the measuring range"


@pytest.mark.parametrize(
    ("model", "frame"),
    [("milesight-em400-tld", "8367220101"), ("decentlab-dl-mbx", "02012f00020bb1"), ("milesight-em500-udl", "ff0bff")],
)
def test_an_uplink_about_something_else_is_heard_and_is_no_mistake(model: str, frame: str) -> None:
    result = kept(uplink(frame), roster(model))
    assert not result.readings
    assert not result.dead_letters
    assert result.vitals[0].rssi_dbm == -97.0


def test_what_a_device_had_stored_comes_with_its_own_times_and_no_counter() -> None:
    at = NOON - timedelta(hours=2)
    record = f"20ce{int(at.timestamp()).to_bytes(4, 'little').hex()}dc05"
    result = kept(uplink(f"0382b004{record}{record[:12]}fdff"), roster("milesight-em500-udl"))
    assert [(each.stage_m, each.observed_at, each.device_seq) for each in result.readings] == [
        (4.8, NOON - timedelta(seconds=1.5), 7),
        (4.5, at, None),
    ]
    assert [each.reason for each in result.dead_letters] == [Refusal.NO_VALUE]


def test_a_device_without_a_network_server_sends_its_bytes_or_their_text_on_the_topic_of_its_gauge() -> None:
    known = roster("dragino-ndds75", device="")
    frame = "41105675647100640cd1070a1600"
    results = [kept(own(form), known) for form in (bytes.fromhex(frame), frame.encode())]
    assert [each.readings[0].stage_m for each in results] == [3.418, 3.418]
    assert [(each.vitals[0].battery_v, each.vitals[0].rssi_dbm) for each in results] == [(3.281, -99.0)] * 2
    wrapped = json.dumps({"reports": [{"value": frame, "timestamp": int(NOON.timestamp() * 1000) - 60_000}]})
    assert kept(own(wrapped.encode()), known).readings[0].observed_at == NOON - timedelta(minutes=1)


def test_the_heads_of_one_device_can_be_those_of_several_gauges() -> None:
    known = roster("dragino-ldds04", channels=("distance_1_m", "distance_2_m", "distance_4_m"))
    body = json.loads(uplink("0D4A031600000 31A031501".replace(" ", "")).payload) | {"fPort": 2}
    result = kept(message(f"application/7/device/{EUI}/event/up", json.dumps(body)), known)
    assert [(each.gauge_id, each.stage_m) for each in result.readings] == [("fujii-01", 5.21), ("fujii-03", 5.211)]
    assert [each.detail for each in result.dead_letters] == ["fujii-02 has no distance_2_m: no sensor is found"]
    assert [each.gauge_id for each in result.vitals] == ["fujii-01", "fujii-02", "fujii-03"]


def test_a_senml_pack_is_converted_by_its_own_units_and_its_backlog_by_its_own_times() -> None:
    pack = [
        {"bn": "dev1:", "bt": NOON.timestamp() - 600, "bu": "cm", "n": "distance", "v": 250},
        {"n": "distance", "t": 600, "v": 240},
        {"n": "air", "u": "hPa", "v": 1013},
        {"n": "battery", "u": "%EL", "v": 55},
    ]
    result = kept(message("mizumori/v1/fujii/gauge/fujii-01/senml", json.dumps(pack)), roster("", device=""))
    assert [(each.stage_m, each.observed_at) for each in result.readings] == [
        (3.5, NOON - timedelta(minutes=10)),
        (3.6, NOON),
    ]
    assert [each.battery_pct for each in result.vitals] == [55.0]


def test_a_plain_value_is_what_the_registry_says_it_is() -> None:
    payload = b'{"value": 250, "unit": "cm", "battery_v": 3.6}'
    result = kept(message("mizumori/v1/fujii/gauge/fujii-01/reading", payload), roster("", device=""))
    assert (result.readings[0].stage_m, result.vitals[0].battery_v) == (3.5, 3.6)


def test_an_unknown_device_and_a_gauge_without_a_model_are_named() -> None:
    (letter,) = kept(uplink("03821E05"), roster("milesight-em500-udl", device="24e124713b999999")).dead_letters
    assert (letter.reason, EUI in letter.detail) == (Refusal.UNKNOWN_DEVICE, True)
    (letter,) = kept(own(b"\x01"), roster("")).dead_letters
    assert (letter.reason, "fujii-01" in letter.detail) == (Refusal.UNKNOWN_DEVICE, True)


def test_a_wrong_clock_of_a_device_does_not_choose_a_sensor_of_the_past() -> None:
    old = Sensor(valid_from=INSTALLED, channel="upper", unit="m")
    new = Sensor(valid_from=INSTALLED + timedelta(days=30), channel="lower", unit="m", offset_m=1.0)
    station = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川"}, lat=34.4, lon=133)
    gauge = Gauge(id="fujii-01", station_id="fujii", sensors=(old, new))
    known = Roster.of(Registry.of(City(id="demo", name={"ja": "試験市"}), [station, gauge]))
    pack = json.dumps([{"n": "upper", "v": 5.0, "u": "m", "t": 300_000_000}, {"n": "lower", "v": 2.0, "u": "m"}])
    (reading,) = kept(message("mizumori/v1/fujii/gauge/fujii-01/senml", pack), known).readings
    assert (reading.stage_m, reading.observed_at) == (3.0, NOON)


@pytest.mark.parametrize(
    ("model", "frame"),
    [
        ("milesight-em310-udl", "038244080400"),
        ("milesight-em400-udl", "048244080500"),
        ("milesight-em410-rdl", "048244080500"),
    ],
)
def test_what_a_tilted_sensor_says_is_suspect_however_often_it_says_so(model: str, frame: str) -> None:
    known = roster(model)
    upright, askew = (kept(uplink(frame + position), known).readings for position in ("00", "01"))
    assert [(each.quality, each.reasons) for each in upright] == [(Quality.GOOD, ())]
    assert [(each.quality, each.reasons) for each in askew] == [(Quality.SUSPECT, (Reason.TILTED,))]
    control = QualityControl(lambda _: {}, ClockLimits())
    for minute, found in enumerate((upright, askew, askew, askew)):
        at = NOON + timedelta(minutes=minute)
        low = [
            replace(each, value=each.value - minute, key=str(minute), observed_at=at, received_at=at) for each in found
        ]
        judgement = control.judge(low, known)
        control.adopt(judgement)
        assert [each.quality for each in judgement.readings] == [each.quality for each in found]
