"""Cameras: what they say of their insides, what was seen in their stills, what is newest of each.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TIME = sa.DateTime(timezone=True)
VITALS = ("fps", "temperature_c", "storage_pct", "battery_pct", "battery_v")


def upgrade() -> None:
    """The stills of before were opened to their last pixel when they came: each gets a look that says no more."""
    for name in VITALS:
        op.add_column("camera_reports", sa.Column(name, sa.Float))
    op.add_column("stills", sa.Column("size_bytes", sa.Integer, nullable=False, server_default="0"))
    op.create_index("stills_by_receipt", "stills", ["received_at"])
    _make_looks()
    _make_cameras()
    _make_ties()
    _keep()


def _make_looks() -> None:
    op.create_table(
        "looks",
        sa.Column("still_seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("looked_at", TIME, nullable=False),
        sa.Column("usable", sa.Boolean, nullable=False),
        sa.Column("refused", sa.String(200), nullable=False),
        sa.Column("faults", sa.String(100), nullable=False),
        sa.Column("seen", sa.String(100), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("miniature", sa.LargeBinary, nullable=False),
    )
    op.create_index("looks_by_time", "looks", ["camera_id", "taken_at"])


def _make_cameras() -> None:
    op.create_table(
        "camera_latest",
        sa.Column("camera_id", sa.String(64), primary_key=True),
        sa.Column("report_seq", sa.Integer),
        sa.Column("reported_at", TIME),
        sa.Column("shown_seq", sa.Integer),
        sa.Column("shown_at", TIME),
        sa.Column("still_at", TIME),
        sa.Column("heard_at", TIME),
    )
    op.create_table(
        "camera_memory",
        sa.Column("camera_id", sa.String(64), primary_key=True),
        sa.Column("memory", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("reference_file", sa.String(200), nullable=False),
        sa.Column("reference_at", TIME),
        sa.Column("reference_by", sa.String(200), nullable=False),
        sa.Column("reference_due", sa.Boolean, nullable=False),
    )
    op.create_table(
        "camera_requests",
        sa.Column("camera_id", sa.String(64), primary_key=True),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("failing_since", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
    )


def _make_ties() -> None:
    op.create_table(
        "transition_stills",
        sa.Column("transition_id", sa.Integer, sa.ForeignKey("transitions.id"), primary_key=True),
        sa.Column("still_seq", sa.Integer, nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("faults", sa.String(100), nullable=False),
    )


def _keep() -> None:
    op.execute(
        "INSERT INTO looks"
        " (still_seq, camera_id, taken_at, looked_at, usable, refused, faults, seen, figures, miniature)"
        " SELECT seq, camera_id, taken_at, received_at, true, '', '', '', '{}', '' FROM stills"
    )
    op.execute(
        "INSERT INTO camera_latest (camera_id, report_seq, reported_at, shown_seq, shown_at, still_at, heard_at)"
        " SELECT c.camera_id, r.seq, r.reported_at, s.seq, s.taken_at, s.received_at,"
        " CASE WHEN s.received_at IS NULL OR r.received_at > s.received_at THEN r.received_at ELSE s.received_at END"
        " FROM (SELECT camera_id FROM camera_reports UNION SELECT camera_id FROM stills) AS c"
        " LEFT JOIN camera_reports AS r ON r.seq ="
        " (SELECT seq FROM camera_reports WHERE camera_id = c.camera_id ORDER BY reported_at DESC, seq DESC LIMIT 1)"
        " LEFT JOIN stills AS s ON s.seq ="
        " (SELECT seq FROM stills WHERE camera_id = c.camera_id ORDER BY taken_at DESC, seq DESC LIMIT 1)"
    )
