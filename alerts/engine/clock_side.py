"""What the clock alone changes: who is in trouble, who has fallen silent, what can be told now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from alerts.engine.late import SETTLE
from alerts.engine.settings import AlertSettings
from alerts.engine.telling import Telling, last_known
from alerts.rules.facts import Facts, Found
from alerts.rules.findings import EVERY_LEVEL, Finding
from alerts.rules.kept import Alert
from alerts.rules.machine import Phase, Timing, lapsed, lost, step
from alerts.rules.table import ON_READING, ON_TICK, TickRule
from alerts.store.record import Key
from ingest.stations import Registry

LastStage: TypeAlias = Callable[[str, Alert], float | None]
"""The newest believed stage of a gauge, in metres; None where it is not known."""
OF_READINGS = {each.name: lapsed if each.lapses else lost for each in ON_READING}
"""What becomes of an alert whose gauge is silent, by the rule that made it."""


def ask_rules(telling: Telling, facts: Facts, settings: AlertSettings) -> None:
    """Ask every rule of the clock; an open alert whose subject it does not name any more is left."""
    for rule in ON_TICK:
        with telling.apart((rule.name, "")):
            _ask(telling, rule, {each.subject_id: each for each in rule.find(facts, settings.rules)}, facts, settings)


def _ask(telling: Telling, rule: TickRule, named: Mapping[str, Found], facts: Facts, settings: AlertSettings) -> None:
    known = telling.book.known
    still = {key[1]: each for key, each in known.items() if key[0] == rule.name and _begun(each)}
    for subject_id in sorted({*named, *still}):
        found = named.get(subject_id) or _over(subject_id, still[subject_id].station_id, facts)
        with telling.apart((rule.name, subject_id)):
            _step(telling, rule.name, found, _timing(rule, found, facts.registry, settings))


def lose(telling: Telling, silent: Mapping[str, datetime | None], registry: Registry, last: LastStage) -> None:
    """Alerts on readings whose gauge is silent, or was retired, stand at the last level known; what was only foreseen
    lapses. ``silent`` says by gauge what was its newest observation when it was found to be so."""
    for key, known in telling.book.known.items():
        gone = key[1] not in registry.gauges or (key[1] in silent and not _newer(known, silent[key[1]]))
        if key[0] not in OF_READINGS or not known.standing.level or not gone:
            continue
        alert = telling.book.alert(key, known.station_id)
        standing, changes = OF_READINGS[key[0]](alert.standing, telling.now)
        after = telling.book.put(key, alert, standing)
        for change in changes:
            telling.note(key, change, last_known(after, last(key[1], after)))


def _newer(alert: Alert, last_at: datetime | None) -> bool:
    """Whether it knows of a reading that came after its gauge was judged: a silence that is over already."""
    newest = alert.standing.observed_at
    return newest is not None and last_at is not None and newest > last_at


def catch_up(telling: Telling, filling: Collection[str], last: LastStage) -> None:
    """Tell what could not be told before, where it still stands: a silence ended, late readings have settled. Of the
    gauges ``filling`` late ones are still coming in."""
    for key, known in telling.book.known.items():
        alert = telling.book.alert(key, known.station_id)
        if alert.told != alert.standing.level and (key[0] not in OF_READINGS or _settled(telling, key, alert, filling)):
            _still(telling, key, last)


def _settled(telling: Telling, key: Key, alert: Alert, filling: Collection[str]) -> bool:
    newest = alert.standing.observed_at
    return key[1] not in filling and (newest is None or telling.now - newest >= SETTLE)


def _still(telling: Telling, key: Key, last: LastStage) -> None:
    alert = telling.book.alert(key, "")
    said = last_known(alert, last(key[1], alert) if key[0] in OF_READINGS else None)
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
