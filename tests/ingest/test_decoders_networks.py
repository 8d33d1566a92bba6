"""The uplinks of LoRaWAN network servers: what is taken from them, and what is no reading."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.decoders import NETWORKS
from ingest.decoders.decoded import Heard, Uplink
from ingest.messages import Message, Refusal, Refused
from ingest.topics import Network
from tests.parts import data_folder

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
EUI = "24e124713b123456"
DATA = base64.b64encode(bytes.fromhex("01756403821E00")).decode()


def chirpstack(eui: str = EUI, **more: Any) -> Uplink:
    body = {"deviceInfo": {"devEui": EUI}, "time": "2026-07-01T03:00:00.123456789+00:00", "fPort": 85, "data": DATA}
    return read(Network.CHIRPSTACK, f"application/7/device/{eui}/event/up", body | more)


def things(device: str = "fujii-01", **more: Any) -> Uplink:
    uplink = {"f_port": 85, "f_cnt": 3, "frm_payload": DATA, "received_at": "2026-07-01T03:00:00.123456789Z"}
    body = {"end_device_ids": {"device_id": "fujii-01", "dev_eui": EUI.upper()}, "uplink_message": uplink}
    return read(Network.THE_THINGS_STACK, f"v3/app@city/devices/{device}/up", body | more)


def read(network: Network, topic: str, body: Any) -> Uplink:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return NETWORKS[network](Message(topic, payload, NOON, len(payload)))


def test_both_networks_say_the_same_of_the_same_uplink() -> None:
    at = datetime(2026, 7, 1, 3, 0, 0, 123456, tzinfo=UTC)
    expected = Uplink(EUI, base64.b64decode(DATA), 85, at, 3, Heard())
    assert chirpstack(fCnt=3) == expected
    assert things() == expected


def test_the_best_gateway_comes_first_and_speaks_for_all() -> None:
    gateways = [
        {"gatewayId": "0016c001f153a14c", "rssi": -110, "snr": -9.5},
        {"gatewayId": "0016C001F153A14D", "rssi": -80, "snr": 7},
        {"gatewayId": "0016c001f153a14d", "rssi": -81, "snr": 6},
        {"gatewayId": "0016c001f153a14e"},
    ]
    heard = Heard(rssi_dbm=-80.0, snr_db=7.0, gateways=("0016c001f153a14d", "0016c001f153a14c", "0016c001f153a14e"))
    assert chirpstack(rxInfo=gateways).heard == heard


def test_a_gateway_behind_the_packet_broker_keeps_its_own_name() -> None:
    broker = {"forwarder_gateway_id": "eui-6a7e111a10000000"}
    metadata = [{"gateway_ids": {"gateway_id": "packetbroker"}, "packet_broker": broker, "rssi": -24, "snr": 12}]
    uplink = {"f_port": 85, "frm_payload": DATA, "rx_metadata": metadata}
    assert things(uplink_message=uplink).heard == Heard(rssi_dbm=-24.0, snr_db=12.0, gateways=("eui-6a7e111a10000000",))


def test_what_is_zero_is_left_out_by_the_networks_and_is_zero_here() -> None:
    uplink = chirpstack(rxInfo=[{"gatewayId": "0016c001f153a14c", "rssi": -90}])
    assert (uplink.seq, uplink.heard.snr_db) == (0, 0.0)
    assert things(uplink_message={"f_port": 85, "frm_payload": DATA}).seq == 0


def test_chirpstack_3_names_its_devices_in_base64_or_in_hexadecimal() -> None:
    raw = bytes.fromhex(EUI)
    for name in (base64.b64encode(raw).decode(), EUI.upper()):
        body = {"devEUI": name, "fPort": 85, "data": DATA, "rxInfo": [{"gatewayID": name, "rssi": -48, "loRaSNR": 9}]}
        uplink = read(Network.CHIRPSTACK, f"application/7/device/{EUI}/event/up", body)
        assert (uplink.device, uplink.heard) == (EUI, Heard(rssi_dbm=-48.0, snr_db=9.0, gateways=(EUI,)))


def test_a_device_without_eui_is_known_by_its_identifier() -> None:
    assert things(end_device_ids={"device_id": "fujii-01"}).device == "fujii-01"


@pytest.mark.parametrize("network", [chirpstack, things])
def test_a_message_cannot_speak_for_another_device_than_its_topic(network: Any) -> None:
    with pytest.raises(Refused, match="its topic of 24e124713b000000") as caught:
        network("24e124713b000000")
    assert caught.value.refusal is Refusal.UNKNOWN_DEVICE


def test_a_simulated_uplink_is_no_reading() -> None:
    with pytest.raises(Refused, match="simulates") as caught:
        things(simulated=True)
    assert caught.value.refusal is Refusal.NO_MEASUREMENT


def documented(file: str) -> list[dict[str, Any]]:
    """The whole JSON examples of a network's documentation that name a device."""
    text = (data_folder() / "device_vectors" / file).read_text()
    found = []
    for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        try:
            found.append(json.loads(block))
        except json.JSONDecodeError:
            continue  # an example with a comma too few, as documentation has it
    return [each for each in found if "deviceInfo" in each or "end_device_ids" in each]


def test_of_chirpstack_s_documented_events_only_the_uplink_is_taken() -> None:
    taken, refused = [], []
    for event in documented("chirpstack_docs/events.md"):
        topic = f"application/7/device/{event['deviceInfo']['devEui']}/event/up"
        try:
            taken.append(read(Network.CHIRPSTACK, topic, event))
        except Refused as error:
            refused.append(error.refusal)
    assert [(each.payload, each.f_port, each.seq) for each in taken] == [(b"\xaa", 1, 0)]
    assert refused == [Refusal.NO_MEASUREMENT] * 7


def test_of_the_things_stack_s_documented_messages_only_uplinks_with_payload_are_taken() -> None:
    taken, refused = [], []
    for file in ("data-formats", "mqtt", "storage_retrieve"):
        for event in documented(f"tts_docs/{file}.md"):
            topic = f"v3/app1/devices/{event['end_device_ids']['device_id']}/up"
            try:
                taken.append(read(Network.THE_THINGS_STACK, topic, event).payload)
            except Refused as error:
                refused.append(error.refusal)
    assert taken == [b"Temperature = 0.0"]
    assert refused == [Refusal.NO_MEASUREMENT] * 6


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"data": "no base64!"}, "data"),
        ({"fPort": 256}, "fPort"),
        ({"fCnt": -1}, "fCnt"),
        ({"time": "2026-07-01T03:00:00"}, "time"),
        ({"deviceInfo": {"devEui": "24e1"}}, "devEui"),
        ({"deviceInfo": None}, "devEui"),
        ({"rxInfo": [{"rssi": "loud"}]}, "rssi"),
    ],
)
def test_a_broken_event_is_refused_by_the_name_of_what_is_broken(more: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused, match=word) as caught:
        chirpstack(**more)
    assert caught.value.refusal is Refusal.MALFORMED


@pytest.mark.parametrize("network", list(Network))
@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 9000, b'{"end_device_ids": 3}'])
def test_what_is_no_message_of_a_network_is_refused_as_malformed(network: Network, payload: bytes) -> None:
    topic = "v3/app/devices/d/up" if network is Network.THE_THINGS_STACK else f"application/7/device/{EUI}/event/up"
    with pytest.raises(Refused) as caught:
        read(network, topic, payload)
    assert caught.value.refusal is Refusal.MALFORMED
