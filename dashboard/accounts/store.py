"""Accounts, sessions, failures and the audit log in the database of the present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dashboard.accounts import last_administrator
from dashboard.accounts.actor import Role
from dashboard.accounts.records import Account, AuditLine, Failures, NewAccount, Session
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
        """Its id; None where the login name is taken, or where it should be the ``first`` and there is one."""
        values = {**asdict(new), "created_at": at, "totp_secret": "", "totp_step": 0}
        try:
            with writing(self._engine) as connection:
                if first and _any(connection):
                    return None
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
        """The same; False, and nothing is changed, where nobody would be left who may keep the accounts."""
        with writing(self._engine) as connection:
            return last_administrator.change(connection, account_id, values)

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

    def open(self, token_hash: str, session: Session) -> None:
        """Keep a new session."""
        values = {**asdict(session), "token_hash": token_hash, "address": session.address[:64]}
        del values["id"]
        with writing(self._engine) as connection:
            connection.execute(insert(account_sessions).values(values))

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

    def seen(self, session_id: int, at: datetime) -> None:
        """A page of the session was open at this time."""
        with writing(self._engine) as connection:
            connection.execute(update(account_sessions).where(account_sessions.c.id == session_id).values(seen_at=at))

    def revoke(self, account_id: int, at: datetime, session_id: int | None = None) -> int:
        """End one session of an account, or all; how many ended."""
        are = (account_sessions.c.account_id == account_id) & account_sessions.c.revoked_at.is_(None)
        if session_id is not None:
            are &= account_sessions.c.id == session_id
        with writing(self._engine) as connection:
            return connection.execute(update(account_sessions).where(are).values(revoked_at=at)).rowcount

    def failures(self, keys: Sequence[str]) -> dict[str, Failures]:
        """What is known of each key."""
        wanted = select(account_failures).where(account_failures.c.key.in_(keys))
        with self._engine.connect() as connection:
            known = {
                row["key"]: Failures(row["count"], row["last_at"]) for row in connection.execute(wanted).mappings()
            }
        return {key: known.get(key, Failures()) for key in keys}

    def failed(self, keys: Sequence[str], at: datetime) -> None:
        """Count one failure more for each key."""
        count = account_failures.c["count"]
        with writing(self._engine) as connection:
            for key in keys:
                is_it = account_failures.c.key == key
                more = update(account_failures).where(is_it).values({"count": count + 1, "last_at": at})
                if not connection.execute(more).rowcount:
                    connection.execute(insert(account_failures).values({"key": key, "count": 1, "last_at": at}))

    def forgive(self, keys: Sequence[str]) -> None:
        """Forget the failures of the keys."""
        with writing(self._engine) as connection:
            connection.execute(delete(account_failures).where(account_failures.c.key.in_(keys)))

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


def _any(connection: Connection) -> bool:
    return bool(connection.scalar(select(func.count()).select_from(accounts)))


def _account(row: Mapping[Any, Any]) -> Account:
    values = dict(row)
    lists = {name: tuple(values[name]) for name in ("departments", "areas")}
    return Account(**{**values, **lists, "role": Role(values["role"])})


def _session(row: Row[Any]) -> Session:
    return Session(**{name: row._mapping[name] for name in Session.__slots__})
