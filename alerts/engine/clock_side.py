"""What the clock alone changes: who is in trouble, who has fallen silent, what can be told now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from alerts.engine.late import SETTLE
from alerts.engine.settings import AlertSettings
from alerts.engine.telling import Telling, last_known
from alerts.rules.facts import Facts, Found
from alerts.rules.findings import EVERY_LEVEL, Change, Finding
from alerts.rules.kept import Alert
from alerts.rules.machine import Phase, Standing, Timing, lapsed, lost, step, unwatched
from alerts.rules.table import ON_READING, ON_TICK, TickRule
from alerts.store.record import Key
from ingest.stations import Registry

LastStage: TypeAlias = Callable[[str, Alert], float | None]
"""The newest believed stage of a gauge, in metres; None where it is not known."""
Details: TypeAlias = Mapping[Key, Mapping[str, Any]]
"""What a message says besides, by alert."""
Becomes: TypeAlias = Callable[[Standing, datetime], tuple[Standing, tuple[Change, ...]]]
"""What becomes of an alert whose subject is not heard."""
OF_READINGS: Mapping[str, Becomes] = {each.name: lapsed if each.lapses else lost for each in ON_READING}
"""What becomes of an alert whose gauge is silent, by the rule that made it."""


def _no_stage(*_: object) -> None:
    return None


def ask_rules(telling: Telling, facts: Facts, settings: AlertSettings) -> Details:
    """Ask every rule of the clock; an open alert whose subject it does not name any more is left, or stands as the last
    one known where nobody can say how that is. What is watched no longer ends before that, and says so. What they found
    is there for messages."""
    details: dict[Key, Mapping[str, Any]] = {}
    for rule in ON_TICK:
        with telling.apart((rule.name, "")):
            _ask(telling, rule, _named(rule.find(facts, settings.rules)), facts, settings, details)
    return details


def _named(found: Iterable[Found]) -> Mapping[str, Sequence[Found]]:
    named: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        named[each.subject_id].append(each)
    return named


def _ask(
    telling: Telling,
    rule: TickRule,
    named: Mapping[str, Sequence[Found]],
    facts: Facts,
    settings: AlertSettings,
    details: dict[Key, Mapping[str, Any]],
) -> None:
    still = _still_watched(telling, rule, facts, details)
    for subject_id in sorted({*named, *still}):
        key = (rule.name, subject_id)
        with telling.apart(key):
            if subject_id in named:
                found = considered(telling.book.alert(key, "").standing, named[subject_id])
                details[key] = found.finding.detail
            elif rule.judges(facts, subject_id, still[subject_id].station_id):
                found = _over(subject_id, still[subject_id].station_id, facts)
            else:
                _stand(telling, key, still[subject_id], lost)
                continue
            _step(telling, rule.name, found, _timing(rule, found, facts.registry, settings))


def _still_watched(
    telling: Telling, rule: TickRule, facts: Facts, details: dict[Key, Mapping[str, Any]]
) -> dict[str, Alert]:
    """The alerts of a rule that have begun, by subject, without those that end here because nobody watches them."""
    still: dict[str, Alert] = {}
    for key, known in telling.book.known.items():
        if key[0] != rule.name or not (_begun(known) or known.told):
            continue
        with telling.apart(key):
            gone = rule.unwatched(facts, key[1], known.station_id)
            if gone is not None:
                details[key] = gone.detail  # also for those who can be told of the end only later
            if gone is not None and _begun(known):
                _leave(telling, key, known, gone.detail)
            elif _begun(known):
                still[key[1]] = known
    return still


def _leave(telling: Telling, key: Key, known: Alert, detail: Mapping[str, Any]) -> None:
    standing, changes = unwatched(known.standing, telling.now)
    telling.book.put(key, known, standing)
    for change in changes:
        telling.note(key, change, {**last_known(known), **detail})


def considered(standing: Standing, found: Sequence[Found]) -> Found:
    """Of what a rule found of a subject what is to be considered now. What is sure comes first, until the alert knows
    it: a doubt of more must not hide it."""
    sure = next((each for each in found if each.finding.believed), found[-1])
    return sure if standing.sure < sure.finding.reached else found[-1]


def lose(telling: Telling, silent: Mapping[str, datetime | None], registry: Registry, last: LastStage) -> None:
    """Alerts on readings whose gauge is silent, or was retired, stand at the last level known; what was only foreseen
    lapses. ``silent`` says by gauge what was its newest observation when it was found to be so."""
    for key, known in telling.book.known.items():
        gone = key[1] not in registry.gauges or (key[1] in silent and not _newer(known, silent[key[1]]))
        if key[0] not in OF_READINGS or not known.standing.level or not gone:
            continue
        _stand(telling, key, known, OF_READINGS[key[0]], last)


def _stand(telling: Telling, key: Key, known: Alert, becomes: Becomes, last: LastStage = _no_stage) -> None:
    """What becomes of an alert of which nobody can say how it is now."""
    alert = telling.book.alert(key, known.station_id)
    standing, changes = becomes(alert.standing, telling.now)
    after = telling.book.put(key, alert, standing)
    for change in changes:
        telling.note(key, change, last_known(after, last(key[1], after)))


def _newer(alert: Alert, last_at: datetime | None) -> bool:
    """Whether it knows of a reading that came after its gauge was judged: a silence that is over already."""
    newest = alert.standing.observed_at
    return newest is not None and last_at is not None and newest > last_at


def catch_up(telling: Telling, filling: Collection[str], last: LastStage, details: Details) -> None:
    """Tell what could not be told before, where it still stands: a silence ended, late readings have settled. Of the
    gauges ``filling`` late ones are still coming in; ``details`` is what the rules of the clock found now."""
    for key, known in telling.book.known.items():
        alert = telling.book.alert(key, known.station_id)
        if alert.told != alert.standing.level and (key[0] not in OF_READINGS or _settled(telling, key, alert, filling)):
            _still(telling, key, last, details.get(key, {}))


def _settled(telling: Telling, key: Key, alert: Alert, filling: Collection[str]) -> bool:
    newest = alert.standing.observed_at
    return key[1] not in filling and (newest is None or telling.now - newest >= SETTLE)


def _still(telling: Telling, key: Key, last: LastStage, detail: Mapping[str, Any]) -> None:
    alert = telling.book.alert(key, "")
    said = {**last_known(alert, last(key[1], alert) if key[0] in OF_READINGS else None), **detail}
    telling.note_still(key, telling.now, lambda _: said)


def _begun(alert: Alert) -> bool:
    """Whether it holds, or waits to count: both end when its subject is not named any more."""
    return alert.standing.phase is not Phase.NORMAL


def _over(subject_id: str, station_id: str, facts: Facts) -> Found:
    return Found(subject_id, station_id, Finding(0, EVERY_LEVEL, facts.now))


def _timing(rule: TickRule, found: Found, registry: Registry, settings: AlertSettings) -> Timing:
    general = settings.rules.of(rule.name)
    station = registry.stations.get(found.station_id)
    timing = (general if station is None else general.at(station.kind, station.id)).timing
    return replace(timing, duration=max(timing.duration, timedelta(seconds=found.lasting_s)))


def _step(telling: Telling, rule: str, found: Found, timing: Timing) -> None:
    key = (rule, found.subject_id)
    alert = telling.book.alert(key, found.station_id)
    if not _begun(alert):  # a sign may be moved by another station than the last time
        alert = replace(alert, station_id=found.station_id)
    standing, changes = step(alert.standing, found.finding, timing)
    telling.book.put(key, alert, standing)
    for change in changes:
        telling.note(key, change, found.finding.detail)
