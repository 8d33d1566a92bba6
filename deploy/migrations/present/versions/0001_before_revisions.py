"""The tables as they were before databases carried a revision.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables."""
    log()
    cameras()
    registry()
    alerts()
    outbox()


def log() -> None:
    """Readings and refused messages."""
    op.create_table(
        "readings",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("quantity", sa.String(32), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("observed_at", TIME, nullable=False),
        sa.Column("device_at", TIME),
        sa.Column("device_seq", sa.BigInteger),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("quality", sa.String(16), nullable=False),
        sa.Column("reasons", sa.String(128), nullable=False),
        sa.UniqueConstraint("gauge_id", "quantity", "key", "revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("readings_by_time", "readings", ["gauge_id", "observed_at"])
    op.create_index("readings_by_observed", "readings", ["observed_at"])
    op.create_table(
        "latest_readings",
        sa.Column("gauge_id", sa.String(64), primary_key=True),
        sa.Column("quantity", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("good_seq", sa.Integer),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dead_letters_reason", "dead_letters", ["reason"])


def cameras() -> None:
    """What cameras say and show."""
    op.create_table(
        "camera_reports",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.UniqueConstraint("camera_id", "reported_at", "state"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stills",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("clock_suspect", sa.Integer, nullable=False),
        sa.UniqueConstraint("camera_id", "taken_at", "file"),
        sqlite_autoincrement=True,
    )


def registry() -> None:
    """Stations, gauges and cameras, and who changed them."""
    op.create_table(
        "registry_items",
        sa.Column("section", sa.String(16), nullable=False),
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", TIME),
        sa.PrimaryKeyConstraint("section", "id"),
    )
    op.create_table(
        "registry_revisions",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )


def alerts() -> None:
    """States and transitions."""
    op.create_table(
        "alert_states",
        sa.Column("gauge_id", sa.String(64), primary_key=True),
        sa.Column("hazard", sa.Integer, nullable=False),
        sa.Column("unconfirmed", sa.Boolean, nullable=False),
        sa.Column("observed_at", TIME),
        sa.Column("below", sa.Text, nullable=False),
    )
    op.create_table(
        "alert_cursors",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("from_hazard", sa.Integer, nullable=False),
        sa.Column("to_hazard", sa.Integer, nullable=False),
        sa.Column("stage_m", sa.Float, nullable=False),
        sa.Column("observed_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("reading_seq", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("unconfirmed", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transitions_gauge_id", "transitions", ["gauge_id"])


def outbox() -> None:
    """Messages and what became of them."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("transition_id", sa.Integer, sa.ForeignKey("transitions.id"), nullable=False),
        sa.Column("recipient_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("error", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_transition_id", "deliveries", ["transition_id"])
    op.create_index("deliveries_due", "deliveries", ["channel", "outcome", "due_at"])
