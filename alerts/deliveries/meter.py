"""Counts the messages of a month against what the channel's plan allows, within the outbox's transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.deliveries import policy
from alerts.deliveries.limits import Quota, Used, month_of
from alerts.deliveries.policy import Attempt
from alerts.deliveries.told import Trouble, quota_trouble
from alerts.records import URGENT_LEVEL, Delivery
from alerts.store.desk import Desk


class Meter:
    """The meter of one channel. A message counts when it is handed over, and no more if it surely did not arrive."""

    def __init__(self, channel: str, quota: Quota, *, idempotent: bool) -> None:
        self._channel = channel
        self._quota = quota
        self._idempotent = idempotent
        self._troubles: list[Trouble] = []

    def admit(self, desk: Desk, chosen: Sequence[Delivery], now: datetime) -> tuple[list[Delivery], list[Delivery]]:
        """Those that may be sent, and those for which nothing is left: given up, with the reason."""
        self._troubles = []
        if not chosen:
            return [], []
        month = month_of(now)
        before, said = desk.use(month)
        used, admitted, refused = before, [], []
        for each in chosen:
            if self._quota.allows(used, urgent=each.level >= URGENT_LEVEL):
                admitted.append(each)
                used += policy.uses_up(each, idempotent=self._idempotent)
            else:
                refused.append(policy.given_up(each, self._quota.refusal(self._channel, used, month), now))
        stands = self._quota.stands(used)
        if stands > said:
            self._say(desk, stands, used, month, now)
        if used != before or stands > said:
            desk.set_use(month, used, max(stands, said))
        return admitted, refused

    def settle(self, desk: Desk, attempts: Iterable[Attempt]) -> None:
        """Write what became of attempts, and give back what surely did not arrive."""
        ended = list(attempts)
        desk.settle([each.after for each in ended])
        nothing = [
            month_of(each.before.began_at)
            for each in ended
            if each.came_to_nothing
            and each.before.began_at
            and policy.uses_up(each.before, idempotent=self._idempotent)
        ]
        for month in set(nothing):
            used, said = desk.use(month)
            desk.set_use(month, max(0, used - nothing.count(month)), said)

    def troubles(self) -> list[Trouble]:
        """What staff must hear, once the transaction of the last ``admit`` is written."""
        found, self._troubles = self._troubles, []
        return found

    def _say(self, desk: Desk, stands: Used, used: int, month: str, now: datetime) -> None:
        trouble = quota_trouble(self._channel, stands, used, self._quota.per_month, month, now)
        self._troubles.append(trouble)
        desk.enter(trouble.entry)
