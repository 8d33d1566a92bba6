"""What the staff's desk needs besides: codes for the day when a telephone is lost, tokens of programs, when somebody
signed in last.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables and columns that may be empty: nothing that was there is changed."""
    _make_account_parts()


def _make_account_parts() -> None:
    op.add_column("accounts", sa.Column("signed_in_at", TIME))
    op.create_table(
        "account_recovery",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "account_tokens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("departments", sa.JSON, nullable=False),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Column("used_at", TIME),
        sa.Column("used_from", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
