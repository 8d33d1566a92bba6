"""The table of devices: what a registry that names only the model can rely on."""

from __future__ import annotations

import pytest

from ingest.decoders import MODELS
from ingest.stations import Reads
from ingest.units import unit_of

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
