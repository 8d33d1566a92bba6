"""The table of devices: what a registry that names only the model can rely on."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from ingest.decoders import DECODERS, MODELS, NETWORKS
from ingest.decoders.decoded import Heard, Observed
from ingest.messages import Message
from ingest.sensors import Reads
from ingest.topics import Network, Subject
from ingest.units import unit_of
from tests.parts import PROJECT

DEVICES = PROJECT / "docs" / "devices.md"
UNIT = {Reads.DISTANCE: "m", Reads.DEPTH: "m", Reads.PRESSURE: "Pa"}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_names_the_channel_of_the_water_and_its_unit_fits_what_it_reads(name: str) -> None:
    model = MODELS[name]
    assert model.water[model.channel] is model.reads
    for channel, reads in model.water.items():
        assert channel.startswith(str(reads))
        assert unit_of(channel) == UNIT[reads]


def test_the_models_that_cities_buy_are_there() -> None:
    asked = "em310-udl em400-udl em400-tld em410-rdl em500-udl em500-swl em500-pp"
    assert {f"milesight-{each}" for each in asked.split()} <= set(MODELS)
    asked = "dl-mbx dl-lid dl-pr21-m1-10 dl-pr26-0-1 dl-pr36-kp8192 dl-pr36ctd-kp8192 dl-ctd10"
    assert {f"decentlab-{each}" for each in asked.split()} <= set(MODELS)
    asked = "ldds75 dds75-lb ldds04 llds12 ndds75"
    assert {f"dragino-{each}" for each in asked.split()} <= set(MODELS)


def test_the_one_number_of_a_lidar_is_the_median() -> None:
    assert (MODELS["decentlab-dl-lid"].channel, MODELS["decentlab-dl-lid"].reads) == ("distance_median_m", "distance")


def documented() -> dict[str, tuple[list[str], str]]:
    """The table of docs/devices.md: the channels for water and what they read, by model."""
    rows = re.findall(r"^\| `([a-z0-9…-]+)` \| [^|]+ \| ([^|]+) \| (\w+) \|", DEVICES.read_text(), re.MULTILINE)
    return {model: (re.findall(r"`(\w+)`", channels), reads) for model, channels, reads in rows}


@pytest.mark.parametrize("name", MODELS)
def test_the_documentation_lists_every_model_with_its_channels(name: str) -> None:
    (row,) = (row for model, row in documented().items() if fits(name, model))
    assert row == (list(MODELS[name].water), MODELS[name].reads)


def test_the_documentation_lists_no_model_that_is_not_there() -> None:
    unknown = [model for model in documented() if not any(fits(name, model) for name in MODELS)]
    assert unknown == []


def fits(name: str, documented_as: str) -> bool:
    """Whether a model is the one of a row; a row that ends in … stands for all of a range."""
    stem = documented_as.removesuffix("…")
    return name.startswith(stem) if stem != documented_as else name == stem


def example(chapter: str, number: int = 0) -> bytes:
    """An example message of a chapter of the documentation."""
    text = DEVICES.read_text().partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    blocks: list[str] = re.findall(r"^```(?:json|toml)?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return blocks[number].encode()


def received(topic: str, payload: bytes) -> Message:
    return Message(topic, payload, datetime(2026, 7, 1, tzinfo=UTC), len(payload))


def test_the_documented_messages_of_our_own_topics_are_understood() -> None:
    at = datetime(2026, 7, 1, 0, 10, tzinfo=UTC)
    first, second = (DECODERS[Subject.READING](received("t", example("Our own JSON", each))) for each in (0, 1))
    assert first == [Observed(1.23, at, 17, channel="stage_m"), Heard(battery_pct=87.0, rssi_dbm=-97.0)]
    assert second == [Observed(345.6, at, unit="cm"), Heard(battery_v=3.61, snr_db=-4.5)]
    observed, heard = DECODERS[Subject.SENML](received("t", example("SenML")))
    assert observed == Observed(3.456, at, channel="distance", unit="m")
    assert heard == Heard(battery_pct=87.0, rssi_dbm=-97.0)


def test_the_documented_bytes_of_a_device_are_understood_in_both_forms() -> None:
    decode = MODELS["dragino-ndds75"].decode
    (plain,), (wrapped,) = (decode(example("The device's own bytes", each), 0) for each in (0, 1))
    assert plain.values == wrapped.values == {"distance_m": 2.582}
    assert wrapped.at == datetime(2026, 7, 1, 0, 10, tzinfo=UTC)


def test_the_documented_uplinks_of_both_networks_are_the_same() -> None:
    topic = "application/7/device/24e124713b123456/event/up"
    chirpstack = NETWORKS[Network.CHIRPSTACK](received(topic, example("ChirpStack", 1)))
    things = NETWORKS[Network.THE_THINGS_STACK](received("v3/a@t/devices/fujii-01/up", example("The Things Stack")))
    assert (chirpstack.device, chirpstack.payload, chirpstack.seq) == (things.device, things.payload, things.seq)
    assert chirpstack.at == things.at == datetime(2026, 7, 1, 0, 10, 0, 125000, tzinfo=UTC)
    (measured,) = MODELS["milesight-em500-udl"].decode(things.payload, things.f_port)
    assert measured.values == {"distance_m": 1.31}
