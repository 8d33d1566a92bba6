"""Roll-ups: of each gauge, hour, quantity and quality the lowest and the highest first revision.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FILL = """
    INSERT INTO hourly
    SELECT :gauge_id, l.hour, l.quantity, l.quality, l.value, l.us, l.key, h.value, h.us, h.key
    FROM ({min}) AS l JOIN ({max}) AS h USING (hour, quantity, quality)
"""
_OF = """
    SELECT observed_us / 3600000000 AS hour, quantity, quality, {extreme}(value) AS value, observed_us AS us, key
    FROM observations WHERE gauge_id = :gauge_id AND revision = 0 GROUP BY 1, 2, 3
"""


def upgrade() -> None:
    """Make the table and fill it, gauge by gauge."""
    op.create_table(
        "hourly",
        sa.Column("gauge_id", sa.String(64), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.String(32), nullable=False),
        sa.Column("quality", sa.String(16), nullable=False),
        sa.Column("low", sa.Float, nullable=False),
        sa.Column("low_us", sa.BigInteger, nullable=False),
        sa.Column("low_key", sa.String(80), nullable=False),
        sa.Column("high", sa.Float, nullable=False),
        sa.Column("high_us", sa.BigInteger, nullable=False),
        sa.Column("high_key", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("gauge_id", "hour", "quantity", "quality"),
        sqlite_with_rowid=False,
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    fill = sa.text(_FILL.format(min=_OF.format(extreme="min"), max=_OF.format(extreme="max")))
    following = sa.text("SELECT min(gauge_id) FROM observations WHERE gauge_id > :after")
    gauge_id = connection.scalar(following, {"after": ""})
    while gauge_id is not None:
        connection.execute(fill, {"gauge_id": gauge_id})
        gauge_id = connection.scalar(following, {"after": gauge_id})
