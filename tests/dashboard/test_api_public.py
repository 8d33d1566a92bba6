"""Public messages and issued alert levels over the API, on a real server and database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dashboard.api_house import ApiHouse, api_house
from tests.dashboard.message_desk import message_desk

OTHER_APPROVER = "admin"
LEVEL = {"level": 4, "issued_by": "市長", "issued_at": "2026-07-01T10:00:00+09:00"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    with api_house(tmp_path_factory.mktemp("public"), message_desk) as made:
        yield made


def draft(house: ApiHouse, **more: Any) -> dict[str, Any]:
    asked = {"stations": ["fujii"], "gravity": 3, "headline_ja": "藤井川に近づかないでください"} | more
    answer = house.post("/public-messages", asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def decide(house: ApiHouse, made: dict[str, Any], act: str, who: str, **more: Any) -> Any:
    return house.post(f"/public-messages/{made['id']}/{act}", {"seen": made["mark"], **more}, who=who)


def published(house: ApiHouse, **more: Any) -> dict[str, Any]:
    made = draft(house, **more)
    for who in ("approver", OTHER_APPROVER):
        assert decide(house, made, "approval", who).status_code == 200
    return dict(decide(house, made, "publication", "approver").json())


def test_a_draft_goes_out_after_two_different_persons_approved_it(house: ApiHouse) -> None:
    made = draft(house)
    early = decide(house, made, "publication", "approver")
    assert (early.status_code, early.json()["detail"]) == (409, "承認が足りません（2 人のうち 0 人）。")
    assert decide(house, made, "approval", "approver").json()["state"] == "draft"
    again = decide(house, made, "approval", "approver")
    assert (again.status_code, again.json()["code"]) == (409, "approved_already")
    seen = house.get(f"/public-messages/{made['id']}", who="approver").json()
    assert (seen["not_approvable"]["code"], seen["needed_approvals"]) == ("approved_already", 2)
    assert decide(house, made, "approval", OTHER_APPROVER).json()["state"] == "approved"
    out = decide(house, made, "publication", "approver").json()
    assert (out["message"]["state"], out["told"]) == ("published", 3)
    assert out["message"]["approved_by"] == ["承認 三郎", "管理 四郎"]


@pytest.mark.parametrize(
    ("act", "least"),
    [("approval", "approver"), ("publication", "approver"), ("cancellation", "approver"), ("withdrawal", "operator")],
)
def test_a_role_that_is_not_enough_is_told_which_is(house: ApiHouse, act: str, least: str) -> None:
    made = draft(house)
    below = {"approver": "operator", "operator": "viewer"}[least]
    answer = house.post(f"/public-messages/{made['id']}/{act}", {}, who=below)
    assert (answer.status_code, answer.json()["code"]) == (403, f"needs_{least}")
    assert house.get(f"/public-messages/{made['id']}").json()["message"] == made


def test_who_edits_a_draft_that_somebody_else_changed_reads_it_first(house: ApiHouse) -> None:
    made = draft(house)
    path, first = f"/public-messages/{made['id']}", {"headline_ja": "橋は通れません", "seen": made["mark"]}
    assert house.ask("operator", "PATCH", path, json=first).status_code == 200
    late = house.ask("approver", "PATCH", path, json={"gravity": 5, "seen": made["mark"]})
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert house.get(path).json()["message"]["gravity"] == 3


def test_what_was_changed_after_it_was_read_is_not_approved(house: ApiHouse) -> None:
    made = draft(house)
    changed = house.ask("operator", "PATCH", f"/public-messages/{made['id']}", json={"headline_ja": "橋は通れません"})
    assert changed.json()["texts"]["ja"]["headline"] == "橋は通れません"
    stale = decide(house, made, "approval", "approver")
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    assert decide(house, changed.json(), "approval", "approver").status_code == 200


def test_a_preview_says_what_would_go_out_and_what_is_wrong_with_it_and_keeps_nothing(house: ApiHouse) -> None:
    before = house.get("/public-messages").json()
    asked = {"stations": ["fujii"], "gravity": 3, "headline_ja": "洪水警報です", "description_en": "Alert level 4."}
    seen = house.post("/public-messages/preview", asked).json()
    assert "洪水警報です" in seen["forms"]["ja"]["long"]
    assert seen["forms"]["ja"]["sms_units"] == len(seen["forms"]["ja"]["short"])
    assert seen["cap"].startswith("<?xml")
    assert any("気象庁" in each and each.startswith("日本語：") for each in seen["faults"])
    assert any("警戒レベル4" in each and each.startswith("英語：") for each in seen["faults"])
    assert house.post("/public-messages/preview", {"gravity": 3}).json()["code"] == "no_place"
    assert house.get("/public-messages").json() == before


def test_an_issued_level_is_entered_by_a_person_and_only_then_named_in_a_message(house: ApiHouse) -> None:
    refused = house.post("/public-messages", {"stations": ["fujii"], "gravity": 4, "headline_ja": "警戒レベル4です"})
    assert refused.status_code == 409
    assert "その発令は入力されていません" in refused.json()["detail"]
    entered = house.post("/issued-levels", {**LEVEL, "area": "美ノ郷"}).json()
    assert (entered["entered_by"], entered["level"]) == ("当番 二郎", 4)
    made = draft(house, gravity=4, headline_ja="警戒レベル4です", issued_id=entered["id"])
    named = made["issued_alert_level"]
    assert (named["level"], named["area"], named["station_id"]) == (4, "美ノ郷", "")
    assert made["hazard_of_gauge"] is None
    house.post("/issued-levels", {**LEVEL, "level": 0, "area": "美ノ郷"})
    assert house.get("/issued-levels").json()["in_force"] == []
    gone = house.post("/public-messages", {"stations": ["fujii"], "gravity": 4, "issued_id": entered["id"]})
    assert (gone.status_code, gone.json()["code"]) == (409, "no_issued")


def test_an_announcement_of_the_future_is_refused_in_words(house: ApiHouse) -> None:
    answer = house.post("/issued-levels", {**LEVEL, "issued_at": "2030-01-01T00:00:00+09:00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "future")


def test_a_correction_says_beforehand_whom_it_reaches_and_must_correct_something(house: ApiHouse) -> None:
    out = published(house)
    path = f"/public-messages/{out['message']['id']}"
    foreseen = house.get(f"{path}/reach", who="approver", params={"step": "correction"}).json()
    assert (foreseen["channels"], foreseen["taken_back"]) == ({}, 3)
    wrong = {"why_ja": "川の名前", "last_seen": out["message"]["id"]}
    same = house.post(f"{path}/correction", {**wrong, "headline_ja": "藤井川に近づかないでください"}, who="approver")
    assert (same.status_code, same.json()["code"]) == (422, "corrects_nothing")
    right = {**wrong, "headline_ja": "栗原川です"}
    graver = house.post(f"{path}/correction", {**right, "gravity": 5}, who="approver")
    assert (graver.status_code, graver.json()["code"]) == (409, "graver")
    assert "2 人の承認" in graver.json()["detail"]
    foretold = {"step": "correction", "id": out["message"]["id"], "why_ja": "川の名前", "gravity": 5}
    assert house.post("/public-messages/preview", foretold).json()["code"] == "graver"
    sent = house.post(f"{path}/correction", right, who="approver").json()
    assert sent["message"]["texts"]["ja"]["headline"] == "訂正: 栗原川です"
    assert (sent["told"], sent["taken_back"]) == (0, 3)
    again = house.post(f"{path}/correction", right, who="approver")
    assert (again.status_code, again.json()["code"]) == (409, "corrected")
    assert house.get(path).json()["chain"] == [out["message"]["id"], sent["message"]["id"]]


def test_an_all_clear_is_a_draft_that_needs_a_reason_while_the_gauge_stands_high(house: ApiHouse) -> None:
    out = published(house)
    over = house.post(f"/public-messages/{out['message']['id']}/all-clear", {}, who="approver").json()
    assert (over["step"], over["state"]) == ("all_clear", "draft")
    refused = decide(house, over, "approval", "approver")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_high")
    assert house.get(f"/public-messages/{over['id']}", who="approver").json()["despite_helps"] is True
    assert decide(house, over, "approval", "approver", despite="現地で水が引いたのを見た").status_code == 200


def test_an_account_of_an_area_writes_about_its_own_stations_alone(house: ApiHouse) -> None:
    asked = {"stations": ["fujii", "gakuen"], "gravity": 2}
    answer = house.post("/public-messages", asked, who="area")
    assert (answer.status_code, answer.json()["code"]) == (403, "elsewhere")
    assert house.post("/public-messages", {"stations": ["fujii"], "gravity": 2}, who="area").status_code == 201
    place = {"place_ja": "駅前", "lat": 34.4, "lon": 133.2, "gravity": 2}
    assert house.post("/public-messages", place, who="area").json()["code"] == "not_everywhere"
    assert house.post("/public-messages", place).json()["places"] == [{"ja": "駅前"}]


@pytest.mark.parametrize("path", ["/public-messages", "/public-messages/preview"])
def test_a_place_beside_stations_is_refused_and_so_is_half_a_place(house: ApiHouse, path: str) -> None:
    whole = {"place_ja": "市内全域", "lat": 34.4, "lon": 133.2, "radius_km": 50}
    for who in ("area", "operator"):
        both = house.post(path, {"stations": ["fujii"], "gravity": 5, **whole}, who=who)
        assert (both.status_code, both.json()["code"]) == (409, "two_places")
    for half in ({"place_ja": "駅前"}, {"lat": 34.4, "lon": 133.2}, {"place_ja": "駅前", "lat": 34.4}):
        answer = house.post(path, {"stations": ["fujii"], "gravity": 2, **half})
        assert (answer.status_code, answer.json()["code"]) == (409, "half_a_place")


def test_an_area_has_stations_of_other_departments_so_both_limits_together_issue_nothing(house: ApiHouse) -> None:
    issued = {**LEVEL, "level": 2, "area": "美ノ郷"}
    refused = house.post("/issued-levels", issued, who="both")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_everywhere")
    of_station = {**LEVEL, "level": 2, "station": "fujii"}
    for who, asked in (("both", of_station), ("area", issued)):
        assert house.post("/issued-levels", asked, who=who).status_code == 201
        assert house.post("/issued-levels", {**asked, "level": 0}, who=who).status_code == 201


def test_a_message_that_there_is_not_is_said_so_in_the_language_asked_for(house: ApiHouse) -> None:
    answer = house.get("/public-messages/9999", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no message 9999.", "code": "no_message"})


def test_a_message_that_nobody_gets_is_published_over_the_api_with_a_reason_alone(house: ApiHouse) -> None:
    made = draft(house, gravity=1)
    for who in ("approver", OTHER_APPROVER):
        decide(house, made, "approval", who)
    seen = house.get(f"/public-messages/{made['id']}", who="approver").json()
    assert (seen["not_publishable"]["code"], seen["despite_helps"]) == ("nobody", True)
    refused = decide(house, made, "publication", "approver")
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody")
    assert "届く人はいません（0件）" in refused.json()["detail"]
    out = decide(house, made, "publication", "approver", despite="公開ページで足りる").json()
    assert out["told"] == 0
