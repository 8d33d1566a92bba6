"""Tokens in the database of the present: tokens.TokenStore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from dashboard.accounts import names
from dashboard.accounts.actor import Role
from dashboard.accounts.tables import account_tokens, accounts
from dashboard.accounts.tokens import Token, Use
from ingest.store.tables import writing

columns = account_tokens.c


class SqlTokens:
    """The tokens of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tokens(self) -> Sequence[Token]:
        """All, the newest first, those that ended too."""
        with self._engine.connect() as connection:
            found = connection.execute(select(account_tokens).order_by(columns.id.desc())).mappings()
            return [_token(each) for each in found]

    def token(self, token_hash: str) -> Token | None:
        """The one of a hash."""
        with self._engine.connect() as connection:
            asked = select(account_tokens).where(columns.token_hash == token_hash)
            row = connection.execute(asked).mappings().one_or_none()
        return None if row is None else _token(row)

    def add(self, token: Token, token_hash: str) -> bool:
        """Keep a new one; False where one that still stands, or an account, has its name."""
        values = {**asdict(token), "token_hash": token_hash}
        del values["id"]
        with writing(self._engine) as connection:
            if names.taken(token.name, _others(connection, token.made_at)):
                return False
            connection.execute(insert(account_tokens).values(values))
        return True

    def used(self, uses: Mapping[int, Use]) -> None:
        """When and where from each was shown last, by its id."""
        with writing(self._engine) as connection:
            for token_id, use in uses.items():
                shown = update(account_tokens).where(columns.id == token_id)
                connection.execute(shown.values(used_at=use.at, used_from=use.address[:64]))

    def revoke(self, token_id: int, at: datetime) -> bool:
        """It opens nothing from now on; False where there is none such that was not revoked before."""
        is_it = (columns.id == token_id) & columns.revoked_at.is_(None)
        with writing(self._engine) as connection:
            return connection.execute(update(account_tokens).where(is_it).values(revoked_at=at)).rowcount == 1


def names_of(connection: Connection) -> Sequence[str]:
    """What the chronology calls the programs whose tokens were not revoked."""
    return connection.scalars(select(columns.name).where(columns.revoked_at.is_(None))).all()


def _others(connection: Connection, now: datetime) -> Iterator[str]:
    """What the chronology calls others: nobody could tell whether a person or a program did it."""
    for row in connection.execute(select(accounts.c.login, accounts.c.name)):
        yield from row
    stand = columns.revoked_at.is_(None) & (columns.expires_at > now)
    yield from connection.scalars(select(columns.name).where(stand))


def _token(row: Mapping[Any, Any]) -> Token:
    values = {name: row[name] for name in Token.__slots__}
    lists = {name: tuple(row[name]) for name in ("departments", "areas")}
    return Token(**{**values, **lists, "role": Role(row["role"])})
