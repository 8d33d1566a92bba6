"""What the forwarder has still to hand on to the past, since when the present is whole, and locked evidence.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Three tables; everything in the log is still to be handed on."""
    op.create_table(
        "forwarder_lanes",
        sa.Column("past", sa.String(32), primary_key=True),
        sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("after_seq", sa.BigInteger, nullable=False),
        sa.Column("until_seq", sa.BigInteger),
    )
    op.create_table(
        "present_marks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "evidence_locks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("released_at", TIME),
        sa.Column("released_by", sa.String(200)),
        sqlite_autoincrement=True,
    )
    op.create_index("evidence_locks_by_gauge", "evidence_locks", ["gauge_id"])
