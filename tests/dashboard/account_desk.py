"""Accounts for tests: in a real database, with passwords that are quick to hash, and clients that are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pyotp
from argon2 import PasswordHasher
from sqlalchemy import Engine, event

from dashboard.accounts.actor import Role
from dashboard.accounts.desk import AccountDesk
from dashboard.accounts.gate import CSRF_HEADER, Cookies, WithAccounts
from dashboard.accounts.office import Office
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import NewAccount
from dashboard.accounts.recovery_store import SqlRecovery
from dashboard.accounts.settings import AccountSettings
from dashboard.accounts.setup import SetupToken
from dashboard.accounts.store import SqlAccounts
from dashboard.accounts.tables import account_sessions
from dashboard.accounts.token_store import SqlTokens
from dashboard.accounts.tokens import Tokens
from dashboard.accounts.vault import Vault
from ingest.store.tables import open_database

SESSION, CSRF = Cookies().session, Cookies().csrf
PASSWORD = "hashi no shita no mizu"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
NO_CODES = AccountSettings(require_second_factor_for=())
HASH = QUICK.hashed(PASSWORD)


@dataclass
class Watchmaker:
    """A clock that a test moves."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class House:
    """A desk of accounts on a database of its own."""

    desk: AccountDesk
    gate: WithAccounts
    clock: Watchmaker
    office: Office
    engine: Engine

    def add(self, login: str, role: Role = Role.VIEWER, **more: object) -> int:
        """An account with the password of all tests."""
        new = NewAccount(login, f"{login}の人", role, HASH, **more)  # type: ignore[arg-type]
        made = self.desk.store.add(new, self.clock.now())
        assert made is not None
        return made

    def with_code(self, login: str, role: Role = Role.APPROVER) -> pyotp.TOTP:
        """An account with a second factor, and the telephone that shows its codes."""
        secret = pyotp.random_base32()
        self.desk.store.change(self.add(login, role), totp_secret=secret)
        return pyotp.TOTP(secret)

    def acts(self) -> list[str]:
        """What the audit log says, the oldest first."""
        return [each.act for each in reversed(self.desk.audit.lines())]


def house(folder: Path, settings: AccountSettings = NO_CODES) -> House:
    """A new house, or the one that was in the folder before."""
    engine, clock = open_database(f"sqlite:///{folder / 'accounts.db'}"), Watchmaker()
    event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))  # no power fails here
    tables = [each for each in account_sessions.metadata.sorted_tables if each.name.startswith(("account", "audit"))]
    account_sessions.metadata.create_all(engine, tables)
    vault = Vault(folder / "accounts.key")
    vault.make_key()
    desk = AccountDesk(SqlAccounts(engine), settings, clock.now, QUICK, codes=SqlRecovery(engine), vault=vault)
    kept = SqlTokens(engine)
    gate = WithAccounts(desk, SetupToken(desk.store.any_account, "the token"), tokens=Tokens(kept, clock.now))
    assert gate.tokens is not None
    return House(desk, gate, clock, Office(desk, kept, gate.tokens), engine)


@contextmanager
def client(base: str) -> Iterator[httpx.Client]:
    """Somebody with a browser's manners who follows nothing by himself."""
    with httpx.Client(base_url=base, follow_redirects=False, timeout=20) as made:
        yield made


def sign_in(made: httpx.Client, login: str, password: str = PASSWORD) -> httpx.Response:
    """Send the form, and the word of the session with everything from then on."""
    answer = made.post("/login", data={"login": login, "password": password})
    made.headers[CSRF_HEADER] = made.cookies.get(CSRF) or ""
    return answer
