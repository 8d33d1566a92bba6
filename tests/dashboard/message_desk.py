"""The desk of public messages on the database of the API's house: two approvals, three residents."""

from __future__ import annotations

from uuid import uuid4

from alerts.public.desk import Desk
from alerts.public.looks import Looks
from alerts.public.publishing import Around
from alerts.public.settings import PublicMessages
from alerts.store.issued import SqlIssuedLevels
from dashboard.public_desk import PublicServices
from tests.alerts.duty import Duty
from tests.alerts.public_house import directory
from tests.dashboard.api_house import TOWN

WITH_CODE = TOWN.model_copy(update={"city": TOWN.city.model_copy(update={"municipal_code": "342050"})})
TWO = PublicMessages(approvals=2)


def message_desk(duty: Duty) -> PublicServices:
    """Two persons approve."""
    people = directory()

    def around() -> Around:
        return Around(WITH_CODE, people, TWO, lambda: str(uuid4()))

    return PublicServices(
        Desk(duty.database, around, duty.clock),
        Looks(duty.database, around, duty.clock),
        SqlIssuedLevels(duty.database, lambda: WITH_CODE, duty.clock),
    )
