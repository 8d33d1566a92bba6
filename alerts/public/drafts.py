"""What a rule drafts when a gauge's alert changes: a danger for people to approve, an end for people to approve. Pure.

It looks at where the station stands now and at what the public knows, not at how it came there: asked twice, or after a
crash, it wants the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from alerts.public.grounds import Grounds
from alerts.public.records import PublicMessage, Step


class Do(StrEnum):
    """What is to be done with the station's draft."""

    DRAFT = "draft"
    REFRESH = "refresh"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rule wants; ``step`` is that of the draft."""

    do: Do
    step: Step = Step.FIRST


@dataclass(frozen=True, slots=True)
class Known:
    """``published`` is the newest published message of the station's chain, None where none goes on;
    ``by_gauge`` whether any of the chain came from a gauge; ``draft`` the open draft of a rule."""

    published: PublicMessage | None = None
    by_gauge: bool = False
    draft: PublicMessage | None = None


def planned(grounds: Grounds, known: Known, draft_from: int) -> Plan | None:
    """What to do now; None where nothing is to be done. What is unconfirmed or being worked on is no reason for any."""
    if grounds.maintenance or grounds.unconfirmed:
        return None
    step = _wanted(grounds, known, draft_from)
    draft = known.draft
    if step is None:
        return Plan(Do.WITHDRAW) if draft is not None and not draft.written_by_hand else None
    if draft is None or (draft.written_by_hand and grounds.level > (draft.content.hazard or 0) and _danger(step)):
        return Plan(Do.DRAFT, step)
    if draft.written_by_hand or (draft.step is step and (draft.content.hazard or 0) == _hazard(step, grounds)):
        return None
    return Plan(Do.REFRESH, step)


def _wanted(grounds: Grounds, known: Known, draft_from: int) -> Step | None:
    """The step that the public lacks."""
    if grounds.level >= draft_from:
        if known.published is None:
            return Step.FIRST
        return Step.UPDATE if known.published.content.hazard != grounds.level else None
    over = known.published is not None and known.by_gauge and grounds.highest < draft_from
    return Step.ALL_CLEAR if over and not grounds.unverified else None


def _danger(step: Step) -> bool:
    return step is not Step.ALL_CLEAR


def _hazard(step: Step, grounds: Grounds) -> int:
    return grounds.level if _danger(step) else 0
