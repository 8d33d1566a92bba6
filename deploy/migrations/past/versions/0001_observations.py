"""Everything that was ever read, by gauge and time.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "observations",
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("quantity", sa.String(32), nullable=False),
        sa.Column("observed_us", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("received_us", sa.BigInteger, nullable=False),
        sa.Column("device_us", sa.BigInteger),
        sa.Column("device_seq", sa.BigInteger),
        sa.Column("quality", sa.String(16), nullable=False),
        sa.Column("reasons", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("gauge_id", "observed_us", "quantity", "key", "revision"),
        sqlite_with_rowid=False,
    )
