"""What people do on the staff's pages: the alert levels that the authority issued, as they entered them.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables only: nothing that was there is changed."""
    _make_issued_levels()


def _make_issued_levels() -> None:
    op.create_table(
        "issued_levels",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("area", sa.String(200), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("issued_by", sa.String(200), nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("issued_levels_by_place", "issued_levels", ["area", "station_id", "id"])
