"""What the rules of the clock look at: the state of the devices at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.channels.signs import SignState
from alerts.rules.findings import Finding, levels_above
from alerts.rules.pumping import Pumping
from ingest.health.problems import Health
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest


@dataclass(frozen=True, slots=True)
class Facts:
    """The devices at ``now``. ``firing`` is the level of each gauge's stage alert, by gauge id; 0 or absent: none.

    ``signs`` are those that somebody is to be told of, ``pumping`` the stations with pumps or gates, by their ids.
    """

    now: datetime
    registry: Registry
    health: Health
    cameras: Mapping[str, CameraLatest] = field(default_factory=dict)
    firing: Mapping[str, int] = field(default_factory=dict)
    signs: Sequence[SignState] = ()
    pumping: Mapping[str, Pumping] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a subject: a gauge, a camera, a pump, a gate, a station, a sign or a gateway (which belongs to no
    station: ``""``).

    ``lasting_s`` is how long it must last at least, where that is longer than the rule's ``duration_s``."""

    subject_id: str
    station_id: str
    finding: Finding
    lasting_s: float = 0.0


def in_trouble(
    subject_id: str, station_id: str, level: int, now: datetime, detail: Mapping[str, object | None]
) -> Found:
    """A subject whose trouble has a level; what is None in the detail is not known, and times become ISO 8601."""
    told = {
        name: each.isoformat() if isinstance(each, datetime) else each
        for name, each in detail.items()
        if each is not None
    }
    return Found(subject_id, station_id, Finding(level, levels_above(level), now, detail=told))
