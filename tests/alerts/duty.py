"""A house with people at its desk."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine as Database

from alerts.engine.engine import Engine
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.desk import Desk
from alerts.incidents.evidence import Evidence
from alerts.incidents.mute_desk import MuteDesk
from alerts.records import Entry, Incident
from alerts.store.chronology import SqlChronology, Wanted
from ingest.readings import Quality, Reading
from ingest.stations import Camera, Registry
from ingest.store.log import SqlLog
from tests.alerts.house import House
from tests.alerts.night import CITY, GAUGE, OTHER, OTHER_GAUGE, RIVER, at, reading

CAMERA = Camera(id="fujii-cam", station_id="fujii")
OTHER_CAMERA = Camera(id="gakuen-cam", station_id="gakuen")
WATCHED = Registry.of(CITY, [RIVER, GAUGE, CAMERA, OTHER, OTHER_GAUGE, OTHER_CAMERA])


def settings_of(**more: object) -> AlertSettings:
    """The stage alone: what other rules make of the same water would only be in the way."""
    off = {"rise": {"enabled": False}, "outlook": {"enabled": False}}
    return AlertSettings.model_validate({"rules": off, **more})


class Duty(House):
    """``desk`` and ``mutes`` are what people have; ``water`` is what they look at."""

    def __init__(self, database: Database, settings: AlertSettings | None = None) -> None:
        super().__init__(database, settings or settings_of())
        policy = Policy(self.settings.escalation)
        evidence = Evidence(self.registry, self.settings.incidents)
        self.ledger = Ledger(database, policy, evidence=evidence)
        self.engine = Engine(SqlLog(database), self.registry, self.ledger, self.settings, self.clock)
        self.desk = Desk(database, policy, evidence, self.clock)
        self.mutes = MuteDesk(database, self.registry, self.settings.incidents, self.clock)

    def water(self, minute: float, stage_m: float, gauge_id: str = GAUGE.id) -> None:
        """A reading that comes at once, and is considered at once."""
        self.clock.at = at(minute)
        self.receive(prompt(minute, stage_m, gauge_id))
        while self.engine.turn() == 0:
            pass  # what people changed is read again first

    def incident(self) -> Incident:
        """The newest one."""
        return self.incidents()[-1]

    def lines(self, *kinds: str) -> list[Entry]:
        """The chronology of these kinds."""
        return list(SqlChronology(self.database).whole(Wanted(kinds=kinds)))


def prompt(minute: float, stage_m: float, gauge_id: str = GAUGE.id) -> Reading:
    """A reading that was received at once."""
    return replace(reading(minute, stage_m, Quality.GOOD, gauge_id), received_at=at(minute))
