"""A camera whose newest picture is not of now is never called well, whatever else comes from it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.cameras.condition import NO_STILL, CameraCondition, condition
from ingest.eyes.looking import Eyes
from ingest.readings import CameraState, Still
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch, Unavailable
from tests.ingest.cities import NOON, small_city
from tests.ingest.eyes_city import City
from tests.ingest.whole_pictures import jpeg, noise

MINUTE = timedelta(minutes=1)
"""The interval of the camera of the small city."""


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A fresh one."""
    return City(tmp_path)


def found(city: City, minutes: int) -> CameraCondition:
    """How its camera is so long after noon."""
    latest = SqlLog(city.engine).cameras()["fujii-cam"]
    return condition(small_city().cameras["fujii-cam"], latest, NOON + minutes * MINUTE)


def well_at_first(city: City) -> Eyes:
    """Eyes that saw a good picture of a minute past noon."""
    eyes = city.eyes()
    city.send(jpeg(noise()))
    eyes.turn()
    assert found(city, 1).state is CameraState.ONLINE
    return eyes


def test_a_camera_whose_pictures_cannot_be_opened_is_not_well(city: City) -> None:
    eyes = well_at_first(city)
    for _ in range(5):
        city.send(jpeg(noise())[:-700])
        eyes.turn()
    assert (found(city, 6).state, found(city, 6).silence) == (CameraState.DEGRADED, NO_STILL)
    city.send(jpeg(noise()))
    eyes.turn()
    assert found(city, 7).state is CameraState.ONLINE


def test_a_camera_whose_pictures_nobody_looks_at_is_not_well(city: City) -> None:
    well_at_first(city)
    for _ in range(5):
        city.send(jpeg(noise()))
    assert (found(city, 4).state, found(city, 6).silence) == (CameraState.ONLINE, NO_STILL)


def test_a_camera_that_sends_the_same_file_with_the_same_time_is_not_well(city: City) -> None:
    """As one does whose picture no longer changes, and that reads the time from it."""
    well_at_first(city)
    first = SqlLog(city.engine).cameras()["fujii-cam"].still
    assert first is not None
    for minutes in range(2, 7):
        again = Still(
            "fujii-cam", first.taken_at, NOON + minutes * MINUTE, first.file, 160, 96, size_bytes=first.size_bytes
        )
        SqlAppender(city.engine).append(Batch(stills=[again]))
    assert city.eyes().turn() == 0
    assert (found(city, 6).state, found(city, 6).silence) == (CameraState.DEGRADED, NO_STILL)


def test_where_the_folder_of_the_stills_is_away_they_wait_and_none_is_lost(city: City) -> None:
    """A disk that is not mounted is no camera's fault."""
    eyes = well_at_first(city)
    file = city.send(jpeg(noise()))
    away = city.root.rename(city.root.with_name("away"))
    with pytest.raises((OSError, Unavailable)):
        eyes.turn()
    away.rename(city.root)
    assert eyes.turn() == 1
    assert city.shown() == file
    assert city.letters() == []
