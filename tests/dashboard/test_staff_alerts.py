"""What staff read of notifications: which gauge, when, by what way, and what is still open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import plotly.utils  # type: ignore[import-untyped]
import pytest
from sqlalchemy import create_engine

from alerts.records import Delivery, Outcome, Transition
from alerts.store.record import SqlRecord, add_transitions
from dashboard.staff import overview_callbacks, station_callbacks
from dashboard.staff.addresses import page_at
from dashboard.staff.alert_rows import alert_list
from dashboard.staff.station_past import PastEvents
from dashboard.staff.watch import Watch
from ingest.readings import CameraReport, CameraState
from ingest.store.tables import metadata
from tests.dashboard import fakes
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
CALM = "hama-drain"
CALM_NOTE = "通常の監視を続けます"


@pytest.fixture
def at_desk() -> Desk:
    return desk(NOW)


def run(work: Coroutine[Any, Any, Any]) -> str:
    return json.dumps(asyncio.run(work), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def head(at_desk: Desk, path: str) -> str:
    return run(station_callbacks.station_head(Watch(at_desk.services), None, path))


def rows(at_desk: Desk, path: str = "/") -> str:
    picture = Watch(at_desk.services).look()
    assert picture.board
    shown = alert_list(picture.alerts, picture.board.registry, page_at(path), picture.at)
    return json.dumps(shown, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def change(at_desk: Desk, gauge_id: str, to_hazard: int, minutes: float = 30, **more: Any) -> Transition:
    at = NOW - timedelta(minutes=minutes)
    number = len(at_desk.alerts.recorded) + 1
    station_id = gauge_id.rpartition("-")[0]
    made = Transition(
        "stage", gauge_id, station_id, 0, to_hazard, "rise", at, at, reading_seq=number, stage_m=2.5, id=number
    )
    at_desk.alerts.recorded.append(replace(made, **more))
    return at_desk.alerts.recorded[-1]


def test_notifications_show_the_outcomes_of_their_deliveries(at_desk: Desk) -> None:
    said = rows(at_desk)
    for part in ("メール 2件送信済", "LINE 1件失敗 — 550 mailbox unavailable", "LINE 1件到達不明", "未確認・職員のみ"):
        assert part in said


def test_an_alert_still_in_force_stands_beside_a_lower_present_level(at_desk: Desk) -> None:
    change(at_desk, f"{CALM}-01", 5)
    assert "通知中 危険度5（20:30〜・低下を確認中）" in head(at_desk, f"/station/{CALM}")
    said = run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/en/"))
    assert "Notified: hazard 5 (since 20:30, fall being confirmed)" in said


def test_an_unconfirmed_alert_in_force_is_said_to_be_unconfirmed(at_desk: Desk) -> None:
    change(at_desk, f"{CALM}-01", 4, unconfirmed=True)
    assert "通知中 未確認・危険度4" in head(at_desk, f"/station/{CALM}")


def test_an_alert_at_or_below_the_present_hazard_needs_no_word(at_desk: Desk) -> None:
    change(at_desk, "ekimae-under-01", 5)
    change(at_desk, "mizue-01", 1)
    assert "通知中" not in run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/"))


def test_staff_are_not_told_to_go_on_as_usual_while_an_alert_is_open(at_desk: Desk) -> None:
    assert CALM_NOTE in head(at_desk, f"/station/{CALM}")
    change(at_desk, f"{CALM}-01", 3)
    assert CALM_NOTE not in head(at_desk, f"/station/{CALM}")


def test_an_alert_is_found_open_however_many_came_after_it(at_desk: Desk) -> None:
    change(at_desk, f"{CALM}-01", 5)
    for _ in range(60):
        change(at_desk, "mizue-01", 1)
    assert "通知中" in head(at_desk, f"/station/{CALM}")


def test_an_alert_that_ends_changes_the_list(at_desk: Desk) -> None:
    change(at_desk, f"{CALM}-01", 5)
    watch = Watch(at_desk.services)
    watch.picture = watch.look()
    change(at_desk, f"{CALM}-01", 0, 0, from_level=5, cause="fall")
    seen = watch.look()
    assert seen.tokens["stations"] != watch.picture.tokens["stations"]


def test_the_store_knows_the_newest_transition_of_every_gauge(at_desk: Desk) -> None:
    database = create_engine("sqlite://")
    metadata.create_all(database)
    stored = SqlRecord(database)
    made = [change(at_desk, f"{CALM}-01", 2), change(at_desk, "mizue-01", 1), change(at_desk, f"{CALM}-01", 3)]
    with database.begin() as connection:
        add_transitions(connection, made)
    assert {key: each.to_level for key, each in stored.current().items()} == {f"{CALM}-01": 3, "mizue-01": 1}


def test_a_notification_names_its_gauge_where_the_station_has_several(at_desk: Desk) -> None:
    change(at_desk, "hongo-bridge-right", 2)
    said = rows(at_desk)
    assert "右岸 · 2.50 m · 上昇" in said
    assert '"1.61 m · 上昇"' in said


def test_a_gauge_without_a_name_is_never_shown_by_its_identifier(at_desk: Desk) -> None:
    watch = Watch(at_desk.services)
    table = run(station_callbacks.gauges(watch, None, "/en/station/mizue"))
    assert "Gauge" in table
    assert "mizue-01" not in table
    drawn = asyncio.run(
        station_callbacks.graphs(
            watch, at_desk.services, PastEvents(at_desk.services.history), None, "", "/station/mizue"
        )
    )
    assert "mizue-01" not in json.dumps(drawn[0].children[0], cls=plotly.utils.PlotlyJSONEncoder)


def test_a_notification_told_late_says_both_times(at_desk: Desk) -> None:
    change(at_desk, "mizue-01", 2, 58, recorded_at=NOW - timedelta(minutes=41))
    assert "20:02 観測・20:19 通知" in rows(at_desk)
    assert "observed 20:02, told 20:19" in rows(at_desk, "/en/")


def test_a_notification_told_at_once_says_one_time(at_desk: Desk) -> None:
    change(at_desk, "mizue-01", 2, 58, recorded_at=NOW - timedelta(minutes=56))
    assert "観測・" not in rows(at_desk)


def test_what_was_written_to_a_file_is_not_said_to_be_sent(at_desk: Desk) -> None:
    made = change(at_desk, "mizue-01", 2)
    at_desk.alerts.deliveries[made.id] = [
        Delivery("file", "logfile", "…", "…", "…", NOW, key="one", outcome=Outcome.SENT, attempts=1, settled_at=NOW)
    ]
    assert "記録ファイルに1件" in rows(at_desk)
    assert "Log file: 1 written" in rows(at_desk, "/en/")


def test_the_quality_of_a_silent_gauge_says_its_silence(at_desk: Desk) -> None:
    said = run(station_callbacks.gauges(Watch(at_desk.services), None, f"/station/{fakes.SILENT}"))
    assert "良 · 途絶" in said


def test_a_camera_that_said_itself_that_it_is_off_is_not_said_to_be_silent(at_desk: Desk) -> None:
    at = NOW - timedelta(minutes=1)
    reason = "no power from the solar panel"
    at_desk.log.add(CameraReport("hongo-bridge-cam", CameraState.OFFLINE, at, at, reason))
    said = run(overview_callbacks.devices(Watch(at_desk.services), None, None, "", "/"))
    assert "太陽電池から給電なし · 停止の通知 20:59" in said


def test_the_list_cuts_a_stage_that_is_just_below_its_threshold(at_desk: Desk) -> None:
    at_desk.log.add(reading("mizue-01", 1.898, NOW))
    said = run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/"))
    assert '"1.89"' in said
    assert '"1.90"' not in said
