"""Accounts, sessions, failures and the audit log in the database of the present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dashboard.accounts import last_administrator, lockout, names, token_store
from dashboard.accounts.actor import Role
from dashboard.accounts.records import NOTHING, Account, AuditLine, Failures, NameTaken, NewAccount, Session
from dashboard.accounts.tables import account_failures, account_sessions, accounts, audit
from ingest.store.tables import writing

_LONGEST = {"actor": 200, "act": 40, "object": 300, "address": 64}


class SqlAccounts:
    """The accounts of one database; it may be asked from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def any_account(self) -> bool:
        """Whether there is an account, usable or not."""
        with self._engine.connect() as connection:
            return _any(connection)

    def account(self, login: str) -> Account | None:
        """The account of a login name."""
        with self._engine.connect() as connection:
            row = connection.execute(select(accounts).where(accounts.c.login == login)).one_or_none()
        return None if row is None else _account(row._mapping)

    def accounts(self) -> Sequence[Account]:
        """All, by login name."""
        with self._engine.connect() as connection:
            return [
                _account(row._mapping) for row in connection.execute(select(accounts).order_by(accounts.c.login)).all()
            ]

    def add(self, new: NewAccount, at: datetime, *, first: bool = False) -> int | None:
        """Its id; None where the login name is taken, or where it should be the ``first`` and there is one. NameTaken
        where somebody who may sign in has that name."""
        values = {**asdict(new), "created_at": at, "totp_secret": "", "totp_step": 0}
        try:
            with writing(self._engine) as connection:
                if first and _any(connection):
                    return None
                _must_be_another(connection, new.login, new.name)
                key = connection.execute(insert(accounts).values(values)).inserted_primary_key
        except IntegrityError:
            return None
        assert key is not None
        return int(key[0])

    def change(self, account_id: int, **values: object) -> None:
        """Set columns of an account."""
        with writing(self._engine) as connection:
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))

    def change_unless_last(self, account_id: int, **values: object) -> bool:
        """The same; False, and nothing is changed, where nobody would be left who may keep the accounts. NameTaken
        where somebody would sign in again whose name meanwhile somebody else has."""
        with writing(self._engine) as connection:
            if "disabled_at" in values and values["disabled_at"] is None:
                is_it = accounts.c.id == account_id
                found = connection.execute(select(accounts.c.login, accounts.c.name).where(is_it)).one()
                _must_be_another(connection, found.login, found.name)
            return last_administrator.change(connection, account_id, values)

    def change_if_same(self, judged: Account, **values: object) -> bool:
        """The same; False, and nothing is changed, where the account is not any more as it was ``judged``: another
        password or second factor, or disabled."""
        with writing(self._engine) as connection:
            return connection.execute(update(accounts).where(_as(judged)).values(**values)).rowcount == 1

    def take_over(self, others: Sequence[Account], at: datetime) -> None:
        """Make the accounts those of another house, by login name; the ones that it has not are disabled."""
        known = {each.login: each.id for each in self.accounts()}
        with writing(self._engine) as connection:
            for each in others:
                values = {name: value for name, value in asdict(each).items() if name not in ("id", "totp_step")}
                if each.login in known:
                    connection.execute(update(accounts).where(accounts.c.login == each.login).values(values))
                else:
                    connection.execute(insert(accounts).values({**values, "totp_step": 0}))
            gone = accounts.c.login.in_(known.keys() - {each.login for each in others})
            connection.execute(update(accounts).where(gone).values(disabled_at=at))

    def use_code(self, account_id: int, step: int) -> bool:
        """Mark the code of a step of time as used; False where it, or a later one, was used before."""
        unused = (accounts.c.id == account_id) & (accounts.c.totp_step < step)
        with writing(self._engine) as connection:
            return connection.execute(update(accounts).where(unused).values(totp_step=step)).rowcount == 1

    def open(
        self, token_hash: str, session: Session, judged: Account, *, instead_of: int | None, everywhere: bool
    ) -> bool:
        """Keep a new session ``instead_of`` another, or (``everywhere``) of all others. False, and nothing is changed,
        where that one has ended or the account is not any more as it was ``judged``."""
        values = {**asdict(session), "token_hash": token_hash, "address": session.address[:64]}
        del values["id"]
        with writing(self._engine) as connection:
            if connection.scalar(select(accounts.c.id).where(_as(judged))) is None:
                return False
            if instead_of is not None and not _revoke(connection, judged.id, session.created_at, instead_of):
                return False
            if everywhere:
                _revoke(connection, judged.id, session.created_at)
            connection.execute(insert(account_sessions).values(values))
        return True

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """A session that was not revoked, with its account."""
        is_it = (account_sessions.c.token_hash == token_hash) & account_sessions.c.revoked_at.is_(None)
        with self._engine.connect() as connection:
            row = connection.execute(select(account_sessions).where(is_it)).one_or_none()
            if row is None:
                return None
            owner = connection.execute(select(accounts).where(accounts.c.id == row.account_id)).one()
        return _session(row), _account(owner._mapping)

    def sessions(self, account_id: int) -> Sequence[Session]:
        """Those of an account that were not revoked, the newest first."""
        are = (account_sessions.c.account_id == account_id) & account_sessions.c.revoked_at.is_(None)
        with self._engine.connect() as connection:
            found = connection.execute(select(account_sessions).where(are).order_by(account_sessions.c.id.desc()))
            return [_session(row) for row in found]

    def seen(self, sightings: Mapping[int, datetime]) -> None:
        """When a page of each session was open last, by its id."""
        with writing(self._engine) as connection:
            for session_id, at in sightings.items():
                is_it = account_sessions.c.id == session_id
                connection.execute(update(account_sessions).where(is_it).values(seen_at=at))

    def revoke(self, account_id: int, at: datetime, session_id: int | None = None) -> int:
        """End one session of an account, or all; how many ended."""
        with writing(self._engine) as connection:
            return _revoke(connection, account_id, at, session_id)

    def addresses(self, account_id: int) -> set[str]:
        """Where an account was signed in from, as long as that is kept."""
        are = (account_sessions.c.account_id == account_id) & account_sessions.c.proven
        with self._engine.connect() as connection:
            return set(connection.scalars(select(account_sessions.c.address).where(are).distinct()))

    def failures(self, keys: Sequence[str]) -> dict[str, Failures]:
        """What is known of each key."""
        with self._engine.connect() as connection:
            return _failures(connection, keys)

    def count(self, keys: Sequence[str], at: datetime) -> tuple[timedelta, dict[str, Failures]]:
        """Count one failure more for each key, unless it is to wait for one: for how long, and what was known before.
        All in one transaction."""
        with writing(self._engine) as connection:
            known = _failures(connection, keys)
            left = lockout.wait(known, at)
            for key, before in known.items() if not left else ():
                _keep(connection, key, lockout.counted(key, before, at))
        return left, known

    def forgive(self, keys: Sequence[str], back: Mapping[str, Failures] = NOTHING) -> None:
        """Forget the failures of the keys, and of all whose names begin with theirs and a colon; take one back of each
        key of ``back``, which says what was known before it."""
        named = account_failures.c.key
        with writing(self._engine) as connection:
            below = (named.startswith(f"{key}:") for key in keys)
            connection.execute(delete(account_failures).where(or_(named.in_(keys), *below)))
            for key, now in _failures(connection, tuple(back)).items():
                alone = now.count <= back[key].count + 1
                _keep(connection, key, Failures(now.count - 1, back[key].last_at if alone else now.last_at))

    def tidy(self, before: datetime, most: int) -> None:
        """Forget failures that happened before a time, and the oldest of more than so many."""
        newest = select(account_failures.c.key).order_by(account_failures.c.last_at.desc()).limit(most)
        with writing(self._engine) as connection:
            connection.execute(delete(account_failures).where(account_failures.c.last_at < before))
            connection.execute(delete(account_failures).where(account_failures.c.key.not_in(newest)))

    def record(self, line: AuditLine) -> None:
        """Write a line of the audit log."""
        values = asdict(line)
        del values["id"]
        values.update({name: str(values[name])[:most] for name, most in _LONGEST.items()})
        with writing(self._engine) as connection:
            connection.execute(insert(audit).values(values))

    def audit(self, limit: int = 200, before: int | None = None) -> Sequence[AuditLine]:
        """The newest lines first, those before an id."""
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        with self._engine.connect() as connection:
            return [AuditLine(**row._mapping) for row in connection.execute(wanted)]

    def prune(self, before: datetime) -> None:
        """Forget sessions that ended and failures that happened before a time."""
        ended = (account_sessions.c.expires_at < before) | (account_sessions.c.revoked_at < before)
        with writing(self._engine) as connection:
            connection.execute(delete(account_sessions).where(ended))
            connection.execute(delete(account_failures).where(account_failures.c.last_at < before))


def _as(judged: Account) -> ColumnElement[bool]:
    """An account whose ways to sign in nobody has changed meanwhile."""
    same = (accounts.c.password_hash == judged.password_hash) & (accounts.c.totp_secret == judged.totp_secret)
    return (accounts.c.id == judged.id) & same & accounts.c.disabled_at.is_(None)


def _revoke(connection: Connection, account_id: int, at: datetime, session_id: int | None = None) -> int:
    are = (account_sessions.c.account_id == account_id) & account_sessions.c.revoked_at.is_(None)
    if session_id is not None:
        are &= account_sessions.c.id == session_id
    return connection.execute(update(account_sessions).where(are).values(revoked_at=at)).rowcount


def _failures(connection: Connection, keys: Sequence[str]) -> dict[str, Failures]:
    found = connection.execute(select(account_failures).where(account_failures.c.key.in_(keys))).mappings()
    known = {row["key"]: Failures(row["count"], row["last_at"]) for row in found}
    return {key: known.get(key, Failures()) for key in keys}


def _keep(connection: Connection, key: str, failures: Failures) -> None:
    is_it, values = account_failures.c.key == key, {"count": failures.count, "last_at": failures.last_at}
    if failures.last_at is None or failures.count <= 0:
        connection.execute(delete(account_failures).where(is_it))
    elif not connection.execute(update(account_failures).where(is_it).values(values)).rowcount:
        connection.execute(insert(account_failures).values({"key": key, **values}))


def _must_be_another(connection: Connection, login: str, name: str) -> None:
    """Unless another account has the login name too: that is said first."""
    others = connection.execute(select(accounts.c.login, accounts.c.name).where(accounts.c.disabled_at.is_(None))).all()
    logins = {each.login for each in others}
    taken = (*(each.name for each in others), *token_store.names_of(connection))
    if login not in logins and names.taken(name, taken):
        raise NameTaken(name)


def _any(connection: Connection) -> bool:
    return bool(connection.scalar(select(func.count()).select_from(accounts)))


def _account(row: Mapping[Any, Any]) -> Account:
    values = dict(row)
    lists = {name: tuple(values[name]) for name in ("departments", "areas")}
    return Account(**{**values, **lists, "role": Role(values["role"])})


def _session(row: Row[Any]) -> Session:
    return Session(**{name: row._mapping[name] for name in Session.__slots__})
