"""The still nearest to a change is tied to it, and is evidence with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.pictures.album import Album
from alerts.pictures.tied import Tied, chosen
from alerts.pictures.witness import Witness
from alerts.store.tables import transition_stills
from ingest.sight.look import PictureFault
from ingest.stations import Camera, Registry
from ingest.store.cameras import SqlPictures
from ingest.store.housekeeping import prune
from ingest.store.tables import open_database, stills
from tests.alerts.duty import CAMERA, OTHER_CAMERA, WATCHED, settings_of
from tests.alerts.eyes import Watched, looked_at
from tests.alerts.house import accept, refuse
from tests.alerts.night import CITY, GAUGE, RIVER, at, transition

FROZEN = PictureFault.FROZEN
SECOND = Camera(id="fujii-low", station_id="fujii")
TWO = Registry.of(CITY, [RIVER, GAUGE, CAMERA, SECOND])


@pytest.fixture
def duty(database: Database) -> Watched:
    made = Watched(database)
    made.serve(WATCHED)
    return made


# Which of several


def still(minute: float, *faults: str, camera: str = "a") -> Tied:
    return Tied(1, camera, at(minute), f"{camera}.jpg", faults=faults)


def test_the_nearest_still_is_chosen_before_or_after_the_change() -> None:
    assert chosen([still(0), still(8), still(14)], at(10)) == still(8)
    assert chosen([still(0), still(11)], at(10)) == still(11)
    assert chosen([], at(10)) is None


def test_a_picture_that_can_be_trusted_comes_before_a_nearer_one_that_cannot() -> None:
    assert chosen([still(10, "frozen"), still(2, camera="b")], at(10)) == still(2, camera="b")
    assert chosen([still(9, "frozen"), still(2, "dark")], at(10)) == still(9, "frozen")


def test_of_equals_the_first_camera_of_the_registry_is_shown() -> None:
    assert chosen([still(8, camera="z"), still(12, camera="a")], at(10)) == still(8, camera="z")


# In the record


def test_every_change_of_the_stage_gets_the_still_nearest_to_it(duty: Watched) -> None:
    for minute in (0, 5, 10, 15):
        duty.look(minute)
    duty.water(1, 0.4)
    duty.water(11, 3.2)
    duty.water(14, 4.1)
    assert duty.tied() == [("fujii-cam", 10), ("fujii-cam", 15)]


def test_only_stills_of_the_own_station_that_were_looked_at_and_opened_count(duty: Watched) -> None:
    duty.look(9, camera=OTHER_CAMERA.id)
    duty.look(8, usable=False)
    duty.look(3)
    duty.water(10, 3.2)
    assert duty.tied() == [("fujii-cam", 3)]


def test_a_still_that_lies_further_away_than_may_be_is_none(duty: Watched) -> None:
    duty.look(0)
    duty.water(15.1, 3.2)
    assert duty.tied() == [None]


def test_the_faults_that_stood_are_written_down_with_it(duty: Watched) -> None:
    file = duty.look(9, FROZEN, PictureFault.DARK)
    duty.water(10, 3.2)
    with duty.database.connect() as connection:
        (row,) = connection.execute(select(transition_stills)).all()
    assert (row.file, row.faults, row.size_bytes) == (file, "dark,frozen", 90_000)


def test_of_two_cameras_the_one_whose_picture_can_be_trusted(database: Database) -> None:
    duty = Watched(database)
    duty.serve(TWO)
    duty.look(10, FROZEN)
    duty.look(2, camera=SECOND.id)
    duty.water(10, 3.2)
    assert duty.tied() == [("fujii-low", 2)]


def test_no_still_is_tied_where_the_city_does_not_want_it(database: Database) -> None:
    duty = Watched(database, settings_of(pictures={"rules": ["rise"]}))
    duty.serve(WATCHED)
    duty.look(9)
    duty.water(10, 3.2)
    assert duty.tied() == [None]


def test_a_tie_is_written_with_its_change_or_not_at_all(duty: Watched) -> None:
    duty.look(9)
    refuse(duty.database, "transition_stills")
    with pytest.raises(Exception, match="disk is full"):
        duty.water(10, 3.2)
    assert duty.transitions() == []
    accept(duty.database)
    duty.engine.turn()
    assert duty.tied() == [("fujii-cam", 9)]


def test_pictures_that_cannot_be_looked_up_hold_up_no_alert(
    duty: Watched, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    empty = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    duty.look_through(SqlPictures(empty))  # a database without the table of looks
    duty.water(10, 3.2)
    assert duty.steps() == [(0, 3)]
    assert "no picture could be looked up" in caplog.text
    empty.dispose()


def test_in_a_storm_the_highest_are_looked_at_first_and_nobody_waits_for_the_rest(database: Database) -> None:
    looked_at(database, at(0))
    seconds = iter(range(1000))
    witness = Witness(
        Album(lambda: WATCHED, SqlPictures(database), timedelta(minutes=15)),
        ("stage",),
        monotonic=lambda: next(seconds) / 5,
    )
    storm = [replace(transition(), to_level=level) for level in (1, 5, 2, 4, 3)]
    seen = witness.see(storm)
    assert [each.transition.to_level for each in seen] == [1, 5, 2, 4, 3]
    assert [each.transition.to_level for each in seen if each.tied] == [5, 4]


# Some minutes later


def test_a_nearer_still_that_comes_later_takes_its_place_once(duty: Watched) -> None:
    duty.look(5)
    duty.water(10, 3.2)
    duty.look(11)
    assert duty.again.turn(at(14.9)) == 0
    assert duty.tied() == [("fujii-cam", 5)]
    assert duty.again.turn(at(15)) == 1
    assert duty.tied() == [("fujii-cam", 11)]
    duty.look(10)
    assert duty.again.turn(at(20)) == 0
    assert duty.tied() == [("fujii-cam", 11)]


def test_one_that_is_no_nearer_or_cannot_be_trusted_does_not(duty: Watched) -> None:
    duty.look(5)
    duty.water(10, 3.2)
    duty.look(10.5, FROZEN, camera=CAMERA.id)
    duty.look(16)
    assert duty.again.turn(at(20)) == 0
    assert duty.tied() == [("fujii-cam", 5)]


def test_a_change_without_a_still_gets_the_first_that_comes(duty: Watched) -> None:
    duty.water(10, 3.2)
    assert duty.tied() == [None]
    duty.look(12)
    duty.again.turn(at(16))
    assert duty.tied() == [("fujii-cam", 12)]


def test_what_has_to_wait_is_not_passed_over(duty: Watched) -> None:
    duty.water(10, 2.2)
    duty.water(13, 3.2)
    duty.look(10.5)
    duty.look(13.5)
    assert [duty.again.turn(at(minute)) for minute in (15, 17, 18, 30)] == [1, 0, 1, 0]
    assert duty.tied() == [("fujii-cam", 10.5), ("fujii-cam", 13.5)]


def test_a_clock_that_was_set_back_makes_nothing_wait(duty: Watched) -> None:
    duty.water(600, 3.2)
    duty.look(601)
    assert duty.again.turn(at(10)) == 1


def test_what_was_recorded_long_ago_is_left_as_it_is(duty: Watched) -> None:
    duty.water(10, 3.2)
    duty.look(11)
    assert duty.again.turn(at(10) + timedelta(days=2)) == 0
    assert duty.tied() == [None]


# Evidence


def test_the_tied_stills_outlive_retention_with_their_incident_and_no_longer(duty: Watched) -> None:
    for minute in (0, 300, 700, 705):
        duty.look(minute)
    duty.water(701, 3.2)
    duty.again.turn(at(710))
    assert duty.tied() == [("fujii-cam", 700)]
    looked_at(duty.database, at(6000))
    far = at(0) + timedelta(days=4000)
    prune(duty.database, far, lambda _: None)
    assert left(duty) == [700, 705, 6000]  # locked from six hours before the incident on
    with duty.database.begin() as connection:
        connection.exec_driver_sql("UPDATE camera_locks SET released_at = at, released_by = 'test'")
    prune(duty.database, far, lambda _: None)
    assert left(duty) == [6000]
    assert duty.tied() == [("fujii-cam", 700)]  # what was tied stays written, though it can be seen no more


def left(duty: Watched) -> list[int]:
    with duty.database.connect() as connection:
        found = connection.execute(select(stills.c.taken_at).order_by(stills.c.taken_at)).scalars()
        return [int((each - at(0)) / timedelta(minutes=1)) for each in found]
