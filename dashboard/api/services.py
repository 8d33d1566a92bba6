"""What the API is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from fastapi import Depends, Request

from alerts.desks import IncidentDesk, MuteLog, MutingDesk
from alerts.incidents.seen import IncidentLog
from dashboard.accounts.audit_reading import AuditLog, NoAudit
from dashboard.accounts.office import Office
from dashboard.api.problems import Refused
from dashboard.api.rate import Rate
from dashboard.chronicle import Chronicle
from dashboard.public_desk import PublicServices
from dashboard.staff.watch import Picture
from ingest.clock import Clock
from ingest.stations import Registry
from ingest.store.protocol import History, Pictures, RegistryStore

Latest: TypeAlias = Callable[[], Awaitable[Picture]]
"""What the pages see at this moment; asking often costs nothing."""


@dataclass(frozen=True)
class ApiServices:
    """What the API reads and acts by. Everything but ``clock`` and the rates blocks."""

    registry: RegistryStore
    history: History
    pictures: Pictures
    book: IncidentLog
    muted: MuteLog
    desk: IncidentDesk
    mutes: MutingDesk
    clock: Clock
    asks: Rate
    acts: Rate
    public: PublicServices | None = None
    chronicle: Chronicle = field(default_factory=Chronicle)
    audit: AuditLog = field(default_factory=NoAudit)
    office: Office | None = None
    """None where nobody signs in."""

    def city(self) -> Registry:
        """The registry in service; refused while there is none."""
        found = self.registry.registry()
        if found is None:
            raise Refused(503, "no_registry")
        return found


@dataclass(frozen=True)
class Api:
    """The services of one app, and what its pages see."""

    services: ApiServices
    latest: Latest


def keep(request: Request) -> Api:
    """The API of the app that is asked."""
    found = request.app.state.api
    assert isinstance(found, Api)
    return found


def services_of(request: Request) -> ApiServices:
    """The services of the app that is asked."""
    return keep(request).services


Services: TypeAlias = Annotated[ApiServices, Depends(services_of)]
"""As a parameter of a route: the services."""
