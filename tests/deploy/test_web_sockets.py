"""What many viewers get alike is compressed once, and every one of them reads it as it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import OP_TEXT, Frame
from websockets.sync.client import connect

from deploy.web import WebServer
from deploy.web_sockets import KEPT, LEAST_BYTES, SharedDeflate
from tests.brokers import free_port

SAID = {"status": "ok", "data": "水位 " * 2_000}


async def _says(_: Any, receive: Any, send: Any) -> None:
    """Answers each word with the same long text, addressed to that word."""
    await receive()
    await send({"type": "websocket.accept"})
    while (heard := await receive())["type"] == "websocket.receive":
        to = json.dumps(heard["text"])
        await send({"type": "websocket.send", "text": f'{{"requestId":{to},"payload":{json.dumps(SAID)}}}'})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    found = free_port()
    server = WebServer(_says, "127.0.0.1", found)
    server.start()
    try:
        yield found
    finally:
        server.stop()


def test_a_long_answer_to_many_is_compressed_once(port: int) -> None:
    before = KEPT.made
    for viewer in range(10):
        with connect(f"ws://127.0.0.1:{port}/") as socket:
            assert "permessage-deflate" in socket.response.headers["Sec-WebSocket-Extensions"]  # type: ignore[union-attr]
            for number in range(3):
                word = f"{viewer}-{number}"
                socket.send(word)
                assert json.loads(socket.recv(timeout=5)) == {"requestId": word, "payload": SAID}
    assert KEPT.made - before == 1


def test_who_does_not_unpack_gets_it_as_it_is(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/", compression=None) as socket:
        socket.send("x")
        assert json.loads(socket.recv(timeout=5))["payload"] == SAID


@given(st.lists(st.tuples(st.text(max_size=700), st.text(), st.integers(0, 400)), max_size=8))
def test_every_message_is_read_as_it_was_sent(messages: list[tuple[str, str, int]]) -> None:
    server, browser = SharedDeflate(False, True, 15, 15), PerMessageDeflate(True, False, 15, 15, {})
    for address, body, times in messages:
        text = f'{address}"payload":{body * times}'.encode()
        sent = server.encode(Frame(OP_TEXT, text))
        assert sent.rsv1 == (len(text) >= LEAST_BYTES)
        assert bytes(browser.decode(sent).data) == text


def test_where_messages_must_lean_on_those_before_they_do() -> None:
    server, browser = SharedDeflate(False, False, 15, 15), PerMessageDeflate(False, False, 15, 15, {})
    for text in (b'"payload":' + b"water " * 1_000, b"water"):
        assert bytes(browser.decode(server.encode(Frame(OP_TEXT, text))).data) == text
