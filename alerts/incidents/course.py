"""How incidents open, change and close with the transitions of their subjects. Pure.

An incident follows what is recorded and decides nothing: it is open while any of its subjects is at a level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from alerts.incidents.settings import EscalationRule, governing
from alerts.records import Incident, Transition
from alerts.rules.findings import UNTOLD, Cause
from alerts.rules.machine import Standing

Key: TypeAlias = tuple[str, str]
"""Station and rule."""


NOT_ESCALATED = frozenset({"outlook"})
"""What is only foreseen asks nobody a second time: the danger itself will."""


def _never(_rule: str, _station_id: str) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Policy:
    """When people are told again: the escalations, and of a rule and station after how many seconds; 0 for never."""

    escalation: Sequence[EscalationRule] = ()
    remind_s: Callable[[str, str], float] = _never

    @property
    def longest(self) -> timedelta:
        """No step is further away than this, unless its time was made before the clock was set back."""
        after_s = (max(each.repeat_s, *(step.after_s for step in each.steps)) for each in self.escalation)
        return timedelta(seconds=max(after_s, default=0.0))


@dataclass(frozen=True, slots=True)
class Stands:
    """How all subjects of one station and rule stand after the transitions, those without any included."""

    levels: Mapping[str, int] = field(default_factory=dict)
    unconfirmed: bool = False
    unverified: bool = False

    @classmethod
    def of(cls, standings: Mapping[str, Standing]) -> Stands:
        """By subject. The doubts are those about the worst: what a confirmed subject says as well is not in doubt."""
        level = max((each.level for each in standings.values()), default=0)
        worst = [each for each in standings.values() if each.level == level and level > 0]
        return cls(
            {subject_id: each.level for subject_id, each in standings.items()},
            unconfirmed=bool(worst) and all(each.unconfirmed for each in worst),
            unverified=bool(worst) and all(each.unverified for each in worst),
        )


@dataclass
class Course:
    """``incidents`` are those to be inserted (``id`` is 0) or updated. ``of`` says for each of the transitions, in
    their order, which of the incidents is its own, by index; None where it belongs to none."""

    incidents: list[Incident] = field(default_factory=list)
    of: list[int | None] = field(default_factory=list)

    @property
    def opened(self) -> list[int]:
        """The indexes of new incidents."""
        return [number for number, each in enumerate(self.incidents) if not each.id]

    @property
    def closed(self) -> list[int]:
        """The indexes of those that have ended."""
        return [number for number, each in enumerate(self.incidents) if not each.open]


def after(
    known: Mapping[Key, Incident], transitions: Sequence[Transition], stands: Mapping[Key, Stands], policy: Policy
) -> Course:
    """The incidents after transitions, which are in the order in which they happened.

    ``known`` are the open ones, ``stands`` how everybody stands after the last of the transitions.
    """
    course = Course()
    levels = _levels_before(transitions, stands)
    present: dict[Key, int] = {}
    ended: set[Key] = set()
    for each in transitions:
        key = (each.station_id, each.rule)
        levels[key][each.subject_id] = each.to_level
        before = course.incidents[present[key]] if key in present else known.get(key) if key not in ended else None
        changed = _changed(before, each, max(levels[key].values()), policy)
        course.of.append(_put(course, present, key, changed))
        if changed is not None and not changed.open:
            del present[key]
            ended.add(key)
    for key, number in present.items():
        now = stands.get(key, Stands())
        course.incidents[number] = replace(
            course.incidents[number], unconfirmed=now.unconfirmed, unverified=now.unverified
        )
    return course


def _put(course: Course, present: dict[Key, int], key: Key, changed: Incident | None) -> int | None:
    """The incident as it is now, in its place; its index."""
    if changed is None:
        return None
    if key in present:
        course.incidents[present[key]] = changed
    else:
        present[key] = len(course.incidents)
        course.incidents.append(changed)
    return present[key]


def _levels_before(transitions: Sequence[Transition], stands: Mapping[Key, Stands]) -> dict[Key, dict[str, int]]:
    """The levels from which the transitions began."""
    found: dict[Key, dict[str, int]] = {}
    seen: set[tuple[Key, str]] = set()
    for each in transitions:
        key = (each.station_id, each.rule)
        levels = found.setdefault(key, dict(stands.get(key, Stands()).levels))
        if (key, each.subject_id) not in seen:
            seen.add((key, each.subject_id))
            # What is told late says in from_level what people knew, not where the alert stood.
            levels[each.subject_id] = each.to_level if each.cause == Cause.STILL else each.from_level
    return found


def _changed(before: Incident | None, transition: Transition, level: int, policy: Policy) -> Incident | None:
    if before is None:
        return _opened(transition, level, policy) if level else None
    if not level:
        why = "no longer watched" if transition.cause == Cause.UNWATCHED else ""
        return replace(
            before, level=0, escalate_at=None, remind_at=None, closed_at=transition.recorded_at, close_reason=why
        )
    moved = replace(
        before,
        level=level,
        peak_level=max(before.peak_level, level),
        # Whoever took on a 5 that fell to 2 is asked anew when it rises again.
        acknowledged_level=min(before.acknowledged_level, level),
    )
    return asked(before, moved, transition, policy)


def _opened(transition: Transition, level: int, policy: Policy) -> Incident:
    at, remind_s = transition.recorded_at, policy.remind_s(transition.rule, transition.station_id)
    new = Incident(
        station_id=transition.station_id,
        rule=transition.rule,
        opened_at=at,
        level=level,
        peak_level=level,
        remind_at=at + timedelta(seconds=remind_s) if remind_s else None,
    )
    return asked(replace(new, level=0), new, transition, policy)


def asked(before: Incident, after: Incident, transition: Transition, policy: Policy) -> Incident:
    """The incident with the time at which others are told unless somebody acknowledges.

    People are asked by a message: where nobody was told nothing runs. A rise into another escalation begins that one.
    """
    rule = None if after.rule in NOT_ESCALATED else governing(policy.escalation, after.level)
    if rule is None or not after.waits:
        return replace(after, escalate_at=None, escalation_step=0)
    if not _was_told(transition):
        return after
    due_at = transition.recorded_at + timedelta(seconds=rule.steps[0].after_s)
    if after.escalate_at is None:
        again = after.level > before.level or not after.escalation_step
        return replace(after, escalate_at=due_at, escalation_step=0) if again else after
    if after.level > before.level and rule is not governing(policy.escalation, before.level):
        return replace(after, escalate_at=min(after.escalate_at, due_at), escalation_step=0)
    return after


def _was_told(transition: Transition) -> bool:
    return transition.live and not transition.muted and transition.cause not in UNTOLD
