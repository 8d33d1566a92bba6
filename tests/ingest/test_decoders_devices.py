"""What devices say when they cannot measure, when they answer, and when their frames are broken; and laws for all."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoders import DECODERS, MODELS, NETWORKS
from ingest.decoders.decoded import Heard, Measured, Observed
from ingest.messages import Message, Refusal, Refused
from ingest.topics import Network, Subject

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
NO_VALUE = [
    ("milesight-em500-udl", "0382fdff", "distance_m", "out of the measuring range"),
    ("milesight-em500-udl", "0382ffff", "distance_m", "the sensor failed"),
    ("milesight-em500-udl", "03820080", "distance_m", "0x8000"),
    ("milesight-em310-udl", "03820000", "distance_m", "0 mm"),
    ("milesight-em400-tld", "0482fdff", "distance_m", "out of the measuring range"),
    ("milesight-em410-rdl", "0482fdff", "distance_m", "out of the measuring range"),
    ("milesight-em410-rdl", "b482102702", "distance_m", "no target"),
    ("milesight-em410-rdl", "04821027b482102703", "distance_m", "the sensor failed"),
    ("milesight-em410-rdl", "0367ff7f", "temperature_c", "end of the scale"),
    ("milesight-em500-swl", "0377ffff", "depth_m", "the sensor failed"),
    ("milesight-em500-pp", "037bffff", "pressure_pa", "the sensor failed"),
    ("decentlab-dl-mbx", "02012f000304d200000bb1", "distance_m", "no valid sample"),
    ("decentlab-dl-mbx", "02012f0003270f00010bb1", "distance_m", "end of the scale"),
    ("decentlab-dl-mbx", "02012f0003138800010bb1", "distance_m", "end of the scale"),
    ("decentlab-dl-lid", "0211c900030000117611bc119e118a119411a811a81194006401990abd", "distance_average_m", "end of"),
    ("decentlab-dl-lid", "0211c90003119b117611bc119e118a119411a811a81194000001990abd", "distance_median_m", "no valid"),
    ("decentlab-dl-pr26-0-1", "0201670003ffff60170c7f", "pressure_pa", "end of the scale"),
    ("decentlab-dl-ctd10", "0207d9000390888081006400010c60", "depth_m", "frozen"),
    ("decentlab-dl-ctd10", "0207d9000300008081006400000c60", "depth_m", "end of the scale"),
    ("dragino-ldds75", "0B450000000000" + "00", "distance_m", "no sensor"),
    ("dragino-ldds75", "0B450014000000" + "01", "distance_m", "out of the measuring range"),
    ("dragino-dds75-lb", "0B451D4D000000" + "01", "distance_m", "7501 mm"),
    ("dragino-ldds04", "0D4AFFFF0318031A031501", "distance_1_m", "65535 mm"),
    ("dragino-llds12", "0B4501050BEA0064001A01", "distance_m", "strength 100"),
    ("dragino-llds12", "0B4501050BEAFFFF001A01", "distance_m", "strength 65535"),
    ("dragino-ndds75", "41105675647100640cd10700140" + "0", "distance_m", "20 mm"),
]


def decoded(model: str, frame: str, f_port: int = 0) -> Sequence[Measured]:
    return MODELS[model].decode(bytes.fromhex(frame), f_port)


@pytest.mark.parametrize(("model", "frame", "channel", "why"), NO_VALUE)
def test_a_device_that_could_not_measure_gives_a_reason_and_no_number(
    model: str, frame: str, channel: str, why: str
) -> None:
    (measured,) = decoded(model, frame)
    assert channel not in measured.values
    assert why in measured.missing[channel]


def test_every_model_has_a_case_of_no_value_or_shares_the_code_of_one_that_has() -> None:
    shared = {"milesight-em400-udl": "milesight-em400-tld"}
    covered = {model for model, *_ in NO_VALUE}
    families = {model.rpartition("-kp")[0] for model in MODELS if "-kp" in model}
    assert families == {"decentlab-dl-pr36", "decentlab-dl-pr36ctd"}
    plain = {model for model in MODELS if "-kp" not in model and "-pr2" not in model}
    assert {shared.get(model, model) for model in plain} <= covered


def test_one_silent_head_of_four_leaves_the_others_their_numbers() -> None:
    (measured,) = decoded("dragino-ldds04", "0D4A00000318031A031501")
    assert measured.values == {"distance_2_m": 0.792, "distance_3_m": 0.794, "distance_4_m": 0.789}
    assert measured.missing == {"distance_1_m": "no sensor is found"}


def test_the_water_in_the_blind_zone_of_a_radar_keeps_its_distance() -> None:
    (measured,) = decoded("milesight-em410-rdl", "b482c80001")
    assert measured.values == {"distance_m": 0.2}


def test_an_alarm_of_a_milesight_is_a_measurement_like_any_other() -> None:
    assert decoded("milesight-em500-udl", "83e91e00050001") == [Measured({"distance_m": 0.03})]
    assert decoded("milesight-em410-rdl", "94822c01640002") == [Measured({"distance_m": 0.3})]


def test_stored_records_keep_the_times_at_which_they_were_measured() -> None:
    at = int(NOON.timestamp())
    records = "".join(
        f"20ce{(at - 600 * back).to_bytes(4, 'little').hex()}{mm.to_bytes(2, 'little').hex()}"
        for back, mm in ((3, 1500), (2, 0xFFFD), (1, 1400))
    )
    found = decoded("milesight-em500-udl", f"0175640382b004{records}")
    assert [(each.at, each.values.get("distance_m")) for each in found] == [
        (None, 1.2),
        (NOON.replace(hour=11, minute=30), 1.5),
        (NOON.replace(hour=11, minute=40), None),
        (NOON.replace(hour=11, minute=50), 1.4),
    ]
    assert (found[0].battery_pct, list(found[2].missing)) == (100.0, ["distance_m"])
    radar = f"20ce{at.to_bytes(4, 'little').hex()}2c01f6ff640001"
    assert decoded("milesight-em410-rdl", radar) == [Measured({"distance_m": 0.3, "temperature_c": -1.0}, at=NOON)]


def test_a_battery_that_cannot_be_is_not_told() -> None:
    (measured,) = decoded("milesight-em500-udl", "0175ff03821e00")
    assert (measured.battery_pct, measured.values) == (None, {"distance_m": 0.03})


def test_a_device_that_only_introduces_itself_measured_nothing() -> None:
    assert decoded("milesight-em500-udl", "ff0bffff0101") == []


@pytest.mark.parametrize(
    ("model", "frame", "f_port", "refusal", "word"),
    [
        ("milesight-em500-udl", "fe03b004", 85, Refusal.NO_MEASUREMENT, "answer"),
        ("milesight-em500-udl", "03821e0003", 85, Refusal.MALFORMED, "byte 5"),
        ("milesight-em500-udl", "03821e", 85, Refusal.MALFORMED, "2 bytes of value"),
        ("milesight-em500-udl", "03770200", 85, Refusal.MALFORMED, "byte 1"),
        ("milesight-em500-swl", "03821e00", 85, Refusal.MALFORMED, "byte 1"),
        ("decentlab-dl-mbx", "02012f000304d200010bb100", 1, Refusal.MALFORMED, "whole words"),
        ("decentlab-dl-mbx", "02012f000304d200010bb10000", 1, Refusal.MALFORMED, "3 words, and there are 4"),
        ("decentlab-dl-mbx", "02012f000304d20001", 1, Refusal.MALFORMED, "3 words, and there are 2"),
        ("decentlab-dl-mbx", "01012f000304d200010bb1", 1, Refusal.MALFORMED, "version 1"),
        ("decentlab-dl-mbx", "02012f000704d200010bb1", 1, Refusal.MALFORMED, "0x0007"),
        ("dragino-ldds75", "0E1C0B05000000", 2, Refusal.MALFORMED, "7 bytes"),
        ("dragino-ldds75", "27011001FF0CD1", 5, Refusal.NO_MEASUREMENT, "model and firmware"),
        ("dragino-llds12", "0B4501050BEA0064001A0100", 2, Refusal.MALFORMED, "12 bytes"),
        ("dragino-ndds75", "41105675647100640cd1070a16", 0, Refusal.MALFORMED, "13 bytes"),
    ],
)
def test_a_frame_that_is_not_the_model_s_is_refused_whole(
    model: str, frame: str, f_port: int, refusal: Refusal, word: str
) -> None:
    with pytest.raises(Refused, match=word) as caught:
        decoded(model, frame, f_port)
    assert caught.value.refusal is refusal


@pytest.mark.parametrize(
    "text", [b"017", b"{}", b'{"reports": [{"value": "xyz"}]}', b'{"reports": [{"value": ""}]}', b"{"]
)
def test_a_wrapping_without_whole_bytes_in_it_is_malformed(text: bytes) -> None:
    with pytest.raises(Refused) as caught:
        MODELS["dragino-ndds75"].decode(text, 0)
    assert caught.value.refusal is Refusal.MALFORMED


def test_an_operator_s_message_without_reports_is_no_reading() -> None:
    with pytest.raises(Refused) as caught:
        MODELS["dragino-ndds75"].decode(b'{"reports": [], "registrations": [{}]}', 0)
    assert caught.value.refusal is Refusal.NO_MEASUREMENT


FRAMES = st.binary(max_size=60) | st.sampled_from([bytes.fromhex(frame) for _, frame, *_ in NO_VALUE]).flatmap(
    lambda frame: st.builds(
        lambda at, byte: frame[: at % len(frame)] + bytes([byte]) + frame[at % len(frame) + 1 :],
        st.integers(0, 60),
        st.integers(0, 255),
    )
)


@pytest.mark.parametrize("name", MODELS)
@given(payload=FRAMES, f_port=st.integers(0, 255) | st.sampled_from([2, 85]))
@example(payload=b"", f_port=85)
def test_any_bytes_give_finite_numbers_or_are_refused(name: str, payload: bytes, f_port: int) -> None:
    try:
        found = MODELS[name].decode(payload, f_port)
    except Refused:
        return
    for measured in found:
        assert all(math.isfinite(value) for value in measured.values.values())
        assert not measured.values.keys() & measured.missing.keys()
        assert all(measured.missing.values())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
SOUND: list[Any] = [
    {"stage_m": 1.5, "observed_at": "2026-07-01T12:00:00Z", "seq": 1, "battery_pct": 50, "rssi_dbm": -90},
    {"value": 1.5, "unit": "cm", "battery_v": 3.6, "snr_db": 5},
    [{"bn": "a", "bt": 1782874800, "bu": "m", "bv": 1, "bver": 10, "n": "x", "v": 1}, {"t": 5, "u": "%EL", "v": 90}],
    {
        "deviceInfo": {"devEui": "0" * 16},
        "time": "2026-07-01T12:00:00Z",
        "fPort": 85,
        "fCnt": 5,
        "data": "AXVk",
        "rxInfo": [{"gatewayId": "1" * 16, "rssi": -90, "snr": 5}],
    },
    {
        "end_device_ids": {"device_id": "0" * 16},
        "uplink_message": {"f_port": 85, "frm_payload": "AXVk", "rx_metadata": [{"rssi": -90, "gateway_ids": {}}]},
    },
]


@st.composite
def nearly_sound(draw: st.DrawFn) -> bytes:
    """A message that is in order but for one place, which holds anything."""
    message = json.loads(json.dumps(draw(st.sampled_from(SOUND))))
    place = message
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            place[key] = draw(ANYTHING)
            return json.dumps(message).encode()
        place = inner


PAYLOADS = st.binary(max_size=80) | ANYTHING.map(lambda each: json.dumps(each).encode()) | nearly_sound()


@given(payload=PAYLOADS)
@example(payload=b"[" * 8000)
@example(payload=b'{"stage_m": 1' + b"0" * 5000 + b"}")
@example(payload=b'[{"n": "a", "v": 1' + b"0" * 5000 + b"}]")
def test_any_payload_on_any_way_in_gives_finite_numbers_or_is_refused(payload: bytes) -> None:
    for subject in (Subject.READING, Subject.SENML):
        try:
            found = DECODERS[subject](Message("t", payload, NOON, len(payload)))
        except Refused:
            continue
        for item in found:
            assert isinstance(item, Observed | Heard)
            assert not isinstance(item, Observed) or math.isfinite(item.value)
    for network in Network:
        topic = f"application/7/device/{'0' * 16}/event/up"
        try:
            uplink = NETWORKS[network](Message(topic, payload, NOON, len(payload)))
        except Refused:
            continue
        assert uplink.payload
