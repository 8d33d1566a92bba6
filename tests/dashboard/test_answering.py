"""What is asked over a WebSocket: shared sections by the text that was written for all, everything else by Dash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dash import Dash
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.staff.answering import SharedAnswers
from dashboard.staff.app import create_app
from dashboard.staff.sharing import Shared
from tests.dashboard.api_house import PEOPLE
from tests.dashboard.staff_fakes import Seat, desk, served

AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
SHARED = (
    *("counts.children", "choices.children", "left-out.children", "stations.children", "map-ground.data"),
    *("map-marks.data", "waiting.children", "rising.children", "worst-stills.children", "devices.children"),
    *("alarm.data", "wall-danger.children", "wall-lesser.children", "wall-waiting.children"),
)
"""What may be the same for all who see it. Whoever adds to it says here that it does not hang on who asks."""


@dataclass
class City:
    """A served city, and who sits before it."""

    app: Dash
    seat: Seat
    base: str

    @property
    def sections(self) -> Mapping[str, Shared]:
        found = next(each for each in self.app.server.user_middleware if each.cls is SharedAnswers)
        return found.kwargs["sections"]  # type: ignore[no-any-return]

    def payload(self, output: str) -> dict[str, Any]:
        """The question of a page for an output, as its script writes it."""
        spec = next(each for each in self.app._callback_list if each["output"] == output)
        name, _, prop = output.partition(".")
        parts = {part: [{**each, "value": _value(each)} for each in spec[part]] for part in ("inputs", "state")}
        changed = [f"{each['id']}.{each['property']}" for each in parts["inputs"][:1]]
        return {"output": output, "outputs": {"id": name, "property": prop}, "changedPropIds": changed, **parts}

    def over_http(self, payload: Mapping[str, Any]) -> Any:
        """What Dash itself answers."""
        answer = httpx.post(f"{self.base}/_dash-update-component", json=payload, headers={"Origin": self.base})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def over_socket(self, *outputs: str) -> dict[str, Any]:
        """What a viewer is answered, by output."""
        with connect(f"{self.base.replace('http', 'ws')}/_dash-ws-callback", origin=Origin(self.base)) as socket:
            for output in outputs:
                asked = {"type": "callback_request", "rendererId": 'a"b', "requestId": output}
                socket.send(json.dumps({**asked, "payload": self.payload(output)}))
            found: dict[str, Any] = {}
            while len(found) < len(outputs):
                received = json.loads(socket.recv(timeout=8))
                for each in received if isinstance(received, list) else [received]:
                    assert (each["type"], each["rendererId"]) == ("callback_response", 'a"b')
                    found[each["requestId"]] = each["payload"]
        return found


def _value(of: Mapping[str, str]) -> str:
    given = {"pathname": "/", "search": ""}
    return given.get(of["property"], "told") if of["id"] == "url" else "told"


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    seat = Seat(PEOPLE["viewer"])
    app = create_app(desk(AT, seat).services)
    with served(app.server) as base:
        yield City(app, seat, base)


def test_what_is_shared_is_what_is_declared_to_be(city: City) -> None:
    assert sorted(city.sections) == sorted(SHARED)


def test_different_people_get_the_same_and_what_dash_would_answer(city: City) -> None:
    found: list[dict[str, Any]] = []
    for who in ("viewer", "admin"):
        city.seat.actor = PEOPLE[who]
        found.append(city.over_socket(*SHARED))
    assert found[0] == found[1]
    for output, payload in found[0].items():
        assert payload == {"status": "ok", "data": city.over_http(city.payload(output))}


def test_each_of_them_is_made_once_for_everybody(city: City) -> None:
    city.over_socket(*SHARED)
    before = {output: city.sections[output].makings for output in SHARED}
    for _ in range(3):
        city.over_socket(*SHARED)
    assert {output: city.sections[output].makings for output in SHARED} == before
    assert set(before.values()) == {1}


def test_no_other_callback_is_answered_but_by_dash(city: City) -> None:
    async def nothing(*_: Any) -> Any:
        raise AssertionError

    others = [output for output in city.app.callback_map if output not in SHARED]
    answers = SharedAnswers(nothing, city.sections)

    async def answered() -> list[str | None]:
        questions = ({"type": "callback_request", "requestId": "1", "payload": {"output": each}} for each in others)
        return [await answers._answer(json.dumps(each)) for each in questions]

    assert len(others) > 20
    assert asyncio.run(answered()) == [None] * len(others)


@pytest.mark.parametrize("text", ["", "{", '"callback_request"', '{"type": "callback_request", "payload": 1}'])
def test_what_is_no_question_goes_on_as_it_came(city: City, text: str) -> None:
    came, went = {"type": "websocket.receive", "text": text}, []

    async def app(_: Any, receive: Any, __: Any) -> None:
        went.append(await receive())

    async def receive() -> Any:
        return came

    async def send(_: Any) -> None:
        raise AssertionError

    asyncio.run(SharedAnswers(app, city.sections)({"type": "websocket", "path": "/_dash-ws-callback"}, receive, send))
    assert went == [came]


def test_what_dash_refuses_it_still_refuses(city: City) -> None:
    """A question with no news yet is Dash's: it answers that there is nothing to change."""
    payload = city.payload("stations.children")
    payload["inputs"][0]["value"] = None
    with connect(f"{city.base.replace('http', 'ws')}/_dash-ws-callback", origin=Origin(city.base)) as socket:
        asked = {"type": "callback_request", "rendererId": "r", "requestId": "1", "payload": payload}
        socket.send(json.dumps(asked))
        assert json.loads(socket.recv(timeout=8))["payload"] == {"status": "prevent_update"}
