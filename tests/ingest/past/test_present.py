"""The present thinned by its database says what reading it row by row says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.course import course_of_past, thinned
from ingest.store.past.instants import own_key
from ingest.store.past.present import ThinnedPresent
from ingest.store.protocol import Batch
from ingest.store.tables import metadata, microseconds, open_database

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
STEP = timedelta(minutes=30)
Extreme = tuple[int, Quality, float, float]


def of(number: int, rng: random.Random) -> Reading:
    at = BEGIN + timedelta(minutes=number)
    quality = rng.choice([Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.BAD])
    value = round(rng.random() * 3, 2)
    return Reading("g1", value, at, at, own_key(microseconds(at)), quality=quality, device_at=at)


def extremes(found: Sequence[Reading]) -> set[Extreme]:
    """Of each step and quality the lowest and the highest value."""
    values: dict[tuple[int, Quality], list[float]] = {}
    for each in found:
        values.setdefault(((each.observed_at - BEGIN) // STEP, each.quality), []).append(each.value)
    return {(*group, min(several), max(several)) for group, several in values.items()}


@pytest.mark.parametrize("seed", range(3))
def test_no_peak_differs_whatever_was_corrected_or_requalified(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    engine = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(engine)
    first = [of(number, rng) for number in range(600)]
    again = [
        replace(each, value=round(rng.random() * 3, 2), quality=rng.choice(list(Quality)[:3]), revision=1)
        for each in rng.sample(first, 60)
    ]
    other = [replace(each, quantity=Quantity.FLOW, value=99.0) for each in first[:50]]
    SqlAppender(engine).append(Batch(readings=[*first, *other, *again]))
    span = (BEGIN + timedelta(minutes=7), BEGIN + timedelta(minutes=555))
    by_rows = thinned(SqlLog(engine).history("g1", *span), STEP)
    by_database = course_of_past(ThinnedPresent(engine, Quantity.STAGE), "g1", span, STEP, ())
    assert extremes(by_database) == extremes(by_rows)
    assert all(each.value != 99.0 for each in by_database)
    engine.dispose()
