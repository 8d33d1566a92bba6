"""Recordings sent through the real house: by the command itself, or through its parts as wiring makes them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.engine.ledger import NAME as READINGS
from alerts.engine.settings import AlertSettings
from alerts.records import STAGE, Transition
from alerts.rules.findings import UNTOLD, Cause
from alerts.store.record import SqlRecord
from deploy.services import House
from deploy.settings import Settings
from deploy.standby import StandbyIngest
from deploy.stopwatch import Stopwatch
from deploy.wiring.alerts import alert_services, engine_of
from deploy.wiring.house import device_publisher
from deploy.wiring.ingest import broker_services, ingest_service
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import ScaledClock, TrueClock
from ingest.readings import Quality, Reading
from ingest.store.tables import metadata, open_database
from simulators.replay import Row, run_replay
from tests.floods.recording import Recording
from tests.floods.reference import Rule, Seen, Step, judged, steps
from tests.parts import PROJECT

log = logging.getLogger(__name__)

PATIENCE_S = 90.0
AT_ONCE = AlertSettings.model_validate(
    {
        "rules": {
            "stage": {
                "hysteresis_m": 0.0,
                "hold_s": 0.0,
                "flap_turns": 0,
                "kinds": {"underpass": {"hysteresis_m": 0.0}},
            }
        }
    }
)
"""Without hysteresis and hold: the alert follows the hazard of every reading."""
AT_ONCE_BY_ENVIRONMENT = {
    "MIZUMORI_ALERTS__RULES__STAGE__HYSTERESIS_M": "0",
    "MIZUMORI_ALERTS__RULES__STAGE__HOLD_S": "0",
    "MIZUMORI_ALERTS__RULES__STAGE__FLAP_TURNS": "0",
}
"""The same of rivers, for a command."""


@dataclass(frozen=True)
class Outcome:
    """What a house has kept of a recording. ``transitions`` by gauge, oldest first; ``elapsed_s`` in real seconds."""

    readings: list[Reading]
    transitions: dict[str, list[Transition]]
    dead_letters: Mapping[str, int]
    elapsed_s: float
    said: str = ""

    def steps(self) -> dict[str, list[Step]]:
        """The transitions in the terms of the reference."""
        return steps_of(self.transitions)

    def kept(self) -> Counter[tuple[str, datetime | None, float]]:
        """How often each observation (gauge, device's time, stage) is kept."""
        return Counter((each.gauge_id, each.device_at, each.stage_m) for each in self.observed())

    def observed(self) -> list[Reading]:
        """The readings without the rows that only say how far an earlier one is believed by now."""
        last: dict[tuple[str, str], float] = {}
        found = []
        for each in self.readings:
            if last.get((each.gauge_id, each.key)) != each.value:
                found.append(each)
            last[each.gauge_id, each.key] = each.value
        return found

    def expected(self, rules: Mapping[str, Rule]) -> dict[str, list[Step]]:
        """The changes that the reference makes of what is kept, as far as it is believed."""
        seen: dict[str, list[Seen]] = defaultdict(list)
        for each in self.readings:
            if each.quality is not Quality.BAD:
                seen[each.gauge_id].append(judged(each))
        changes = {gauge_id: steps(found, rules[gauge_id]) for gauge_id, found in seen.items()}
        return {gauge_id: found for gauge_id, found in changes.items() if found}


def observations(rows: Iterable[Row]) -> Counter[tuple[str, datetime | None, float]]:
    """How often each observation is in a recording, to the millimetre."""
    return Counter((row.gauge_id, row.observed_at.astimezone(UTC), round(row.stage_m, 3)) for row in rows)


def by_command(recording: Recording, folder: Path, speed: float, **environment: str) -> Outcome:
    """``mizumori replay`` as a user calls it, with settings from the environment; then its database is opened."""
    table, city = recording.write(folder)
    options = [str(table), "--registry", str(city), "--speed", f"{speed:g}", "--data", str(folder / "data"), "--exit"]
    began_s = time.monotonic()
    done = mizumori("replay", *options, **environment)
    elapsed_s = time.monotonic() - began_s
    assert done.returncode == 0, done.stderr[-2000:]
    return outcome(Settings(data_folder=folder / "data"), elapsed_s, done.stdout)


def mizumori(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "deploy", *arguments],
        cwd=PROJECT,
        env=own_environment(**environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )


def own_environment(**more: str) -> dict[str, str]:
    """The environment without anybody's settings of Mizumori but ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MIZUMORI_")} | more


def by_parts(recording: Recording, settings: Settings, speed: float) -> Outcome:
    """Broker, ingest and alerts of one house, the recording's registry applied as it is, a device of our own."""
    rows = recording.arriving()
    watch = Stopwatch(time.monotonic)
    clock = ScaledClock(rows[0].due_at - timedelta(seconds=speed), speed, watch.elapsed_s, 0.0)
    began_s = time.monotonic()
    stores = open_stores(settings)
    try:
        stores.registry.apply(recording.registry, clock.now(), "test")
        ingest = ingest_service(settings, stores, clock)
        with House([*broker_services(settings), ingest, *alert_services(settings, stores, clock)]):
            watch.start()
            _play(recording, rows, settings, clock)
            _wait_for(ingest, stores, len(rows))
    finally:
        stores.close()
    return outcome(settings, time.monotonic() - began_s)


def outcome(settings: Settings, elapsed_s: float = 0.0, said: str = "") -> Outcome:
    """What is in the database of a house."""
    stores = open_stores(settings)
    try:
        readings = stores.log.readings_after(0, 1_000_000)
        transitions = by_gauge(stores.alerts.transitions_after(0))
        return Outcome(readings, transitions, stores.log.dead_letters().counts, elapsed_s, said)
    finally:
        stores.close()


def judged_again(folder: Path, rule: AlertSettings, elsewhere: Path) -> dict[str, list[Transition]]:
    """The transitions that another rule makes of the readings that a house has kept, in an alert record of its own."""
    stores = open_stores(Settings(data_folder=folder))
    record = open_database(f"sqlite:///{elsewhere}")
    try:
        metadata.create_all(record)
        engine_of(replace(stores, database=record), rule, TrueClock(_now)).turn()
        return by_gauge(SqlRecord(record).transitions_after(0))
    finally:
        record.dispose()
        stores.close()


ASIDE = frozenset({Cause.UNVERIFIED, Cause.STILL})
"""Told to people, and no change of the stage against its thresholds."""


def by_gauge(transitions: Iterable[Transition]) -> dict[str, list[Transition]]:
    """The changes of level and of belief by the rule of the stage, by gauge, each in the order of the record."""
    found: dict[str, list[Transition]] = defaultdict(list)
    for each in transitions:
        if each.rule == STAGE and each.cause not in UNTOLD and each.cause not in ASIDE:
            found[each.subject_id].append(each)
    return dict(found)


def steps_of(transitions: Mapping[str, list[Transition]]) -> dict[str, list[Step]]:
    """Transitions in the terms of the reference."""
    return {gauge_id: [_step(each) for each in found] for gauge_id, found in transitions.items()}


def _play(recording: Recording, rows: list[Row], settings: Settings, clock: ScaledClock) -> None:
    publisher = device_publisher(settings)
    publisher.connect()
    try:
        assert run_replay(rows, recording.registry, publisher, clock, threading.Event(), log.info) == len(rows)
        assert publisher.flush(PATIENCE_S)
    finally:
        publisher.close()


def _wait_for(ingest: StandbyIngest, stores: Stores, sent: int) -> None:
    """Until ingest has taken in as many messages as were sent and the rule has considered all of them."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if ingest.counts.messages >= sent and stores.alerts.cursor(READINGS) == stores.log.marks().reading_seq:
            return
        time.sleep(0.05)
    raise TimeoutError(f"{ingest.counts.messages} of {sent} messages came in")


def _step(each: Transition) -> Step:
    assert each.stage_m is not None
    return Step(each.from_level, each.to_level, each.observed_at, each.stage_m, each.unconfirmed)


def _now() -> datetime:
    return datetime.now(UTC)
