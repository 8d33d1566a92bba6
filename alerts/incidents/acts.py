"""What a person does to an incident, a silence or maintenance, and why it may be refused. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.incidents.settings import EscalationRule
from alerts.records import Incident, Maintenance, Silence
from ingest.clock import JST
from ingest.stations import Registry

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Control characters but tab and line feed, and marks that turn the direction of a text around."""
LONGEST_NAME, LONGEST_TEXT = 100, 2000
NOW_WITHIN = timedelta(minutes=1)
"""What begins or ends within this before now is meant to be now."""


class DeskError(Exception):
    """Something that cannot be done: one sentence that says what to do instead.

    ``code`` names it for those who say it in other words and another language; ``values`` are what these need: numbers,
    names, aware times and lengths of time.
    """

    def __init__(self, sentence: str, code: str = "refused", /, **values: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.values = values


class Became(StrEnum):
    """What came of acknowledging an alert at the level that was seen."""

    ACKNOWLEDGED = "acknowledged"
    KNOWN = "known"
    """It was acknowledged at that level before."""
    RISEN = "risen"
    """It stands above the level that was seen, and still waits."""
    ENDED = "ended"
    """It had ended already."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An incident as it stands after somebody acknowledged it, and what came of that."""

    incident: Incident
    became: Became


def person(name: str) -> str:
    """Who acts, on one line; DeskError where nobody is named."""
    found = " ".join(CONTROL.sub(" ", name).split())
    if not found:
        raise DeskError("say who does it: every action is recorded with a name", "nobody")
    if len(found) > LONGEST_NAME:
        raise DeskError(f"a name has at most {LONGEST_NAME} letters", "name_too_long", most=LONGEST_NAME)
    return found


def words(text: str, what: str) -> str:
    """A reason or a note, without control characters; DeskError where it is empty. Line breaks stay."""
    found = CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()
    if not found:
        raise DeskError(f"write {what}: others read it later", "no_words")
    if len(found) > LONGEST_TEXT:
        raise DeskError(f"{what} has at most {LONGEST_TEXT} letters", "too_long", most=LONGEST_TEXT)
    return found


def needs_open(incident: Incident) -> None:
    """DeskError where it is closed."""
    if incident.closed_at is not None:
        by = f"by {incident.closed_by}" if incident.closed_by else "by its rule"
        raise DeskError(
            f"incident {incident.id} was closed {by} at {_jst(incident.closed_at)}: a new one has a new number",
            "closed_by_rule" if not incident.closed_by else "closed",
            number=incident.id,
            by=incident.closed_by,
            at=incident.closed_at,
        )


def acknowledged(incident: Incident, by: str, now: datetime, level: int | None = None) -> Incident:
    """Taken on by somebody at its present level, or at the ``level`` that they saw: a higher one is still open.

    Whoever acknowledges what is acknowledged at that level already changes nothing.
    """
    needs_open(incident)
    seen = incident.level if level is None else min(level, incident.level)
    if seen <= incident.acknowledged_level:
        return incident
    taken = replace(incident, acknowledged_at=now, acknowledged_by=by, acknowledged_level=seen)
    return taken if taken.waits else replace(taken, escalation_step=0, escalate_at=None)


def taken(incident: Incident, by: str, now: datetime, level: int) -> Taken:
    """Taken on at the level that was seen, as one of several: what has ended meanwhile is no mistake."""
    if not incident.open:
        return Taken(incident, Became.ENDED)
    after = acknowledged(incident, by, now, level)
    if after.waits:
        return Taken(after, Became.RISEN)
    return Taken(after, Became.ACKNOWLEDGED if after != incident else Became.KNOWN)


def escalated_now(incident: Incident, rule: EscalationRule | None, now: datetime, step: int | None = None) -> Incident:
    """The next step is due at once. ``step`` is how many had been taken when somebody looked: where another was taken
    since, those after it are not told by the same press."""
    needs_open(incident)
    if step is not None and step != incident.escalation_step:
        sentence = f"{incident.escalation_step} steps have been taken by now, not {step}: look again, then decide"
        raise DeskError(sentence, "step_taken", taken=incident.escalation_step)
    if rule is None:
        raise DeskError(
            f"nobody is set to be told when an incident of level {incident.level} is not acknowledged: "
            f"add [[alerts.escalation]] with min_level = {incident.level} to the settings",
            "nobody_to_tell",
            level=incident.level,
        )
    due_at = now if incident.escalate_at is None else min(now, incident.escalate_at)
    return replace(incident, escalate_at=due_at)


def checked_silence(
    silence: Silence, now: datetime, most: timedelta, registry: Registry, rules: Collection[str]
) -> Silence:
    """A silence that may be kept: from now on at the earliest, for known places and rules, and not for ever."""
    begins_at = _from_now_on(silence.begins_at, now)
    _lasts(begins_at, silence.ends_at, now, most, "alerts.incidents.silence_most_s")
    for station_id in silence.station_ids:
        _known_station(station_id, registry)
    for rule in silence.rules:
        if rule not in rules:
            known = ", ".join(sorted(rules))
            raise DeskError(f"there is no rule {rule}: write one of {known}", "no_rule", name=rule, known=known)
    return replace(
        silence, author=person(silence.author), reason=words(silence.reason, "a reason"), begins_at=begins_at
    )


def checked_maintenance(work: Maintenance, now: datetime, most: timedelta, registry: Registry) -> Maintenance:
    """Maintenance that may be kept: of a known station and gauges of it, from now on at the earliest."""
    begins_at = _from_now_on(work.begins_at, now)
    _lasts(begins_at, work.ends_at, now, most, "alerts.incidents.maintenance_most_s")
    _known_station(work.station_id, registry)
    theirs = [each.id for each in registry.gauges_of(work.station_id)]
    for gauge_id in work.gauge_ids:
        if gauge_id not in theirs:
            known, sentence = ", ".join(theirs), f"{work.station_id} has no gauge {gauge_id}: write one of "
            raise DeskError(sentence + known, "no_gauge", name=gauge_id, known=known)
    return replace(work, author=person(work.author), reason=words(work.reason, "a reason"), begins_at=begins_at)


def extended(work: Maintenance, ends_at: datetime, now: datetime, most: timedelta) -> Maintenance:
    """Maintenance with another end, counted from now."""
    if work.ends_at <= now:
        sentence = f"maintenance {work.id} ended at {_jst(work.ends_at)}: begin a new one"
        raise DeskError(sentence, "ended", number=work.id, at=work.ends_at)
    _lasts(max(now, work.begins_at), ends_at, now, most, "alerts.incidents.maintenance_most_s")
    return replace(work, ends_at=ends_at)


def _from_now_on(begins_at: datetime, now: datetime) -> datetime:
    if begins_at < now - NOW_WITHIN:
        sentence = f"it cannot begin in the past ({_jst(begins_at)}): leave the beginning out for now"
        raise DeskError(sentence, "begins_in_past", at=begins_at)
    return max(begins_at, now)


def _lasts(begins_at: datetime, ends_at: datetime, now: datetime, most: timedelta, setting: str) -> None:
    if ends_at <= max(begins_at, now):
        sentence = f"it must end after it begins and after now ({_jst(now)}); it would end at {_jst(ends_at)}"
        raise DeskError(sentence, "ends_too_early", at=ends_at)
    if ends_at - begins_at > most:
        raise DeskError(
            f"it may last {_length(most)} at most, which is until {_jst(begins_at + most)} ({setting} sets that)",
            "lasts_too_long",
            most=most,
            until=begins_at + most,
        )


def _known_station(station_id: str, registry: Registry) -> None:
    if station_id not in registry.stations:
        sentence = f"there is no station {station_id} in the registry: mizumori levels shows the stations"
        raise DeskError(sentence, "no_station", name=station_id)


def _length(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 72 else f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"


def _jst(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M} JST"
