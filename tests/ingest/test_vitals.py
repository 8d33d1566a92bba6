"""The log of what devices say of themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.readings import Vitals
from ingest.roster import Roster
from ingest.store.tables import writing
from ingest.store.vitals import insert_vitals, prune_vitals, vitals_after
from tests.ingest.cities import NOON, reading_message, small_city
from tests.ingest.stores import database


def test_vitals_come_back_as_they_were_said_in_order(tmp_path: Path) -> None:
    engine = database(tmp_path)
    said = [
        Vitals("fujii-01", NOON, battery_pct=81.0, rssi_dbm=-97.0, snr_db=5.5, gateways=("hill", "town hall")),
        Vitals("fujii-02", NOON, battery_v=3.58),
    ]
    with writing(engine) as connection:
        assert insert_vitals(connection, said) == 2
        assert insert_vitals(connection, []) == 0
    with engine.connect() as connection:
        found = vitals_after(connection, 0, 10)
        assert vitals_after(connection, found[0].seq, 10) == found[1:]
    assert [each.seq for each in found] == [1, 2]
    assert [(each.battery_pct, each.battery_v, each.gateways) for each in found] == [
        (81.0, None, ("hill", "town hall")),
        (None, 3.58, ()),
    ]
    assert found[0].received_at == NOON


def test_old_vitals_are_pruned_and_their_numbers_are_not_given_again(tmp_path: Path) -> None:
    engine = database(tmp_path)
    with writing(engine) as connection:
        insert_vitals(connection, [Vitals("fujii-01", NOON + timedelta(hours=hour)) for hour in range(4)])
    assert prune_vitals(engine, NOON + timedelta(hours=2)) == 2
    assert prune_vitals(engine, NOON + timedelta(days=9)) == 2
    with writing(engine) as connection:
        insert_vitals(connection, [Vitals("fujii-01", NOON)])
    with engine.connect() as connection:
        assert [each.seq for each in vitals_after(connection, 0, 10)] == [5]


def test_vitals_have_the_time_of_the_reading_beside_them() -> None:
    late = reading_message(
        '{"stage_m": 1.0, "observed_at": "2026-07-01T11:00:00Z", "battery_pct": 80}', received_at=NOON
    )
    undated = reading_message('{"stage_m": 1.0, "battery_pct": 80}', received_at=NOON)
    wrong = reading_message(
        '{"stage_m": 1.0, "observed_at": "2020-07-01T11:00:00Z", "battery_pct": 80}', received_at=NOON
    )
    roster = Roster.of(small_city())
    times = [interpret(each, roster, ClockLimits()).vitals[0].received_at for each in (late, undated, wrong)]
    assert times == [NOON - timedelta(hours=1), NOON, NOON]
