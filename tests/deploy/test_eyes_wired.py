"""The eyes in a whole house, alone, and one behind another; and what a process that looks at no picture loads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from deploy.demo import demonstration
from deploy.monitor.eyes_probe import EyesProbe
from deploy.monitor.signs import State
from deploy.settings import read_settings
from deploy.standby import Standby
from deploy.wiring.eyes import eyes_service
from deploy.wiring.house import device_publisher
from deploy.wiring.stores import Stores, open_stores
from ingest.readings import Still
from ingest.registry_files import load
from ingest.store.appender import SqlAppender
from ingest.store.cameras import SqlPictures
from ingest.store.protocol import Batch, Copy
from ingest.store.waiting import Waiting
from simulators.messages import still_message
from tests.deploy.houses import CLOCK, city_house, eventually, own_ports
from tests.ingest.cities import NOON
from tests.ingest.whole_pictures import jpeg, noise
from tests.parts import PROJECT

CAMERA = "fujii-kinosho-cam"

COMMAND = [sys.executable, "-m", "deploy", "eyes"]


@contextmanager
def eyes_alone(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """``mizumori eyes`` on a data folder, which is killed where a test does not end it."""
    environment = {**os.environ, **own_ports(folder), "MIZUMORI_MONITOR__EYES_PORT": "0"}
    with subprocess.Popen(COMMAND, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as alone:
        try:
            yield alone
        finally:
            alone.kill()


def sent(stores: Stores, number: int) -> Still:
    """A still in the log and on the disk, as ingest leaves it."""
    at = CLOCK.now() + timedelta(seconds=number)
    data = jpeg(noise(number))
    still = Still(CAMERA, at, at, f"{CAMERA}/20260701/{number:06}-a.jpg", 160, 96, size_bytes=len(data))
    stores.stills.write(still.file, data)
    SqlAppender(stores.database).append(Batch(stills=[still]))
    return still


def shown(stores: Stores) -> str | None:
    """The still that is shown."""
    latest = stores.log.cameras().get(CAMERA)
    return latest.still.file if latest and latest.still else None


def test_a_still_that_comes_from_the_broker_is_looked_at_by_the_house_and_shown(tmp_path: Path) -> None:
    settings, stores, house = city_house(tmp_path)
    camera = stores.city().cameras[CAMERA]
    with house:
        device = device_publisher(settings)
        device.connect()
        message = still_message(camera, jpeg(noise(size=(640, 360))))
        device.send(message.topic, message.payload)
        assert device.flush(10)
        assert eventually(lambda: shown(stores), 30)
        device.close()
        latest = stores.log.cameras()[CAMERA]
        assert latest.look is not None
        assert latest.look.figures
        assert stores.stills.read(shown(stores) or "", Copy.THUMB)
    stores.close()


def test_stills_wait_for_eyes_that_run_by_themselves(tmp_path: Path) -> None:
    """``mizumori eyes`` beside a house that does not look; a signal ends it in order."""
    _, stores, house = city_house(tmp_path, more={"MIZUMORI_EYES__BESIDE_INGEST": "false"})
    assert not any(isinstance(each, Standby) and isinstance(each.probe, EyesProbe) for each in house.services)
    with house:
        one = sent(stores, 1)
        with eyes_alone(tmp_path) as alone:
            assert eventually(lambda: shown(stores) == one.file, 30)
            alone.terminate()
            said, _ = alone.communicate(timeout=20)
    assert alone.returncode == 0
    assert "the eyes look at the stills in" in said
    stores.close()


def test_eyes_that_stand_by_take_over_from_those_that_were_killed_at_their_work(tmp_path: Path) -> None:
    settings = read_settings(None, own_ports(tmp_path))
    stores = open_stores(settings)
    stores.registry.apply(load(demonstration("city.toml")), CLOCK.now(), "test")
    all_of_them = [sent(stores, number) for number in range(60)]
    service = eyes_service(settings, stores, CLOCK)
    with eyes_alone(tmp_path) as alone:
        assert eventually(lambda: shown(stores), 30)
        service.start()
        stood_by = service.standing_by
        alone.kill()
    try:
        assert stood_by
        assert eventually(lambda: shown(stores) == all_of_them[-1].file, 30)
        assert service.active is not None
        assert 0 <= service.active.eyes.counts.looks < 60
    finally:
        service.stop()
    strip = SqlPictures(stores.database).strip(CAMERA, all_of_them[0].taken_at, all_of_them[-1].taken_at, 100)
    assert [each.still.file for each in strip] == [each.file for each in all_of_them]
    assert all(stores.stills.has(each.file, Copy.THUMB) for each in all_of_them)
    stores.close()


def test_ingest_loads_nothing_that_reads_pictures() -> None:
    program = (
        "import sys, deploy.commands.ingest;"
        "print([name for name in ('PIL', 'numpy', 'ingest.sight.gist', 'ingest.sight.examine') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


class Service:
    """Eyes as the probe sees them."""

    def __init__(self, *, standing_by: bool = False) -> None:
        self.standing_by = standing_by
        self.active = None


def test_stills_that_wait_too_long_are_said() -> None:
    def state(waiting: Waiting, **more: bool) -> tuple[State, str]:
        (check,) = EyesProbe(Service(**more), lambda: waiting, lambda: NOON).checks()
        return check.state, check.sentence

    assert state(Waiting()) == (State.OK, "every still was looked at")
    assert state(Waiting(3, NOON - timedelta(seconds=10)))[0] is State.OK
    slow = state(Waiting(300, NOON - timedelta(seconds=90), NOON - timedelta(seconds=90)))
    assert slow == (
        State.DEGRADED,
        "300 stills wait to be looked at, the first for 90 s: wait, or give them more of the processor",
    )
    hour_ago = NOON - timedelta(hours=1)
    assert state(Waiting(9, hour_ago, hour_ago), standing_by=True)[0] is State.FAILED
    samples = {each.name: each.value for each in EyesProbe(Service(), lambda: Waiting(7, NOON), lambda: NOON).samples()}
    assert samples == {
        "stills_waiting": 7,
        "stills_waiting_seconds": 0,
        "pictures_behind_seconds": 0,
        "eyes_standing_by": False,
    }


def test_while_only_older_stills_wait_the_eyes_have_not_failed() -> None:
    behind = Waiting(18_000, NOON - timedelta(hours=1), NOON - timedelta(seconds=5))
    (check,) = EyesProbe(Service(), lambda: behind, lambda: NOON).checks()
    assert check.state is State.DEGRADED
    assert check.sentence.endswith("the first for 3600 s; of every camera the newest is looked at first: wait")
