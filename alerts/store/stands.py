"""What stands at one moment, read in one transaction: chronology.wanted.StandsLog."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from alerts.chronology.wanted import Stands
from alerts.records import Incident
from alerts.store.incidents import incident_of, incidents_of
from alerts.store.mutes import maintenance_since, silences_since
from alerts.store.public import dangers_in_force, open_drafts
from alerts.store.stood import stood
from alerts.store.tables import incidents

MOST = 2_000
"""Incidents that were opened in a shift."""


class SqlStands:
    """What stands, for those who hand over."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stands(self, now: datetime) -> Stands:
        """What stands at ``now``, which is the present."""
        with self._engine.connect() as connection:
            return Stands(
                incidents_of(connection, limit=None),
                silences_since(connection, now),
                maintenance_since(connection, now),
                dangers_in_force(connection),
                open_drafts(connection),
            )

    def stood(self, at: datetime) -> Stands:
        """What stood at a moment of the past."""
        with self._engine.connect() as connection:
            return stood(connection, at)

    def opened(self, since: datetime, until: datetime) -> list[Incident]:
        """The incidents that were opened from a time on and before another, oldest first."""
        within = (incidents.c.opened_at >= since) & (incidents.c.opened_at < until)
        with self._engine.connect() as connection:
            rows = connection.execute(select(incidents).where(within).order_by(incidents.c.id).limit(MOST))
            return [incident_of(row) for row in rows]
