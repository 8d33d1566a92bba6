"""The REST API: what it reads and acts by."""

from __future__ import annotations

import time

from dashboard.accounts.audit_store import SqlAudit
from dashboard.accounts.gate import Gate
from dashboard.api.rate import Rate
from dashboard.api.services import ApiServices
from deploy.settings import Settings
from deploy.wiring.accounts import office_of
from deploy.wiring.chronicle import chronicle
from deploy.wiring.desk import desk, incident_log, mute_desk
from deploy.wiring.public import public_services
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.store.cameras import SqlPictures
from ingest.store.protocol import History


def api_services(settings: Settings, stores: Stores, history: History, clock: Clock, gate: Gate) -> ApiServices:
    """On the stores of the house."""
    rates = settings.dashboard.api
    return ApiServices(
        registry=stores.registry,
        history=history,
        pictures=SqlPictures(stores.database),
        book=incident_log(settings.alerts, stores),
        muted=stores.maintenance,
        desk=desk(settings.alerts, stores, clock),
        mutes=mute_desk(settings.alerts, stores, clock),
        clock=clock,
        asks=Rate(rates.asks_per_minute, time.monotonic),
        acts=Rate(rates.acts_per_minute, time.monotonic),
        public=public_services(settings, stores, clock),
        chronicle=chronicle(settings, stores),
        audit=SqlAudit(stores.database),
        office=office_of(gate, stores),
    )
