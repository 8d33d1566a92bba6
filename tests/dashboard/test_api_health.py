"""The health of the system through the API: the same as on the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from dashboard.api.health import said
from dashboard.staff.watch import Watch
from tests.dashboard.api_house import ApiHouse
from tests.dashboard.system_desk import system_desk

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def test_whoever_may_look_reads_it_and_nobody_else(house: ApiHouse) -> None:
    assert house.get("/health", who="nobody").status_code == 401
    found = house.get("/health", who="viewer")
    assert found.status_code == 200
    assert found.json()["sentence"].startswith("システムは")
    again = house.get("/health?lang=en", who="viewer")
    assert again.json()["sentence"].startswith("The system")


def test_a_program_reads_the_faults_with_their_services_channels_and_devices() -> None:
    _desk, _fake, services = system_desk(NOW, ill=True)
    picture = Watch(services).look()
    assert picture.system is not None
    found = json.loads(said(picture, picture.system, "en").model_dump_json())
    assert not found["well"]
    assert found["to_act_on"] == 4
    (alerts,) = [each for each in found["services"] if each["service"] == "alerts"]
    assert (alerts["severity"], alerts["waiting"], alerts["waiting_s"]) == ("down", 1204, 360.0)
    assert [each["role"] for each in alerts["processes"]] == ["stopped"]
    assert {each["fault"] for each in found["faults"]} >= {"broker_away", "stopped", "channel_failed"}
    assert found["channels"][0]["error"] == "HTTP 401: invalid token"
    assert found["refused"][0]["example_head"] == '{"stage_m": "high", "token": "…"}'
    assert found["gateways"][0]["out"]
    assert found["gauges"][0]["severity"] == "down"
    assert all(each["state"] != "online" for each in found["cameras"])
