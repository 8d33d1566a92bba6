"""Readings keep their times as numbers in SQLite, and the unique key begins with the time.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both tables anew beside the old ones, copy, and drop the old ones."""
    for index in ("readings_by_time", "readings_by_observed"):
        op.drop_index(index, "readings")
    for table in ("readings", "latest_readings"):
        op.rename_table(table, f"{table}_before")
    readings()
    latest()
    for table in ("latest_readings_before", "readings_before"):
        op.drop_table(table)


def instant() -> sa.BigInteger | sa.DateTime:
    """A number in SQLite, the database's own time elsewhere."""
    return sa.BigInteger() if _is_sqlite() else sa.DateTime(timezone=True)


def readings() -> None:
    """The log of readings."""
    op.create_table(
        "readings",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("quantity", sa.String(32), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("observed_at", instant(), nullable=False),
        sa.Column("device_at", instant()),
        sa.Column("device_seq", sa.BigInteger),
        sa.Column("received_at", instant(), nullable=False),
        sa.Column("quality", sa.String(16), nullable=False),
        sa.Column("reasons", sa.String(128), nullable=False),
        sa.UniqueConstraint("key", "gauge_id", "quantity", "revision"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO readings (seq, gauge_id, quantity, key, revision, value, observed_at, device_at, device_seq,"
        " received_at, quality, reasons)"
        f" SELECT seq, gauge_id, quantity, key, revision, value, {_time('observed_at')}, {_time('device_at')},"
        f" device_seq, {_time('received_at')}, quality, reasons FROM readings_before ORDER BY seq"
    )
    op.create_index("readings_by_time", "readings", ["gauge_id", "observed_at"])
    op.create_index("readings_by_observed", "readings", ["observed_at"])


def latest() -> None:
    """The newest of each gauge, now with its time."""
    op.create_table(
        "latest_readings",
        sa.Column("gauge_id", sa.String(64), primary_key=True),
        sa.Column("quantity", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("observed_at", instant(), nullable=False),
        sa.Column("good_seq", sa.Integer),
        sa.Column("good_observed_at", instant()),
    )
    op.execute(
        "INSERT INTO latest_readings (gauge_id, quantity, seq, observed_at, good_seq, good_observed_at)"
        " SELECT before.gauge_id, before.quantity, before.seq, newest.observed_at, before.good_seq, good.observed_at"
        " FROM latest_readings_before AS before JOIN readings AS newest ON newest.seq = before.seq"
        " LEFT JOIN readings AS good ON good.seq = before.good_seq"
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _time(column: str) -> str:
    """A time of the old table as the new one keeps it; SQLite's text has six digits after the point."""
    if not _is_sqlite():
        return column
    return f"strftime('%s', {column}) * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER)"
