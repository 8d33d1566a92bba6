"""The pages of staff."""

from __future__ import annotations

from dashboard.staff.app import create_app
from dashboard.staff.services import StaffServices
from deploy.settings import Settings
from deploy.web import WebServer
from deploy.wiring.accounts import gate
from deploy.wiring.api import api_services
from deploy.wiring.chronicle import chronicle
from deploy.wiring.desk import incident_log
from deploy.wiring.public import public_services
from deploy.wiring.stores import Stores
from deploy.wiring.system import house_system
from ingest.clock import Clock
from ingest.pulse import Part
from ingest.store.cameras import SqlPictures
from ingest.store.health import SqlHealth
from ingest.store.protocol import History


def staff_server(settings: Settings, stores: Stores, history: History, clock: Clock) -> WebServer:
    """The staff dashboard."""
    entrance = gate(settings, stores)
    services = StaffServices(
        log=stores.log,
        history=history,
        registry=stores.registry,
        stills=stores.stills,
        pictures=SqlPictures(stores.database),
        alerts=stores.alerts,
        clock=clock,
        maintenance=stores.maintenance,
        health=SqlHealth(stores.database),
        gate=entrance,
        people=stores.people,
        limits=settings.health,
        public=public_services(settings, stores, clock),
        incidents=incident_log(settings.alerts, stores),
        chronicle=chronicle(settings, stores),
        tiles=settings.dashboard.tiles,
        system=house_system(settings, stores),
    )
    acts = api_services(settings, stores, history, clock, entrance)
    app, where = create_app(services, acts).server, settings.dashboard
    return WebServer(app, where.host, where.port, part=Part.DASHBOARD)
