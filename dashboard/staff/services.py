"""What the staff dashboard is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.incidents.seen import IncidentLog, NoIncidents
from alerts.people.responsible import NoPeople, People
from alerts.records import AlertLog, MaintenanceLog, NoMaintenance
from dashboard.accounts.gate import Gate
from dashboard.chronicle import Chronicle
from dashboard.public_desk import PublicServices
from dashboard.system import NoSystem, SystemLog
from dashboard.tiles import TileSettings
from ingest.clock import Clock
from ingest.health.limits import HealthSettings
from ingest.store.protocol import HealthStore, History, Log, Pictures, RegistryStore, Stills


@dataclass(frozen=True)
class StaffServices:
    """The sources that the dashboard reads; it writes nothing. ``gate`` says who may come in: there is no default."""

    log: Log
    history: History
    registry: RegistryStore
    stills: Stills
    pictures: Pictures
    alerts: AlertLog
    clock: Clock
    health: HealthStore
    gate: Gate = field(kw_only=True)
    maintenance: MaintenanceLog = field(default_factory=NoMaintenance)
    people: People = field(default_factory=NoPeople)
    limits: HealthSettings = field(default_factory=HealthSettings)
    incidents: IncidentLog = field(default_factory=NoIncidents)
    chronicle: Chronicle = field(default_factory=Chronicle)
    tiles: TileSettings = field(default_factory=TileSettings)
    public: PublicServices | None = None
    system: SystemLog = field(default_factory=NoSystem)
