"""A database that is full, locked or away takes nothing from those who are signed in: a real one, and a real server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from starlette.types import Message
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.accounts import guard, sessions
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Taken
from dashboard.accounts.sightings import MOST_KEPT, Sightings
from dashboard.accounts.token_keeping import NewToken
from dashboard.staff.app import create_app
from ingest.store.tables import writing
from tests.dashboard.account_desk import PASSWORD, House, Watchmaker, client, house, sign_in
from tests.dashboard.staff_fakes import desk, served

HERE = "192.0.2.1"


@pytest.fixture
def city(tmp_path: Path) -> House:
    made = house(tmp_path)
    made.add("hana")
    return made


@pytest.fixture(autouse=True)
def always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.0)
    monkeypatch.setattr(guard, "ASK_AGAIN_S", 0.0)


@contextmanager
def read_only(city: House) -> Iterator[None]:
    """Every write is refused by the database itself, as on a full disk."""

    def refuse(connection: object, _: object) -> None:
        connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

    event.listen(city.engine, "connect", refuse)
    city.engine.dispose()
    yield
    event.remove(city.engine, "connect", refuse)
    city.engine.dispose()


def until(comes: Callable[[], bool]) -> None:
    """The answer comes first, its line in the log afterwards."""
    for _ in range(500):
        if comes():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come within 10 s")


def token_of(city: House) -> str:
    taken = city.desk.sign_in("hana", PASSWORD, HERE)
    assert isinstance(taken, Taken)
    return taken.token


def test_a_session_goes_on_for_hours_while_nothing_can_be_written(
    city: House, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(city)
    with read_only(city):
        for _ in range(8):
            city.clock.ahead += timedelta(minutes=45)
            assert city.desk.sessions.find(token)
            city.desk.sessions.sightings.write()
    assert [each.message for each in caplog.records if each.levelno >= logging.ERROR] == [
        "whose pages are open cannot be written; nobody waits for it, and it is tried again"
    ]
    city.desk.sessions.sightings.write()
    found = city.desk.sessions.find(token)
    assert found is not None
    assert found.session is not None
    assert city.clock.now() - found.session.seen_at < timedelta(minutes=1), "written once it could be"


def test_who_looks_does_not_wait_for_one_who_writes(city: House) -> None:
    token = token_of(city)
    city.clock.ahead += timedelta(minutes=5)
    with writing(city.engine):  # longer than any page would wait: it ends only after the page was found
        assert city.desk.sessions.find(token)


def test_a_program_does_not_wait_for_one_who_writes_and_when_it_asked_is_written_once_it_can_be(city: House) -> None:
    day = (city.clock.now() + timedelta(days=9)).date()
    secret = city.office.token_keeper("admin", "").add(NewToken("道路情報", Role.VIEWER, day))
    tokens = city.office.tokens
    with writing(city.engine):  # longer than any program would wait: it ends only after both have asked
        for _ in range(2):
            found = tokens.find(secret, HERE)
            assert found is not None
            assert found.actor.name == "道路情報"
        assert city.office.kept_tokens.tokens()[0].used_at is None
    tokens.uses.write()
    (kept,) = city.office.kept_tokens.tokens()
    assert (kept.used_at is not None, kept.used_from) == (True, HERE)


def test_sightings_that_cannot_be_written_are_bounded_and_the_newest_is_kept() -> None:
    written: list[dict[int, datetime]] = []
    made: Sightings[datetime] = Sightings(lambda sightings: written.append(dict(sightings)), "what")
    made._writer.shutdown()
    made._waiting = True
    now = Watchmaker().now()
    for each in range(MOST_KEPT + 10):
        made.note(each, now)
    made.note(20, now + timedelta(minutes=1))
    made.write()
    assert len(written[0]) == MOST_KEPT
    assert 9 not in written[0]
    assert written[0][20] == now + timedelta(minutes=1)


def test_pages_and_an_open_screen_go_on_while_nothing_can_be_written(city: House) -> None:
    with served(create_app(desk(gate=city.gate).services).server) as base, client(base) as somebody:
        sign_in(somebody, "hana")
        cookies = "; ".join(f"{name}={value}" for name, value in somebody.cookies.items())
        at = base.replace("http", "ws") + "/_dash-ws-callback"
        screen = connect(at, origin=Origin(base), additional_headers={"Cookie": cookies})
        with screen as socket, read_only(city):
            for _ in range(2):
                city.clock.ahead += timedelta(minutes=5)
                assert somebody.get("/").status_code == 200
                socket.send('{"type": "heartbeat"}')
                assert "heartbeat_ack" in socket.recv(timeout=5)


def test_who_was_in_stays_in_a_while_when_the_accounts_cannot_even_be_read_and_nobody_else_comes_in(
    city: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, other = token_of(city), token_of(city)
    assert city.desk.sessions.find(token)
    with writing(city.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE account_sessions RENAME TO away")
    assert city.desk.sessions.find(token)
    with pytest.raises(OperationalError):
        city.desk.sessions.find(other)
    monkeypatch.setattr(sessions, "UNREAD_HOLDS_S", -1.0)
    with pytest.raises(OperationalError):
        city.desk.sessions.find(token)


def test_a_line_of_the_audit_log_that_cannot_be_written_is_in_the_servers_log(
    city: House, caplog: pytest.LogCaptureFixture
) -> None:
    with served(create_app(desk(gate=city.gate).services).server) as base, client(base) as somebody:
        sign_in(somebody, "hana")
        with read_only(city):
            assert somebody.post("/api/v1/silences", json={}).status_code == 403
            lost = "a line of the audit log is lost: POST /api/v1/silences of hanaの人 was answered 403"
            until(lambda: lost in caplog.text)
        assert somebody.post("/api/v1/silences", json={}).status_code == 403
        until(lambda: city.acts()[-1] == "write")
    assert [(each.object, each.detail) for each in city.desk.audit.lines() if each.act == "write"] == [
        ("POST /api/v1/silences", "403")
    ]


def test_an_act_whose_answer_breaks_off_is_in_the_audit_log(city: House) -> None:
    token = token_of(city)
    signed = city.desk.sessions.find(token)
    assert signed is not None
    cookie = f"{city.gate.cookies.session}={token}"
    headers = [(b"cookie", cookie.encode()), (b"x-csrf-token", signed.csrf.encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/chronology", "headers": headers, "query_string": b""}
    city.desk.store.change(signed.actor.account_id, role="operator")

    async def breaks(*_: object) -> None:
        raise ConnectionError("half way")

    async def nothing(*_: object) -> Message:
        return {}

    with pytest.raises(ConnectionError):
        asyncio.run(guard.Guard(breaks, city.gate)(scope, nothing, nothing))  # type: ignore[arg-type]
    line = city.desk.audit.lines()[0]
    assert (line.act, line.object, line.detail) == ("write", "POST /api/v1/chronology", "0")
