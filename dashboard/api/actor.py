"""Who asks: ``Viewer``, ``Operator``, ``Approver`` and ``Administrator`` as parameters of a route.

The guard in front of the app says who is signed in (``request.state.actor``); here is asked whether that is enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Request

from dashboard.accounts.actor import Actor, Role
from dashboard.api.problems import Refused
from dashboard.api.services import services_of
from ingest.stations import Registry

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class asking:  # noqa: N801 - it is called like a function
    """A dependency: the actor, where somebody is signed in whose role is enough and who does not ask too often.

    Refuses with 401, 403 or 429. ``role`` is what the description of the API says of the route.
    """

    role: Role

    def __call__(self, request: Request) -> Actor:
        """The actor of a request."""
        actor = getattr(request.state, "actor", None)
        if not isinstance(actor, Actor):
            raise Refused(401, "not_signed_in")
        services = services_of(request)
        rate = services.asks if request.method in SAFE else services.acts
        if wait_s := rate.wait_s(actor.account_id):
            seconds = math.ceil(wait_s)
            raise Refused(429, "too_often", {"Retry-After": str(seconds)}, seconds=seconds)
        if not actor.may(self.role):
            raise Refused(403, f"needs_{self.role}")
        return actor


Viewer: TypeAlias = Annotated[Actor, Depends(asking(Role.VIEWER))]
Operator: TypeAlias = Annotated[Actor, Depends(asking(Role.OPERATOR))]
Approver: TypeAlias = Annotated[Actor, Depends(asking(Role.APPROVER))]
Administrator: TypeAlias = Annotated[Actor, Depends(asking(Role.ADMINISTRATOR))]


def need_at(actor: Actor, role: Role, station_id: str, registry: Registry) -> None:
    """Refuse an act at a station of another department or area than the account's. What is at no station, or at one
    that is not in service any more, is for accounts without such limits."""
    station = registry.stations.get(station_id)
    department = station.department["ja"] if station and station.department else ""
    area = station.area["ja"] if station and station.area else ""
    if not actor.may_at(role, department, area):
        raise Refused(403, "elsewhere", station=station_id or "-")


def need_everywhere(actor: Actor, role: Role) -> None:
    """Refuse what is for all stations to an account that is for some."""
    if not actor.may(role) or actor.departments or actor.areas:
        raise Refused(403, "not_everywhere")
