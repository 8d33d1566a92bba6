"""The house of the dashboard's measurement: a broker and ingest, and the dashboard kept to one core, each a process."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.accounts import passwords
from dashboard.accounts.actor import Role
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.records import NewAccount
from deploy.benches.family import family
from deploy.settings import Settings
from deploy.wiring.accounts import account_desk
from deploy.wiring.stores import Stores

STARTS_WITHIN_S = 90.0
ENDS_WITHIN_S = 15.0


@dataclass(frozen=True)
class Program:
    """A server that is measured, on a port of 127.0.0.1."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        """Seconds of CPU time that it has used; NotTold where the system does not say."""
        return sum(each.cpu_s for each in family(self.process.pid))

    def peak_mb(self) -> float:
        """The most memory that it held."""
        return family(self.process.pid)[0].peak_mb


@contextmanager
def serving(command: list[str], port: int, core: int | None, more: dict[str, str] | None = None) -> Iterator[Program]:
    """A program that listens, kept to a core where one is named; ended with the block. RuntimeError where it does not
    begin."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MIZUMORI_")}
    with subprocess.Popen([sys.executable, "-m", *command], env={**own, **(more or {})}) as process:
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            program = Program(process, port)
            _wait_for(program, command)
            yield program
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def last_core() -> int | None:
    """The core for what is measured, where processes can be kept to one and there is another."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None
    return max(os.sched_getaffinity(0))


def _wait_for(program: Program, command: list[str]) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until_s:
        if program.process.poll() is not None:
            raise RuntimeError(f"{' '.join(command)} ended with {program.process.returncode} before it was measured")
        try:
            answer(program, "/alive")
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise RuntimeError(f"{' '.join(command)} did not listen within {STARTS_WITHIN_S:g} s")


@contextmanager
def dashboard(folder: Path, ports: list[int], core: int | None) -> Iterator[Program]:
    """``mizumori dashboard`` on a data folder; ``ports`` are its own and that of the public page."""
    more = {
        "MIZUMORI_DATA_FOLDER": str(folder),
        "MIZUMORI_DASHBOARD__PORT": str(ports[0]),
        "MIZUMORI_PUBLIC__PORT": str(ports[1]),
        "MIZUMORI_MONITOR__DASHBOARD_PORT": "0",
        "MIZUMORI_BROKER__EMBEDDED": "false",
    }
    with serving(["deploy", "dashboard"], ports[0], core, more) as program:
        yield program


def add_viewer(settings: Settings, stores: Stores) -> tuple[str, str]:
    """A login name and a password that may look."""
    desk, password = account_desk(settings, stores), passwords.made()
    Keeper(desk.store, desk.passwords, desk.now, "bench", "").add(
        NewAccount("bench", "計測", Role.VIEWER, ""), password
    )
    return "bench", password


@dataclass(frozen=True)
class Answer:
    """What came back: ``wire_bytes`` as they were sent, compressed."""

    status: int
    body: bytes
    headers: dict[str, str]
    cookies: tuple[str, ...] = ()

    @property
    def wire_bytes(self) -> int:
        """Bytes of the body as they were sent."""
        return len(self.body)


def answer(
    program: Program, path: str, cookie: str = "", kept: http.client.HTTPConnection | None = None, form: bytes = b""
) -> Answer:
    """One request, compressed as a browser asks for it; on a connection that is ``kept``, or on one of its own."""
    connection = kept or http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    headers = {"Accept-Encoding": "gzip", "Accept": "text/html,*/*", **({"Cookie": cookie} if cookie else {})}
    if form:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": program.url}
    try:
        connection.request("POST" if form else "GET", path, form or None, headers)
        got = connection.getresponse()
        body = got.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        if kept is None:
            connection.close()
    cookies = tuple(value.partition(";")[0] for name, value in got.getheaders() if name.lower() == "set-cookie")
    return Answer(got.status, body, {name.lower(): value for name, value in got.getheaders()}, cookies)


def sign_in(program: Program, login: str, password: str) -> str:
    """The cookies of a session."""
    form = urllib.parse.urlencode({"login": login, "password": password}).encode()
    got = answer(program, "/login", form=form)
    if not got.cookies:
        raise RuntimeError(f"the dashboard let nobody in: it answered {got.status}")
    return "; ".join(got.cookies)
