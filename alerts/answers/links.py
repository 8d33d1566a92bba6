"""The personal links of crews, as the dispatch asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.answers.tokens import Claim, issue, purpose_of
from alerts.people.matters import GroupKind, Receiver

PATH = "/a/"


@dataclass(frozen=True)
class CrewLinks:
    """``base_url`` is where the endpoint is reached from outside; empty: crews get no link."""

    base_url: str
    secret: Callable[[], bytes]
    valid: timedelta
    drill: bool = False

    def link(self, receiver: Receiver, incident_id: int, now: datetime) -> str | None:
        """Where a crew answers, empty where it cannot; None for those who have the dashboard.

        ``incident_id`` 0, of a message about several, opens the list of them.
        """
        if receiver.group_kind in (GroupKind.STAFF, GroupKind.DEPARTMENT):
            return None
        if receiver.group_kind is not GroupKind.CREW or not self.base_url:
            return ""
        claim = Claim(receiver.contact_id, incident_id, now + self.valid)
        return f"{self.base_url.rstrip('/')}{PATH}{issue(claim, self.secret(), purpose_of(drill=self.drill))}"
