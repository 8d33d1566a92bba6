"""Somebody must always be left who may keep the accounts."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from dashboard.accounts.actor import Role
from dashboard.accounts.tables import accounts

columns = accounts.c


def change(connection: Connection, account_id: int, values: Mapping[str, object]) -> bool:
    """Set columns of an account, in a transaction that holds the write lock; False, and as it was, where that would
    take away the last enabled administrator of the whole city."""
    before = _keepers(connection)
    kept = {name: _own(connection, account_id, name) for name in values}
    connection.execute(update(accounts).where(columns.id == account_id).values(**values))
    if not before or _keepers(connection):
        return True
    connection.execute(update(accounts).where(columns.id == account_id).values(**kept))
    return False


def _own(connection: Connection, account_id: int, name: str) -> object:
    return connection.scalar(select(columns[name]).where(columns.id == account_id))


def _keepers(connection: Connection) -> bool:
    are = (columns.role == Role.ADMINISTRATOR) & columns.disabled_at.is_(None)
    found = connection.execute(select(columns.departments, columns.areas).where(are))
    return any(not row.departments and not row.areas for row in found)
