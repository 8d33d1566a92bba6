"""A camera that has just come into service is no fault before its first still has had time to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.rules.picture import problems
from alerts.rules.settings.rules import RulesSettings
from ingest.cameras.asked import Asked
from ingest.cameras.condition import AWAITED, NEVER_HEARD, NO_STILL, condition
from ingest.devices import Pull
from ingest.readings import CameraReport, CameraState
from ingest.sight.doubt import Watched, doubt
from ingest.stations import StationKind
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch, CameraLatest
from tests.cameras import newest
from tests.ingest.cities import NOON, small_city
from tests.ingest.eyes_city import City
from tests.ingest.whole_pictures import jpeg, noise

CAMERA = small_city().cameras["fujii-cam"]
INTERVAL = timedelta(seconds=CAMERA.interval_s)
NEW = CameraLatest(known_at=NOON)
SPEAKS = replace(newest(CameraReport(CAMERA.id, CameraState.ONLINE, NOON, NOON)), known_at=NOON)


@pytest.mark.parametrize("after", [-0.1, 0, 1, 3])
@pytest.mark.parametrize("latest", [NEW, SPEAKS])
def test_within_three_intervals_its_first_still_is_awaited(latest: CameraLatest, after: float) -> None:
    found = condition(CAMERA, latest, NOON + after * INTERVAL)
    assert (found.state, found.reason) == (CameraState.ONLINE, AWAITED)
    assert problems(found, RulesSettings().picture.at(StationKind.RIVER, "fujii")) == ()
    assert doubt(5, None, [Watched(CAMERA.id, found)]) is None


def test_after_them_it_is_the_fault_that_it_was() -> None:
    late = NOON + 3.1 * INTERVAL
    found = condition(CAMERA, NEW, late)
    assert (found.state, found.silence) == (CameraState.OFFLINE, NEVER_HEARD)
    found = condition(CAMERA, replace(SPEAKS, heard_at=late), late)
    assert (found.state, found.silence) == (CameraState.DEGRADED, NO_STILL)
    for unknown in (None, CameraLatest()):
        assert condition(CAMERA, unknown, NOON).silence == NEVER_HEARD


def test_what_it_says_of_itself_counts_at_once() -> None:
    for state in (CameraState.OFFLINE, CameraState.DEGRADED):
        said = newest(CameraReport(CAMERA.id, state, NOON, NOON, "lens heater broken"))
        found = condition(CAMERA, replace(said, known_at=NOON), NOON)
        assert (found.state, found.said) == (state, "lens heater broken")


def test_requests_in_vain_count_at_once() -> None:
    camera = CAMERA.model_copy(update={"pull": Pull(url="http://192.0.2.7/a.jpg")})
    asked = Asked(camera.id, NOON)
    assert condition(camera, replace(NEW, asked=asked.well(NOON)), NOON).silence == AWAITED
    refused = asked.vain(NOON, "unauthorized", "401", answered=True)
    found = condition(camera, replace(NEW, asked=refused), NOON)
    assert (found.state, found.silence, found.asked) == (CameraState.DEGRADED, NO_STILL, "unauthorized")
    away = asked.vain(NOON, "no_connection", "nothing answers", answered=False)
    assert condition(camera, replace(NEW, asked=away), NOON).state is CameraState.OFFLINE


def test_from_the_import_to_the_first_still(tmp_path: Path) -> None:
    """Another import changes nothing; a camera that had shown something and falls silent is not new."""
    city = City(tmp_path)
    city.set_camera(lit=True)

    def how(minute: float) -> str:
        return condition(CAMERA, SqlLog(city.engine).cameras().get(CAMERA.id), NOON + timedelta(minutes=minute)).reason

    interval_min = CAMERA.interval_s / 60
    assert how(0) == AWAITED
    SqlAppender(city.engine).append(Batch(reports=[CameraReport(CAMERA.id, CameraState.ONLINE, NOON, NOON)]))
    assert how(interval_min) == AWAITED
    city.send(jpeg(noise()))
    city.eyes().turn()
    assert how(interval_min) == ""
    assert how(5 * interval_min) == "no_heartbeat"
