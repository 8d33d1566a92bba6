"""What a simulated device says of itself."""

from __future__ import annotations

import json
from datetime import timedelta

from ingest.decoders.decoded import Heard
from ingest.decoders.own_json import decode
from simulators.devices import Devices
from simulators.faults import FaultPlan, GaugeFault
from simulators.gauges import Waters
from simulators.storm import demonstration_storm
from simulators.vitals import CHANGED_AT_PCT, GATEWAYS, vitals
from tests.ingest.cities import message
from tests.simulators.city import ORIGIN, city


def test_vitals_are_believable_and_the_same_when_asked_again() -> None:
    for gauge in city().gauges.values():
        for day in range(0, 3000, 97):
            said = vitals(gauge.id, ORIGIN + timedelta(days=day))
            assert said == vitals(gauge.id, ORIGIN + timedelta(days=day))
            assert CHANGED_AT_PCT - 1 <= said.battery_pct <= 100
            assert 3.4 < said.battery_v < 3.7
            assert -118 < said.rssi_dbm < -75
            assert -5 < said.snr_db < 14
            assert said.gateway in GATEWAYS


def test_a_battery_falls_within_a_month_by_a_little() -> None:
    before, after = (vitals("g", ORIGIN + timedelta(days=day)).battery_pct for day in (0, 30))
    assert before - 3 <= after < before or after > 95


def test_a_fault_gives_a_weak_battery_and_a_gateway_of_its_own() -> None:
    said = vitals("g", ORIGIN, battery_pct=4.0, gateway="gw-hill")
    assert (said.battery_pct, said.gateway) == (4, "gw-hill")
    assert said.battery_v < 3.0


def test_ingest_understands_what_a_simulated_device_says_of_itself() -> None:
    registry = city()
    gauge = next(iter(registry.gauges.values()))
    plan = FaultPlan({gauge.id: GaugeFault(battery_pct=14.0, gateway="gw-hill")})
    sent = Devices(Waters(registry, demonstration_storm(ORIGIN, 1)), plan).reading(gauge, ORIGIN)
    assert sent is not None
    [heard] = [each for each in decode(message(sent.topic, sent.payload)) if isinstance(each, Heard)]
    assert (heard.battery_pct, heard.gateways) == (14.0, ("gw-hill",))
    assert heard.rssi_dbm == json.loads(sent.payload)["rssi_dbm"]
