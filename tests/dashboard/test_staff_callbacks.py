"""The callbacks as plain functions, and the watch behind them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import plotly.utils  # type: ignore[import-untyped]
import pytest

from dashboard.staff import callbacks, cameras_callbacks, overview_callbacks, pages, station_callbacks
from dashboard.staff.push import beat, news
from dashboard.staff.station_past import PastEvents
from dashboard.staff.watch import SECTIONS, Watch
from ingest.readings import Quality
from ingest.stations import Registry
from tests.dashboard import fakes
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def words(component: Any) -> str:
    """A component as the JSON that is sent, Japanese readable."""
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def run(work: Coroutine[Any, Any, Any]) -> str:
    return words(asyncio.run(work))


@pytest.fixture
def at_desk() -> Desk:
    return desk(NOW)


@pytest.fixture
def watch(at_desk: Desk) -> Watch:
    return Watch(at_desk.services)


def test_the_list_says_station_stage_rise_time_and_state(watch: Watch) -> None:
    said = run(overview_callbacks.stations(watch, None, "", "/"))
    for part in ("駅前アンダーパス", "3.46", "+1.20", "20:58", "2分前"):
        assert part in said


def test_the_list_marks_what_is_silent_unconfirmed_faulty_or_never_heard(watch: Watch) -> None:
    said = run(overview_callbacks.stations(watch, None, "", "/"))
    for flag in ("途絶（最後の値）", "未確認", "センサー異常", "受信なし"):
        assert flag in said


def test_the_list_speaks_english_and_its_links_stay_english(watch: Watch) -> None:
    said = run(overview_callbacks.stations(watch, None, "", "/en/"))
    assert "Silent (last value)" in said
    assert '"/en/station/hongo-bridge"' in said


def test_no_trend_is_claimed_for_an_unconfirmed_stage(watch: Watch) -> None:
    said = run(station_callbacks.station_head(watch, None, f"/station/{fakes.UNCONFIRMED}"))
    assert "trend-unknown" in said


def test_the_counts_name_every_hazard_and_the_silent(watch: Watch) -> None:
    said = run(overview_callbacks.counts(watch, None, "", "/"))
    assert "途絶" in said
    assert said.count('"count"') == 8


def test_the_devices_say_what_is_wrong_and_since_when(watch: Watch) -> None:
    said = run(overview_callbacks.devices(watch, None, None, "", "/"))
    for part in ("20:10 から受信なし", "一度も受信していません", "応答なし · 最終受信 19:24", "暗くて見えません"):
        assert part in said


def test_a_station_page_extrapolates_only_with_a_label(watch: Watch) -> None:
    said = run(station_callbacks.station_head(watch, None, "/station/hongo-bridge"))
    assert "このまま上がれば約30分後（速くて30分、遅くて35分。目安・予測ではありません）" in said
    assert "このまま上がれば" not in run(station_callbacks.station_head(watch, None, f"/station/{fakes.SILENT}"))


def test_a_station_that_is_not_there_is_said_to_be_unknown(watch: Watch) -> None:
    assert "登録されていません" in run(station_callbacks.station_head(watch, None, "/station/nowhere"))


def test_the_gauges_are_given_above_the_national_datum(watch: Watch) -> None:
    assert "5.61" in run(station_callbacks.gauges(watch, None, "/station/hongo-bridge"))


def test_an_old_still_and_its_camera_are_unmistakable(at_desk: Desk, watch: Watch) -> None:
    said = run(cameras_callbacks.stills(watch, at_desk.services, None, f"/station/{fakes.SILENT}"))
    for part in ("2026-07-01 19:24", "古い画像です（1時間36分前）", "カメラ 停止", "still-bad"):
        assert part in said


def test_a_camera_without_a_still_says_so(at_desk: Desk) -> None:
    at_desk.log.stills.clear()
    said = run(cameras_callbacks.stills(Watch(at_desk.services), at_desk.services, None, "/station/hongo-bridge"))
    assert "画像はまだ届いていません" in said


def test_a_hydrograph_is_drawn_for_every_gauge(at_desk: Desk, watch: Watch) -> None:
    drawn = asyncio.run(
        station_callbacks.graphs(
            watch, at_desk.services, PastEvents(at_desk.services.history), None, "?h=6", "/station/hongo-bridge"
        )
    )
    assert len(drawn) == 2
    assert "右岸" in words(drawn)


def test_a_hydrograph_that_lacks_the_past_says_so(at_desk: Desk, watch: Watch) -> None:
    said = words(
        asyncio.run(
            station_callbacks.graphs(
                watch, at_desk.services, PastEvents(at_desk.services.history), None, "?h=8760", "/station/hongo-bridge"
            )
        )
    )
    assert "過去の記録" not in said
    at_desk.log.past_away = True
    said = words(
        asyncio.run(
            station_callbacks.graphs(
                watch, at_desk.services, PastEvents(at_desk.services.history), None, "?h=8760", "/station/hongo-bridge"
            )
        )
    )
    assert "過去の記録を今は読み出せません" in said


def test_only_the_notifications_of_the_station_stand_on_its_page(at_desk: Desk, watch: Watch) -> None:
    said = run(station_callbacks.station_alerts(watch, at_desk.services, None, "/station/hongo-bridge"))
    assert "本郷橋" in said
    assert "大池調整池" not in said


def test_an_unknown_address_says_so_and_leads_back() -> None:
    assert "このページはありません" in words(pages.page("/nowhere"))


def test_the_link_to_the_other_language_keeps_the_page() -> None:
    assert '"/en/station/mizue"' in words(callbacks.languages("/station/mizue"))


def test_before_the_first_registry_the_screen_says_so(at_desk: Desk) -> None:
    at_desk.registry.current = None
    assert "まだ地点が登録されていません" in run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/"))


def test_a_demonstration_wears_its_badge_and_a_real_city_does_not(at_desk: Desk) -> None:
    assert "デモ" in run(callbacks.brand(Watch(at_desk.services), None, "/"))
    assert at_desk.registry.current
    city = at_desk.registry.current.city.model_copy(update={"demonstration": False})
    at_desk.registry.current = Registry.of(city, at_desk.registry.current.stations.values())
    assert "デモ" not in run(callbacks.brand(Watch(at_desk.services), None, "/"))


def test_a_drill_wears_its_badge_on_every_staff_page(at_desk: Desk) -> None:
    assert "訓練" not in run(callbacks.brand(Watch(at_desk.services), None, "/")).replace("訓練・展示", "")
    assert at_desk.registry.current
    city = at_desk.registry.current.city.model_copy(update={"drill": True})
    at_desk.registry.current = Registry.of(city, at_desk.registry.current.stations.values())
    for page in ("/", "/en/"):
        assert "drill" in run(callbacks.brand(Watch(at_desk.services), None, page))


def test_only_the_sections_that_changed_are_told_again(at_desk: Desk, watch: Watch) -> None:
    watch.picture = watch.look()
    told = dict(watch.picture.tokens)
    assert set(told) == set(SECTIONS)
    assert not news(watch.look(), told)
    at_desk.alerts.recorded.append(replace(at_desk.alerts.recorded[-1], id=99))
    assert set(news(watch.look(), told)) == {"alerts"}


def test_a_new_reading_changes_the_list_and_not_the_notifications(at_desk: Desk, watch: Watch) -> None:
    watch.picture = watch.look()
    at_desk.log.add(reading("mizue-01", 2.9, NOW))
    changed = set(news(watch.look(), watch.picture.tokens))
    assert changed == {"stations", "counts", "log"}


def test_a_delivery_that_settles_changes_the_notifications(at_desk: Desk, watch: Watch) -> None:
    watch.picture = watch.look()
    of_newest = at_desk.alerts.deliveries[at_desk.alerts.recorded[-1].id]
    of_newest[-1] = replace(of_newest[-1], attempts=2)
    assert set(news(watch.look(), watch.picture.tokens)) == {"alerts"}


def test_the_log_is_read_again_only_when_its_ends_have_moved(at_desk: Desk, watch: Watch) -> None:
    watch.look()
    before = at_desk.log.queries
    watch.look()
    assert at_desk.log.queries == before
    at_desk.log.add(reading("mizue-01", 1.2, NOW, Quality.SUSPECT))
    watch.look()
    assert at_desk.log.queries > before


def test_fifty_viewers_ask_the_store_no_more_than_one(at_desk: Desk, watch: Watch) -> None:
    async def look_together() -> None:
        await asyncio.gather(*(watch.latest() for _ in range(50)))

    asyncio.run(look_together())
    asked = at_desk.log.queries
    Watch(at_desk.services).look()
    assert at_desk.log.queries == 2 * asked


def test_a_store_that_is_away_leaves_the_picture_and_is_told(
    at_desk: Desk, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.picture = watch.look()
    at_desk.log.broken = True
    seen = asyncio.run(watch.latest())
    assert (seen.readable, seen.board) == (False, watch.picture.board)
    assert beat(seen, at_desk.services.clock, NOW + timedelta(seconds=9))["readable"] is False
    assert "could not be read" in caplog.text
