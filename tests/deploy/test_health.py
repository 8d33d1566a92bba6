"""What a device says of itself, from the broker to the health of the devices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.wiring import health as wiring
from deploy.wiring.house import device_publisher
from ingest.health.judge import judge
from ingest.health.limits import HealthSettings
from ingest.health.problems import Problem
from ingest.health_keeper import devices
from ingest.store.health import SqlHealth
from simulators.messages import reading_message
from simulators.vitals import vitals
from tests.deploy.houses import city_house, eventually

GAUGE = "kurihara-monden-stage"


def test_an_empty_battery_reaches_the_health_of_the_devices_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "HEALTH_S", 0.3)
    settings, stores, house = city_house(tmp_path)
    try:
        with house:
            publisher, city = device_publisher(settings), stores.city()
            publisher.connect()
            now = datetime.now(UTC)
            for seq, minute in enumerate((2, 1, 0)):
                at = now - timedelta(minutes=minute)
                said = vitals(GAUGE, at, battery_pct=4.0, gateway="gw-hill")
                message = reading_message(city.gauges[GAUGE], 0.4, at, seq, said)
                publisher.send(message.topic, message.payload)
            health = SqlHealth(stores.database)
            assert eventually(lambda: health.progress().vitals_seq == 3 and health.progress().reading_seq == 3)
            publisher.close()
        found = judge(devices(city), health.changed_after(0).states, now, HealthSettings())
        gauge = next(each for each in found.gauges if each.gauge_id == GAUGE)
        assert [each.problem for each in gauge.findings] == [Problem.BATTERY_CRITICAL]
        assert (gauge.battery_pct, gauge.gateways, gauge.lost_day) == (4.0, ("gw-hill",), 0)
        assert [each.gateway_id for each in found.gateways] == ["gw-hill"]
    finally:
        stores.close()
