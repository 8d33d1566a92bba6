"""The staff app as a server: addresses, headers, stills, and who may open a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Origin

from dashboard.staff import push
from dashboard.staff.app import create_app
from dashboard.staff.watch import SECTIONS
from tests.dashboard.staff_fakes import Desk, desk, served


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return desk()


@pytest.fixture(scope="module")
def client(at_desk: Desk) -> Iterator[httpx.Client]:
    with served(create_app(at_desk.services).server) as base, httpx.Client(base_url=base) as client:
        yield client


PATHS = ["/", "/en/", "/station/mizue", "/en/station/mizue", "/_dash-layout", "/assets/staff.css", "/still/none.jpg"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "'unsafe-inline'" not in headers["content-security-policy"].split("script-src")[1].split(";")[0]
    assert "'unsafe-eval'" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/en/", "/station/mizue", "/en/station/mizue"])
def test_every_page_is_served(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "react-entry-point" in answer.text


def test_no_browser_keeps_a_page_for_who_comes_after_the_sign_out(client: httpx.Client) -> None:
    assert client.get("/station/mizue").headers["cache-control"] == "no-store"
    assert client.get("/assets/staff.css").headers.get("cache-control") != "no-store"


def test_the_index_names_no_other_host(client: httpx.Client) -> None:
    assert "//" not in client.get("/").text.replace('xmlns="http://www.w3.org', "")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_of_the_framework_is_open(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_server_says_that_it_is_alive(client: httpx.Client) -> None:
    assert client.get("/alive").text == "OK"


def test_a_still_is_served_as_an_image(client: httpx.Client, at_desk: Desk) -> None:
    file = at_desk.log.stills[0].file
    answer = client.get(f"/still/{file}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == at_desk.stills.files[file]


def test_a_missing_still_says_so(client: httpx.Client) -> None:
    answer = client.get("/still/cam/none.jpg")
    assert answer.status_code == 404
    assert "保存されていません" in answer.text


@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "cam/../../secret.jpg", "%2e%2e/secret.jpg", "%2Fetc%2Fpasswd.jpg", ".hidden.jpg", "a.html"],
)
def test_a_name_that_leaves_the_folder_is_never_asked_for(client: httpx.Client, at_desk: Desk, name: str) -> None:
    for each in ("../secret.jpg", "secret.jpg", "cam/../../secret.jpg", "/etc/passwd.jpg", ".hidden.jpg", "a.html"):
        at_desk.stills.files[each] = b"secret"
    assert b"secret" not in client.get(f"/still/{name.replace('..', '%2e%2e')}").content


def _socket(client: httpx.Client) -> str:
    return f"ws://{client.base_url.host}:{client.base_url.port}/_dash-ws-callback"


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", None])
def test_a_websocket_of_another_origin_is_refused(client: httpx.Client, origin: str | None) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(_socket(client), origin=Origin(origin) if origin else None),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_a_websocket_of_the_own_origin_is_accepted(client: httpx.Client) -> None:
    own = Origin(str(client.base_url).rstrip("/"))
    with connect(_socket(client), origin=own) as socket:
        socket.send(json.dumps({"type": "heartbeat"}))
        assert json.loads(socket.recv(timeout=5))["type"] == "heartbeat_ack"


def _watching(client: httpx.Client, socket: Connection) -> None:
    """Ask for the push as a page does."""
    callbacks = client.get("/_dash-dependencies").json()
    push_output = next(each["output"] for each in callbacks if not each["inputs"])
    payload = {"output": push_output, "outputs": [], "inputs": [], "changedPropIds": []}
    request = {"type": "callback_request", "rendererId": "tab", "requestId": "1", "payload": payload}
    socket.send(json.dumps(request))


def _messages(socket: Connection) -> Iterator[dict[str, Any]]:
    while True:
        received = json.loads(socket.recv(timeout=8))
        yield from received if isinstance(received, list) else [received]


def test_a_new_viewer_is_told_of_every_section_and_that_the_server_is_there(client: httpx.Client) -> None:
    with connect(_socket(client), origin=Origin(str(client.base_url).rstrip("/"))) as socket:
        _watching(client, socket)
        told = {each["payload"]["componentId"] for each in islice(_messages(socket), len(SECTIONS) + 1)}
    assert told == {"beat", *(f"news-{section}" for section in SECTIONS)}


def test_what_changed_at_once_is_told_at_once(client: httpx.Client) -> None:
    with connect(_socket(client), origin=Origin(str(client.base_url).rstrip("/"))) as socket:
        _watching(client, socket)
        told = json.loads(socket.recv(timeout=8))
    assert len(told) == len(SECTIONS) + 1
    assert {each["rendererId"] for each in told} == {"tab"}


def test_a_tab_that_answers_no_more_is_told_no_more(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "ASK_EVERY_S", 0.2)
    monkeypatch.setattr(push, "ANSWER_WITHIN_S", 0.2)
    with connect(_socket(client), origin=Origin(str(client.base_url).rstrip("/"))) as socket:
        _watching(client, socket)
        end = next(each for each in _messages(socket) if each["type"] == "callback_response")
    assert end["payload"] == {"status": "prevent_update"}


def test_two_apps_live_side_by_side(at_desk: Desk) -> None:
    first, second = create_app(at_desk.services), create_app(desk().services)
    assert first.server is not second.server
    assert list(first.callback_map) == list(second.callback_map)
    assert len(first.callback_map) >= 14


def test_no_callback_draws_more_than_one_thing(at_desk: Desk) -> None:
    assert not [name for name in create_app(at_desk.services).callback_map if "..." in name]


def test_the_first_page_asked_for_may_be_that_of_a_station(at_desk: Desk) -> None:
    with served(create_app(at_desk.services).server) as base:
        assert "live.js" in httpx.get(f"{base}/station/mizue").text
