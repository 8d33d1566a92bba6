"""A picture of which nothing can be told is not called good: neither to staff nor to residents nor in a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from alerts.pictures.tied import Tied, chosen
from alerts.rules.picture import problems
from alerts.rules.settings.rules import RulesSettings
from ingest.cameras.condition import CameraCondition, condition
from ingest.eyes import frames
from ingest.readings import CameraReport, CameraState, Still
from ingest.sight import recognise
from ingest.sight.examine import examine
from ingest.sight.look import Look, PictureFault, Unjudged
from ingest.sight.memory import Memory, Run
from ingest.sight.tasks import Examined, Task
from ingest.stations import StationKind
from ingest.store.log import SqlLog
from ingest.store.protocol import CameraLatest, Copy
from tests.ingest.cities import NOON, small_city
from tests.ingest.eyes_city import City
from tests.ingest.whole_pictures import jpeg, noise

CAMERA = small_city().cameras["fujii-cam"]
MIDDAY, MIDNIGHT = NOON - timedelta(hours=9), NOON + timedelta(hours=3)  # in Japan
FROZEN = Memory(runs={PictureFault.FROZEN: Run(2, 0, True)}).to_bytes()
MASK = (((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0)),)
SMALL = jpeg(noise(size=(100, 60)))


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A fresh one."""
    return City(tmp_path)


def seen(data: bytes, at: datetime = MIDDAY, **more: object) -> Examined:
    """As the eyes get it, over the pipe."""
    task = replace(Task(data, at, place=(34.4, 133.0)), **more)  # type: ignore[arg-type]
    return frames.to_examined(frames.of_examined(examine(frames.to_task(frames.of_task(task)))))


def black(seed: int = 1) -> bytes:
    """What an unlit camera sees at night: its own noise."""
    return jpeg(noise(seed, size=(640, 360)).point(lambda value: value // 30))


def how(look: Look, report: CameraReport | None = None) -> CameraCondition:
    """The camera whose newest still was looked at so."""
    still = Still(CAMERA.id, look.taken_at, look.taken_at, "a.jpg", 640, 360)
    latest = CameraLatest(report, still, look, still.received_at, still.received_at)
    return condition(CAMERA, latest, look.taken_at)


def test_why_nothing_is_told_of_a_picture_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(jpeg(noise())).seen.unjudged is None
    assert seen(SMALL).seen.unjudged is Unjudged.TOO_SMALL
    assert seen(jpeg(noise()), place=None).seen.unjudged is Unjudged.NOT_JUDGED
    monkeypatch.setattr(recognise, "judge", lambda *_: 1 / 0)
    assert seen(jpeg(noise())).seen.unjudged is Unjudged.NOT_JUDGED


def test_what_stood_stands_on_in_a_picture_that_cannot_be_judged() -> None:
    for data in (SMALL, black()):
        done = seen(data, MIDNIGHT, memory=FROZEN)
        assert done.seen.unjudged is not None
        assert done.seen.faults == {PictureFault.FROZEN}


def test_a_black_picture_is_a_dark_night_only_at_night_and_without_a_lamp() -> None:
    assert seen(black(), MIDNIGHT).seen.unjudged is Unjudged.DARK_NIGHT
    assert seen(jpeg(noise(size=(640, 360))), MIDNIGHT).seen.unjudged is None
    for done in (seen(black(), MIDNIGHT, lit=True), seen(black(), MIDDAY)):
        assert done.seen.unjudged is None
        assert done.seen.seen == {PictureFault.DARK}


@pytest.mark.parametrize("why", Unjudged)
def test_a_camera_whose_picture_was_not_judged_is_not_well_but_for_a_dark_night(why: Unjudged) -> None:
    found = how(Look(1, CAMERA.id, NOON, NOON, unjudged=why))
    assert found.unjudged is why
    is_night = why is Unjudged.DARK_NIGHT
    assert (found.state, found.reason) == ((CameraState.ONLINE, "") if is_night else (CameraState.DEGRADED, str(why)))
    assert problems(found, RulesSettings().picture.at(StationKind.RIVER, "fujii")) == ()


def test_a_camera_that_complains_is_told_also_where_its_picture_was_not_judged() -> None:
    report = CameraReport(CAMERA.id, CameraState.DEGRADED, NOON, NOON, "")
    found = how(Look(1, CAMERA.id, NOON, NOON, unjudged=Unjudged.NOT_JUDGED), report)
    assert problems(found, RulesSettings().picture.at(StationKind.RIVER, "fujii")) == ("own_word",)


def test_of_a_picture_that_was_not_judged_there_is_no_masked_copy(city: City) -> None:
    """The view may have moved, and nobody looked."""
    city.set_camera(public=True, masks=MASK)
    sound, small = city.send(jpeg(noise())), city.send(SMALL)
    city.eyes().turn()
    assert [city.folder.has(each, Copy.MASKED, MASK) for each in (sound, small)] == [True, False]
    city.set_camera(public=True)
    city.eyes().turn()
    assert city.folder.has(small, Copy.MASKED, ())  # without masks there is nothing to miss
    city.set_camera(public=True, masks=MASK)
    city.eyes().turn()
    assert not city.folder.has(small, Copy.MASKED, MASK)
    look = SqlLog(city.engine).cameras()["fujii-cam"].look
    assert look is not None
    assert (look.unjudged, look.judged) == (Unjudged.TOO_SMALL, False)


def test_a_message_takes_a_picture_that_was_judged_before_one_nearer_that_was_not(city: City) -> None:
    city.send(jpeg(noise()))
    city.send(SMALL)
    city.eyes().turn()
    newest, before = city.looks.newest("fujii-cam", 2)
    found = [Tied.of(newest), Tied.of(before)]
    assert [each.faults for each in found] == [("too_small",), ()]
    assert chosen(found, newest.still.taken_at) == found[1]


def test_a_picture_without_colour_is_judged_as_any() -> None:
    assert seen(jpeg(Image.new("L", (640, 360), 120))).seen.judged
