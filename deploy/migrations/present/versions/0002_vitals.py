"""What devices say of themselves: battery, signal, gateways.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A log of its own."""
    op.create_table(
        "vitals",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("battery_pct", sa.Float),
        sa.Column("battery_v", sa.Float),
        sa.Column("rssi_dbm", sa.Float),
        sa.Column("snr_db", sa.Float),
        sa.Column("gateways", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
