"""Cameras as staff see them: the cards of a station, the page of all, the strips for looking back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.i18n import LANGUAGES, catalogue
from dashboard.staff import cameras_callbacks, cameras_words, overview_callbacks, pages
from dashboard.staff.addresses import Page, page_at
from dashboard.staff.cameras_page import worst_first
from dashboard.staff.facts import camera_facts, flags
from dashboard.staff.watch import Watch, wall_facts
from dashboard.views import board
from ingest.devices import Live
from ingest.pull.vain import Cause
from ingest.readings import CameraReport, CameraState, Still
from ingest.sight.look import Unjudged
from ingest.stations import Registry
from tests.dashboard.camera_desk import COVERED, FROZEN, STILLS_STOPPED, WELL, camera_desk
from tests.dashboard.staff_fakes import Desk
from tests.dashboard.test_staff_callbacks import words

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_desk() -> Desk:
    return camera_desk(NOW, {FROZEN: Live(kind="mjpeg", url="http://cam.example.jp:8080/live")})


def cards(at_desk: Desk, station: str, language: str = "") -> str:
    path = f"{language}/station/{station}"
    return words(asyncio.run(cameras_callbacks.stills(Watch(at_desk.services), at_desk.services, None, path)))


def wall(at_desk: Desk, search: str = "", path: str = "/cameras") -> Any:
    return asyncio.run(cameras_callbacks.wall(Watch(at_desk.services), None, search, path))


def registry_of(at_desk: Desk) -> Registry:
    assert at_desk.registry.current
    return at_desk.registry.current


@pytest.mark.parametrize("path", ["/cameras", "/en/cameras"])
def test_the_page_of_the_cameras_has_an_address_in_both_languages(path: str) -> None:
    page = page_at(path)
    assert page.place == "cameras"
    assert page.found
    assert page.path() == path
    assert page_at(page.other_language().path()).place == "cameras"
    assert "camera-wall" in words(pages.page(path))


def test_a_frozen_picture_carries_a_band_that_says_not_to_judge_by_it(at_desk: Desk) -> None:
    said = cards(at_desk, "hongo-bridge")
    for part in ('"band"', "画像が固まっています", "水位の判断に使わないでください", "カメラ 不調", "2026-07-01 20:57"):
        assert part in said


def test_a_camera_without_a_name_is_not_called_camera_below_the_heading_that_says_so(at_desk: Desk) -> None:
    assert "camera-name" not in cards(at_desk, "hongo-bridge")
    city = registry_of(at_desk)
    second = city.cameras[FROZEN].model_copy(update={"id": "second"})
    at_desk.registry.current = city.model_copy(update={"cameras": {**city.cameras, "second": second}})
    assert [cameras_words.name(each, registry_of(at_desk), "ja") for each in (FROZEN, "second")] == [
        "カメラ 1",
        "カメラ 2",
    ]
    named = city.cameras[FROZEN].model_copy(update={"name": {"ja": "上流側"}})
    at_desk.registry.current = city.model_copy(update={"cameras": {**city.cameras, FROZEN: named}})
    said = cards(at_desk, "hongo-bridge")
    assert said.index('"上流側"') < said.index('"撮影"')


def test_a_picture_that_can_be_trusted_carries_no_band(at_desk: Desk) -> None:
    said = cards(at_desk, "hama-pump")
    assert '"band"' not in said
    assert "still-bad" not in said


def test_every_fault_of_a_picture_is_named_in_both_languages(at_desk: Desk) -> None:
    assert "レンズが覆われています、カメラの向きがずれています" in cards(at_desk, "ekimae-under")
    assert "lens covered, camera turned away from its view" in cards(at_desk, "ekimae-under", "/en")


def test_a_camera_that_speaks_and_sends_no_stills_says_that_its_picture_is_old(at_desk: Desk) -> None:
    at_desk.log.add(CameraReport(STILLS_STOPPED, CameraState.ONLINE, NOW, NOW, ""))
    said = cards(at_desk, "kawaguchi")
    assert "新しい画像が来ません · 古い画像です（55分前）" in said


@pytest.mark.parametrize(
    ("why", "japanese", "english"),
    [
        (Unjudged.DARK_NIGHT, "夜間で暗く判定なし", "too dark (night): not judged"),
        (Unjudged.TOO_SMALL, "画像が小さすぎて判定できません", "picture too small to be judged"),
        (Unjudged.NOT_JUDGED, "画像を判定できませんでした", "picture could not be judged"),
    ],
)
def test_a_picture_of_which_nothing_can_be_told_says_so(
    at_desk: Desk, why: Unjudged, japanese: str, english: str
) -> None:
    """A dark night is no fault: nothing is written across its picture."""
    at_desk.log.unjudged = {still.seq: why for still in at_desk.log.stills if still.camera_id == WELL}
    said = cards(at_desk, "hama-pump")
    assert japanese in said
    assert english in cards(at_desk, "hama-pump", "/en")
    assert ('"band"' in said) == (why is not Unjudged.DARK_NIGHT)
    assert ("カメラ 不調" in said) == (why is not Unjudged.DARK_NIGHT)


def counted(at_desk: Desk) -> dict[str, str]:
    """The choice of states: addresses and numbers."""
    nav = asyncio.run(cameras_callbacks.states(Watch(at_desk.services), None, "", "/cameras"))
    return {each.href: each.children[1].children for each in nav.children}


def test_a_new_camera_waits_for_its_first_picture_and_is_in_no_trouble(at_desk: Desk) -> None:
    assert "/cameras?s=awaited" not in counted(at_desk)
    at_desk.log.stills = [each for each in at_desk.log.stills if each.camera_id != WELL]
    at_desk.log.reports = [each for each in at_desk.log.reports if each.camera_id != WELL]
    assert "カメラ 停止" in cards(at_desk, "hama-pump")
    at_desk.log.known_at[WELL] = NOW - timedelta(minutes=1)
    assert "カメラ 受信待ち · 最初の画像を待っています" in cards(at_desk, "hama-pump")
    assert "Camera waiting · waiting for its first picture" in cards(at_desk, "hama-pump", "/en")
    assert counted(at_desk)["/cameras?s=awaited"] == "1"
    for search, there in (("", True), ("?s=awaited", True), ("?s=trouble", False), ("?s=online", False)):
        assert (f'"{WELL}"' in words(wall(at_desk, search))) == there


def test_a_camera_whose_clock_stands_says_so_beside_its_picture(at_desk: Desk) -> None:
    at_desk.log.stills = [
        replace(each, clock_suspect=True, clock_stands=True) if each.camera_id == WELL else each
        for each in at_desk.log.stills
    ]
    assert "カメラの時計が止まっています（表示は受信した時刻）" in cards(at_desk, "hama-pump")
    assert "The camera's clock stands still: the time shown is that of receipt" in cards(at_desk, "hama-pump", "/en")


def test_a_camera_says_when_it_was_heard_how_often_it_should_be_and_how_it_feels(at_desk: Desk) -> None:
    said = cards(at_desk, "hama-pump")
    for part in (
        "最終受信 20:59（1分前）",
        "撮影 5分ごと",
        "応答 1分ごと",
        "12.5 fps",
        "内部 41 °C",
        "63 % 使用",
        "88 % 12.4 V",
    ):
        assert part in said


def test_the_words_of_the_camera_itself_stand_beside_ours(at_desk: Desk) -> None:
    at_desk.log.add(CameraReport(WELL, CameraState.DEGRADED, NOW, NOW, "lens heater <b>broken</b>"))
    assert "lens heater <b>broken</b>" in cards(at_desk, "hama-pump")


def test_the_picture_of_a_normal_day_stands_beside_the_present_one(at_desk: Desk) -> None:
    said = cards(at_desk, "hongo-bridge")
    assert "平常時の画像（2026-06-11 21:00）" in said
    assert f"/still/{FROZEN}/normal.jpg?copy=thumb" in said
    assert "平常時" not in cards(at_desk, "hama-pump")


def test_a_live_view_is_offered_and_not_opened(at_desk: Desk) -> None:
    said = cards(at_desk, "hongo-bridge")
    assert '"data-live": "mjpeg"' in said
    assert '"data-url": "http://cam.example.jp:8080/live"' in said
    assert '"src": "http://cam' not in said
    assert "data-live" not in cards(at_desk, "hama-pump")


def test_a_page_of_a_camera_opens_apart_and_knows_nothing_of_ours() -> None:
    at_desk = camera_desk(NOW, {FROZEN: Live(kind="page", url="https://cams.example.jp/7")})
    said = cards(at_desk, "hongo-bridge")
    assert '"href": "https://cams.example.jp/7"' in said
    assert '"rel": "noopener noreferrer"' in said


def test_cameras_stand_by_the_hazard_of_their_station_and_within_one_those_first_that_mislead(at_desk: Desk) -> None:
    seen = Watch(at_desk.services).look().board
    assert seen
    hazards = {view.station.id: view.hazard for view in seen.stations}
    cameras = [camera_facts(camera) for view in seen.stations for camera in view.cameras]
    ordered = worst_first(cameras, hazards)
    assert ordered[0].camera_id == COVERED
    of_each = [-(hazards[each.station_id] or 0) for each in ordered]
    assert of_each == sorted(of_each)
    assert [card["hazard"] for card in wall(at_desk)["cards"]] == [str(-hazard) for hazard in of_each]
    equal = [replace(cameras[0], state=state) for state in (CameraState.ONLINE, CameraState.OFFLINE)]
    assert [each.state for each in worst_first(equal, hazards)] == [CameraState.OFFLINE, CameraState.ONLINE]


def test_the_filters_of_the_overview_choose_cameras_too_and_the_state_stays(at_desk: Desk) -> None:
    search = "?kind=underpass&s=trouble"
    assert [each["camera"] for each in wall(at_desk, search)["cards"]] == [COVERED]
    watch = Watch(at_desk.services)
    chosen = words(asyncio.run(overview_callbacks.choices(watch, None, search, "/cameras")))
    assert "/cameras?kind=river&kind=underpass&s=trouble" in chosen
    assert "5 氾濫・冠水" in chosen
    assert "/cameras?kind=underpass&s=offline" in words(
        asyncio.run(cameras_callbacks.states(watch, None, search, "/cameras"))
    )
    assert "地点あります" in words(asyncio.run(overview_callbacks.hidden(watch, None, search, "/cameras")))


def test_a_card_offers_the_live_view_of_its_camera() -> None:
    live = Live(kind="mjpeg", url="http://camera.example/video.mjpg")
    by_camera = {each["camera"]: each["live"] for each in wall(camera_desk(NOW, live={WELL: live}))["cards"]}
    assert (by_camera[WELL]["kind"], by_camera[WELL]["url"]) == ("mjpeg", live.url)
    assert by_camera[FROZEN] is None


def test_a_night_that_is_too_dark_is_a_quiet_word_and_no_barrier(at_desk: Desk) -> None:
    at_desk.log.unjudged = {still.seq: Unjudged.DARK_NIGHT for still in at_desk.log.stills if still.camera_id == WELL}
    card = next(each for each in wall(at_desk)["cards"] if each["camera"] == WELL)
    assert (card["aside"], card["notices"], card["band"], card["bad"]) == ("夜間で暗く判定なし", [], "", False)
    assert "thumb-bad" not in strips(at_desk, "hama-pump")


def test_the_time_of_an_older_day_has_its_date(at_desk: Desk) -> None:
    at_desk.log.stills = [replace(each, taken_at=each.taken_at - timedelta(days=3)) for each in at_desk.log.stills]
    assert wall(at_desk)["cards"][0]["taken"].startswith("06/28 ")


def test_the_page_of_all_cameras_can_show_those_of_one_state(at_desk: Desk) -> None:
    assert len(wall(at_desk)["cards"]) == 9
    offline = words(wall(at_desk, "?s=offline"))
    assert "旭橋" in offline
    assert "本郷橋" not in offline
    assert len(wall(at_desk, "?s=nonsense")["cards"]) == 9


def test_the_choice_of_a_state_counts_its_cameras(at_desk: Desk) -> None:
    nav = asyncio.run(cameras_callbacks.states(Watch(at_desk.services), None, "?s=offline", "/en/cameras"))
    counted = {each.href: (each.children[1].children, each.className) for each in nav.children}
    assert counted["/en/cameras"] == ("9", "kind-link")
    assert counted["/en/cameras?s=offline"] == ("1", "kind-link chosen")
    assert counted["/en/cameras?s=trouble"] == ("5", "kind-link")


def test_a_card_of_the_page_has_a_small_picture_its_time_and_what_is_wrong(at_desk: Desk) -> None:
    card = next(each for each in wall(at_desk, path="/en/cameras")["cards"] if each["camera"] == FROZEN)
    assert card["src"].endswith("?copy=thumb")
    assert (card["taken"], card["age"]) == ("20:57", "3 min ago")
    assert (card["band"], card["notices"], card["bad"]) == ("picture frozen", ["Camera degraded"], True)
    assert (card["name"], card["href"]) == ("Hongo Bridge", "/en/station/hongo-bridge")


def test_a_city_without_cameras_says_so(at_desk: Desk) -> None:
    at_desk.registry.current = registry_of(at_desk).model_copy(update={"cameras": {}})
    assert "カメラは登録されていません" in words(wall(at_desk))
    at_desk.registry.current = None
    assert "まだ地点が登録されていません" in words(wall(at_desk))


def test_the_list_of_stations_flags_a_camera_in_trouble(at_desk: Desk) -> None:
    seen = Watch(at_desk.services).look().board
    assert seen
    flagged = {view.station.id for view in seen.stations if "camera" in flags(view)}
    assert flagged == {"hongo-bridge", "ekimae-under", "kawaguchi", "asahi-bridge", "oike-pond"}
    listed = words(asyncio.run(overview_callbacks.stations(Watch(at_desk.services), None, "", "/")))
    assert listed.count("カメラ異常") == 5


def strips(at_desk: Desk, station: str, search: str = "?h=6") -> str:
    watch, services = Watch(at_desk.services), at_desk.services
    return words(asyncio.run(cameras_callbacks.strips(watch, services, None, search, f"/station/{station}")))


def test_a_strip_spreads_its_pictures_over_the_hours_chosen(at_desk: Desk) -> None:
    said = strips(at_desk, "hongo-bridge")
    assert said.count('"data-at"') == 24
    assert "24枚を均等に表示" in said
    assert '"15:07"' in said  # the first of these six hours
    assert '"20:57"' in said


def test_faults_are_written_on_the_pictures_of_a_strip(at_desk: Desk) -> None:
    assert strips(at_desk, "hongo-bridge").count("thumb-bad") == 2  # of the three, as they are spread
    assert "thumb-bad" not in strips(at_desk, "hama-pump")


def test_a_strip_without_pictures_says_so(at_desk: Desk) -> None:
    at_desk.log.stills.clear()
    assert "この期間の画像はありません" in strips(at_desk, "hongo-bridge")
    assert strips(at_desk, "mizue") == "[]"


def test_screens_of_many_pictures_change_with_a_state_and_every_quarter_of_a_minute() -> None:
    at_desk = camera_desk(NOW)

    def facts(now: datetime) -> object:
        log = at_desk.log
        seen = board(registry_of(at_desk), log.latest(), {}, log.cameras(), now)
        return wall_facts(seen, now, 1.0)

    before = facts(NOW)
    at_desk.log.add(Still(WELL, NOW, NOW, "new.jpg", 640, 360))
    assert facts(NOW) == before
    assert facts(NOW + timedelta(seconds=15)) != before
    at_desk.log.add(CameraReport(WELL, CameraState.DEGRADED, NOW, NOW, "dark"))
    assert facts(NOW) != before


def test_what_is_wrong_is_said_once(at_desk: Desk) -> None:
    at_desk.log.add(CameraReport(FROZEN, CameraState.DEGRADED, NOW, NOW, "frozen"))
    seen = Watch(at_desk.services).look().board
    view = seen.station("hongo-bridge") if seen else None
    assert view
    assert cameras_words.why(camera_facts(view.cameras[0]), "en") == "picture frozen"


def test_the_page_of_cameras_is_none_of_the_others() -> None:
    assert Page(place="cameras").overview() == Page()
    assert Page().place != "cameras"


def test_every_cause_of_requests_in_vain_is_worded() -> None:
    for language in LANGUAGES:
        assert {f"camera_asked.{cause}" for cause in Cause} <= set(catalogue(language))


def test_a_camera_that_refuses_the_password_says_so(at_desk: Desk) -> None:
    seen = Watch(at_desk.services).look().board
    view = seen.station("kawaguchi") if seen else None
    assert view
    facts = replace(camera_facts(view.cameras[0]), asked="unauthorized")
    assert cameras_words.why(facts, "ja").endswith("、パスワードが拒まれました")
