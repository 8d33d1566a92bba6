"""Probes of what goes out of a service: messages to people, and readings to the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.deliveries.limits import Quota, Used, month_of
from alerts.records import Outcome
from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault
from ingest.store.past.forwarder import Condition, ForwarderState

BEHIND_READINGS = 5_000
WAITING_S = 300.0
FAILED_SAID_FOR = timedelta(hours=1)
LAG_S = 60.0


class Record(Protocol):
    """What the record of the alerts is asked for."""

    def counts(self) -> Mapping[tuple[str, Outcome], int]:
        """Deliveries by channel and outcome."""
        ...

    def oldest_waiting(self) -> Mapping[str, datetime]:
        """By channel, when the message was made that waits longest."""
        ...

    def given_up_since(self, since: datetime) -> Mapping[Outcome, int]:
        """Deliveries that failed or are in doubt since, by outcome."""
        ...

    def used(self, month: str) -> Mapping[str, int]:
        """Messages of a month, by channel."""
        ...


@dataclass(frozen=True)
class AlertProbe:
    """The rules and the deliveries. ``behind`` gives the number of readings that the rules have not considered;
    ``quotas`` are what the plans of channels allow in a month."""

    record: Record
    behind: Callable[[], int]
    now: Callable[[], datetime]
    quotas: Mapping[str, Quota] = field(default_factory=dict)
    name: str = "alerts"

    def samples(self) -> Iterable[Sample]:
        """What waits, and what became of the rest."""
        for (channel, outcome), count in self.record.counts().items():
            labels = {"channel": channel, "outcome": str(outcome)}
            yield Sample("deliveries", "deliveries on record, by channel and outcome", count, labels)
        yield Sample("rule_behind_readings", "readings that the rule has not considered yet", self.behind())
        for channel, age_s in self._waits_s().items():
            said = "age of the message that waits longest"
            yield Sample("oldest_delivery_age_seconds", said, age_s, {"channel": channel})
        for channel, used in self.record.used(month_of(self.now())).items():
            yield Sample("channel_messages_month", "messages of this month in Japan", used, {"channel": channel})
        for channel, quota in self.quotas.items():
            yield Sample("channel_quota_month", "messages that a month allows", quota.per_month, {"channel": channel})

    def checks(self) -> Iterable[Check]:
        """Whether alerts are decided and told."""
        behind = self.behind()
        if behind > BEHIND_READINGS:
            sentence = f"the rule is {behind} readings behind: look whether alerts run, and at their log"
            yield Check("rule", State.DEGRADED, sentence)
        else:
            yield Check("rule", State.OK, f"{behind} readings are not considered yet")
        yield self._check_deliveries()
        yield from self._check_quotas()

    def _check_deliveries(self) -> Check:
        given_up = self.record.given_up_since(self.now() - FAILED_SAID_FOR)
        waits_s = self._waits_s()
        worst = max(waits_s, key=lambda name: waits_s[name], default="")
        if given_up:
            failed, unknown = (given_up.get(each, 0) for each in (Outcome.FAILED, Outcome.UNKNOWN))
            sentence = f"of the last hour {failed} messages could not be delivered, and {unknown} may not have arrived"
            return Check("deliveries", State.FAILED, f"{sentence}: see the dashboard, call the people")
        if worst and waits_s[worst] > WAITING_S:
            sentence = f"a message over {worst} has been waiting for {waits_s[worst] / 60:.0f} min"
            return Check("deliveries", State.DEGRADED, f"{sentence}: look at the channel's server")
        return Check("deliveries", State.OK, "no message waits for long, none failed in the last hour")

    def _check_quotas(self) -> Iterable[Check]:
        month = month_of(self.now())
        used = self.record.used(month)
        for channel, quota in self.quotas.items():
            stands = quota.stands(used.get(channel, 0))
            said = f"{used.get(channel, 0)} of {quota.per_month} messages of {month} over {channel} are used"
            if stands is not Used.ENOUGH:
                state = State.FAILED if stands is Used.ALL else State.DEGRADED
                yield Check(f"quota {channel}", state, f"{said}: buy more, or send less over it")
            else:
                yield Check(f"quota {channel}", State.OK, said)

    def _waits_s(self) -> dict[str, float]:
        now = self.now()
        return {name: max(0.0, (now - since).total_seconds()) for name, since in self.record.oldest_waiting().items()}


@dataclass(frozen=True)
class PastProbe:
    """The forwarder to the past."""

    state: Callable[[], ForwarderState]
    name: str = "past"

    def samples(self) -> Iterable[Sample]:
        """How far behind the past is."""
        state = self.state()
        yield Sample("forwarder_lag_seconds", "age of the oldest live reading not in the past", state.live_lag_s)
        yield Sample("forwarder_backlog_readings", "older readings that wait to be forwarded", state.backlog)
        yield Sample("forwarded_readings_total", "readings handed on since the start", state.forwarded)
        yield Sample("forwarder_refused_total", "readings that the past would not take", state.refused)
        yield Sample("past_reachable", "1 while the past takes readings", state.condition is Condition.WORKING)

    def checks(self) -> Iterable[Check]:
        """Nothing waits for the past, so nothing of it is a failure; a refusal of all needs somebody's hand."""
        state = self.state()
        if state.condition is not Condition.WORKING:
            what = "refuses us" if state.condition is Condition.CLOSED else "is away"
            sentence = f"the past {what} ({state.reason}); {state.backlog} readings wait and none is lost: "
            sentence += "look at its server and at [past] in the settings"
            fault = Fault.PAST_REFUSES if state.condition is Condition.CLOSED else Fault.PAST_AWAY
            yield Check("forwarder", State.DEGRADED, sentence, fault, {"reason": state.reason})
        elif state.live_lag_s > LAG_S:
            sentence = f"the past is {state.live_lag_s:.0f} s behind"
            yield Check("forwarder", State.DEGRADED, sentence, Fault.PAST_BEHIND, {"s": state.live_lag_s})
        else:
            yield Check("forwarder", State.OK, _handed_on(state.backlog))


def _handed_on(backlog: int) -> str:
    return f"the past has the newest readings; {backlog} older ones wait" if backlog else "the past has everything"
