"""A night at a pump station, minute by minute: what is heard, what the rules find in it, and what their alerts do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.engine.clock_side import considered
from alerts.engine.pumping import PumpStations
from alerts.rules.facts import Facts, Found
from alerts.rules.findings import EVERY_LEVEL, Change, Finding
from alerts.rules.machine import Standing, lost, step, unwatched
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.table import ON_TICK, TickRule
from ingest.health.problems import Health
from ingest.readings import Reading
from ingest.stations import Quantity, Registry
from ingest.store.protocol import Latest
from tests.alerts.machines import told
from tests.pumping import DUSK, REGISTRY, STATION, at, latest, newest

PUMP_RULES = ("pump_idle", "pump_vain", "pump_fault", "pump_silence")
RULES = {each.name: each for each in ON_TICK if each.name in PUMP_RULES}


@dataclass
class HeardSoFar:
    """The log of a night: of all readings those that were observed by ``now``."""

    readings: Sequence[Reading]
    now: datetime = DUSK

    def _so_far(self) -> list[Reading]:
        return [each for each in self.readings if each.observed_at <= self.now]

    def states(self) -> dict[tuple[str, Quantity], Reading]:
        return {key: each for key, each in newest(self._so_far()).items() if each.quantity is not Quantity.STAGE}

    def latest(self, gauge_ids: Collection[str] | None = None) -> dict[str, Latest]:
        found = latest(self._so_far())
        return {key: each for key, each in found.items() if gauge_ids is None or key in gauge_ids}

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        of = [each for each in self._so_far() if (each.gauge_id, each.quantity) == (gauge_id, quantity)]
        return sorted(
            (each for each in of if since <= each.observed_at <= until), key=lambda reading: reading.observed_at
        )


@dataclass
class Night:
    """``changes`` are those of each rule and subject, with the minute at which each came."""

    readings: Sequence[Reading]
    rules: RulesSettings = field(default_factory=RulesSettings)
    registry: Registry = REGISTRY
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    changes: dict[tuple[str, str], list[tuple[int, Change]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._log = HeardSoFar(self.readings)
        self._stations = PumpStations(self._log)

    def facts(self, minute: float) -> Facts:
        """What the rules look at."""
        now = self._log.now = at(minute)
        return Facts(now, self.registry, Health(now), pumping=self._stations.now(self.registry, now))

    def found(self, rule: str, minute: float) -> dict[str, Finding]:
        """What a rule finds at a minute, by subject."""
        return {each.subject_id: each.finding for each in RULES[rule].find(self.facts(minute), self.rules)}

    def through(self, minutes: range) -> Night:
        """Minute by minute, as the engine asks."""
        for minute in minutes:
            facts = self.facts(minute)
            for rule in RULES.values():
                self._step(rule, facts, minute)
        return self

    def _step(self, rule: TickRule, facts: Facts, minute: int) -> None:
        named: dict[str, list[Found]] = {}
        for each in rule.find(facts, self.rules):
            named.setdefault(each.subject_id, []).append(each)
        begun = {key[1] for key, each in self.standings.items() if key[0] == rule.name and (each.level or each.above)}
        timing = self.rules.of(rule.name).at(STATION.kind, STATION.id).timing
        for subject_id in sorted({*named, *begun}):
            key = (rule.name, subject_id)
            before = self.standings.get(key, Standing())
            if subject_id in begun and rule.unwatched(facts, subject_id, STATION.id) is not None:
                self.standings[key], changes = unwatched(before, at(minute))
            elif subject_id in named:
                found = considered(before, named[subject_id])
                lasting = replace(timing, duration=max(timing.duration, timedelta(seconds=found.lasting_s)))
                self.standings[key], changes = step(before, found.finding, lasting)
            elif rule.judges(facts, subject_id, STATION.id):
                self.standings[key], changes = step(before, Finding(0, EVERY_LEVEL, at(minute)), timing)
            else:
                self.standings[key], changes = lost(before, at(minute))
            self.changes.setdefault(key, []).extend((minute, each) for each in changes)

    def steps(self, rule: str, subject_id: str) -> list[tuple[int, int]]:
        """The changes of level that people are told of."""
        return told([each for _, each in self.changes.get((rule, subject_id), [])])

    def minutes(self, rule: str, subject_id: str) -> list[int]:
        """When they came."""
        found = self.changes.get((rule, subject_id), [])
        return [minute for minute, each in found if each.from_level != each.to_level]

    def level(self, rule: str, subject_id: str) -> int:
        """Where the alert stands now."""
        return self.standings.get((rule, subject_id), Standing()).level
