"""What a simulated device sends is what its real sensor would: through the pipeline it is the stage again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from deploy.demo import demonstration
from ingest.messages import Message
from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.registry_files import load
from ingest.roster import Roster
from ingest.sensors import Reads
from simulators.messages import reading_message

CITY = load(demonstration("city.toml"))
ROSTER = Roster.of(CITY)
BEFORE, AFTER = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
"""Before and after the pressure sensor of mitsugi-ichi was replaced."""


def received(gauge_id: str, stage_m: float, at: datetime) -> float:
    sent = reading_message(CITY.gauges[gauge_id], stage_m, at, 7)
    message = Message(sent.topic, sent.payload, at, len(sent.payload))
    (reading,) = interpret(message, ROSTER, ClockLimits()).readings
    return reading.stage_m


@pytest.mark.parametrize("gauge_id", CITY.gauges)
def test_every_gauge_of_the_demonstration_is_understood_to_the_millimetre(gauge_id: str) -> None:
    for stage_m in (0.0, 0.337, 2.5):
        assert received(gauge_id, stage_m, AFTER) == stage_m


def test_the_demonstration_has_sensors_of_each_kind() -> None:
    kinds = {sensor.reads for gauge in CITY.gauges.values() for sensor in gauge.sensors}
    assert kinds == {Reads.DISTANCE, Reads.DEPTH, Reads.PRESSURE, Reads.ELEVATION}


def test_a_replaced_sensor_sends_what_it_gave_in_its_day() -> None:
    gauge = CITY.gauges["mitsugi-ichi-stage"]
    old, new = (json.loads(reading_message(gauge, 1.0, at).payload) for at in (BEFORE, AFTER))
    assert (old["unit"], new["unit"], new["value"]) == ("Pa", "m", 6.3)
    assert received(gauge.id, 1.0, BEFORE) == received(gauge.id, 1.0, AFTER) == 1.0
