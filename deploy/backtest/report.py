"""What a night shows: transitions, messages, how long before a hazard people were told, and what was held. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from alerts.records import STAGE, Transition
from alerts.rules.findings import Cause
from deploy.backtest.night import Night
from ingest.clock import JST
from ingest.readings import Quality, Reading

DANGER = (3, 4, 5)
"""The hazards for which it counts how long before them people were told."""
FORERUNNERS = frozenset({STAGE, "rise", "outlook"})


@dataclass(frozen=True, slots=True)
class Lead:
    """A hazard that a gauge reached. ``told_at`` is when anybody was first told of that rise, by which rule; None where
    nobody was. ``lead_min`` is negative where people were told after it."""

    gauge: str
    hazard: int
    reached_at: datetime
    told_at: datetime | None
    rule: str
    lead_min: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """A reading that was not simply believed, and what became of it: ``confirmed``, ``refuted`` or ``doubted``."""

    gauge: str
    at: datetime
    stage_m: float
    quality: str
    reasons: tuple[str, ...]
    became: str


def document(night: Night) -> dict[str, Any]:
    """The whole report for programs. Times are ISO 8601 in Japan's time."""
    found = changes(night.transitions)
    return {
        "transitions": [_change(each) for each in found],
        "messages": [_message(each.delivery.recipient_id, each) for each in night.told],
        "leads": [_plain(each) for each in leads(night)],
        "held": [_plain(each) for each in held(night.readings)],
        "summary": summary(night),
    }


def changes(transitions: Sequence[Transition]) -> list[Transition]:
    """Every change of an alert; what only says once more how things stand belongs to the messages."""
    return [each for each in transitions if each.cause != Cause.STILL]


def summary(night: Night) -> dict[str, Any]:
    """The night in numbers."""
    found, observed = changes(night.transitions), first_rows(night.readings)
    kept = held(night.readings)
    highest = Counter({each.subject_id: 0 for each in found if each.rule == STAGE})
    for each in found:
        if each.rule == STAGE:
            highest[each.subject_id] = max(highest[each.subject_id], each.to_level)
    return {
        "gauges": len({each.gauge_id for each in observed}),
        "readings": len(observed),
        "refused": dict(night.refused),
        "from": _shown(min((each.observed_at for each in observed), default=None)),
        "until": _shown(max((each.observed_at for each in observed), default=None)),
        "transitions": len(found),
        "transitions_by_rule": dict(Counter(each.rule for each in found)),
        "rises_by_level": {
            str(level): sum(each.rule == STAGE and each.from_level < level <= each.to_level for each in found)
            for level in range(1, 6)
        },
        "highest_by_gauge": dict(highest),
        "messages": len(night.told),
        "messages_by_recipient": dict(Counter(each.delivery.recipient_id for each in night.told)),
        "held": len(kept),
        "held_by_reason": dict(Counter(reason for each in kept for reason in each.reasons)),
        "held_became": dict(Counter(each.became for each in kept)),
    }


def first_rows(readings: Sequence[Reading]) -> list[Reading]:
    """Each observation as it came, without the rows that judge an earlier one anew: the same value once more."""
    known: dict[tuple[str, str], float] = {}
    found = []
    for each in readings:
        if known.get((each.gauge_id, each.key)) != each.value:
            found.append(each)
        known[each.gauge_id, each.key] = each.value
    return found


def held(readings: Sequence[Reading]) -> list[Held]:
    """What was not simply believed when it came, in that order."""
    last = {(each.gauge_id, each.key, each.value): each for each in readings}
    return [
        Held(
            gauge=each.gauge_id,
            at=each.observed_at,
            stage_m=each.stage_m,
            quality=each.quality,
            reasons=tuple(map(str, each.reasons)),
            became=_became(last[each.gauge_id, each.key, each.value]),
        )
        for each in first_rows(readings)
        if each.quality is not Quality.GOOD
    ]


def _became(now: Reading) -> str:
    if now.quality is Quality.GOOD:
        return "confirmed"
    return "refuted" if now.quality is Quality.BAD else "doubted"


def leads(night: Night) -> list[Lead]:
    """For every hazard of danger that a gauge reached: when anybody was first told of that rise."""
    told_at = _told_at(night)
    by_gauge: dict[str, list[Transition]] = defaultdict(list)
    for each in changes(night.transitions):
        if each.rule in FORERUNNERS:
            by_gauge[each.subject_id].append(each)
    return [lead for gauge, found in by_gauge.items() for lead in _leads_of(gauge, found, told_at)]


def _told_at(night: Night) -> dict[int, datetime]:
    """When the first message about each transition was made."""
    found: dict[int, datetime] = {}
    for each in night.told:
        for transition_id in each.transition_ids:
            at = each.delivery.created_at or each.delivery.due_at
            found[transition_id] = min(at, found.get(transition_id, at))
    return found


def _leads_of(gauge: str, found: Sequence[Transition], told_at: Mapping[int, datetime]) -> Iterator[Lead]:
    """``first`` is the first word of the rise that goes on: it is over when every alert of the gauge is."""
    levels: dict[str, int] = {}
    first: tuple[datetime, str] | None = None
    for each in found:
        levels[each.rule] = each.to_level
        if first is None and each.id in told_at and each.to_level >= each.from_level:
            first = told_at[each.id], each.rule
        if each.rule == STAGE:
            for hazard in DANGER:
                if each.from_level < hazard <= each.to_level:
                    yield _lead(gauge, hazard, each.observed_at, first)
        if not any(levels.values()):
            first = None


def _lead(gauge: str, hazard: int, reached_at: datetime, first: tuple[datetime, str] | None) -> Lead:
    if first is None:
        return Lead(gauge, hazard, reached_at, None, "", None)
    minutes = (reached_at - first[0]).total_seconds() / 60
    return Lead(gauge, hazard, reached_at, first[0], first[1], round(minutes, 1))


def _change(each: Transition) -> dict[str, Any]:
    return {
        "gauge": each.subject_id,
        "at": _shown(each.observed_at),
        "rule": each.rule,
        "from": each.from_level,
        "to": each.to_level,
        "reason": each.cause,
        "station": each.station_id,
        "stage_m": each.stage_m,
        "unconfirmed": each.unconfirmed,
        "unverified": each.unverified,
        "recorded_at": _shown(each.recorded_at),
        "muted": each.muted or ("" if each.live else "late"),
    }


def _message(recipient: str, told: Any) -> dict[str, Any]:
    delivery = told.delivery
    return {
        "at": _shown(delivery.created_at or delivery.due_at),
        "recipient": recipient,
        "channel": delivery.channel,
        "level": delivery.level,
        "subject": delivery.subject,
        "body": delivery.body,
        "transitions": len(told.transition_ids),
    }


def _plain(each: Lead | Held) -> dict[str, Any]:
    return {name: _shown(value) if isinstance(value, datetime) else value for name, value in asdict(each).items()}


def _shown(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(JST).isoformat()
