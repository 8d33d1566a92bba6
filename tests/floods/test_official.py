"""Backtests of real floods, reading by reading against the state that the authority gave each of them.

Without hysteresis and hold the alert of a gauge stands, after every reading that is believed and not late, where the
official state says. What is left are the readings that quality control held: they are listed and counted.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from alerts.people import Directory
from alerts.records import STAGE
from deploy.backtest.night import Chain, Night, backtest
from deploy.backtest.report import first_rows
from ingest.health.limits import HealthSettings
from ingest.readings import Quality, Reading
from ingest.stations import Registry
from tests.floods import crisis, jakarta
from tests.floods.house import AT_ONCE
from tests.floods.judged import PATIENT
from tests.floods.recording import Recording, gauge
from tests.parts import data_folder

SIAGA = {"Normal": 0, "Siaga 3": 3, "Siaga 2": 4, "Siaga 1": 5}
JAKARTA_M = {
    "ps-katulampa-hulu": (0.8, 1.5, 2.0),
    "ps-depok": (2.0, 2.7, 3.5),
    "pa-manggarai": (7.5, 8.5, 9.5),
    "p-a-karet": (4.5, 5.5, 6.0),
    "ps-pesanggrahan": (1.5, 2.5, 3.5),
    "ps-angke-hulu": (1.5, 2.5, 3.0),
    "ps-krukut-hulu": (1.5, 2.5, 3.0),
    "p-a-marina-ancol": (1.7, 2.0, 2.5),
    "pompa-pasar-ikan": (1.7, 2.0, 2.5),
    "pa-pulo-gadung": (5.5, 7.0, 7.7),
    "p-a-istiqlal": (2.5, 3.0, 3.5),
}
"""Siaga 3, 2 and 1, as the source gives them."""

Key = tuple[str, datetime, float]
"""Gauge, time of observation and stage to the millimetre."""


@dataclass
class Compared:
    """Readings whose alert stands where the official state says, those where it does not, those that were held, and
    those that came late and change nothing."""

    alike: int = 0
    unlike: list[Reading] = field(default_factory=list)
    held: list[Reading] = field(default_factory=list)
    late: int = 0

    def add(self, reading: Reading, *, late: bool, alike: bool) -> None:
        if reading.quality is not Quality.GOOD:
            self.held.append(reading)
        elif late:
            self.late += 1
        elif alike:
            self.alike += 1
        else:
            self.unlike.append(reading)


def compared(night: Night, official: Mapping[Key, int]) -> Compared:
    changes = {each.reading_seq: each.to_level for each in night.transitions if each.rule == STAGE and each.reading_seq}
    firsts = {each.seq for each in first_rows(night.readings)}
    level: dict[str, int] = defaultdict(int)
    newest: dict[str, datetime] = {}
    found = Compared()
    for each in night.readings:
        level[each.gauge_id] = changes.get(each.seq, level[each.gauge_id])
        known = newest.get(each.gauge_id, each.observed_at)
        if each.quality is Quality.GOOD:
            newest[each.gauge_id] = max(known, each.observed_at)
        state = official.get((each.gauge_id, each.observed_at, each.stage_m))
        if each.seq in firsts and state is not None:
            found.add(each, late=each.observed_at < known, alike=level[each.gauge_id] == state)
    return found


def at_once() -> Chain:
    """The bare thresholds, and no other rule."""
    others = {name: getattr(AT_ONCE.rules, name) for name in type(AT_ONCE.rules).model_fields if name != STAGE}
    off = {name: each.model_copy(update={"enabled": False}) for name, each in others.items()}
    alone = AT_ONCE.model_copy(update={"rules": AT_ONCE.rules.model_copy(update=off)})
    return Chain(alone, HealthSettings(), PATIENT, Directory())


def jakarta_rated() -> tuple[Recording, dict[Key, int]]:
    """The gauges that have thresholds, and the official state of every row."""
    whole = jakarta.recording(data_folder())
    rows = tuple(row for row in whole.rows if row.gauge_id in JAKARTA_M)
    stations = [each for each in whole.registry.stations.values() if each.id in JAKARTA_M]
    items = [
        item
        for each in stations
        for item in (each, gauge(each, dict(zip((3, 4, 5), JAKARTA_M[each.id], strict=True)), interval_s=1800))
    ]
    return Recording(rows, Registry.of(whole.registry.city, items)), siaga()


def siaga() -> dict[Key, int]:
    with (data_folder() / jakarta.FILE).open(encoding="utf-8", newline="") as text:
        cells = [each for each in csv.DictReader(text) if each["tinggi_air"]]
    found = {}
    for each in cells:
        row = jakarta._row(each)
        found[row.gauge_id, row.observed_at, round(row.stage_m, 3)] = SIAGA[each["status_siaga"].partition(": ")[2]]
    return found


def test_every_threshold_of_jakarta_belongs_to_a_gauge_of_the_recording() -> None:
    assert set(JAKARTA_M) <= {row.gauge_id for row in jakarta.recording(data_folder()).rows}


def crisis_gauges(event: str) -> tuple[Recording, dict[Key, int]]:
    """A national flood of the crisis-management gauges, with the state that the national system gave each row."""
    found = crisis.events(data_folder(), event)
    official: dict[Key, int] = {
        (each.row.gauge_id, each.row.observed_at, round(each.row.stage_m, 3)): each.hazard for each, _, _ in found
    }
    return crisis.recording(found), official


def judged(recording: Recording, official: Mapping[Key, int]) -> Compared:
    return compared(backtest(recording.arriving(), recording.registry, at_once()), official)


def test_after_every_believed_reading_of_jakarta_the_alert_stands_at_its_siaga() -> None:
    """What is held is named: half of it two values of Angke Hulu that take turns, and Karet, which raved at 8 to 19 m
    and was officially the worst."""
    result = judged(*jakarta_rated())
    assert (result.alike, result.unlike, result.late) == (9661, [], 0)
    assert Counter(each.gauge_id for each in result.held) == {
        "ps-angke-hulu": 50,
        jakarta.KARET: 29,
        "pompa-pasar-ikan": 4,
        "ps-depok": 3,
        "pa-pulo-gadung": 2,
        "pa-manggarai": 1,
        "ps-pesanggrahan": 1,
    }


@pytest.mark.parametrize(("event", "alike", "held"), [(crisis.EVENTS[0], 1388, 4), (crisis.EVENTS[1], 966, 2)])
def test_after_every_believed_reading_of_a_crisis_gauge_the_alert_stands_at_its_official_state(
    event: str, alike: int, held: int
) -> None:
    result = judged(*crisis_gauges(event))
    assert (result.alike, result.unlike, len(result.held)) == (alike, [], held)


def main() -> None:
    """All of them as a table, with what was held: ``python -m tests.floods.test_official``."""
    found = {"Jakarta": jakarta_rated(), **{each: crisis_gauges(each) for each in crisis.EVENTS}}
    for name, (recording, official) in found.items():
        result = judged(recording, official)
        said = f"{result.alike} alike, {len(result.unlike)} unlike, {len(result.held)} held, {result.late} late"
        sys.stdout.write(f"{name}: {said}\n")
        for gauge_id, times in Counter(each.gauge_id for each in result.held).most_common():
            reasons = Counter(reason for each in result.held if each.gauge_id == gauge_id for reason in each.reasons)
            why = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
            sys.stdout.write(f"  held {times:4} of {gauge_id}: {why}\n")


if __name__ == "__main__":
    main()
