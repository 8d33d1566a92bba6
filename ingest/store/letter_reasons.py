"""Refused messages reason by reason: how many of late and before, and the newest of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from ingest.readings import DeadLetter
from ingest.store.dead_letter_counts import EVERY_TOPIC, dead_letter_days, dead_letter_totals
from ingest.store.dead_letters import DeadLetters, Wanted
from ingest.store.protocol import LetterReason
from ingest.store.tables import dead_letters

DAY = timedelta(days=1)


class SqlLetterReasons:
    """The refused messages of a database, for a screen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._letters = DeadLetters(engine)

    def reasons(self, now: datetime) -> list[LetterReason]:
        """Every reason for which anything was ever refused, those with the most of the last 24 hours first."""
        with self._engine.connect() as connection:
            late = _since(connection, now - DAY)
            passed = _passed_over(connection, now)
            totals = list(connection.execute(select(dead_letter_totals)))
        found = [
            LetterReason(
                row.reason,
                total=row.refused,
                retried=row.retried,
                day=late.get(row.reason, 0),
                day_more=row.reason in passed,
                newest_at=row.newest_at,
                example=next(iter(self.newest(row.reason, 1)), None),
            )
            for row in totals
            if row.refused
        ]
        return sorted(found, key=lambda each: (-each.day, -each.total, each.reason))

    def newest(self, reason: str, limit: int) -> list[DeadLetter]:
        """The newest that were refused for a reason and are still kept."""
        return self._letters.find(Wanted(reason=reason), limit)


def _since(connection: Connection, since: datetime) -> dict[str, int]:
    table = dead_letters.c
    found = {}
    for reason in connection.scalars(select(dead_letter_totals.c.reason)).all():
        counted = select(func.count()).where(table.reason == reason, table.received_at >= since)
        found[reason] = connection.scalar(counted) or 0
    return found


def _passed_over(connection: Connection, now: datetime) -> set[str]:
    """Reasons for which more was refused than was kept, on the days (in UTC) that the last 24 hours touch."""
    day = dead_letter_days.c
    first = f"{(now - DAY).astimezone(UTC):%Y-%m-%d}"
    wanted = select(day.reason).where(day.day >= first, day.topic == EVERY_TOPIC, day.passed_over > 0)
    return set(connection.scalars(wanted))
