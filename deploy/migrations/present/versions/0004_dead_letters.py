"""Refused messages with all that a retry needs, and counts that outlive them.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New columns and tables; the totals begin with the letters that are there."""
    op.add_column("dead_letters", sa.Column("envelope", sa.JSON))
    op.create_table(
        "dead_letter_days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("reason", sa.String(40), primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("kept_bytes", sa.Integer, nullable=False),
        sa.Column("passed_over", sa.Integer, nullable=False),
        sa.Column("newest_at", TIME, nullable=False),
    )
    op.create_table(
        "dead_letter_totals",
        sa.Column("reason", sa.String(40), primary_key=True),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("passed_over", sa.Integer, nullable=False),
        sa.Column("retried", sa.Integer, nullable=False),
        sa.Column("newest_at", TIME, nullable=False),
    )
    op.execute(
        "INSERT INTO dead_letter_totals (reason, refused, passed_over, retried, newest_at)"
        " SELECT reason, count(*), 0, 0, max(received_at) FROM dead_letters GROUP BY reason"
    )
