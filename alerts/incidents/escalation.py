"""Who is told next while nobody acknowledges, and when again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.incidents.course import Policy
from alerts.incidents.settings import EscalationRule
from alerts.people import Directory, GroupKind, Matter, Receiver
from alerts.records import Incident


def step_of(rule: EscalationRule, incident: Incident) -> tuple[int, tuple[str, ...]]:
    """The number of the step that is due, from 1, and the groups that it tells. The last one is taken again."""
    number = min(incident.escalation_step, len(rule.steps) - 1)
    return incident.escalation_step + 1, rule.steps[number].groups


def after_step(rule: EscalationRule | None, incident: Incident, now: datetime) -> Incident:
    """The incident when its step has been taken. What a person asked for of an acknowledged one ends there."""
    taken = incident.escalation_step + 1
    next_s = 0.0 if rule is None else rule.steps[taken].after_s if taken < len(rule.steps) else rule.repeat_s
    due_at = now + timedelta(seconds=next_s) if next_s and incident.waits else None
    return replace(incident, escalation_step=taken, escalate_at=due_at)


def after_reminder(policy: Policy, incident: Incident, now: datetime) -> Incident:
    """The incident when people have been reminded."""
    remind_s = policy.remind_s(incident.rule, incident.station_id)
    return replace(incident, remind_at=now + timedelta(seconds=remind_s) if remind_s else None)


def told_of_step(directory: Directory, groups: Sequence[str], matter: Matter, at: datetime) -> tuple[Receiver, ...]:
    """The addresses of the groups, each once; without groups the staff whom the matter concerns."""
    if not groups:
        return tuple(each for each in directory.told([matter], at) if each.group_kind is GroupKind.STAFF)
    return _once(each for group in groups for each in directory.group(group, at, matter.level))


def told_of_reminder(directory: Directory, matter: Matter, at: datetime) -> tuple[Receiver, ...]:
    """Whoever is told of such a matter in the first place."""
    return tuple(directory.told([matter], at))


def _once(receivers: Iterable[Receiver]) -> tuple[Receiver, ...]:
    return tuple({(each.channel, each.address): each for each in receivers}.values())
