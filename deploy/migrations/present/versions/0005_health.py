"""The health of the devices: a state a gauge, and how far the log was folded into it.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Empty tables: the keeper folds the log from its beginning."""
    op.create_table(
        "gauge_health",
        sa.Column("gauge_id", sa.String(64), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("ix_gauge_health_revision", "gauge_health", ["revision"])
    op.create_table(
        "health_progress",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reading_seq", sa.Integer, nullable=False),
        sa.Column("vitals_seq", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=False),
    )
