"""A crew's answer through the whole house: from the reading to the link in the message, and back into the record."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from alerts.people.matters import GroupKind
from alerts.store.chronology import SqlChronology, Wanted
from deploy.__main__ import main
from deploy.commands.serve import with_answers
from deploy.drills import drill_house
from deploy.settings import SettingsError, read_settings
from deploy.wiring.house import device_publisher
from simulators.messages import reading_message
from tests.alerts.town import group, people, route
from tests.brokers import free_port
from tests.deploy.houses import CLOCK, city_house, eventually

GAUGE = "kurihara-monden-stage"


def test_a_crew_answers_by_the_link_in_its_message(tmp_path: Path) -> None:
    port, told = free_port(), tmp_path / "crew.log"
    url = f"http://127.0.0.1:{port}"
    more = {
        "MIZUMORI_ALERTS__ANSWERS__ENABLED": "true",
        "MIZUMORI_ALERTS__ANSWERS__PORT": str(port),
        "MIZUMORI_ALERTS__ANSWERS__URL": url,
    }
    settings, stores, house = city_house(tmp_path / "data", None, more)
    address = {"channel": "logfile", "address": str(told)}
    crew = {"id": "crew-1", "name": {"ja": "第一分団"}, "addresses": [address]}
    stores.people.apply(
        people([crew], [group("crew", GroupKind.CREW, ["crew-1"])], [route("all", "crew")]), "test", CLOCK.now()
    )
    with house:
        device = device_publisher(settings)
        device.connect()
        gauge = stores.city().gauges[GAUGE]
        for ago_s, stage_m in ((90, 0.5), (60, gauge.thresholds[0].levels[4]), (30, gauge.thresholds[0].levels[4])):
            message = reading_message(gauge, stage_m, datetime.now(UTC) - timedelta(seconds=ago_s))
            device.send(message.topic, message.payload)
        assert eventually(lambda: told.exists() and f"{url}/a/" in told.read_text())
        device.close()
        link = re.findall(rf"{url}/a/\S+", told.read_text())[0]
        with httpx.Client(follow_redirects=True, trust_env=False) as phone:
            assert "栗原川 門田" in phone.get(link).text
            answer = phone.post(link, data={"reply": "on_my_way", "level": "4", "note": "5分で着く"})
            assert "受け取りました" in answer.text
            assert main(["answers", "--rotate"], {"MIZUMORI_DATA_FOLDER": str(settings.data_folder)}) == 0
            assert phone.get(link).status_code == 404
    entries = SqlChronology(stores.database).newest(Wanted(kinds=["answer", "acknowledged"]))
    stores.close()
    assert {(each.kind, each.actor) for each in entries} == {("answer", "第一分団"), ("acknowledged", "第一分団")}
    assert (settings.data_folder / "answers.secret").stat().st_mode & 0o077 == 0


def test_a_drill_has_an_endpoint_of_its_own_below_the_address_of_the_real_one() -> None:
    real = read_settings(None, {"MIZUMORI_ALERTS__ANSWERS__URL": "https://kotae.example.jp/"})
    drill = drill_house(real).alerts.answers
    assert (drill.port, drill.url) == (real.alerts.answers.port + 100, "https://kotae.example.jp/drill")


def test_the_demonstration_answers_on_this_machine() -> None:
    answers = with_answers(read_settings(None, {})).alerts.answers
    assert (answers.enabled, answers.url) == (True, "http://127.0.0.1:8056")


def test_a_secret_that_is_refused_is_not_shown() -> None:
    with pytest.raises(SettingsError, match="32 letters or more") as refused:
        read_settings(None, {"MIZUMORI_ALERTS__ANSWERS__SECRET": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_a_secret_of_the_settings_is_rotated_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answers", "--rotate"], {"MIZUMORI_ALERTS__ANSWERS__SECRET": "s" * 32}) == 1
    assert "alerts.answers.secret" in capsys.readouterr().err
