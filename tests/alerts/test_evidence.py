"""What an incident's gauges and cameras said is kept, and nothing else: pruned by a clock far in the future."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import Table, select, update

from deploy.migrations.lineage import PAST
from ingest.readings import CameraReport, CameraState, Still
from ingest.store.appender import SqlAppender
from ingest.store.housekeeping import prune
from ingest.store.past.locks import SqlLocks, camera_locks
from ingest.store.past.pruning import Pruner
from ingest.store.past.sqlite import SqlitePast
from ingest.store.protocol import Batch
from ingest.store.rows import reading_of
from ingest.store.tables import camera_reports, open_database, readings, stills
from tests.alerts.duty import CAMERA, OTHER_CAMERA, WATCHED, Duty, prompt, settings_of
from tests.alerts.house import accept, refuse
from tests.alerts.night import GAUGE, OTHER_GAUGE, at

FAR = at(0) + timedelta(days=4000)
HOUR = 60


@pytest.fixture
def duty(database: Database) -> Duty:
    made = Duty(database, settings_of(incidents={"evidence_before_s": 7200, "evidence_after_s": 3600}))
    made.serve(WATCHED)
    return made


def photograph(duty: Duty, minute: float) -> None:
    """A still and a report of both cameras."""
    for camera in (CAMERA, OTHER_CAMERA):
        name = f"{camera.id}/20260701/{minute:g}.jpg"
        still = Still(camera.id, at(minute), at(minute), name, 640, 480, clock_suspect=False)
        report = CameraReport(camera.id, CameraState.ONLINE, at(minute), at(minute))
        SqlAppender(duty.database).append(Batch(stills=[still], reports=[report]))


def night(duty: Duty, until_h: int = 20) -> None:
    """Every hour both gauges and both cameras; the river is at 3.2 m from the eighth to the tenth hour."""
    for hour in range(until_h):
        duty.receive(prompt(hour * HOUR + 1, 0.4, OTHER_GAUGE.id))
        photograph(duty, hour * HOUR)
        duty.water(hour * HOUR, 3.2 if 8 <= hour <= 10 else 0.4)


def hours_kept(duty: Duty, table: Table = readings) -> dict[str, list[int]]:
    """By gauge or camera, the hours of what is still there after pruning by the far clock."""
    kept: dict[str, list[int]] = {}
    with duty.database.connect() as connection:
        for row in connection.execute(select(table)):
            when: datetime = getattr(row, "observed_at", None) or getattr(row, "taken_at", None) or row.reported_at
            name = getattr(row, "gauge_id", None) or row.camera_id
            kept.setdefault(name, []).append(int((when - at(0)) / timedelta(hours=1)))
    return {name: sorted(hours) for name, hours in kept.items()}


def prune_all(duty: Duty) -> list[str]:
    """Retention by the far clock; the files that were removed."""
    pruner = Pruner(duty.database, [lambda: 10**9])
    while pruner.turn(FAR):
        pass
    removed: list[str] = []
    prune(duty.database, FAR, removed.append)
    return removed


def test_readings_stills_and_reports_of_an_incident_are_kept_and_exactly_these(duty: Duty) -> None:
    night(duty)
    (incident,) = duty.incidents()
    assert incident.closed_at == at(12 * HOUR)  # below since 11, held for 20 minutes: found at 12
    removed = prune_all(duty)
    # Two hours before the first reading at a level, one after the end; the newest of all stays in any case.
    span = [*range(6, 14), 19]
    assert hours_kept(duty) == {"fujii-01": span, "gakuen-01": [19]}
    assert hours_kept(duty, stills) == {"fujii-cam": span, "gakuen-cam": [19]}
    assert hours_kept(duty, camera_reports) == {"fujii-cam": span, "gakuen-cam": [19]}
    assert len(removed) == 40 - 9 - 1
    assert [each.text for each in duty.lines("evidence")] == [
        "証拠として保全した: 2026-07-02 00:00 以降の観測値（水位計1）と画像（カメラ1）",
        "証拠の範囲を 2026-07-02 07:00 までとした",
    ]


def test_an_open_incident_keeps_everything_from_its_beginning_on(duty: Duty) -> None:
    night(duty, until_h=10)
    prune_all(duty)
    assert hours_kept(duty)["fujii-01"] == [6, 7, 8, 9]
    assert hours_kept(duty, stills)["fujii-cam"] == [6, 7, 8, 9]


def test_a_close_by_a_person_gives_the_evidence_its_end(duty: Duty) -> None:
    night(duty, until_h=10)
    duty.desk.close(1, "当番", "確認済み")
    (of_gauge,) = SqlLocks(duty.database).locks()
    with duty.database.connect() as connection:
        (of_camera,) = connection.execute(select(camera_locks)).all()
    assert of_gauge.until == of_camera.until == duty.clock.at + timedelta(hours=1)
    assert (of_gauge.by, of_camera.by) == ("incident 1", "incident 1")
    with duty.database.begin() as connection:
        connection.execute(update(camera_locks).values(released_at=duty.clock.at, released_by="記録係"))
    prune_all(duty)
    assert hours_kept(duty, stills)["fujii-cam"] == [9]


def test_the_past_forgets_everything_but_the_evidence(duty: Duty, tmp_path: Path) -> None:
    night(duty)
    database = open_database(f"sqlite:///{tmp_path / 'past.db'}")
    PAST.tables().create_all(database)
    past = SqlitePast(database)
    with duty.database.connect() as connection:
        found = [reading_of(row) for row in connection.execute(select(readings))]
    past.keep(found)
    past.forget(FAR, SqlLocks(duty.database).spans())
    left = past.rows(GAUGE.id, [(at(0), FAR)])
    assert [int((each.observed_at - at(0)) / timedelta(hours=1)) for each in left] == list(range(6, 14))
    assert past.rows(OTHER_GAUGE.id, [(at(0), FAR)]) == []
    past.close()


def test_an_incident_is_not_recorded_without_its_evidence(duty: Duty) -> None:
    refuse(duty.database, "evidence_locks")
    with pytest.raises(Exception, match="disk is full"):
        duty.water(10, 3.2)
    assert duty.incidents() == []
    accept(duty.database)
    duty.engine.turn()
    assert len(duty.incidents()) == 1
    assert len(SqlLocks(duty.database).locks()) == 1
