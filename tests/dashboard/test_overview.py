"""The overview's panels and its map: pure functions of what the watch saw."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import plotly.utils  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from alerts.records import Incident
from dashboard import maps
from dashboard.staff import overview_callbacks, overview_list
from dashboard.staff.addresses import Page
from dashboard.staff.app import live_addresses
from dashboard.staff.facts import StationFacts, camera_facts
from dashboard.staff.overview_panels import rising_fastest, rule_name, waiting_list, worst_stills
from dashboard.staff.waiting_watch import Waiting
from dashboard.staff.watch import Watch
from dashboard.tiles import TileSettings
from ingest.stations import City, Registry
from tests.dashboard import fake_city, fakes
from tests.dashboard.staff_fakes import Desk, desk

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
RING = ((133.4, 34.5), (133.7, 34.5), (133.7, 34.7), (133.4, 34.5))


def said(component: Any) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


@pytest.fixture
def at_desk() -> Desk:
    return desk(NOW)


@pytest.fixture
def watch(at_desk: Desk) -> Watch:
    return Watch(at_desk.services)


def marks(watch: Watch, search: str = "") -> dict[str, Any]:
    found: dict[str, Any] = asyncio.run(overview_callbacks.map_marks(watch, None, search, "/"))
    return found


def test_the_map_has_a_mark_for_every_station_the_worst_first(watch: Watch) -> None:
    found = marks(watch)["marks"]
    assert len(found) == len(fake_city.SPOTS)
    assert (found[0]["id"], found[0]["hazard"], found[0]["href"]) == ("ekimae-under", 5, "/station/ekimae-under")
    assert {each["id"] for each in found if each["hazard"] is None} == {fakes.NEVER}


def test_what_is_not_to_be_relied_on_is_marked_on_the_map(watch: Watch) -> None:
    doubtful = {each["id"] for each in marks(watch)["marks"] if each["doubtful"]}
    assert doubtful == {fakes.SILENT, fakes.NEVER, fakes.UNCONFIRMED, fakes.FAULTY}


def test_the_map_goes_to_what_is_filtered(watch: Watch) -> None:
    whole, rivers = marks(watch)["box"], marks(watch, "?kind=pump_station")
    assert {each["id"] for each in rivers["marks"]} == {"hama-pump", "minato-pump", "nishi-pump", "asahi-pump"}
    assert whole["west"] <= rivers["box"]["west"] < rivers["box"]["east"] <= whole["east"]
    assert rivers["box"]["north"] > whole["north"]


def test_positions_are_those_of_tiles() -> None:
    assert maps.projected(0, 0) == (0.5, 0.5)
    assert maps.projected(180, 85.0511287798) == pytest.approx((1.0, 0.0), abs=2e-3)
    x, y = maps.projected(133.2, 34.4)
    assert (int(x * 2**10), int(y * 2**10)) == (890, 407)  # the tile 10/890/407


def test_the_boundary_is_drawn_and_shown_whole_until_something_is_filtered(at_desk: Desk, watch: Watch) -> None:
    registry = at_desk.registry.current
    assert registry
    city = City.model_validate({**registry.city.model_dump(), "boundary": [RING]})
    at_desk.registry.current = registry.model_copy(update={"city": city})
    assert asyncio.run(overview_callbacks.map_ground(watch, TileSettings(), None, "/"))["boundary"]
    west = maps.projected(133.4, 34.5)[0]
    assert marks(watch)["box"]["west"] <= west < marks(watch, "?hazard=5")["box"]["west"]


def test_a_city_without_stations_and_lines_has_a_map_all_the_same(at_desk: Desk, watch: Watch) -> None:
    empty = fake_city.city().model_copy(update={"outlines": (), "rivers": ()})
    at_desk.registry.current = Registry.of(empty, [])
    found = marks(watch)
    assert found["marks"] == []
    assert found["box"]["west"] < found["box"]["east"]


def test_a_tile_server_is_allowed_by_the_policy_and_no_other_host(watch: Watch) -> None:
    tiles = TileSettings(url="https://tiles.example.jp/{z}/{x}/{y}.png", attribution="Example")
    assert asyncio.run(live_addresses(watch, tiles))["img-src"] == ("https://tiles.example.jp",)
    assert "img-src" not in asyncio.run(live_addresses(watch, TileSettings()))
    with pytest.raises(ValidationError, match="no address of tiles"):
        TileSettings(url="https://tiles.example.jp/map.png")


def test_a_mark_that_is_sent_as_a_number_says_what_the_mark_says(watch: Watch) -> None:
    found: dict[str, Any] = asyncio.run(overview_callbacks.map_marks(watch, None, "?kind=river", "/en"))
    ground: dict[str, Any] = asyncio.run(overview_callbacks.map_ground(watch, TileSettings(), None, "/en"))
    sent = maps.packed(found)
    assert sent is not None
    assert (sent["box"], sent["of"]) == (found["box"], ground["of"])
    assert any(each["doubtful"] for each in found["marks"])
    for number, mark in zip(sent["states"], found["marks"], strict=True):
        name, x, y, said = ground["places"][number >> 4]
        hazard = (number >> 1 & 7) - 1
        assert (name, x, y, said) == (mark["id"], mark["x"], mark["y"], mark["name"])
        assert (None if hazard < 0 else hazard, bool(number & 1)) == (mark["hazard"], mark["doubtful"])
        assert f"{said} · {ground['said'][hazard + 1]}" == mark["title"]
        assert name.join(ground["way"]) == mark["href"]


def test_a_name_in_the_registry_is_data_of_the_map_and_no_markup(at_desk: Desk, watch: Watch) -> None:
    registry = at_desk.registry.current
    assert registry
    hostile = registry.stations["mizue"].model_copy(update={"name": {"ja": "<b onclick=x>橋"}})
    at_desk.registry.current = registry.model_copy(update={"stations": {**registry.stations, "mizue": hostile}})
    assert "<b onclick=x>橋" in [each["name"] for each in marks(watch)["marks"]]


def test_a_filter_that_hides_a_danger_says_so(watch: Watch) -> None:
    said_of = asyncio.run(overview_callbacks.hidden(watch, None, "?kind=retention_pond", "/"))
    assert "危険度3以上が 8 地点" in said(said_of)
    assert said_of.hidden is False
    assert asyncio.run(overview_callbacks.hidden(watch, None, "", "/")).hidden is True


def test_counts_are_of_what_the_other_choices_leave_and_are_links(watch: Watch) -> None:
    found = said(asyncio.run(overview_callbacks.counts(watch, None, "?kind=river&hazard=4", "/en/")))
    assert '"/en/?kind=river&hazard=4&hazard=5"' in found
    assert '"/en/?kind=river"' in found  # a click on what is chosen takes it back
    assert '"children": "8"' not in found


def test_the_list_holds_what_is_chosen_alone(watch: Watch) -> None:
    listed = said(asyncio.run(overview_callbacks.stations(watch, None, "?hazard=5", "/")))
    assert "駅前アンダーパス" in listed
    assert "本郷橋" not in listed
    assert "この条件に合う地点はありません" in said(
        asyncio.run(overview_callbacks.stations(watch, None, "?hazard=5&kind=river", "/"))
    )


def test_many_calm_stations_are_folded_and_nothing_else_is(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview_list, "FEW", 2)
    folded = said(asyncio.run(overview_callbacks.stations(watch, None, "", "/")))
    assert "平常の 7 地点を表示" in folded
    assert "上田用水" in folded  # its hazard is 0, and its sensor is at fault
    assert "松原調整池" not in folded
    unfolded = said(asyncio.run(overview_callbacks.stations(watch, None, "?calm=1", "/")))
    assert "松原調整池 · 1.12 m" in unfolded


def test_what_rises_fastest_stands_first_with_its_minutes(watch: Watch) -> None:
    found = said(asyncio.run(overview_callbacks.rising(watch, None, "", "/")))
    assert found.index("本郷橋") < found.index("川口") < found.index("大池調整池")
    assert "+1.20" in found
    assert "直近" in found


def test_nothing_that_falls_or_is_not_believed_rises() -> None:
    line = StationFacts("a", 1, "g", 1.0, 0.4, "rising", NOW, 1, ())
    others = [replace(line, station_id="b", rise_m_per_h=-2.0, trend="falling")]
    others.append(replace(line, station_id="c", rise_m_per_h=None, trend="unknown"))
    assert rising_fastest([*others, line]) == [line]


def test_alerts_that_wait_stand_worst_first_with_how_long_and_a_button(watch: Watch) -> None:
    found = said(asyncio.run(overview_callbacks.waiting(watch, None, "/")))
    assert found.index("駅前アンダーパス") < found.index("浜ポンプ場") < found.index("旭橋")
    assert "本郷橋" not in found  # somebody has acknowledged it
    assert "9分経過" in found
    assert "/api/v1/incidents/2/acknowledgement" in found


def test_an_alert_that_rises_is_a_new_one_and_hazard_four_is_urgent(at_desk: Desk, watch: Watch) -> None:
    before = asyncio.run(overview_callbacks.alarm(watch, None, "/"))
    assert before == {"waiting": ["2/5", "3/3", "4/2"], "urgent": True}
    one = at_desk.alerts.incidents[2]
    at_desk.alerts.incidents = [replace(one, level=4)]
    later = asyncio.run(overview_callbacks.alarm(Watch(at_desk.services), None, "/"))
    assert later == {"waiting": ["3/4"], "urgent": False}  # a rate of rise is no hazard, however much it matters


def test_an_alert_of_a_gateway_which_has_no_station_leads_to_its_own_page(at_desk: Desk) -> None:
    assert at_desk.registry.current is not None
    alert = Waiting(replace(Incident("", "gateway", NOW, 2, 2), id=7), NOW)
    found = said(waiting_list([alert], at_desk.registry.current, Page("en"), NOW))
    assert "/en/alerts/7" in found
    assert "whole city" in found


def test_no_filter_hides_an_alert_that_waits(at_desk: Desk) -> None:
    at_desk.alerts.incidents = [Incident("gone-station", "stage", NOW - timedelta(hours=2), 4, 4, id=9)]
    found = said(asyncio.run(overview_callbacks.waiting(Watch(at_desk.services), None, "/")))
    assert "gone-station" in found
    assert "2時間0分経過" in found


def test_urgent_ones_stand_above_higher_levels_of_lesser_rules() -> None:
    def key(each: Waiting) -> tuple[bool, int]:
        return each.urgent, each.incident.level

    assert key(Waiting(Incident("a", "stage", NOW, 4, 4), NOW)) == (True, 4)
    assert key(Waiting(Incident("a", "silence", NOW, 4, 4), NOW)) == (False, 4)


def test_the_newest_pictures_are_of_the_worst_places_with_their_own_time(watch: Watch) -> None:
    found = said(asyncio.run(overview_callbacks.worst(watch, None, None, "", "/")))
    assert found.index("駅前アンダーパス") < found.index("本郷橋") < found.index("千波水路")
    assert "20:57" in found
    old = said(asyncio.run(overview_callbacks.worst(watch, None, None, "?hazard=silent", "/")))
    assert "古い画像です" in old or "応答なし" in old
    assert "still-bad" in old


def test_a_picture_of_yesterday_among_the_newest_has_its_date(watch: Watch) -> None:
    picture = asyncio.run(watch.latest())
    assert picture.board is not None
    facts = [camera_facts(each) for view in picture.board.stations for each in view.cameras]
    [shown] = [each for each in facts if each.taken_at is not None][:1]
    drawn = [
        said(worst_stills([(2, shown)], picture.board.registry, Page("ja"), picture.at + timedelta(days=days)))
        for days in (0, 1)
    ]
    assert '"07/01 ' not in drawn[0]
    assert '"07/01 ' in drawn[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_rule_has_a_name(language: str) -> None:
    for rule in ("stage", "rise", "silence", "camera", "pump_idle"):
        assert rule_name(rule, language) != rule
