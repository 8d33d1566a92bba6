"""Recovery codes in the database of the present: recovery.RecoveryStore."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select, update

from dashboard.accounts.recovery import Left
from dashboard.accounts.tables import account_recovery
from ingest.store.tables import writing

columns = account_recovery.c


class SqlRecovery:
    """The recovery codes of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def replace(self, account_id: int, hashes: tuple[str, ...], at: datetime) -> None:
        """Keep these and forget those that there were."""
        rows = [{"account_id": account_id, "code_hash": each, "made_at": at} for each in hashes]
        with writing(self._engine) as connection:
            connection.execute(delete(account_recovery).where(columns.account_id == account_id))
            connection.execute(insert(account_recovery), rows)

    def use(self, account_id: int, code_hash: str, at: datetime) -> bool:
        """Mark one as used; False where there is none such, or it was used before."""
        is_it = (columns.account_id == account_id) & (columns.code_hash == code_hash) & columns.used_at.is_(None)
        with writing(self._engine) as connection:
            return connection.execute(update(account_recovery).where(is_it).values(used_at=at)).rowcount == 1

    def left(self, account_id: int) -> Left:
        """What is left of an account's."""
        unused = func.count().filter(columns.used_at.is_(None))
        asked = select(unused, func.max(columns.made_at)).where(columns.account_id == account_id)
        with self._engine.connect() as connection:
            count, made_at = connection.execute(asked).one()
        return Left(count, made_at)
