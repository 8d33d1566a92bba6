"""``/me``: who is signed in, and what they may do."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.accounts.actor import Role
from dashboard.api.actor import Viewer

router = APIRouter(tags=["account"])


class Me(BaseModel):
    """An account as its owner sees it."""

    login: str
    name: str = Field(description="what the chronology writes")
    role: Role
    departments: list[str] = Field(description="Japanese names of where it may act; empty for everywhere")
    areas: list[str] = Field(description="Japanese names of where it may act; empty for everywhere")


@router.get("/me")
def me(actor: Viewer) -> Me:
    """Who is signed in."""
    return Me(
        login=actor.login,
        name=actor.name,
        role=actor.role,
        departments=sorted(actor.departments),
        areas=sorted(actor.areas),
    )
