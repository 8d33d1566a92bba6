"""The roll-ups of the past in SQLite: of each gauge, hour, quantity and quality the lowest and the highest reading.

They hold first revisions only, and those never change: so a roll-up only ever widens, in whatever order and however
often the readings come, and is kept in the transaction that keeps them. What was corrected since is looked after by
whoever asks (``course_of_past``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    and_,
    case,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert

HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000


def table(metadata: MetaData) -> Table:
    """The table, on the metadata of the file that it stands in."""
    return Table(
        "hourly",
        metadata,
        Column("gauge_id", String(64), nullable=False),
        Column("hour", BigInteger, nullable=False),
        Column("quantity", String(32), nullable=False),
        Column("quality", String(16), nullable=False),
        Column("low", Float, nullable=False),
        Column("low_us", BigInteger, nullable=False),
        Column("low_key", String(80), nullable=False),
        Column("high", Float, nullable=False),
        Column("high_us", BigInteger, nullable=False),
        Column("high_key", String(80), nullable=False),
        PrimaryKeyConstraint("gauge_id", "hour", "quantity", "quality"),
        sqlite_with_rowid=False,
    )


def serves(step: timedelta) -> bool:
    """Whether steps of this length are made of whole hours."""
    return step >= HOUR and not step % HOUR


def whole_hours(since_us: int, until_us: int) -> range:
    """The hours that lie wholly within a span of which both ends count."""
    return range(-(-since_us // HOUR_US), (until_us + 1) // HOUR_US)


def rolled_up(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of observations as roll-ups; of equals the earlier one. Corrections are passed over."""
    found: dict[tuple[str, int, str, str], dict[str, Any]] = {}
    for row in rows:
        if row["revision"]:
            continue
        value, at_us, key = row["value"], row["observed_us"], row["key"]
        name = (row["gauge_id"], at_us // HOUR_US, row["quantity"], row["quality"])
        known = found.get(name)
        if known is None:
            found[name] = {
                **dict(zip(("gauge_id", "hour", "quantity", "quality"), name, strict=True)),
                "low": value,
                "low_us": at_us,
                "low_key": key,
                "high": value,
                "high_us": at_us,
                "high_key": key,
            }
            continue
        if (value, at_us) < (known["low"], known["low_us"]):
            known |= {"low": value, "low_us": at_us, "low_key": key}
        if (-value, at_us) < (-known["high"], known["high_us"]):
            known |= {"high": value, "high_us": at_us, "high_key": key}
    return list(found.values())


class Hourly:
    """The roll-ups beside ``observations``, in the same file."""

    def __init__(self, hourly: Table, observations: Table) -> None:
        self._hourly, self._observations = hourly, observations
        self._widen = _widening(hourly)

    def keep(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Widen the roll-ups by rows of observations, in the caller's transaction."""
        if found := rolled_up(rows):
            connection.execute(self._widen, found)

    def extremes(self, connection: Connection, gauge_id: str, hours: range, step: timedelta) -> list[Sequence[Any]]:
        """The observations that are the lowest or the highest of a step and quality within whole hours."""
        if not hours:
            return []
        found: list[Sequence[Any]] = []
        for end, extreme in (("low", func.min), ("high", func.max)):
            found += connection.execute(self._of(end, extreme, gauge_id, hours, step // HOUR)).all()
        return found

    def _of(self, end: str, extreme: Any, gauge_id: str, hours: range, per_step: int) -> Select[Any]:
        of, at = self._hourly.c, self._observations.c
        # SQLite gives the other columns of the very row that has the minimum or the maximum.
        best = (
            select(of.quantity, of[f"{end}_us"].label("us"), of[f"{end}_key"].label("key"), extreme(of[end]))
            .where(of.gauge_id == gauge_id, of.hour >= hours.start, of.hour < hours.stop)
            .group_by(of.hour // per_step, of.quantity, of.quality)
            .subquery()
        )
        same = and_(
            at.gauge_id == gauge_id,
            at.observed_us == best.c.us,
            at.quantity == best.c.quantity,
            at.key == best.c.key,
            at.revision == 0,
        )
        return select(*at).select_from(best.join(self._observations, same))

    def forget(self, connection: Connection, gauge_id: str, since_us: int, until_us: int) -> None:
        """After the observations of a span were deleted: its hours go, those at its ends are made of what is left."""
        of, at = self._hourly.c, self._observations.c
        first, last = since_us // HOUR_US, until_us // HOUR_US
        connection.execute(delete(self._hourly).where(of.gauge_id == gauge_id, of.hour >= first, of.hour <= last))
        ends = [and_(at.observed_us >= hour * HOUR_US, at.observed_us < (hour + 1) * HOUR_US) for hour in (first, last)]
        left = select(self._observations).where(at.gauge_id == gauge_id, at.revision == 0, or_(*ends))
        self.keep(connection, [dict(row._mapping) for row in connection.execute(left)])


def _widening(hourly: Table) -> Any:
    new = insert(hourly)
    of, by = hourly.c, new.excluded
    lower = or_(by.low < of.low, and_(by.low == of.low, by.low_us < of.low_us))
    higher = or_(by.high > of.high, and_(by.high == of.high, by.high_us < of.high_us))
    set_ = {
        **{name: case((lower, by[name]), else_=of[name]) for name in ("low", "low_us", "low_key")},
        **{name: case((higher, by[name]), else_=of[name]) for name in ("high", "high_us", "high_key")},
    }
    return new.on_conflict_do_update(index_elements=list(hourly.primary_key.columns), set_=set_)
