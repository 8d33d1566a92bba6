"""Every recorded payload of a real device decodes to what its makers say it means, through its network's message."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.decoders import MODELS, NETWORKS
from ingest.decoders.decoded import Measured, Uplink
from ingest.messages import Message, Refusal, Refused
from ingest.topics import network_of
from tests.parts import data_folder

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MODEL_OF = {
    "DL-PR21": "decentlab-dl-pr21-m1-10",
    "DL-PR26": "decentlab-dl-pr26-0-1",
    "DL-PR36": "decentlab-dl-pr36-kp8192",
    "DL-PR36CTD": "decentlab-dl-pr36ctd-kp8192",
}
"""The ordered range of the recorded devices, where the payload does not tell it."""
PHYSICAL: Mapping[str, tuple[str, float]] = {
    "distance": ("distance_m", 0.001),
    "water_depth": ("depth_m", 0.001),
    "water_level": ("depth_m", 0.01),
    "level": ("depth_m", 0.01),
    "temperature": ("temperature_c", 1),
    "temperature_pt1000": ("temperature_c", 1),
    "temperature_electronics": ("electronics_temperature_c", 1),
    "distance_average": ("distance_average_m", 0.001),
    "distance_minimum": ("distance_minimum_m", 0.001),
    "distance_maximum": ("distance_maximum_m", 0.001),
    "distance_median": ("distance_median_m", 0.001),
    "distance_10th_percentile": ("distance_10th_percentile_m", 0.001),
    "distance_25th_percentile": ("distance_25th_percentile_m", 0.001),
    "distance_75th_percentile": ("distance_75th_percentile_m", 0.001),
    "distance_90th_percentile": ("distance_90th_percentile_m", 0.001),
    "distance_most_frequent_value": ("distance_most_frequent_m", 0.001),
    "total_acquisition_time": ("acquisition_s", 0.001),
    "radar_signal_rssi": ("echo_dbm", 1),
}
"""What the vectors call a number, our channel for it, and how much SI one of theirs is."""
BY_MODEL: Mapping[tuple[str, str], tuple[str, float]] = {
    ("EM500-PP", "pressure"): ("pressure_pa", 1000),  # kilopascals
    ("DL-CTD10", "electrical_conductivity"): ("conductivity_s_per_m", 0.0001),  # microsiemens per centimetre
    ("DL-PR36CTD", "electrical_conductivity"): ("conductivity_s_per_m", 0.1),  # millisiemens per centimetre
} | {(model, "pressure"): ("pressure_pa", 100_000) for model in ("DL-PR21", "DL-PR26", "DL-PR36", "DL-PR36CTD")}
NO_MEASUREMENT = {
    "position",
    "tilt",
    "temperature_abnormal",
    "distance_alarming",
    "number_of_valid_samples",
    "number_of_samples",
    "freezing_flag",
    "protocol_version",
    "device_id",
}
"""States and counts beside the measurements: read over, and no number of the water."""


def folder() -> Path:
    return data_folder() / "device_vectors"


def network_messages() -> list[str]:
    """Their names; none where the data is absent, of which the first test speaks."""
    try:
        root = folder() / "thingsboard_data_converters"
    except (pytest.skip.Exception, pytest.fail.Exception):
        return []
    return [str(path.relative_to(root)) for path in sorted(root.glob("*/*/*/uplink/payload*.json"))]


MESSAGES = network_messages()


def load(name: str) -> Any:
    return json.loads((folder() / "thingsboard_data_converters" / name).read_text())


def delivered(body: Mapping[str, Any]) -> Message:
    """The message on the topic on which its network publishes it."""
    if "end_device_ids" in body:
        topic = f"v3/app@tenant/devices/{body['end_device_ids']['device_id']}/up"
    elif "deviceInfo" in body:
        topic = f"application/1/device/{body['deviceInfo']['devEui']}/event/up"
    else:
        topic = f"application/1/device/{base64.b64decode(body['devEUI']).hex()}/event/up"
    payload = json.dumps(body).encode()
    return Message(topic, payload, NOON, len(payload))


def uplink_of(name: str) -> Uplink:
    message = delivered(load(name))
    network = network_of(message.topic)
    assert network is not None
    return NETWORKS[network](message)


def physical(model: str, said: Mapping[str, Any]) -> dict[str, float]:
    """The measurements of an expected result in SI; an unknown key fails, so that none is passed over in silence."""
    found = {}
    for key, value in said.items():
        if key in NO_MEASUREMENT or key.startswith(("lora_", "battery")):
            continue
        channel, si = BY_MODEL.get((model, key)) or PHYSICAL[key]
        found[channel] = value * si
    return found


def only(measured: Iterable[Measured]) -> Measured:
    """The one set of measurements; an empty one where the device only introduces itself."""
    found = list(measured)
    assert len(found) <= 1
    return found[0] if found else Measured({})


def test_no_recorded_message_is_left_out() -> None:
    folder()
    assert len(MESSAGES) == 83
    assert len({name.split("/")[1] for name in MESSAGES}) == 14
    others = [path.name for path in folder().rglob("*.json") if "uplink" not in path.parts]
    assert sorted(others) == ["samples.json", "vectors.json"]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_decodes_to_its_expected_values(name: str) -> None:
    model = name.split("/")[1]
    expected = load(name.replace("payload", "result"))
    said = expected["telemetry"][0]["values"]
    uplink = uplink_of(name)
    vendor = name.split("/")[0].lower()
    measured = only(MODELS[MODEL_OF.get(model, f"{vendor}-{model.lower()}")].decode(uplink.payload, uplink.f_port))
    assert measured.values == pytest.approx(physical(model, said))
    assert measured.missing == {}
    assert measured.battery_pct == said.get("battery")
    assert measured.battery_v == said.get("battery_voltage")


@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_names_its_device_time_counter_and_signal(name: str) -> None:
    body, expected = load(name), load(name.replace("payload", "result"))
    uplink = uplink_of(name)
    attributes, telemetry = expected["attributes"], expected["telemetry"][0]
    assert uplink.device == (attributes.get("eui") or attributes["lora_dev_eui"]).lower()
    assert uplink.seq == body.get("fCnt", body.get("uplink_message", {}).get("f_cnt"))
    assert uplink.f_port == attributes.get("fPort", telemetry["values"].get("lora_frame_port"))
    if "ts" in telemetry:
        assert uplink.at is not None
        stamp = telemetry["ts"]
        at = datetime.fromisoformat(stamp) if isinstance(stamp, str) else datetime.fromtimestamp(stamp / 1000, UTC)
        assert abs((uplink.at - at).total_seconds()) < 0.3  # two servers of one network stamp it one after the other
    else:
        assert uplink.at is None
    if "lora_rssi" in telemetry["values"]:
        signal = (telemetry["values"]["lora_rssi"], telemetry["values"]["lora_snr"])
        assert (uplink.heard.rssi_dbm, uplink.heard.snr_db) == signal
    assert uplink.heard.gateways


CODEC_MODELS = {
    "Milesight EM500-UDL (ultrasonic, mm)": "milesight-em500-udl",
    "Milesight EM310-UDL (ultrasonic, mm, tilt)": "milesight-em310-udl",
    "Milesight EM410-RDL (radar, mm)": "milesight-em410-rdl",
    "Decentlab DL-MBX (ultrasonic, mm)": "decentlab-dl-mbx",
    "Decentlab DL-PR26 Pmin=0 Pmax=1 (pressure, bar)": "decentlab-dl-pr26-0-1",
    "Milesight EM500-SWL (submersible)": "milesight-em500-swl",
}
DOUBTFUL = {
    "Distance Detection": "the expected text denies a sensor of which the bytes give a distance of 2821 mm",
    "Temperature (copy-pasted upstream from another device: NOT a valid oracle for a level sensor)": (
        "a frame of a thermometer and hygrometer, whose values a level sensor does not have"
    ),
}


def codec_examples() -> list[dict[str, Any]]:
    path = folder() / "ttn_lorawan_devices_codec_examples" / "vectors.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_every_example_of_the_things_network_s_repository_decodes_or_is_named_as_doubtful() -> None:
    examples = codec_examples()
    sound = [each for each in examples if each["device"] in CODEC_MODELS]
    rest = {each["description"] for each in examples if each["device"] not in CODEC_MODELS}
    assert (len(examples), len(sound)) == (12, 9)
    assert rest == {*DOUBTFUL, "Unknown FPort"}
    for example in sound:
        data = example["output"]["data"]
        said = {key: each["value"] if isinstance(each, dict) else each for key, each in data.items()}
        key = "DL-PR26" if "PR26" in example["device"] else ""
        measured = only(MODELS[CODEC_MODELS[example["device"]]].decode(bytes(example["bytes"]), example["fPort"]))
        assert measured.values == pytest.approx(physical(key, said)), example["description"]
        assert measured.battery_pct == said.get("battery")
        assert measured.battery_v == said.get("battery_voltage")


def codec_example(description: str) -> dict[str, Any]:
    return next(each for each in codec_examples() if each["description"] == description)


def test_an_unknown_port_of_a_dragino_is_refused() -> None:
    example = codec_example("Unknown FPort")
    with pytest.raises(Refused, match="port 42"):
        MODELS["dragino-ldds75"].decode(bytes(example["bytes"]), example["fPort"])


def test_the_doubtful_ldds75_example_contradicts_its_own_bytes() -> None:
    example = codec_example("Distance Detection")
    assert example["output"]["data"] == {"distance": "No Sensor"}
    measured = only(MODELS["dragino-ldds75"].decode(bytes(example["bytes"]), example["fPort"]))
    assert (measured.values, measured.battery_v) == ({"distance_m": 2.821}, 3.612)


def test_the_doubtful_dds75_lb_example_is_a_frame_of_another_device() -> None:
    (description,) = (each for each in DOUBTFUL if each.startswith("Temperature"))
    example = codec_example(description)
    assert example["doubtful"]
    assert "Hum_SHT" in example["output"]["data"]
    with pytest.raises(Refused, match="11 bytes are no frame") as caught:
        MODELS["dragino-dds75-lb"].decode(bytes(example["bytes"]), example["fPort"])
    assert caught.value.refusal is Refusal.MALFORMED


def manual_samples() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder() / "dragino_manual_samples" / "samples.json").read_text())
    assert len(found) == 3
    return found


def test_the_sample_of_the_ndds75_decodes_in_every_form() -> None:
    sample = manual_samples()[0]
    fields, report = sample["fields_read_by_layout"], sample["raw_message"]["reports"][0]
    model = MODELS["dragino-ndds75"]
    expected = Measured(
        {"distance_m": fields["distance_mm"] / 1000},
        battery_v=fields["bat_mV"] / 1000,
        rssi_dbm=-113 + 2 * fields["signal"],
    )
    for form in (bytes.fromhex(report["value"]), report["value"].encode(), f" {report['value'].upper()}\n".encode()):
        assert model.decode(form, 0) == [expected]
    (wrapped,) = model.decode(json.dumps(sample["raw_message"]).encode(), 0)
    assert wrapped.values == expected.values
    assert wrapped.at == datetime(2020, 9, 18, 14, 35, 12, 734000, tzinfo=UTC)


def test_the_sample_of_the_ldds04_decodes_with_and_without_the_interrupt() -> None:
    sample = manual_samples()[1]
    says = sample["manual_says"]
    expected = {f"distance_{head}_m": says[f"distance{head}_cm"] / 100 for head in (1, 2, 3, 4)}
    measured = only(MODELS["dragino-ldds04"].decode(bytes.fromhex(sample["hex"]), 2))
    assert measured.values == pytest.approx(expected)
    assert measured.battery_v == says["bat_mV"] / 1000
    assert sample["also"] == "0x8D41 -> 3393 mV with interrupt=1"
    interrupted = only(MODELS["dragino-ldds04"].decode(bytes.fromhex("8D41" + sample["hex"][4:]), 2))
    assert interrupted.values == pytest.approx(expected)
    assert interrupted.battery_v == 3.393


@pytest.mark.parametrize(("probe", "temperature_c"), [("0105", 26.1), ("FF3F", -19.3)])
def test_the_fields_of_the_llds12_manual_decode_in_their_frame(probe: str, temperature_c: float) -> None:
    says = manual_samples()[2]["manual_says"]
    assert says["bat"] == "0x0B45 = 2885 mV"
    assert says["distance"] == "0BEAH = 3050 -> 305.0 cm"
    assert f"{probe[1:] if probe[0] == '0' else probe}" in says["temp"]
    assert f"{temperature_c}" in says["temp"]
    frame = bytes.fromhex(f"0B45{probe}0BEA0400001A01")
    measured = only(MODELS["dragino-llds12"].decode(frame, 2))
    assert measured.values == {"distance_m": 3.05, "temperature_c": temperature_c, "lidar_temperature_c": 26.0}
    assert measured.battery_v == 2.885
