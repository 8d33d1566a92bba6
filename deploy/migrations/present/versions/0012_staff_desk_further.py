"""What the staff's desk needs besides: codes for the day when a telephone is lost, tokens of programs, when somebody
signed in last; and what looks after the services: their signs of life, the room on their disks, how channels went last.

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
    """Tables, indexes, and columns that may be empty: nothing that was there is changed."""
    _make_account_parts()
    _make_signs_of_life()


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


def _make_signs_of_life() -> None:
    _make_pulses()
    op.create_index("deliveries_by_channel", "deliveries", ["channel", "outcome", "settled_at"])
    op.create_index("dead_letters_by_reason", "dead_letters", ["reason", "received_at"])


def _make_pulses() -> None:
    op.create_table(
        "pulses",
        sa.Column("process", sa.String(200), primary_key=True),
        sa.Column("part", sa.String(32), primary_key=True),
        sa.Column("shown", sa.String(200), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("standing_by", sa.Boolean, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("troubles", sa.JSON, nullable=False),
        sa.Column("basis", sa.JSON),
    )
    op.create_table(
        "disk_samples",
        sa.Column("host", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(400), primary_key=True),
        sa.Column("at", TIME, primary_key=True),
        sa.Column("free_bytes", sa.BigInteger, nullable=False),
    )
