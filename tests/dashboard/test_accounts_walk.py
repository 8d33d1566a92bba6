"""Every route of the real app, HTTP and WebSocket, as nobody and as each role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.accounts import rights
from dashboard.accounts.actor import Role
from tests.dashboard.account_desk import client, house, sign_in
from tests.dashboard.api_house import ApiHouse, api_house
from tests.dashboard.message_desk import message_desk

NOBODY = "nobody"
REST = ("{path:path}", "/api/v1/{rest:path}")
"""Any other address, as Dash and the API answer it; the guard lets none of them come so far."""
WHO = (NOBODY, *Role)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    """The staff app with its API, and an account of each role."""
    made = house(tmp_path_factory.mktemp("accounts"))
    for role in Role:
        made.add(role.value, role)
    with api_house(tmp_path_factory.mktemp("house"), message_desk, made.gate, made.office) as found:
        yield found


@pytest.fixture(scope="module")
def app(walked: ApiHouse) -> FastAPI:
    return walked.app


@pytest.fixture(scope="module")
def clients(walked: ApiHouse) -> Iterator[Mapping[str, httpx.Client]]:
    with ExitStack() as stack:
        found = {who: stack.enter_context(client(str(walked.client.base_url))) for who in map(str, WHO)}
        for role in Role:
            assert sign_in(found[role], role).status_code == 303
        yield found


def requests(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """A request of each method to each route, with something in the place of what varies."""
    for route in iter_route_contexts(routes):
        assert route.path is not None, f"{route} is at no path"
        if isinstance(route.original_route, Mount):
            yield "GET", f"{route.path}/staff.css"
        elif isinstance(route.original_route, WebSocketRoute):
            yield rights.SOCKET, route.path
        elif route.path not in REST:
            assert isinstance(route.original_route, Route), f"{route} is of a kind that nobody walks"
            # A number that nobody has: the administrator who walks would end the sessions of account 1.
            path = re.sub(r"\{[^}]*\}", "999", route.path)
            yield from ((method, path) for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}))


def test_no_route_is_without_a_line_in_the_table_of_rights(app: FastAPI) -> None:
    missing = [each for each in requests(app.routes) if rights.needed(*each) is None]
    assert missing == [], "write a line for each in dashboard/accounts/rights.py"
    assert len(list(requests(app.routes))) > 35


@pytest.mark.parametrize("who", WHO)
def test_each_route_answers_those_who_may_and_nobody_else(
    app: FastAPI, clients: Mapping[str, httpx.Client], who: str
) -> None:
    wrong = []
    for method, path in requests(app.routes):
        needed, status = rights.needed(method, path), answered(clients[who], method, path)
        if status != expected(needed, who) and not (expected(needed, who) == 200 and status not in (401, 403)):
            wrong.append((method, path, status))
    assert wrong == []


def expected(needed: rights.Needed | None, who: str) -> int:
    """401 or 403; 200 for being let through, whatever the route then says."""
    if needed is rights.NOBODY:
        return 200
    if who == NOBODY:
        return 401
    return 403 if isinstance(needed, Role) and not Role(who).covers(needed) else 200


def answered(made: httpx.Client, method: str, path: str) -> int:
    if method != rights.SOCKET:
        return made.request(method, path).status_code
    base = made.base_url
    cookies = "; ".join(f"{name}={value}" for name, value in made.cookies.items())
    try:
        with connect(
            f"ws://{base.host}:{base.port}{path}",
            origin=Origin(str(base).rstrip("/")),
            additional_headers={"Cookie": cookies},
        ):
            return 200
    except InvalidStatus as refused:
        return 401 if "mizumori_session" not in cookies else refused.response.status_code


def test_what_is_in_no_line_is_refused_although_the_server_has_it(
    app: FastAPI, clients: Mapping[str, httpx.Client]
) -> None:
    app.add_route("/forgotten", lambda _: pytest.fail("it was reached"), methods=["GET"])
    assert clients[NOBODY].get("/forgotten").status_code == 401
    assert clients[Role.ADMINISTRATOR].get("/forgotten").status_code == 404
    app.router.routes.pop()


@pytest.mark.parametrize(
    "path", ["//", "/./", "/_dash-layout/", "/%5fdash-layout", "/login/../", "/LOGIN", "/assets/../"]
)
def test_no_other_spelling_of_a_path_gets_around_the_guard(clients: Mapping[str, httpx.Client], path: str) -> None:
    assert (
        clients[NOBODY].request("GET", httpx.URL(str(clients[NOBODY].base_url), raw_path=path.encode())).status_code
        == 401
    )
