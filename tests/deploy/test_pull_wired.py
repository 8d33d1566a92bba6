"""Cameras that are asked, in the house as it runs: one process asks, beside the levels; what the doctor finds."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from deploy.commands.simulate import own_house
from deploy.devices import Fleet
from deploy.doctor.cameras import camera_checks
from deploy.drills import drill_house
from deploy.monitor.signs import State
from deploy.services import House
from deploy.settings import SettingsError, read_settings
from deploy.wiring.clockwork import schedule
from deploy.wiring.ingest import HOUSEKEEPING, lease_of, only_while_held
from deploy.wiring.ingest_alone import ingest_alone
from deploy.wiring.pull import pull_jobs
from deploy.wiring.stores import open_stores
from ingest.pull.fetch import Fetcher
from ingest.pull.settings import CameraSettings, Credential
from ingest.stations import Device, Registry, Station
from simulators.http_camera import HttpCamera
from simulators.http_faults import FAULTS
from simulators.http_login import Login
from simulators.scene import SMALL
from simulators.storm import demonstration_storm
from tests.brokers import free_port
from tests.deploy.houses import CLOCK, eventually, own_ports
from tests.deploy.ingests import running_ingest
from tests.ingest.asked_cameras import camera, city
from tests.ingest.cities import small_city
from tests.ingest.pictures import jpeg
from tests.ingest.stores import newest_letters

PASSWORD = "a-word-that-nobody-may-see"


@pytest.fixture
def server() -> Iterator[HttpCamera]:
    shots = iter(range(1_000_000))
    with HttpCamera(lambda _: jpeg(next(shots)), CLOCK.now) as serving:
        yield serving


def test_ingest_alone_asks_with_the_credential_of_the_settings(server: HttpCamera, tmp_path: Path) -> None:
    server.login = Login("digest", "viewer", PASSWORD)
    environment = {
        **own_ports(tmp_path),
        "MIZUMORI_CAMERAS__CREDENTIALS__RIVER__USERNAME": "viewer",
        "MIZUMORI_CAMERAS__CREDENTIALS__RIVER__PASSWORD": PASSWORD,
    }
    settings = read_settings(None, environment)
    stores = open_stores(settings)
    asked = camera("up", server.url(), interval_s=2.0, auth="digest", credential="river")
    stores.registry.apply(city([asked]), CLOCK.now(), "test")
    with House(ingest_alone(settings, stores, CLOCK)):
        assert eventually(lambda: stores.log.cameras()["up"].still_at)
    still_at = stores.log.cameras()["up"].still_at
    assert still_at is not None
    assert list((tmp_path / "stills" / "up").rglob("*.jpg"))
    stores.close()


def test_of_two_processes_one_asks(server: HttpCamera, tmp_path: Path) -> None:
    settings = read_settings(None, own_ports(tmp_path))
    stores = open_stores(settings)
    stores.registry.apply(city([camera("up", server.url(), interval_s=1.0)]), CLOCK.now(), "test")
    keepers = [lease_of(HOUSEKEEPING, stores) for _ in range(2)]
    keepers[1].holder = "another-process"
    services = [
        part for each in keepers for part in (each, schedule(only_while_held(each, pull_jobs(settings, stores, CLOCK))))
    ]
    with House(services):
        begun_s = time.monotonic()
        assert eventually(lambda: server.asked.total() >= 3)
        passed_s = time.monotonic() - begun_s
        assert [each.held for each in keepers] == [True, False]
    assert server.asked.total() <= passed_s + 2
    stores.close()


def test_levels_go_on_while_every_camera_misbehaves(server: HttpCamera, tmp_path: Path) -> None:
    """Twenty cameras, each with another fault, asked as fast as we ever ask; and a gauge that goes on reporting."""
    town = small_city()
    faulty = [
        camera(f"faulty-{n}", server.url(misbehave=fault), interval_s=1.0) for n, fault in enumerate(sorted(FAULTS))
    ]
    items: list[Station | Device] = [*town.stations.values(), *town.gauges.values(), *faulty]
    with running_ingest(tmp_path, Registry.of(town.city, items), {"MIZUMORI_CAMERAS__TIMEOUT_S": "1"}) as ingest:
        waits_s: list[float] = []

        def kept(number: int) -> bool:
            return ingest.stores.log.marks().reading_seq >= number

        with House([schedule(pull_jobs(ingest.settings, ingest.stores, CLOCK))]):
            assert eventually(lambda: server.asked.total() >= len(faulty))
            for number in range(1, 21):
                sent_s = time.monotonic()
                ingest.publish(1.0 + number / 1000)
                assert eventually(partial(kept, number))
                waits_s.append(time.monotonic() - sent_s)
        known = ingest.stores.log.cameras()
        reasons = {each.reason for each in newest_letters(ingest.stores.database, 1000)}
    assert sorted(waits_s)[len(waits_s) // 2] < 0.5
    assert max(waits_s) < 2.0
    assert sum(1 for each in known.values() if each.asked and each.asked.failing) >= len(faulty) - 2
    assert reasons >= {"not_fetched", "unreadable_image", "oversized"}


def test_simulated_devices_leave_cameras_that_are_asked_to_who_answers_for_them(tmp_path: Path) -> None:
    town = small_city()
    asked = camera("a-asked", "http://127.0.0.1:9/snapshot.jpg")
    sends = asked.model_copy(update={"id": "b-sends", "pull": None})
    items: list[Station | Device] = [*town.stations.values(), *town.gauges.values(), asked, sends]
    with running_ingest(tmp_path, Registry.of(town.city, items)) as ingest:
        fleet = Fleet(ingest.settings, ingest.stores.city(), demonstration_storm(CLOCK.now()), CLOCK, None, size=SMALL)
        with House([fleet]):
            assert eventually(lambda: ingest.stores.log.cameras()["b-sends"].heard_at)
        assert ingest.stores.log.cameras()["a-asked"].heard_at is None


def test_neither_a_drill_nor_a_replay_asks_a_camera(tmp_path: Path) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)})
    assert settings.cameras.pull
    assert not drill_house(settings).cameras.pull
    assert not own_house(settings, tmp_path / "replay", 60.0).cameras.pull
    stores = open_stores(settings)
    assert pull_jobs(drill_house(settings), stores, CLOCK) == []
    stores.close()


def test_the_doctor_says_of_each_camera_what_is_wrong(server: HttpCamera) -> None:
    server.headers = {}
    cameras = [
        camera("well", server.url()),
        camera("dead", f"http://127.0.0.1:{free_port()}/"),
        camera("page", server.url(misbehave="web_page")),
        camera("gone", server.url(misbehave="404")),
        camera("old", server.url(misbehave="old")),
        camera("unknown", server.url(), auth="basic", credential="nobody"),
    ]
    fetcher = Fetcher(CameraSettings(timeout_s=2.0))
    checks = {each.name: each for each in camera_checks(cameras, fetcher, datetime.now(UTC))}
    fetcher.close()
    assert checks["cameras"].sentence == "1 of 6 cameras that are asked answer with a picture"
    assert "camera well" not in checks
    assert "refused" in checks["camera dead"].sentence
    assert "is the path right?" in checks["camera page"].sentence
    assert "404" in checks["camera gone"].sentence
    assert "old file" in checks["camera old"].sentence
    assert checks["camera unknown"].state is State.FAILED
    assert "[cameras.credentials.nobody]" in checks["camera unknown"].sentence


def test_a_house_without_such_cameras_says_nothing_of_them() -> None:
    fetcher = Fetcher(CameraSettings())
    assert list(camera_checks([], fetcher, CLOCK.now())) == []


def test_a_mistake_in_the_credentials_is_a_sentence_without_the_password(tmp_path: Path) -> None:
    file = tmp_path / "mizumori.toml"
    for text, words in (
        (f'[cameras.credentials."River One"]\nusername = "u"\npassword = "{PASSWORD}"', "lower-case"),
        (f'[cameras.credentials.river]\nuser = "u"\npassword = "{PASSWORD}"', "no setting"),
        (f'[cameras.credentials.river]\nusername = "a:b"\npassword = "{PASSWORD}"', "HTTP cannot carry"),
        (f'[cameras.credentials.river]\nusername = "u"\npassword = "{PASSWORD}\\n"', "line breaks"),
    ):
        file.write_text(text)
        with pytest.raises(SettingsError) as raised:
            read_settings(file, {})
        assert words in str(raised.value)
        assert PASSWORD not in str(raised.value)
    assert PASSWORD not in repr(Credential(username="u", password=PASSWORD))


def test_the_simulated_cameras_are_a_command(tmp_path: Path) -> None:
    registry = Path(__file__).parents[2] / "deploy" / "demo" / "city.toml"
    command = [sys.executable, "-m", "deploy", "simulate-camera", "--registry", str(registry), "--port", "0"]
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stdout is not None
        snapshot, _, video = running.stdout.readline().split()[0].partition(" ")
        assert not video
        with urllib.request.urlopen(snapshot, timeout=10) as answer:
            assert answer.read(3) == b"\xff\xd8\xff"
        running.send_signal(signal.SIGINT)
        assert running.wait(10) == 0
