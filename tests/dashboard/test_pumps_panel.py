"""Pumps, gates, ponds and doubts as staff see them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import plotly.graph_objects as go  # type: ignore[import-untyped]
import pytest

from dashboard import running_bands
from dashboard.running_bands import PumpCourse, Span, spans
from dashboard.staff import overview_callbacks, pumps_callbacks, station_callbacks
from dashboard.staff.facts import filled_pct, station_facts
from dashboard.staff.station_past import PastEvents
from dashboard.staff.watch import Watch
from dashboard.views import StationView
from ingest.clock import TrueClock
from ingest.readings import Reading
from ingest.sight.doubt import DoubtReason
from ingest.stations import Quantity
from tests.dashboard import fakes
from tests.dashboard.camera_desk import FROZEN, camera_desk
from tests.dashboard.fake_city import reading
from tests.dashboard.pump_desk import IDLE, POND, SILENT_PUMP, WORKING, pump_desk
from tests.dashboard.staff_fakes import Desk
from tests.dashboard.test_staff_callbacks import words

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_desk() -> Desk:
    return pump_desk(NOW)


@pytest.mark.parametrize(
    ("language", "said"), [("", "内水位計が登録されていない"), ("/en", "No inner gauge is registered")]
)
def test_a_station_without_an_inner_gauge_says_that_its_pumps_cannot_be_judged(
    at_desk: Desk, language: str, said: str
) -> None:
    assert said not in panel(at_desk, WORKING, language)
    city = at_desk.registry.current
    assert city is not None
    left = {key: each for key, each in city.gauges.items() if each.station_id != WORKING or each.role == "outer"}
    at_desk.registry.current = city.model_copy(update={"gauges": left})
    assert said in panel(at_desk, WORKING, language)


def panel(at_desk: Desk, station: str, language: str = "") -> str:
    path = f"{language}/station/{station}"
    return words(asyncio.run(pumps_callbacks.equipment(Watch(at_desk.services), None, None, path)))


def view(at_desk: Desk, station: str) -> StationView:
    seen = Watch(at_desk.services).look().board
    found = seen.station(station) if seen else None
    assert found
    return found


def ran(minutes: float, value: float) -> Reading:
    at = NOW + timedelta(minutes=minutes)
    return Reading("pump", value, at, at, f"p{minutes}", Quantity.RUNNING)


def test_a_flooded_station_without_running_pumps_is_unmistakable(at_desk: Desk) -> None:
    said = panel(at_desk, IDLE)
    for part in (
        "内水位が高いのに、ポンプが動いていません",
        "1号ポンプ · 内水位 1.66 m（運転開始 1.00 m）",
        '"pump-idle"',
    ):
        assert part in said
    assert "水位による危険度は3。ポンプが動いていないため1段上げています。" in said
    assert "The inner stage is high and the pump is not running" in panel(at_desk, IDLE, "/en")


def test_it_stands_one_hazard_higher_in_the_list_and_keeps_the_words_of_its_stage(at_desk: Desk) -> None:
    facts = station_facts(view(at_desk, IDLE), {})
    assert (facts.hazard, facts.water_hazard) == (4, 3)
    assert {"pump_idle", "pump_fault"} <= set(facts.flags)
    assert "水位高・ポンプ停止" in words(
        asyncio.run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/"))
    )
    head = words(asyncio.run(station_callbacks.station_head(Watch(at_desk.services), None, f"/station/{IDLE}")))
    assert "内水氾濫危険水位に到達" not in head.split("次の基準")[0]  # the stage has not reached it


def test_a_fault_is_told_with_the_number_of_the_device(at_desk: Desk) -> None:
    assert "故障 · 番号 17 · 20:59" in panel(at_desk, IDLE)


def test_a_running_pump_says_how_much_it_moves_and_a_gate_how_far_it_is_open(at_desk: Desk) -> None:
    said = panel(at_desk, WORKING)
    for part in ("運転中", "排水 0.82 m³/s", "能力 1.20 m³/s", "開度 35 %"):
        assert part in said
    assert '"pump-idle"' not in said
    assert view(at_desk, WORKING).hazard == 0


def test_inner_and_outer_water_stand_side_by_side_by_elevation(at_desk: Desk) -> None:
    said = panel(at_desk, WORKING)
    assert said.index("内水位") < said.index("外水位")
    assert "内水位が外水位より 0.36 m 高い（標高）" in said  # 1.31 + 2.15 and 2.10 + 1.00
    at_desk.log.add(reading(f"{WORKING}-out", 3.1, NOW))
    assert "外水位が内水位より 0.64 m 高い（標高）" in panel(at_desk, WORKING)


def test_a_pump_that_is_silent_is_not_known_whatever_it_said_last(at_desk: Desk) -> None:
    said = panel(at_desk, SILENT_PUMP)
    assert "不明" in said
    assert "最後の報告 19:59 は運転中" in said
    assert "machine is-unknown" in said


def test_a_pump_that_falls_silent_is_drawn_anew_though_nothing_else_comes_either(at_desk: Desk) -> None:
    """The broker is down: the panel must not go on saying that it runs."""
    time = [NOW]
    watch = Watch(replace(at_desk.services, clock=TrueClock(lambda: time[0])))
    watch.picture = watch.look()
    time[0] += timedelta(minutes=1)
    assert "equipment" not in changed(watch)
    time[0] += timedelta(minutes=20)
    assert "equipment" in changed(watch)
    assert "log" not in changed(watch)


def changed(watch: Watch) -> set[str]:
    """The sections that would be told again."""
    assert watch.picture is not None
    return {each for each, token in watch.look().tokens.items() if watch.picture.tokens[each] != token}


def test_flooded_beside_a_silent_pump_is_said_as_not_known(at_desk: Desk) -> None:
    gauge_id, since = f"{SILENT_PUMP}-01", NOW - timedelta(minutes=40)
    rows = at_desk.log.readings
    at_desk.log.readings = [each for each in rows if each.gauge_id != gauge_id or each.observed_at < since]
    for minutes in (30, 20, 10, 1):
        at_desk.log.add(reading(gauge_id, 1.45, NOW - timedelta(minutes=minutes)))
    assert "ポンプの運転を確認できません" in panel(at_desk, SILENT_PUMP)
    assert "pump_unknown" in station_facts(view(at_desk, SILENT_PUMP), {}).flags


def test_a_pond_says_how_full_it_is_and_what_it_still_takes(at_desk: Desk) -> None:
    said = panel(at_desk, POND)
    assert "あと 6,092 m³" in said  # 4,000 + 0.31 / 1.3 * 8,000 of 12,000
    assert '"width": "49%"' in said
    assert "takes 6,092 m³ more" in panel(at_desk, POND, "/en")
    assert "満水の49 %" in words(asyncio.run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/")))


def test_a_pond_is_called_full_only_when_it_is(at_desk: Desk) -> None:
    gauge = view(at_desk, POND).gauges[0]
    assert gauge.shown
    nearly, full = (replace(gauge, shown=replace(gauge.shown, value=value)) for value in (3.299, 3.3))
    assert (filled_pct(nearly), filled_pct(full)) == (99, 100)


def test_other_stations_have_no_such_panel(at_desk: Desk) -> None:
    assert "panel" not in panel(at_desk, "hongo-bridge")


def test_a_pump_ran_as_long_as_it_said_so_and_its_silence_is_nobodys_knowledge() -> None:
    said = [ran(0, 1), ran(5, 1), ran(10, 0), ran(60, 1)]
    found = spans(said, timedelta(minutes=15), NOW - timedelta(minutes=10), NOW + timedelta(minutes=90))
    minutes = [((each.begin - NOW).total_seconds() / 60, (each.end - NOW).total_seconds() / 60) for each in found]
    assert minutes == [(-10, 0), (0, 10), (10, 25), (25, 60), (60, 75), (75, 90)]
    assert [each.running for each in found] == [None, True, False, None, True, None]


def test_what_a_pump_said_before_the_graph_begins_still_holds_in_it() -> None:
    found = spans([ran(-10, 1), ran(4, 0)], timedelta(minutes=15), NOW, NOW + timedelta(minutes=10))
    assert [(each.begin, each.running) for each in found] == [(NOW, True), (NOW + timedelta(minutes=4), False)]


def test_spans_fill_the_graph_without_gap_or_overlap() -> None:
    since, until = NOW, NOW + timedelta(hours=2)
    found = spans([ran(7 * number, number % 3 % 2) for number in range(12)], timedelta(minutes=10), since, until)
    assert (found[0].begin, found[-1].end) == (since, until)
    assert all(before.end == after.begin for before, after in pairwise(found))
    assert spans([], timedelta(minutes=1), since, until) == (Span(since, until, None),)


def test_the_running_times_stand_below_the_curve_of_the_inner_gauge_alone(at_desk: Desk) -> None:
    drawn = asyncio.run(
        station_callbacks.graphs(
            Watch(at_desk.services),
            at_desk.services,
            PastEvents(at_desk.services.history),
            None,
            "?h=6",
            f"/station/{IDLE}",
        )
    )
    inner, outer = (each.children[-1].children.figure for each in drawn)
    running = [each for each in inner.data if each.yaxis == "y2" and each.line.width == 12]
    assert [len(each.x) for each in running] == [3, 3]  # one run each
    assert inner.layout.yaxis.domain[0] > inner.layout.yaxis2.domain[1]
    assert not [each for each in outer.data if each.yaxis == "y2"]


def test_names_in_the_bands_are_no_tags() -> None:
    figure = go.Figure()
    running_bands.add(figure, [PumpCourse("<b>x", [Span(NOW, NOW, True)])], 200, "運転")
    assert figure.layout.annotations[0].text == "&lt;b&gt;x 運転"


def test_a_gauge_without_thresholds_has_a_hydrograph_all_the_same(at_desk: Desk) -> None:
    drawn = asyncio.run(
        station_callbacks.graphs(
            Watch(at_desk.services),
            at_desk.services,
            PastEvents(at_desk.services.history),
            None,
            "?h=6",
            f"/station/{WORKING}",
        )
    )
    assert len(drawn) == 2


def test_a_high_level_beside_a_camera_that_is_gone_is_a_doubt_that_names_both_sides() -> None:
    at_desk = camera_desk(NOW)
    watch = Watch(at_desk.services)
    head = words(asyncio.run(station_callbacks.station_head(watch, None, f"/station/{fakes.SILENT}")))
    for part in ("水位は高いが、画像がありません", "水位計：危険度3", "カメラ · 今の画像がありません"):
        assert part in head
    listed = words(asyncio.run(overview_callbacks.stations(watch, None, "", "/")))
    assert "水位高・画像なし" in listed


def test_a_high_level_beside_a_frozen_picture_is_a_doubt() -> None:
    at_desk = camera_desk(NOW)
    head = words(asyncio.run(station_callbacks.station_head(Watch(at_desk.services), None, "/en/station/hongo-bridge")))
    assert "Level high, picture unusable" in head
    assert "picture cannot be used" in head
    at_desk.log.faults.clear()
    head = words(asyncio.run(station_callbacks.station_head(Watch(at_desk.services), None, "/en/station/hongo-bridge")))
    assert "Level high" not in head
    assert FROZEN in {each.camera_id for each in at_desk.log.stills}


def test_doubts_are_asked_anew_every_quarter_of_a_minute_alone() -> None:
    at_desk = camera_desk(NOW)
    watch = Watch(at_desk.services)
    assert watch.look().doubts[fakes.SILENT].reason is DoubtReason.MISSING
    before = at_desk.log.queries
    watch.look()
    assert at_desk.log.queries == before
