"""Stills: those that wait to be looked at are written down, of each whether its camera's clock stands, and of each look
why it says nothing. Cameras: since when each is where it is.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Until now the highest number of a look was how far the eyes were."""
    _make_waiting()
    _make_places()
    op.add_column("stills", sa.Column("clock_stands", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("looks", sa.Column("unjudged", sa.String(16), nullable=False, server_default=""))
    # A picture that was judged left a miniature.
    op.execute("UPDATE looks SET unjudged = 'not_judged' WHERE usable AND LENGTH(miniature) = 0")


def _make_waiting() -> None:
    op.create_table(
        "stills_waiting",
        sa.Column("still_seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
    )
    op.create_index("stills_waiting_by_time", "stills_waiting", ["camera_id", "taken_at"])
    op.execute(
        "INSERT INTO stills_waiting (still_seq, camera_id, taken_at, received_at)"
        " SELECT seq, camera_id, taken_at, received_at FROM stills"
        " WHERE seq > (SELECT COALESCE(MAX(still_seq), 0) FROM looks)"
    )


def _make_places() -> None:
    """Those that are there already are known for long, and where each was before nobody wrote down."""
    op.create_table(
        "camera_places",
        sa.Column("camera_id", sa.String(64), primary_key=True),
        sa.Column("known_at", TIME, nullable=False),
        sa.Column("moved_at", TIME),
    )
