"""``/issued-levels``: the alert levels that the authority has issued (発令された警戒レベル), as people enter them.

They never come from a gauge.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alerts.issued import LONGEST, Announced, IssuedLevel
from dashboard.accounts.actor import Role
from dashboard.api.actor import Operator, Viewer, need_at, need_everywhere
from dashboard.api.public_services import Public
from dashboard.api.services import Services

router = APIRouter(tags=["issued alert levels"], prefix="/issued-levels")


class Entering(BaseModel):
    """What was issued, where, by whom and when. Level 0 lifts what was issued for the same place."""

    model_config = ConfigDict(extra="forbid")

    level: int = Field(ge=0, le=5)
    issued_by: str = Field(min_length=1, max_length=LONGEST, description="who issued it, as announced")
    issued_at: AwareDatetime
    area: str = Field(default="", max_length=200, description="Japanese name of an area; empty: the whole city")
    station: str = Field(default="", max_length=64, description="a single station, in place of an area")


class IssuedLevelSaid(BaseModel):
    """An announcement as it is kept."""

    id: int
    level: int
    area: str
    station: str
    issued_by: str
    issued_at: AwareDatetime
    entered_by: str
    entered_at: AwareDatetime
    drill: bool


class IssuedLevelsSaid(BaseModel):
    """``in_force``: what stands, the gravest first; ``entered``: every entry, the newest first."""

    in_force: list[IssuedLevelSaid]
    entered: list[IssuedLevelSaid]


@router.get("")
def issued_levels(_: Viewer, public: Public, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> IssuedLevelsSaid:
    """What stands now, and what was entered."""
    kept = public.issued
    return IssuedLevelsSaid(
        in_force=[_said(each) for each in kept.in_force()], entered=[_said(each) for each in kept.newest(limit)]
    )


@router.post("", status_code=201)
def enter(actor: Operator, services: Services, public: Public, asked: Entering) -> IssuedLevelSaid:
    """Enter what the authority issued or lifted. Nothing goes out by it."""
    if asked.station:
        need_at(actor, Role.OPERATOR, asked.station, services.city())
    elif not asked.area or asked.area not in actor.areas or actor.departments:
        # An area has stations of other departments too.
        need_everywhere(actor, Role.OPERATOR)
    announced = Announced(asked.level, asked.issued_by, asked.issued_at, asked.area, asked.station)
    return _said(public.issued.enter(actor.name, announced))


def _said(entry: IssuedLevel) -> IssuedLevelSaid:
    asked = entry.announced
    return IssuedLevelSaid(
        id=entry.id,
        level=entry.level,
        area=asked.area,
        station=asked.station_id,
        issued_by=asked.issued_by,
        issued_at=asked.issued_at,
        entered_by=entry.entered_by,
        entered_at=entry.entered_at,
        drill=entry.drill,
    )
