"""What the rules of the clock look at: the state of the devices at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.rules.findings import Finding
from ingest.health.problems import Health
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest


@dataclass(frozen=True, slots=True)
class Facts:
    """The devices at ``now``."""

    now: datetime
    registry: Registry
    health: Health
    cameras: Mapping[str, CameraLatest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a subject: a gauge, a camera or a gateway (which belongs to no station: ``""``)."""

    subject_id: str
    station_id: str
    finding: Finding
