"""Copies of the site in a running house: their threads, what staff and the doctor are told, and what may be set."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.public.push import MARK, Push
from dashboard.public.push_settings import PushSettings
from deploy.drills import drill_house
from deploy.monitor.signs import State
from deploy.settings import Settings, SettingsError, read_settings
from deploy.wiring.pulse import parts_of
from deploy.wiring.push import PushService, check_copies, push_services
from deploy.wiring.stores import open_stores
from ingest.pulse import Fault, Part
from tests.public.far_copy import FarCopy


@pytest.fixture
def copy(tmp_path: Path) -> FarCopy:
    return FarCopy(tmp_path)


@pytest.fixture
def running(copy: FarCopy) -> Iterator[Callable[[float, str], PushService]]:
    """Two targets of one site, the first of which does ``way``; a function that starts them."""
    started: list[PushService] = []

    def start(late_after_s: float, way: str) -> PushService:
        copy.publish(1)
        (copy.folder / "way").write_text(way)
        second = copy.folder / "second"
        second.mkdir()
        (second / MARK).touch()
        pushes = [copy.push, Push(copy.site, str(second), copy.settings)]
        started.append(PushService(pushes, late_after_s))
        started[0].start()
        return started[0]

    yield start
    for each in started:
        each.stop()


def test_a_target_that_hangs_delays_no_other_and_staff_are_told(
    copy: FarCopy, running: Callable[[float, str], PushService]
) -> None:
    service = running(0.3, "exec sleep 60")
    time.sleep(0.1)
    assert [each.state for each in service.probe.checks()] == [State.OK, State.OK]
    until = time.monotonic() + 5
    while not (copy.folder / "second" / "freshness.json").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    hangs, well = service.probe.checks()
    assert (hangs.state, hangs.fault, well.state) == (State.FAILED, Fault.COPY_BEHIND, State.OK)
    assert hangs.figures["target"] == copy.settings.targets[0]
    numbers = {(each.name, each.labels["target"]): each.value for each in service.probe.samples()}
    assert numbers["public_copy_behind_seconds", copy.settings.targets[0]] > 0.3
    assert numbers["public_copies_total", str(copy.folder / "second")] == 1
    began_s = time.monotonic()
    service.stop()
    assert time.monotonic() - began_s < 3


def test_a_failure_is_said_once_with_its_reason(
    copy: FarCopy, running: Callable[[float, str], PushService], caplog: pytest.LogCaptureFixture
) -> None:
    service = running(0.0, "echo no route to host >&2; exit 255")
    time.sleep(0.5)
    hangs = next(iter(service.probe.checks()))
    assert "no route to host" in hangs.sentence
    assert [each.getMessage() for each in caplog.records if "no route to host" in each.getMessage()] == [
        f"the public site is not copied to far:{copy.there}: no route to host (rsync 255); it is tried again"
    ]


def test_the_doctor_says_which_copy_cannot_be_reached_and_writes_nothing(copy: FarCopy) -> None:
    nowhere = str(copy.folder / "nowhere")
    push = copy.settings.model_copy(update={"targets": (str(copy.there), nowhere)})
    house = Settings(data_folder=copy.folder / "var")
    house = house.model_copy(update={"public": house.public.model_copy(update={"push": push})})
    well, ill = check_copies(house)
    assert (well.state, ill.state) == (State.OK, State.FAILED)
    assert MARK in ill.sentence
    assert (copy.there / MARK).read_bytes() == b""
    assert not Path(nowhere).exists()


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ("['share/public']", "write /folder or user@host:/folder"),
        ("['/']", "write /folder or user@host:/folder"),
        ("['-e sh:/x']", "write /folder or user@host:/folder"),
        ("['host::module']", "write /folder or user@host:/folder"),
        ("['/srv/a b']", "without spaces"),
        ("['/srv/a', '/srv/a/']", "named twice"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_what_to_write(targets: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "mizumori.toml"
    file.write_text(f"[public.push]\ntargets = {targets}\n")
    with pytest.raises(SettingsError, match=sentence):
        read_settings(file, {})


@pytest.mark.parametrize("target", ["mizumori@www.example:/srv/public", "www.example:", "[2001:db8::1]:/srv/public"])
def test_a_host_is_named_as_rsync_names_it(target: str) -> None:
    assert PushSettings(targets=(target,)).targets == (target,)


def house(folder: Path, target: str) -> Settings:
    settings = Settings(data_folder=folder)
    push = PushSettings(targets=(target,))
    return settings.model_copy(update={"public": settings.public.model_copy(update={"push": push})})


def test_the_site_is_not_copied_into_itself(tmp_path: Path) -> None:
    for own in (tmp_path / "public", tmp_path, tmp_path / "public" / "copy"):
        with pytest.raises(SettingsError, match="a folder of its own"):
            push_services(house(tmp_path, str(own)))
        [said] = check_copies(house(tmp_path, str(own)))
        assert (said.state, "write a folder of its own" in said.sentence) == (State.FAILED, True)
    assert push_services(Settings(data_folder=tmp_path)) == []


def test_what_copies_say_is_told_of_the_public_page(tmp_path: Path) -> None:
    settings = house(tmp_path, "www.example:/srv/public")
    stores = open_stores(settings)
    [service] = push_services(settings)
    parts = {each.part: [probe.name for probe in each.probes] for each in parts_of(settings, stores, [service])}
    stores.close()
    assert parts[Part.PUBLISHER] == ["public copy"]


def test_a_drill_is_never_copied_to_where_residents_read(tmp_path: Path) -> None:
    real = house(tmp_path, "www.example:/srv/public")
    assert len(push_services(real)) == 1
    assert push_services(drill_house(real)) == []
