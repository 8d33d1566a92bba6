"""The public site in a process of its own, beside a house that leaves it alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.commands.simulate import own_house
from deploy.drills import drill_house
from deploy.schedule import Schedule
from deploy.settings import read_settings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.doctor import examine
from deploy.wiring.system import house_system
from ingest.pulse import Part
from tests.deploy.houses import CLOCK, city_house, eventually, own_ports
from tests.parts import PROJECT

LEFT_ALONE = {"MIZUMORI_PUBLIC__BESIDE_DASHBOARD": "false"}
WEIGHTY = ("dash", "plotly")
"""What draws for staff: it is most of what a process of theirs weighs."""
LOADED = f"import sys, deploy.commands.site; print([each for each in {WEIGHTY} if each in sys.modules])"


@contextmanager
def site_alone(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """``mizumori site`` on a data folder, which is killed where a test does not end it."""
    more = {**os.environ, **environment, "MIZUMORI_DATA_FOLDER": str(folder), "MIZUMORI_MONITOR__SITE_PORT": "0"}
    command = [sys.executable, "-m", "deploy", "site"]
    with subprocess.Popen(command, cwd=PROJECT, env=more, stdout=subprocess.PIPE, text=True) as alone:
        try:
            yield alone
        finally:
            alone.kill()


def test_a_house_that_leaves_the_site_alone_neither_writes_nor_serves_it(tmp_path: Path) -> None:
    settings, stores, house = city_house(tmp_path, more=LEFT_ALONE)
    [schedule] = [each for each in house.services if isinstance(each, Schedule)]
    assert not {"public-page", "open-data"} & schedule.beats().keys()
    with house, pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{settings.public.port}/")
    assert not settings.public_folder.exists()
    stores.close()


def test_the_site_alone_writes_and_serves_what_the_house_knows_and_gives_signs_of_life(tmp_path: Path) -> None:
    environment = own_ports(tmp_path)
    settings, stores, house = city_house(tmp_path, more={**environment, **LEFT_ALONE})
    address = f"http://127.0.0.1:{settings.public.port}/"

    def said() -> bool:
        try:
            return httpx.get(f"{address}data/latest.json").status_code == 200
        except httpx.TransportError:
            return False

    with house, site_alone(tmp_path, environment) as alone:
        assert eventually(said, 60)
        latest = json.loads(httpx.get(f"{address}data/latest.json").content)
        assert {each["id"] for each in latest["stations"]} <= stores.city().stations.keys()
        assert len(latest["stations"]) > 20
        looker = house_system(settings, stores)
        assert eventually(lambda: Part.PUBLISHER in {each.part for each in looker.look(CLOCK.now()).pulses}, 30)
        alone.terminate()
        printed, _ = alone.communicate(timeout=30)
    assert alone.returncode == 0
    assert address in printed
    stores.close()


def test_a_drill_and_a_replay_write_the_site_of_their_own_all_the_same(tmp_path: Path) -> None:
    settings = read_settings(None, {**own_ports(tmp_path), **LEFT_ALONE})
    assert not settings.public.beside_dashboard
    assert drill_house(settings).public.beside_dashboard
    assert own_house(settings, tmp_path / "replay", 60.0).public.beside_dashboard


def test_while_nobody_writes_the_site_the_doctor_says_what_to_start(tmp_path: Path) -> None:
    settings, stores, house = city_house(tmp_path, more=LEFT_ALONE)

    def told() -> list[str]:
        return [each.sentence for each in examine(settings, None, machine_time()) if each.name == "public page"]

    assert told() == []
    with house:
        [sentence] = told()
    assert "start mizumori site" in sentence
    stores.close()


def test_the_site_alone_loads_nothing_that_draws_for_staff() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
