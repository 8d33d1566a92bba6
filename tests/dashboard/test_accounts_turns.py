"""Signing in has threads and a queue of its own: what strangers send takes neither pages nor turns from others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.accounts import guard, sessions
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Taken
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.turns import AccountTurns, NoTurn, Turns
from dashboard.staff.app import create_app
from tests.dashboard.account_desk import PASSWORD, House, client, house, sign_in
from tests.dashboard.staff_fakes import desk, served


@dataclass
class Held(Passwords):
    """Wrong passwords are looked at only when the test lets them."""

    let: threading.Event = field(default_factory=threading.Event)
    looked_at: int = 0

    def __post_init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def fits(self, kept: str | None, password: str) -> bool:
        if password != PASSWORD:
            self.looked_at += 1
            self.let.wait(20)
        return super().fits(kept, password)


@pytest.fixture
def city(tmp_path: Path) -> House:
    made = house(tmp_path)
    for login in ("hana", "taro"):
        made.add(login, Role.OPERATOR)
    return made


@pytest.fixture
def held(city: House) -> Iterator[Held]:
    made = Held()
    city.desk.passwords = made
    yield made
    made.let.set()


def test_of_more_than_have_room_one_is_told_to_come_again_and_others_have_their_turn() -> None:
    async def story() -> list[object]:
        turns, go = Turns("test", 1, 3), threading.Event()
        first = [asyncio.create_task(turns.take(lambda: go.wait(20), "here")) for _ in range(2)]
        await asyncio.sleep(0)
        for place in ("here", "there", "elsewhere", "late"):
            task = asyncio.create_task(turns.take(lambda: go.wait(20), place))
            first.append(task)
            await asyncio.sleep(0)
        go.set()
        said = await asyncio.gather(*first, return_exceptions=True)
        again = await turns.take(lambda: "again", "here")
        return [*(type(each) for each in said), again]

    kinds = asyncio.run(story())
    assert kinds == [bool, bool, NoTurn, bool, bool, NoTurn, "again"]


def test_work_that_breaks_off_gives_its_turn_back() -> None:
    def breaks() -> None:
        raise ConnectionError("half way")

    async def story() -> str:
        turns = Turns("test", 1, 1)
        for _ in range(5):
            with pytest.raises(ConnectionError):
                await turns.take(breaks, "here")
        return await turns.take(lambda: "fine", "here")

    assert asyncio.run(story()) == "fine"


def test_strangers_who_fill_their_turns_are_refused_unhashed_and_pages_and_known_browsers_go_on(
    city: House, held: Held
) -> None:
    rooms = city.gate.turns.strangers.most

    async def flood(base: str) -> list[int]:
        """From many networks at once, as the proxy says."""
        async with httpx.AsyncClient(base_url=base, timeout=30) as strangers:

            async def one(each: int) -> int:
                said = {"X-Forwarded-For": f"198.51.100.{each}"}
                form = {"login": f"junk-{each}", "password": "wrong"}
                return (await strangers.post("/login", data=form, headers=said)).status_code

            tasks = [asyncio.create_task(one(each)) for each in range(rooms + 12)]
            while sum(each.done() for each in tasks) < 12:  # those that are refused, while the others still wait
                await asyncio.sleep(0.01)
            await asyncio.to_thread(others, base)
            held.let.set()
            return sorted(await asyncio.gather(*tasks))

    def others(base: str) -> None:
        assert held.looked_at == 2, "as many as there are threads"
        for _ in range(20):
            assert watching.get("/_dash-layout").status_code == 200
            assert watching.get("/still/none.jpg").status_code == 404
        assert sign_in(known, "hana").status_code == 303, "in a browser in which hana was before"
        fresh = httpx.post(f"{base}/login", data={"login": "taro", "password": PASSWORD, "lang": "en"},
                           headers={"X-Forwarded-For": "203.0.113.1"})  # fmt: skip
        assert fresh.status_code == 503
        assert "Wait a few seconds" in fresh.text
        assert fresh.headers["retry-after"] == "5"

    app = create_app(desk(gate=city.gate).services).server
    with served(app) as base, client(base) as watching, client(base) as known:
        sign_in(watching, "hana")
        known.headers["X-Forwarded-For"] = "203.0.113.9"
        sign_in(known, "hana")
        known.headers["X-Forwarded-For"] = "203.0.113.10"
        known.cookies.delete("mizumori_session")
        answers = asyncio.run(flood(base))
    assert answers == [401] * rooms + [503] * 12
    assert held.looked_at == rooms


def test_one_place_takes_no_more_than_half_of_the_turns_of_strangers(city: House, held: Held) -> None:
    rooms = city.gate.turns.strangers.most

    async def flood(base: str) -> list[int]:
        async with httpx.AsyncClient(base_url=base, timeout=30) as strangers:

            async def one(each: int) -> int:
                form = {"login": f"junk-{each}", "password": "wrong"}
                return (await strangers.post("/login", data=form)).status_code

            tasks = [asyncio.create_task(one(each)) for each in range(rooms // 2 + 3)]
            while sum(each.done() for each in tasks) < 3:
                await asyncio.sleep(0.01)
            said = {"X-Forwarded-For": "203.0.113.1"}
            form = {"login": "taro", "password": PASSWORD}
            other = asyncio.create_task(strangers.post("/login", data=form, headers=said))
            await asyncio.sleep(0.05)
            assert not other.done(), "it waits for its turn, and is not refused"
            held.let.set()
            return [(await other).status_code, *sorted(await asyncio.gather(*tasks))]

    with served(create_app(desk(gate=city.gate).services).server) as base:
        answers = asyncio.run(flood(base))
    assert answers == [303, *[401] * (rooms // 2), *[503] * 3]


def test_a_program_that_finds_no_turn_is_told_when_to_come_again(city: House) -> None:
    go = threading.Event()
    turns = AccountTurns(programs=Turns("tokens", 1, 0))
    app = create_app(desk(gate=replace(city.gate, turns=turns)).services).server

    async def story(base: str) -> httpx.Response:
        held = asyncio.create_task(turns.programs.take(lambda: go.wait(20)))
        await asyncio.sleep(0)
        async with httpx.AsyncClient(base_url=base) as program:
            answer = await program.get("/api/v1/me?lang=en", headers={"Authorization": "Bearer junk"})
        go.set()
        await held
        return answer

    with served(app) as base:
        answer = asyncio.run(story(base))
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "5")
    assert "Try again in a few seconds" in answer.json()["detail"]


def test_an_open_screen_that_finds_no_turn_to_be_asked_goes_on(city: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.0)
    go, held = threading.Event(), threading.Event()
    turns = AccountTurns(looking=Turns("sessions", 1, 0))
    app = create_app(desk(gate=replace(city.gate, turns=turns)).services).server
    taken = city.desk.sign_in("hana", PASSWORD, "192.0.2.1")
    assert isinstance(taken, Taken)

    def wait() -> None:
        held.set()
        go.wait(20)

    def hold() -> None:
        while not go.is_set():  # the screen asks for its turn, too
            with suppress(NoTurn):
                asyncio.run(turns.looking.take(wait))

    with served(app) as base, ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        stack.callback(go.set)
        cookie = {"Cookie": f"mizumori_session={taken.token}"}
        at = base.replace("http", "ws") + "/_dash-ws-callback"
        with connect(at, origin=Origin(base), additional_headers=cookie) as socket:
            pool.submit(hold)
            assert held.wait(5)
            socket.send('{"type": "heartbeat"}')
            assert "heartbeat_ack" in socket.recv(timeout=5)
