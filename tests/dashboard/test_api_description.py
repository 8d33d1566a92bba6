"""What the API says of itself is true: routes, roles, answers and refusals."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.incidents import acts
from dashboard.accounts import rights
from dashboard.accounts.actor import Role
from dashboard.api.app import ROUTERS
from dashboard.api.description import paths
from dashboard.i18n import LANGUAGES, catalogue
from tests.alerts.eyes import looked_at
from tests.alerts.night import at
from tests.alerts.post_room import delivery, told
from tests.dashboard.api_house import ApiHouse
from tests.dashboard.openapi import faults

RANK = [Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.ADMINISTRATOR]
WHO = {"viewer": Role.VIEWER, "operator": Role.OPERATOR, "approver": Role.APPROVER, "admin": Role.ADMINISTRATOR}
NO_ROLE = "nobody"


@pytest.fixture(scope="module")
def described(house: ApiHouse) -> Any:
    return house.get("/openapi.json").json()


DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
NAMED = re.compile(r"`(GET|POST|PATCH|PUT|DELETE) (/[^`?]*)[^`]*`")


def shape(path: str) -> str:
    """A path with its parameters nameless."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def filled(path: str) -> str:
    """A path with names that there are not."""
    names = [field for _, field, _, _ in string.Formatter().parse(path) if field]
    return path.format(**dict.fromkeys(names, "987654")).removeprefix("/api/v1")


def test_every_route_is_described_with_the_role_that_it_needs(described: Any) -> None:
    for method, path, role in paths(ROUTERS):
        operation = described["paths"][path][method.lower()]
        assert operation["x-needed-role"] == role
        assert operation["description"]
        assert {"401", "403", "429", "503"} <= set(operation["responses"])
        assert ("csrf" in operation["security"][0]) == (method != "GET")


def test_every_route_is_named_in_the_document_of_the_api() -> None:
    named = {(method, shape(path)) for method, path in NAMED.findall(DOCUMENT.read_text("utf-8"))}
    there = {(method, shape(path.removeprefix("/api/v1"))) for method, path, _ in paths(ROUTERS)}
    assert there - named == set(), "not in docs/api.md"
    assert named - there == set(), "in docs/api.md, and there is no such route"


def test_the_table_of_rights_asks_for_the_role_that_the_route_asks_for() -> None:
    for method, path, role in paths(ROUTERS):
        assert rights.needed(method, f"/api/v1{filled(path)}") == role, (method, path)


def test_every_route_refuses_whoever_it_says_it_refuses_and_nobody_else(house: ApiHouse) -> None:
    for method, path, role in paths(ROUTERS):
        assert house.ask(NO_ROLE, method, filled(path), json={}).status_code == 401
        for who, theirs in WHO.items():
            status = house.ask(who, method, filled(path), json={}).status_code
            assert (status == 403) == (RANK.index(theirs) < RANK.index(role)), (who, method, path, status)
            assert status in (200, 201, 403, 404, 422), (who, method, path, status)


def test_what_is_answered_is_what_is_described(house: ApiHouse, described: Any) -> None:
    answers = sample(house)
    for path, answer in answers:
        operation = described["paths"][f"/api/v1{path}"][answer.request.method.lower()]
        schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        assert not list(faults(answer.json(), schema, described)), path
    asked = {(path, answer.request.method) for path, answer in answers if answer.is_success}
    assert {(f"/api/v1{path}", method) for path, method in asked} >= {
        (path, method) for method, path, _ in paths(ROUTERS) if path.removeprefix("/api/v1/").split("/")[0] in OURS
    }


OURS = {"me", "stations", "cameras", "incidents", "silences", "maintenance"}
"""What is sampled here; the other subjects' own tests look at theirs."""


def sample(house: ApiHouse) -> list[tuple[str, httpx.Response]]:
    """An answer of every route, and of every kind of refusal, with the path as it is described."""
    number = house.incident("gakuen")
    told(house.duty.database, delivery("staff-1"), delivery("staff-2", channel="sms"))
    looked_at(house.duty.database, at(-90))
    silence = house.post("/silences", {"station_ids": ["gakuen"], "reason": "x", "minutes": 7})
    work = house.post("/maintenance", {"station_id": "gakuen", "reason": "x", "minutes": 7})
    working = f"/maintenance/{work.json()['id']}"
    return [
        *[(path, house.get(path)) for path in ("/me", "/stations", "/cameras", "/incidents")],
        *[(path, house.get(path)) for path in ("/silences", "/maintenance")],
        ("/stations/{station_id}", house.get("/stations/bare")),
        (
            "/stations/{station_id}/acknowledgement",
            house.post("/stations/gakuen/acknowledgement", {"seen": [{"incident": number, "level": 1}]}),
        ),
        ("/stations/{station_id}/readings", house.get("/stations/fujii/readings")),
        ("/cameras/{camera_id}/stills", house.get("/cameras/fujii-cam/stills")),
        ("/incidents/{incident_id}", house.get("/incidents/1")),
        ("/incidents/{incident_id}", house.get("/incidents/999")),
        ("/incidents/{incident_id}", house.get("/incidents/1", who=NO_ROLE)),
        *acts_on(house, number),
        ("/silences", silence),
        ("/silences", house.post("/silences", {})),
        ("/silences", house.post("/silences", who="viewer")),
        ("/silences/{silence_id}", house.ask("operator", "DELETE", f"/silences/{silence.json()['id']}")),
        ("/maintenance", work),
        *[
            (
                "/maintenance/{maintenance_id}",
                house.ask("operator", method, working, json=body),
            )
            for method, body in (("PATCH", {"minutes": 9}), ("DELETE", {}))
        ],
    ]


def acts_on(house: ApiHouse, number: int) -> list[tuple[str, httpx.Response]]:
    """Every act on an incident, and one that comes too late."""
    bodies = {
        "acknowledgement": {},
        "notes": {"text": "x"},
        "assignment": {"to": ""},
        "escalation": {},
        "closing": {"reason": "x"},
    }
    done = [(act, house.post(f"/incidents/{number}/{act}", body)) for act, body in bodies.items()]
    done.append(("assignment", house.post(f"/incidents/{number}/assignment", {"to": "x"})))
    return [(f"/incidents/{{incident_id}}/{act}", answer) for act, answer in done]


def test_an_incident_tells_who_was_told_and_what_became_of_it(house: ApiHouse) -> None:
    told(house.duty.database, delivery("crew-1"), delivery("crew-2", channel="sms"))
    with house.duty.database.begin() as connection:
        connection.exec_driver_sql("UPDATE messages SET incident_id = 1 WHERE incident_id = 7")
        connection.exec_driver_sql("UPDATE deliveries SET outcome = 'failed', error = 'refused' WHERE channel = 'sms'")
    whole = house.get("/incidents/1").json()
    first = whole["transitions"][0]
    assert (first["from_level"], first["to_level"], first["stage_m"]) == (0, 3, 3.2)
    outcomes = {(each["recipient_id"], each["outcome"], each["error"]) for each in whole["deliveries"]}
    assert {("crew-1", "pending", ""), ("crew-2", "failed", "refused")} <= outcomes
    assert "address" not in whole["deliveries"][0]


def test_incidents_of_every_rule_are_there_and_not_of_the_stage_alone(house: ApiHouse) -> None:
    house.duty.silent = ["gakuen-01"]
    for _ in range(3):  # what people changed is read again first
        house.wait(minutes=11)
        house.duty.tick()
    house.duty.silent = ()
    found = house.get("/incidents?station=gakuen&open=true").json()["incidents"]
    (silence,) = [each for each in found if each["rule"] == "silence"]
    whole = house.get(f"/incidents/{silence['id']}").json()
    assert {(each["rule"], each["subject_id"]) for each in whole["transitions"]} == {("silence", "gakuen-01")}
    assert house.post(f"/incidents/{silence['id']}/acknowledgement").json()["acknowledged_by"] == "当番 二郎"
    house.post(f"/incidents/{silence['id']}/closing", {"reason": "x"})


def refusals() -> dict[str, set[str]]:
    """By code, the values of every refusal that is written in the folder of the desks."""
    folder = Path(acts.__file__).parent
    trees = [ast.parse(each.read_text("utf-8")) for each in folder.glob("*.py")]
    calls = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Call)]
    made = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "DeskError"]
    found: dict[str, set[str]] = {}
    for each in made:
        codes = [part.value for part in ast.walk(each.args[1]) if isinstance(part, ast.Constant)]
        found |= {str(code): {value.arg or "" for value in each.keywords} for code in codes}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_a_desk_has_its_words_and_the_values_for_them(language: str) -> None:
    found = refusals()
    assert len(found) > 15
    for code, values in found.items():
        words = catalogue(language)[f"api.desk.{code}"]
        assert {field for _, field, _, _ in string.Formatter().parse(words) if field} <= values, code


def test_what_breaks_is_a_sentence_and_is_logged(house: ApiHouse, caplog: pytest.LogCaptureFixture) -> None:
    with house.duty.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE silences RENAME TO away")
    try:
        answer = house.get("/silences?lang=en")
    finally:
        with house.duty.database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO silences")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "See on the page whether it was done" in answer.json()["detail"]
    assert any("/silences could not be answered" in each.message for each in caplog.records)
