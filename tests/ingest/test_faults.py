"""Real processes ended, brokers restarted, disks filled, clocks set: every message that was published, and once.

Small here; ``python -m tests.ingest.faults_report`` runs all of it at full size. ``pytest -s`` shows the counts.
"""

from __future__ import annotations

import random
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ingest import fault_scenarios as faults
from tests.ingest.fault_scenarios import Outcome
from tests.ingest.faults import place, tally
from tests.ingest.faults_report import large_picture, say
from tests.ingest.faulty import HURRIED


@pytest.fixture
def dice() -> random.Random:
    return random.Random(20260701)


def nothing_lost(outcome: Outcome) -> None:
    say(str(outcome))
    assert outcome.tally.lost == ()
    assert outcome.tally.doubled == ()
    assert outcome.tally.dead_letters == 0
    assert outcome.tally.published > 500


def test_the_count_notices_what_is_lost_and_what_is_counted_twice(tmp_path: Path) -> None:
    with place(tmp_path / "place") as where:
        with closing(sqlite3.connect(where.database)) as database:
            for number, (seq, key, reasons) in enumerate(
                [(0, "a", ""), (1, "b", ""), (1, "c", ""), (2, "d", "spike"), (2, "d", "spike corroborated")]
            ):
                values = ("g", "stage", key, number, 1.0, 0, seq, 0, "good", reasons)
                database.execute(
                    "INSERT INTO readings (gauge_id, quantity, key, revision, value, observed_at, device_seq,"
                    " received_at, quality, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                )
            database.commit()
        found = tally(where, {0, 1, 2, 3})
    assert (found.lost, found.doubled, found.whole) == ((3,), (1,), False)


def test_ended_at_every_point_between_receipt_and_acknowledgement(tmp_path: Path, dice: random.Random) -> None:
    nothing_lost(faults.crash_points(tmp_path / "place", "5", dice))


def test_killed_at_random_moments(tmp_path: Path, dice: random.Random) -> None:
    nothing_lost(faults.kills(tmp_path / "place", "3.1.1", 5, dice))


def test_a_broker_that_is_stopped_or_killed_makes_ingest_lose_nothing(tmp_path: Path, dice: random.Random) -> None:
    nothing_lost(faults.broker_restarts(tmp_path / "place", dice, [signal.SIGTERM, signal.SIGKILL]))


def test_a_disk_that_is_full_for_a_while(tmp_path: Path) -> None:
    nothing_lost(faults.disk_full_of_a_limit(tmp_path / "place", times=1))


def test_a_clock_that_is_set_forward_and_back(tmp_path: Path, dice: random.Random) -> None:
    nothing_lost(faults.clock_steps(tmp_path / "place", dice, (timedelta(hours=20), timedelta(days=-5))))


def test_a_standby_takes_over_from_one_that_is_killed_or_stopped(tmp_path: Path, dice: random.Random) -> None:
    outcome, killed_s, stopped_s = faults.takeovers(tmp_path / "place", 1, dice)
    nothing_lost(outcome)
    assert killed_s <= 15.0
    assert stopped_s <= 5.0


def test_one_that_was_frozen_and_replaced_wakes_up_and_does_no_harm(tmp_path: Path) -> None:
    outcome, wait_s = faults.frozen_holder(tmp_path / "place", "3.1.1", {HURRIED: "1"})
    nothing_lost(outcome)
    assert wait_s <= 10.0


def test_two_ingesters_share_the_topics_and_a_reader_of_the_log_misses_nothing(
    tmp_path: Path, dice: random.Random
) -> None:
    outcome, seen = faults.split(tmp_path / "place", 3.0, dice)
    nothing_lost(outcome)
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) >= outcome.tally.published


def test_stills_that_wait_for_a_stopped_database_take_bounded_memory(tmp_path: Path) -> None:
    before_mb, most_mb = faults.memory(tmp_path / "place", 30, large_picture(3_500_000))
    say(f"105 MB of stills: {before_mb} MB resident before, {most_mb} MB at most")
    assert most_mb - before_mb <= 64 + 45  # the inbox, the batch being written, and what paho is just reading
