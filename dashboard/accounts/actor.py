"""Who does something on the staff's pages, and what a role may do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_RANK = ("viewer", "operator", "approver", "administrator")


class Role(StrEnum):
    """What an account is for; each may do what the ones before it may."""

    VIEWER = "viewer"
    """Sees everything, does nothing."""
    OPERATOR = "operator"
    """Acknowledges, notes, assigns, silences, escalates, writes the chronology and drafts for the public."""
    APPROVER = "approver"
    """Approves and publishes what the public is told, gives the all-clear and corrects."""
    ADMINISTRATOR = "administrator"
    """Keeps the accounts."""

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what is asked of that one."""
        return _RANK.index(self) >= _RANK.index(needed)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in.

    ``name`` is what the chronology writes. ``departments`` and ``areas`` are where the account may do something; empty
    means everywhere. Everybody sees the whole city.
    """

    account_id: int
    login: str
    name: str
    role: Role
    departments: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()

    def may(self, needed: Role) -> bool:
        """Whether the role is enough, wherever it is."""
        return self.role.covers(needed)

    def may_at(self, needed: Role, department: str, area: str) -> bool:
        """Whether the role is enough at a station of that department and area (empty: it has none)."""
        here = not self.departments or department in self.departments
        there = not self.areas or area in self.areas
        return self.may(needed) and here and there
