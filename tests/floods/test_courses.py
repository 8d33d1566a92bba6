"""Recorded floods thinned to a screen: at any width the peak drawn is the peak that was read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.clock import TrueClock
from ingest.readings import Quality, Reading
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.forwarder import Forwarder
from ingest.store.past.instants import own_key
from ingest.store.past.lanes import SqlLanes
from ingest.store.past.pruning import Pruner
from ingest.store.past.whole import WholeHistory
from ingest.store.protocol import Batch
from ingest.store.tables import microseconds
from tests.floods import aire, crisis, ditwah, guaiba, jakarta, kotogawa, kuji
from tests.floods.recording import Recording
from tests.ingest.past.pasts import sqlite_past
from tests.ingest.stores import database
from tests.parts import data_folder

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
WIDTHS = (1, 3, 20, 147, 500, 1366)
PER_COMMIT = 2_000


def of_crisis(data: Path) -> Recording:
    """What the crisis-management gauges sent in both of their floods."""
    return crisis.recording(crisis.everything(data))


RECORDINGS: dict[str, Callable[[Path], Recording]] = {
    "kotogawa": kotogawa.recording,
    "ditwah": ditwah.recording,
    "crisis": of_crisis,
    "jakarta": jakarta.recording,
    "aire": aire.recording,
    "guaiba": guaiba.recording,
    "kuji": kuji.recording,
}


def readings_of(recording: Recording) -> Iterator[Reading]:
    """The rows as readings; every fiftieth one is suspect, so that peaks of both kinds are there."""
    for number, row in enumerate(recording.arriving()):
        quality = Quality.SUSPECT if number % 50 == 49 else Quality.GOOD
        at = row.observed_at.astimezone(UTC)
        received_at = (row.received_at or at).astimezone(UTC)
        key = own_key(microseconds(at))
        yield Reading(row.gauge_id, row.stage_m, at, received_at, key, quality=quality, device_at=at)


@pytest.mark.parametrize("name", RECORDINGS)
def test_at_any_width_the_peaks_of_a_recorded_flood_are_drawn(name: str, tmp_path: Path) -> None:
    engine, past = database(tmp_path), sqlite_past(tmp_path)
    rows = list(readings_of(RECORDINGS[name](data_folder())))
    for begin in range(0, len(rows), PER_COMMIT):
        SqlAppender(engine).append(Batch(readings=rows[begin : begin + PER_COMMIT]))
    gauges = {each.gauge_id for each in rows}
    every = {gauge_id: SqlLog(engine).history(gauge_id, *ALWAYS) for gauge_id in gauges}
    lanes = SqlLanes(engine, past.name)
    middle = rows[len(rows) // 2].received_at
    Forwarder(SqlLog(engine), lanes, past, TrueClock(lambda: middle), lambda: 0.0, random.Random(1)).turn()
    pruner = Pruner(engine, (lanes.handed_on,))
    while pruner.turn(middle):
        pass
    history = WholeHistory(engine, past, lambda: 0.0)
    thinner = 0
    for gauge_id, whole in every.items():
        since, until = whole[0].observed_at, whole[-1].observed_at + timedelta(seconds=1)
        for width in WIDTHS:
            course = history.course(gauge_id, since, until, width)
            assert peaks(course.readings) == peaks(whole)
            thinner += len(course.readings) < len(whole)
    assert thinner
    past.close()
    engine.dispose()


def peaks(readings: Iterable[Reading]) -> dict[Quality, tuple[float, float]]:
    """The lowest and the highest of each quality."""
    found: dict[Quality, tuple[float, float]] = {}
    for each in readings:
        low, high = found.get(each.quality, (each.value, each.value))
        found[each.quality] = (min(low, each.value), max(high, each.value))
    return found
