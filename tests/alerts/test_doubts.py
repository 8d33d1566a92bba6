"""The doubt about a change of the stage, from the pictures that are in the database at that moment."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine as Database

from alerts.pictures.doubts import Doubts
from ingest.clock import JST
from ingest.readings import CameraReport, CameraState
from ingest.sight.look import PictureFault
from ingest.store.appender import SqlAppender
from ingest.store.cameras import SqlPictures
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from tests.alerts.duty import WATCHED
from tests.alerts.eyes import Watched
from tests.alerts.night import OTHER_GAUGE, at
from tests.ingest.drawn_rises import Drawn, look, rises

MORNING = 13 * 60
"""07:00 of the day after the dusk at which the minutes begin."""


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Stages as the gauges of the test have them, beside pictures of a rise."""
    return next(rises(1, seed=3))


@pytest.fixture
def duty(database: Database) -> Watched:
    made = Watched(database)
    made.serve(WATCHED)
    made.doubt = Doubts(made.registry, SqlLog(database), SqlPictures(database)).about
    return made


def before_and_after(duty: Watched, drawn: Drawn, latest: bytes, shift_min: float = 0, *faults: PictureFault) -> None:
    """Low water for half an hour with a picture every five minutes, then 3.2 m and one picture more."""
    begun = MORNING + shift_min
    for number, each in enumerate(drawn.looks_before):
        duty.look(begun + 5 * number, miniature=each.miniature)
        duty.water(begun + 5 * number, 0.4)
    duty.water(begun + 25, 2.9)
    duty.look(begun + 28, *faults, miniature=latest)
    duty.water(begun + 29, 3.2)


def doubts(duty: Watched) -> list[str | None]:
    return [each.detail.get("doubt") for each in duty.transitions()]


def test_a_picture_that_shows_the_change_raises_no_doubt(duty: Watched, drawn: Drawn) -> None:
    before_and_after(duty, drawn, look(drawn.after).miniature)
    assert duty.steps() == [(0, 2), (2, 3)]
    assert doubts(duty) == [None, None]


def test_a_picture_that_has_not_changed_since_before_the_rise_does(duty: Watched, drawn: Drawn) -> None:
    before_and_after(duty, drawn, drawn.looks_before[2].miniature)
    assert doubts(duty) == [None, "unchanged"]  # at the first step no picture could show the rise yet


def test_by_night_the_same_raises_none(duty: Watched, drawn: Drawn) -> None:
    before_and_after(duty, drawn, drawn.looks_before[2].miniature, shift_min=-6 * 60)
    assert at(MORNING - 6 * 60).astimezone(JST).hour == 1
    assert doubts(duty) == [None, None]


def test_a_picture_that_cannot_be_trusted_and_one_that_is_missing_say_so(duty: Watched, drawn: Drawn) -> None:
    before_and_after(duty, drawn, look(drawn.after).miniature, 0, PictureFault.FROZEN)
    assert doubts(duty) == [None, "untrusted"]
    duty.water(MORNING + 120, 4.1)
    assert doubts(duty)[-1] == "missing"


def test_a_station_whose_camera_was_never_heard_has_none_to_ask(duty: Watched) -> None:
    duty.water(MORNING, 0.4, OTHER_GAUGE.id)
    duty.water(MORNING + 10, 3.2, OTHER_GAUGE.id)
    assert doubts(duty) == [None]
    said = CameraReport("gakuen-cam", CameraState.OFFLINE, at(MORNING + 10), at(MORNING + 10), "lost")
    SqlAppender(duty.database).append(Batch(reports=[said]))
    duty.water(MORNING + 11, 4.2, OTHER_GAUGE.id)
    assert doubts(duty) == [None, "missing"]


def test_a_fall_is_asked_of_no_picture(duty: Watched) -> None:
    duty.water(MORNING, 3.2)
    duty.look(MORNING)
    for minute in range(100, 160, 10):
        duty.water(MORNING + minute, 0.4)
    fallen = [each for each in duty.transitions() if each.cause == "fall"]
    assert [each.detail.get("doubt") for each in fallen] == [None]
