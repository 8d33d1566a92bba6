"""Silences and work on gauges through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dashboard.api_house import ApiHouse

WORK = {"station_id": "gakuen", "reason": "センサー交換", "minutes": 60}
QUIET = {"station_ids": ["gakuen"], "rules": ["stage"], "reason": "ゲート操作", "minutes": 30}


def listed(house: ApiHouse, what: str) -> list[int]:
    """The numbers of those that have not ended."""
    return [each["id"] for each in house.get(f"/{what}").json()[what]]


def test_a_silence_is_begun_once_by_a_double_click_and_ended_by_somebody_else(house: ApiHouse) -> None:
    made = [house.post("/silences", QUIET) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()
    said = made[0].json()
    assert (said["author"], said["station_ids"], said["rules"]) == ("当番 二郎", ["gakuen"], ["stage"])
    assert said["id"] in listed(house, "silences")
    ended = house.ask("approver", "DELETE", f"/silences/{said['id']}").json()
    assert ended["ended_by"] == "承認 三郎"
    assert said["id"] not in listed(house, "silences")
    assert house.ask("operator", "DELETE", f"/silences/{said['id']}").json() == ended


def test_work_on_a_gauge_is_begun_extended_and_ended(house: ApiHouse) -> None:
    made = house.post("/maintenance", WORK | {"gauge_ids": ["gakuen-01"]}).json()
    path = f"/maintenance/{made['id']}"
    later = datetime.fromisoformat(made["ends_at"]) + timedelta(hours=3)
    longer = house.ask("operator", "PATCH", path, json={"ends_at": later.isoformat()}).json()
    assert datetime.fromisoformat(longer["ends_at"]) == later
    assert made["id"] in listed(house, "maintenance")
    assert house.ask("operator", "DELETE", path).json()["ended_by"] == "当番 二郎"
    again = house.ask("operator", "PATCH", f"{path}?lang=en", json={"minutes": 60})
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    assert again.json()["detail"].endswith("Begin a new one.")


def test_minutes_are_counted_from_now_up_to_the_next_whole_minute(house: ApiHouse) -> None:
    now = house.duty.clock.now()
    made = house.post("/silences", QUIET | {"minutes": 45}).json()
    lasts = datetime.fromisoformat(made["ends_at"]) - now
    assert timedelta(minutes=45) <= lasts <= timedelta(minutes=46)
    house.ask("operator", "DELETE", f"/silences/{made['id']}")


@pytest.mark.parametrize(
    ("who", "path", "body", "code"),
    [
        ("viewer", "/silences", QUIET, "needs_operator"),
        ("viewer", "/maintenance", WORK, "needs_operator"),
        ("rivers", "/silences", QUIET, "elsewhere"),
        ("rivers", "/silences", QUIET | {"station_ids": ["fujii", "gakuen"]}, "elsewhere"),
        ("rivers", "/silences", QUIET | {"station_ids": []}, "not_everywhere"),
        ("area", "/maintenance", WORK, "elsewhere"),
    ],
)
def test_who_may_not_mutes_nothing(house: ApiHouse, who: str, path: str, body: Any, code: str) -> None:
    before = listed(house, "silences"), listed(house, "maintenance")
    answer = house.post(path, body, who=who)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (listed(house, "silences"), listed(house, "maintenance")) == before


def test_what_another_department_muted_stays_muted(house: ApiHouse) -> None:
    number = house.post("/silences", QUIET).json()["id"]
    assert house.ask("rivers", "DELETE", f"/silences/{number}").status_code == 403
    work = house.post("/maintenance", WORK).json()["id"]
    for method, body in (("PATCH", {"minutes": 5}), ("DELETE", None)):
        assert house.ask("rivers", method, f"/maintenance/{work}", json=body).status_code == 403
    assert number in listed(house, "silences")
    for path in (f"/silences/{number}", f"/maintenance/{work}"):
        assert house.ask("operator", "DELETE", path).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/silences", QUIET | {"station_ids": ["none"]}, 409, "no_station"),
        ("/silences", QUIET | {"rules": ["none"]}, 409, "no_rule"),
        ("/silences", QUIET | {"minutes": 60 * 24 * 2}, 409, "lasts_too_long"),
        ("/silences", {"reason": "x"}, 422, "invalid"),
        ("/silences", QUIET | {"ends_at": "2026-07-01T21:00:00+09:00"}, 422, "invalid"),
        ("/silences", {"reason": "x", "ends_at": "2026-07-01T21:00:00"}, 422, "invalid"),
        ("/silences", {"reason": "x", "ends_at": "1999-07-01T21:00:00+09:00"}, 409, "ends_too_early"),
        ("/silences", {"reason": "x", "ends_at": "9999-12-31T23:59:59Z"}, 422, "invalid"),
        ("/maintenance", WORK | {"gauge_ids": ["none"]}, 409, "no_gauge"),
        ("/maintenance", WORK | {"begins_at": "1999-07-01T21:00:00+09:00"}, 409, "begins_in_past"),
    ],
)
def test_what_a_desk_refuses_is_said_in_both_languages(
    house: ApiHouse, path: str, body: Any, status: int, code: str
) -> None:
    said = {language: house.post(f"{path}?lang={language}", body) for language in ("ja", "en")}
    assert {(each.status_code, each.json()["code"]) for each in said.values()} == {(status, code)}
    assert said["en"].json()["detail"].isascii() or "“" in said["en"].json()["detail"]
    assert not said["ja"].json()["detail"].isascii()


@pytest.mark.parametrize("path", ["/silences/999", "/maintenance/999"])
def test_what_is_not_there_cannot_be_ended(house: ApiHouse, path: str) -> None:
    assert house.ask("operator", "DELETE", path).status_code == 404
