"""Viewers of the overview, many of them in a process of their own: they speak with the dashboard as its pages do.

``python -m deploy.benches.viewers overview URL COOKIE COUNT SECONDS`` opens so many WebSockets. Each is told of news,
asks for every section of the overview that hangs on them, as the page's script does by the very list of callbacks that
the page is given, and notes when it has them all. ``… plain URL - COUNT SECONDS`` listens to the plain server. Prints
one line of JSON: see ``Seen``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PAGE_IDS = frozenset(
    {
        *("counts", "choices", "left-out", "stations", "map-ground", "map-marks", "waiting", "rising"),
        *("worst-stills", "devices", "alerts", "alarm", "brand", "troubles", "issued-strip"),
    }
)
"""What the overview and the frame around it hold: the page's script asks for these alone."""
MOST_BYTES = 50_000_000
SETTLES_S = 1.0
"""The first moments are those of the visit, not of its updates."""


@dataclass
class Seen:
    """What all viewers saw. ``updates`` are [moment of the server's look as seconds since 1970, seconds until the last
    section that hangs on it was there]; ``first_s`` is how long each took from its first word to a whole page, and
    ``first_bytes`` how much came until then, before its compression."""

    updates: list[tuple[float, float]] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    first_bytes: int = 0
    received_bytes: int = 0
    largest_bytes: int = 0
    messages: int = 0
    errors: list[str] = field(default_factory=list)
    cpu_s: float = 0.0


@dataclass
class Viewer:
    """One page. ``wanted`` are the callbacks of the page; ``news`` the tokens of which it has been told."""

    number: int
    wanted: Sequence[Mapping[str, Any]]
    seen: Seen
    until_s: float
    news: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    began_s: float = 0.0
    whole: bool = False
    received_bytes: int = 0

    async def watch(self, url: str, headers: Mapping[str, str]) -> None:
        """Until the time is up."""
        # Visits do not come all in the same moment.
        await asyncio.sleep(self.number * 0.03)
        self.began_s = time.time()
        async with connect(url, additional_headers=headers, max_size=MOST_BYTES, ping_interval=None) as socket:
            await self._ask(socket, next(each for each in self.wanted if not each["inputs"]), [], "")
            while (left_s := self.until_s - time.time()) > 0:
                try:
                    text = await asyncio.wait_for(socket.recv(), left_s)
                except TimeoutError:
                    return
                except ConnectionClosed as error:
                    self.seen.errors.append(f"closed: {error}")
                    return
                await self._heard(socket, str(text))

    async def _heard(self, socket: ClientConnection, text: str) -> None:
        self.seen.received_bytes += len(text)
        self.received_bytes += len(text)
        self.seen.largest_bytes = max(self.seen.largest_bytes, len(text))
        said = json.loads(text)
        changed: dict[str, str] = {}
        for message in said if isinstance(said, list) else [said]:
            self.seen.messages += 1
            if message["type"] == "set_props":
                told = message["payload"]
                if told["componentId"].startswith("news-"):
                    changed[told["componentId"]] = told["props"]["data"]
            elif message["type"] == "callback_response":
                self._answered(message)
        self.news |= changed
        for each in self.wanted:
            names = [name for name in changed if any(given["id"] == name for given in each["inputs"])]
            if names:
                await self._ask(socket, each, names, changed[names[0]])

    def _answered(self, message: Mapping[str, Any]) -> None:
        if message["payload"].get("status") == "error":
            self.seen.errors.append(str(message["payload"].get("message")))
        token = self.waiting.pop(message["requestId"], "")
        if not token or token in self.waiting.values():
            return
        now_s, looked_s = time.time(), datetime.fromisoformat(token.partition("/")[0]).timestamp()
        if not self.whole and not self.waiting:
            self.whole = True
            self.seen.first_s.append(now_s - self.began_s)
            self.seen.first_bytes = max(self.seen.first_bytes, self.received_bytes)
        if now_s - self.began_s > SETTLES_S and looked_s > self.began_s + SETTLES_S / 2:
            self.seen.updates.append((looked_s, now_s - looked_s))

    async def _ask(self, socket: ClientConnection, what: Mapping[str, Any], names: Sequence[str], token: str) -> None:
        self.asked += 1
        request = f"viewer-{self.number}-{self.asked}"
        changed = [f"{name}.data" for name in names]
        payload: dict[str, Any] = {
            "output": what["output"],
            "inputs": [self._given(each) for each in what["inputs"]],
            "changedPropIds": changed,
            "parsedChangedPropsIds": changed,
        }
        if what["inputs"]:
            name, _, prop = what["output"].partition(".")
            payload["outputs"] = {"id": name, "property": prop}
        if what["state"]:
            payload["state"] = [self._given(each) for each in what["state"]]
        if token:
            self.waiting[request] = token
        message = {"type": "callback_request", "rendererId": f"viewer-{self.number}", "requestId": request}
        await socket.send(json.dumps({**message, "payload": payload}))

    def _given(self, of: Mapping[str, Any]) -> dict[str, Any]:
        if of["id"] == "url":
            return {**of, "value": "/" if of["property"] == "pathname" else ""}
        known = self.news.get(of["id"])
        return {**of} if known is None else {**of, "value": known}


def callbacks_of(url: str, headers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The server's callbacks that the overview asks for, and the one that lasts."""
    request = urllib.request.Request(f"{url}/_dash-dependencies", headers=dict(headers))
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
    return [
        each
        for each in found
        if not each.get("clientside_function")
        and (not each["inputs"] or str(each["output"]).partition(".")[0] in PAGE_IDS)
    ]


async def overview(url: str, cookie: str, count: int, seconds: float) -> Seen:
    """So many viewers of the overview."""
    headers = {"Cookie": cookie, "Origin": url}
    wanted, seen, until_s = callbacks_of(url, headers), Seen(), time.time() + seconds
    address = f"{url.replace('http', 'ws', 1)}/_dash-ws-callback"
    viewers = [Viewer(number, wanted, seen, until_s) for number in range(count)]
    await asyncio.gather(*(each.watch(address, headers) for each in viewers))
    return seen


async def plain(url: str, count: int, seconds: float) -> Seen:
    """So many listeners to the plain server."""
    seen, until_s = Seen(), time.time() + seconds
    address = f"{url.replace('http', 'ws', 1)}/push"

    async def listen() -> None:
        async with connect(address, max_size=MOST_BYTES, ping_interval=None) as socket:
            while (left_s := until_s - time.time()) > 0:
                try:
                    text = str(await asyncio.wait_for(socket.recv(), left_s))
                except TimeoutError:
                    return
                at_s = float(text[:20])
                seen.updates.append((at_s, time.time() - at_s))
                seen.received_bytes += len(text)
                seen.messages += 1

    await asyncio.gather(*(listen() for _ in range(count)))
    return seen


if __name__ == "__main__":
    kind, where, session, viewers_, lasts_s = sys.argv[1:]
    watching = (
        overview(where, session, int(viewers_), float(lasts_s))
        if kind == "overview"
        else plain(where, int(viewers_), float(lasts_s))
    )
    result = asyncio.run(watching)
    result.cpu_s = time.process_time()
    sys.stdout.write(json.dumps(asdict(result)) + "\n")
