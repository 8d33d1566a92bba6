"""The API on a real server and database: who may do what, and what an act leaves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
from starlette.types import Message

from dashboard.api.boundary import Boundary
from tests.dashboard.api_house import ApiHouse

ACTS = ["acknowledgement", "notes", "assignment", "escalation", "closing"]


@pytest.mark.parametrize("path", ["/me", "/stations", "/stations/fujii", "/incidents", "/incidents/1"])
def test_nobody_is_told_anything_before_signing_in(house: ApiHouse, path: str) -> None:
    answer = house.get(path, who="nobody")
    assert answer.status_code == 401
    assert answer.json() == {"detail": "サインインしてください。", "code": "not_signed_in"}


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_does_nothing_and_reads_which_role_may(house: ApiHouse, act: str) -> None:
    before = house.get("/incidents/1").json()
    answer = house.post(f"/incidents/1/{act}", {"text": "x", "to": "x", "reason": "x"}, who="viewer")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "担当者（operator）以上の権限が必要です。", "code": "needs_operator"}
    assert house.get("/incidents/1").json() == before


def test_everybody_reads_what_their_account_is(house: ApiHouse) -> None:
    found = house.get("/me", who="rivers").json()
    assert found == {
        "login": "rivers",
        "name": "河川 五郎",
        "role": "operator",
        "departments": ["河川課"],
        "areas": [],
    }


def test_a_station_is_what_the_pages_show_of_it(house: ApiHouse) -> None:
    found = {each["id"]: each for each in house.get("/stations").json()["stations"]}
    hazards = [0.5 if each["hazard"] is None else each["hazard"] for each in found.values()]
    assert hazards == sorted(hazards, reverse=True)
    fujii = found["fujii"]
    assert (fujii["hazard"], fujii["department"]["en"], fujii["camera_ids"]) == (3, "River Division", ["fujii-cam"])
    (gauge,) = fujii["gauges"]
    assert (gauge["stage_m"], gauge["quality"], gauge["hazard"]) == (3.2, "good", 3)
    assert found["bare"]["hazard"] is None
    assert house.get("/stations/fujii").json() == fujii
    answer = house.get("/stations/none", headers={"Accept-Language": "en-GB,ja;q=0.5"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no station “none”.")


def test_an_act_is_the_operators_and_stands_in_the_chronology_with_their_name(house: ApiHouse) -> None:
    number = house.incident("gakuen")
    taken = house.post(f"/incidents/{number}/acknowledgement", {"level": 2})
    assert taken.status_code == 200
    assert (taken.json()["acknowledged_by"], taken.json()["waits"]) == ("当番 二郎", True)
    assert not house.post(f"/incidents/{number}/acknowledgement").json()["waits"]
    for _ in range(2):
        assert house.post(f"/incidents/{number}/notes", {"text": " 現地へ\n向かう "}).status_code == 200
    assert house.post(f"/incidents/{number}/assignment", {"to": "河川課"}).json()["assigned_to"] == "河川課"
    late = house.post(f"/incidents/{number}/escalation", {"step": 1})
    assert (late.status_code, late.json()["code"]) == (409, "step_taken")
    assert house.post(f"/incidents/{number}/escalation", {"step": 0}).json()["escalate_at"] is not None
    whole = house.get(f"/incidents/{number}").json()
    assert [each["text"] for each in whole["notes"]] == ["現地へ\n向かう"]
    kinds = [each["kind"] for each in whole["lines"] if each["actor"] == "当番 二郎"]
    assert kinds == ["acknowledged", "acknowledged", "note", "assigned", "escalation"]


def test_an_incident_that_is_closed_says_what_is_still_above_and_cannot_be_acknowledged(house: ApiHouse) -> None:
    number = house.incident("gakuen")
    closed = house.post(f"/incidents/{number}/closing", {"reason": "誤検知"}).json()
    assert closed["still"] == ["gakuen-01"]
    assert (closed["incident"]["open"], closed["incident"]["closed_by"]) == (False, "当番 二郎")
    again = house.post(f"/incidents/{number}/acknowledgement?lang=en")
    assert again.status_code == 409
    assert again.json()["code"] == "closed"
    assert again.json()["detail"].startswith(f"Incident {number} was closed by 当番 二郎 at 2026-")


@pytest.mark.parametrize(("who", "at_fujii", "at_gakuen"), [("rivers", 200, 403), ("area", 200, 403)])
def test_an_account_acts_at_the_stations_of_its_department_and_area_alone(
    house: ApiHouse, who: str, at_fujii: int, at_gakuen: int
) -> None:
    number = house.incident("gakuen")
    assert house.post("/incidents/1/notes", {"text": who}, who=who).status_code == at_fujii
    answer = house.post(f"/incidents/{number}/notes", {"text": who}, who=who)
    assert answer.status_code == at_gakuen
    assert answer.json()["code"] == "elsewhere"
    assert house.get(f"/incidents/{number}", who=who).status_code == 200


def test_who_acts_is_never_taken_from_the_body(house: ApiHouse) -> None:
    answer = house.post("/incidents/1/notes", {"text": "x", "by": "市長"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "by という項目はありません。"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/incidents/1/notes", {"text": "  "}, "Write text."),
        ("/incidents/1/notes", {}, "text is needed."),
        ("/incidents/1/notes", {"text": "x" * 2001}, "text has at most 2000 letters."),
        ("/incidents/1/acknowledgement", {"level": 9}, "level must be 5 or less."),
        ("/incidents/0/notes", {"text": "x"}, "incident_id must be 1 or more."),
        ("/incidents/one/notes", {"text": "x"}, "incident_id must be a whole number."),
    ],
)
def test_bad_input_is_answered_with_what_to_write(house: ApiHouse, path: str, body: object, said: str) -> None:
    answer = house.post(f"{path}?lang=en", body)
    assert (answer.status_code, answer.json()) == (422, {"detail": said, "code": "invalid"})


def test_a_form_of_another_site_is_not_understood_as_an_act(house: ApiHouse) -> None:
    headers = {"X-Test-Actor": "operator", "Content-Type": "text/plain"}
    path = "/api/v1/incidents/1/notes"
    assert house.client.post(path, headers=headers, content='{"text": "x"}').status_code == 422
    headers["Content-Type"] = "application/json"
    assert house.client.post(path, headers=headers, content="{").json()["detail"] == "JSON として読めません。"


@pytest.mark.parametrize(
    "content", [b"[" * 60_000, b'{"text": "\xff"}', b'{"text": "\\ud800"}', b"null", b"[]", b'"x"', b"NaN"]
)
def test_a_body_that_nobody_can_read_is_bad_input_and_breaks_nothing(house: ApiHouse, content: bytes) -> None:
    headers = {"X-Test-Actor": "operator", "Content-Type": "application/json"}
    answer = house.client.post("/api/v1/incidents/1/notes", headers=headers, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_half_a_body_is_not_acted_on(house: ApiHouse) -> None:
    before = house.get("/incidents/1").json()["notes"]
    said = b'{"text": "half of it"}'
    head = (
        "POST /api/v1/incidents/1/notes HTTP/1.1\r\nHost: x\r\nX-Test-Actor: operator\r\n"
        "Content-Type: application/json\r\nContent-Length: 200\r\n\r\n"
    )
    address = (house.client.base_url.host, house.client.base_url.port or 0)
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(head.encode() + said)
    for _ in range(10):
        assert house.get("/incidents/1").json()["notes"] == before


def test_a_body_that_is_too_large_is_refused_also_where_it_does_not_say_so(house: ApiHouse) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    headers = {"X-Test-Actor": "operator"}
    for content in (b" " * 70_000, parts()):
        answer = house.client.post("/api/v1/incidents/1/notes", headers=headers, content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_length_of_thousands_of_digits_is_too_large_and_no_number() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def never(*_: object) -> Message:
        raise AssertionError("it was read")

    headers = [(b"content-length", b"9" * 5000)]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/x", "headers": headers, "query_string": b""}
    asyncio.run(Boundary(never, [("POST", "/api/v1/x")])(scope, never, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 413


def test_who_asks_too_often_waits_and_nobody_else_does(house: ApiHouse) -> None:
    answers = [house.post("/incidents/999/notes", {"text": "x"}, who="hasty") for _ in range(201)]
    assert [each.status_code for each in answers[:200]] == [404] * 200
    assert (answers[-1].status_code, answers[-1].headers["retry-after"]) == (429, "1")
    assert house.post("/incidents/999/notes", {"text": "x"}).status_code == 404
    house.seconds[0] += 0.3
    assert house.post("/incidents/999/notes", {"text": "x"}, who="hasty").status_code == 404


def test_an_answer_that_is_known_is_not_sent_again(house: ApiHouse) -> None:
    first = house.get("/stations")
    tag = {"If-None-Match": first.headers["etag"]}
    again = house.get("/stations", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert house.get("/incidents", headers=tag).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PUT", "/me"), ("DELETE", "/incidents/1")])
def test_what_is_not_there_is_a_sentence_and_never_a_page(house: ApiHouse, method: str, path: str) -> None:
    answer = house.ask("viewer", method, f"{path}?lang=en")
    said = {"detail": f"There is no address {method} /api/v1{path}.", "code": "no_address"}
    assert (answer.status_code, answer.json()) == (404, said)


def test_incidents_are_listed_newest_first_page_by_page(house: ApiHouse) -> None:
    house.incident("gakuen")
    everything = house.get("/incidents").json()
    numbers = [each["id"] for each in everything["incidents"]]
    assert numbers == sorted(numbers, reverse=True)
    assert everything["before"] is None
    first = house.get("/incidents?limit=1").json()
    assert ([each["id"] for each in first["incidents"]], first["before"]) == (numbers[:1], numbers[0])
    rest = house.get(f"/incidents?limit=500&before={first['before']}").json()
    assert [each["id"] for each in rest["incidents"]] == numbers[1:]
    here = house.get("/incidents?open=true&station=fujii").json()["incidents"]
    assert [(each["id"], each["open"]) for each in here] == [(1, True)]


def test_several_alerts_of_a_station_are_taken_on_at_once_up_to_what_was_seen(house: ApiHouse) -> None:
    duty = house.duty
    risen, plain = house.alert("gakuen", "pump_idle", 3), house.alert("gakuen", "camera")
    seen = {"seen": [{"incident": risen, "level": 2}, {"incident": plain, "level": 2}]}
    answer = house.post("/stations/gakuen/acknowledgement", seen).json()
    assert [(each["became"], each["acknowledged_level"], each["waits"]) for each in answer["incidents"]] == [
        ("risen", 2, True),
        ("acknowledged", 2, False),
    ]
    assert answer["said"] == (
        "学園川：カメラ（重要度2まで）を確認しました。"
        "ポンプの停止（危険度2まで確認、今は危険度3）は見ていた値より上がったため、まだ確認待ちです。"
    )
    again = house.post("/stations/gakuen/acknowledgement?lang=en", seen, who="approver").json()
    assert [each["became"] for each in again["incidents"]] == ["risen", "known"]
    lines = [each for each in duty.lines("acknowledged") if each.incident_id in (risen, plain)]
    assert [(each.incident_id, each.detail["level"]) for each in lines] == [(risen, 2), (plain, 2)]


def test_what_ended_meanwhile_hinders_nothing_and_what_is_of_another_station_everything(house: ApiHouse) -> None:
    water, camera = house.alert("gakuen", "rise", 3), house.alert("gakuen", "camera")
    house.post(f"/incidents/{camera}/closing", {"reason": "清掃済み"})
    both = [{"incident": camera, "level": 2}, {"incident": water, "level": 3}]
    elsewhere = house.post("/stations/fujii/acknowledgement", {"seen": both})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "not_of_station")
    assert house.get(f"/incidents/{water}").json()["incident"]["waits"]
    answer = house.post("/stations/gakuen/acknowledgement?lang=en", {"seen": both}).json()
    assert [each["became"] for each in answer["incidents"]] == ["ended", "acknowledged"]
    assert answer["said"].endswith("Acknowledged: Rate of rise (up to Weight 3). Ended already: Camera.")


def test_one_who_acts_for_a_department_takes_on_no_station_of_another(house: ApiHouse) -> None:
    seen = {"seen": [{"incident": house.alert("gakuen", "rise", 3), "level": 3}]}
    assert house.post("/stations/gakuen/acknowledgement", seen, who="rivers").json()["code"] == "elsewhere"
    nobody_knows = {"seen": [{"incident": 999_999, "level": 1}]}
    assert house.post("/stations/gakuen/acknowledgement", nobody_knows).status_code == 404
