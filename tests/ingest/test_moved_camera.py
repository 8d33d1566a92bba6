"""A camera that was moved to another station: what it showed before is not the newest of the new place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.readings import CameraReport, CameraState
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.cameras import SqlPictures
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch, CameraLatest
from ingest.store.registry import SqlRegistry
from tests.ingest.cities import NOON, small_city
from tests.ingest.eyes_city import City, through
from tests.ingest.whole_pictures import jpeg, noise

CAMERA = "fujii-cam"
HOUR = timedelta(hours=1)


@pytest.fixture
def city(tmp_path: Path) -> City:
    """One whose camera has shown two pictures, the first its normal day by somebody's choice."""
    made = City(tmp_path)
    made.send(jpeg(noise(1)))
    made.send(jpeg(noise(2)))
    SqlAppender(made.engine).append(Batch(reports=[CameraReport(CAMERA, CameraState.ONLINE, NOON, NOON)]))
    eyes = made.eyes()
    through(eyes)
    made.looks.choose(made.looks.newest(CAMERA, 1)[0].still, "engineer")
    through(eyes)
    return made


def move(city: City, minute: float, station: str = "elsewhere", *, retired: bool = False) -> None:
    """Import the registry in which the camera stands at a station, so many minutes after noon; or nowhere."""
    small = small_city()
    other = small.stations["fujii"].model_copy(update={"id": "elsewhere"})
    camera = small.cameras[CAMERA].model_copy(update={"station_id": station})
    registry = Registry.of(small.city, [*small.stations.values(), other, *small.gauges.values(), camera])
    if retired:
        registry = registry.model_copy(update={"cameras": {}})
    SqlRegistry(city.engine).apply(registry, NOON + timedelta(minutes=minute), "test")


def latest(city: City) -> CameraLatest:
    return SqlLog(city.engine).cameras()[CAMERA]


def strip(city: City) -> list[str]:
    return [each.still.file for each in SqlPictures(city.engine).strip(CAMERA, NOON - HOUR, NOON + HOUR, 99)]


def test_what_a_moved_camera_showed_before_is_not_shown_as_that_of_its_new_station(city: City) -> None:
    assert latest(city).still is not None
    assert SqlPictures(city.engine).reference(CAMERA) is not None
    move(city, 3)
    assert latest(city) == CameraLatest(known_at=NOON + timedelta(minutes=3))
    assert (strip(city), city.looks.newest_shown(), city.looks.chosen()) == ([], {}, {})
    pictures = SqlPictures(city.engine)
    assert pictures.nearest([CAMERA], NOON, HOUR) is None
    assert pictures.reference(CAMERA) is None
    assert city.looks.remembered([CAMERA]) == {}
    file = city.send(jpeg(noise(3)), NOON + timedelta(minutes=4))
    city.eyes().turn()
    assert (city.shown(), strip(city)) == (file, [file])
    # What recognition knows now is of the new view alone.
    assert city.looks.remembered([CAMERA])[CAMERA].changed_at == NOON + timedelta(minutes=4)


def test_what_it_kept_of_its_old_place_and_sends_late_is_none_of_the_new_one(city: City) -> None:
    move(city, 10)
    city.send(jpeg(noise(3)), NOON + timedelta(minutes=9))
    city.eyes().turn()
    assert (city.shown(), strip(city), city.looks.remembered([CAMERA])) == (None, [], {})


def test_a_camera_that_stays_where_it_is_keeps_its_pictures_whatever_else_changes(city: City) -> None:
    before = latest(city)
    move(city, 3, "fujii")
    city.set_camera(lit=True)
    assert latest(city) == before
    assert len(strip(city)) == 2
    assert list(city.looks.chosen()) == [CAMERA]


def test_a_camera_that_comes_back_into_service_at_its_station_keeps_its_pictures(city: City) -> None:
    move(city, 3, retired=True)
    move(city, 5, "fujii")
    assert latest(city).still is not None
    assert latest(city).known_at == NOON + timedelta(minutes=5)


def test_one_that_comes_back_into_service_elsewhere_was_moved(city: City) -> None:
    move(city, 3, retired=True)
    move(city, 5)
    assert latest(city) == CameraLatest(known_at=NOON + timedelta(minutes=5))
    assert strip(city) == []
