"""What is told again, and to whom in how many messages. Pure.

As with alerts, what is urgent is told one by one as long as that is few, and all else of one moment as one message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.dispatch.plan import MOST_SINGLE
from alerts.people import Receiver
from alerts.records import Incident, MessageKind, Transition, may_never_wait


@dataclass(frozen=True, slots=True)
class Again:
    """An incident of which others are told, or people reminded. ``step`` counts the calls, ``last`` is what it is told
    by; ``groups`` are those of the step."""

    kind: MessageKind
    incident: Incident
    last: Transition
    told: tuple[Receiver, ...]
    step: int = 0
    groups: tuple[str, ...] = ()


AHEAD = timedelta(minutes=1)
"""What can wait is taken with all else of its minute, so that nobody gets two messages of such in one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An incident of which a step is taken now, or people reminded, or both."""

    incident: Incident
    escalates: bool
    reminds: bool


def taken(found: Sequence[Incident], now: datetime) -> list[Taken]:
    """What of these is taken now: what is urgent when it is due, and all else together."""
    urgent = [_taken(each, now) for each in found if is_urgent(each)]
    calm = [each for each in found if not is_urgent(each)]
    due = any(each.escalates or each.reminds for each in (_taken(one, now) for one in calm))
    with_them = [_taken(each, now + AHEAD) for each in calm] if due else []
    return [each for each in (*urgent, *with_them) if each.escalates or each.reminds]


def _taken(each: Incident, until: datetime) -> Taken:
    escalates = each.escalate_at is not None and each.escalate_at <= until
    return Taken(each, escalates, each.remind_at is not None and each.remind_at <= until)


def is_urgent(incident: Incident) -> bool:
    """Whether it is a gauge at hazard 4 or 5."""
    return may_never_wait(incident.rule, incident.level)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: the same content for several receivers."""

    found: tuple[Again, ...]
    receivers: tuple[Receiver, ...]

    @property
    def kind(self) -> MessageKind:
        """What it is about."""
        return self.found[0].kind

    @property
    def level(self) -> int:
        """The highest level in it."""
        return max(each.incident.level for each in self.found)

    @property
    def incident_id(self) -> int | None:
        """The one that it is about; None where it is about several."""
        return self.found[0].incident.id if len(self.found) == 1 else None


def letters(found: Sequence[Again]) -> list[Letter]:
    """The messages in which all of these are told."""
    by_receiver: dict[tuple[Receiver, MessageKind], list[int]] = defaultdict(list)
    for index, each in enumerate(found):
        for receiver in each.told:
            by_receiver[receiver, each.kind].append(index)
    together: dict[tuple[int, ...], list[Receiver]] = defaultdict(list)
    for (receiver, _), indices in by_receiver.items():
        for part in _parts(found, indices):
            together[part].append(receiver)
    return [Letter(tuple(found[index] for index in part), tuple(them)) for part, them in sorted(together.items())]


def _parts(found: Sequence[Again], indices: Sequence[int]) -> list[tuple[int, ...]]:
    urgent = [index for index in indices if is_urgent(found[index].incident)]
    calm = tuple(index for index in indices if not is_urgent(found[index].incident))
    alone: list[tuple[int, ...]] = [(index,) for index in urgent] if len(urgent) <= MOST_SINGLE else [tuple(urgent)]
    return [*alone, calm] if calm else alone
