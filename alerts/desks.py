"""What the rooms above may do with incidents, silences and maintenance, and what they may read of them: protocols.

Every act raises ``alerts.incidents.acts.DeskError`` where it cannot be done, is written with its line of the chronology
in one transaction, and does nothing more when it is done again. All of it blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.incidents.acts import Taken
from alerts.records import Incident, Maintenance, Silence


@dataclass(frozen=True, slots=True)
class Closed:
    """An incident that a person closed. ``still`` names the subjects that were at a level and are heard from: their
    next reading raises them again."""

    incident: Incident
    still: tuple[str, ...] = ()


class IncidentDesk(Protocol):
    """What people do with incidents; ``by`` is the name that the chronology writes."""

    def acknowledge(self, incident_id: int, by: str, level: int | None = None) -> Incident:
        """Take an incident on at its present level, or at the one that was seen; a rise above asks anew."""
        ...

    def acknowledge_seen(self, station_id: str, by: str, seen: Mapping[int, int]) -> list[Taken]:
        """Take on several incidents of a station at the levels that were seen, by number; all of them or, where one is
        not of the station, none."""
        ...

    def note(self, incident_id: int, by: str, text: str) -> Incident:
        """Write something down about an incident, also after its end."""
        ...

    def assign(self, incident_id: int, to: str, by: str) -> Incident:
        """Give an incident to somebody, to nobody where ``to`` is empty."""
        ...

    def escalate(self, incident_id: int, by: str, step: int | None = None) -> Incident:
        """Let the next step of its escalation be taken at once."""
        ...

    def close(self, incident_id: int, by: str, reason: str) -> Closed:
        """End an incident by a person's word."""
        ...

    def enter(self, by: str, text: str, station_id: str = "", at: datetime | None = None) -> None:
        """Write a line into the chronology by hand. ``at`` is when it happened, where that was not now."""
        ...

    def hand_over(self, by: str, to: str, remarks: str, since: datetime, counts: Mapping[str, int]) -> None:
        """Write that the watch since a time goes from one to another. ``counts`` is what stands, by the name of it:
        ``standing``, ``unverified``, ``waiting``."""
        ...


class MutingDesk(Protocol):
    """What people do with silences and with work on gauges."""

    def begin_silence(self, asked: Silence) -> Silence:
        """Mute messages of places and rules until a time. Never those of hazard 4 and 5."""
        ...

    def end_silence(self, silence_id: int, by: str) -> Silence:
        """End a silence before its time; one that has ended already stays as it is."""
        ...

    def begin_maintenance(self, asked: Maintenance) -> Maintenance:
        """Mark gauges of a station as being worked on until a time."""
        ...

    def extend_maintenance(self, maintenance_id: int, ends_at: datetime, by: str) -> Maintenance:
        """Let it end at another time."""
        ...

    def end_maintenance(self, maintenance_id: int, by: str) -> Maintenance:
        """The work is done; what has ended already stays as it is."""
        ...


class MuteLog(Protocol):
    """What may be read of silences and of work on gauges."""

    def silence(self, silence_id: int) -> Silence | None:
        """One silence, None where there is none of that number."""
        ...

    def silences(self, since: datetime) -> list[Silence]:
        """Those that had not ended at a time, the planned ones included; the newest first."""
        ...

    def one_maintenance(self, maintenance_id: int) -> Maintenance | None:
        """One piece of work, None where there is none of that number."""
        ...

    def maintenance(self, since: datetime) -> list[Maintenance]:
        """The work that had not ended at a time, the planned one included; the newest first."""
        ...
