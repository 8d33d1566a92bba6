"""The roll-ups of the past: they say what looking through every reading says, whatever came in whatever order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from deploy.migrations.lineage import PAST
from deploy.migrations.upgrade import Program, bring_up_to_date
from ingest.readings import Quality, Reading
from ingest.store.past import hourly, sqlite
from ingest.store.past.course import course_of_past, step_of
from ingest.store.past.sqlite import SqlitePast
from ingest.store.tables import open_database
from tests.ingest.cities import NOON
from tests.ingest.past.pasts import YEARS, dated, sqlite_past

MINUTE = timedelta(minutes=1)
DAYS = 6
SPAN = (NOON - timedelta(days=DAYS) + 13 * MINUTE, NOON)


def days(gauge: str, seed: int) -> list[Reading]:
    """Six days of ten-minute readings, now and then not good."""
    rng = random.Random(seed)
    some = (*[Quality.GOOD] * 8, Quality.SUSPECT, Quality.BAD)
    return [
        dated(rng.choice((0.5, 1.0, rng.uniform(-3, 30))), NOON - number * 10 * MINUTE, gauge, rng.choice(some))
        for number in range(DAYS * 144 + 20)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.integers(1, 800), late=st.integers(0, 600), seed=st.integers(0, 3))
def test_no_peak_and_no_low_is_lost_at_any_width(sqlite: SqlitePast, steps: int, late: int, seed: int) -> None:
    rows = days(f"gauge-{seed}", seed)
    sqlite.keep(rows)
    span = (SPAN[0] + late * MINUTE, SPAN[1] - late * MINUTE)
    course = course_of_past(sqlite, f"gauge-{seed}", span, step_of(*span, steps), [])
    within = [each for each in rows if span[0] <= each.observed_at <= span[1]]
    for quality in (Quality.GOOD, Quality.SUSPECT, Quality.BAD):
        drawn = [each.value for each in course if each.quality is quality]
        real = [each.value for each in within if each.quality is quality]
        assert (min(drawn), max(drawn)) == (min(real), max(real))


@pytest.mark.parametrize("hours", [1, 3, 12, 24, 72])
def test_roll_ups_choose_what_looking_through_every_reading_chooses(
    sqlite: SqlitePast, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    rows = days("fujii-01", 7)
    for begin in random.Random(hours).sample(range(0, len(rows), 50), len(range(0, len(rows), 50))):
        sqlite.keep(rows[begin : begin + 70])  # out of order, and some of them twice
    step = timedelta(hours=hours)
    course = course_of_past(sqlite, "fujii-01", SPAN, step, [])
    monkeypatch.setattr(hourly, "serves", lambda _: False)
    assert course == course_of_past(sqlite, "fujii-01", SPAN, step, [])


def test_a_peak_in_an_hour_that_was_half_forgotten_is_the_highest_of_what_is_left(sqlite: SqlitePast) -> None:
    sqlite.keep([dated(9.0, NOON + 5 * MINUTE), dated(3.0, NOON + 40 * MINUTE), dated(2.0, NOON + 50 * MINUTE)])
    sqlite.forget(NOON + 30 * MINUTE, {})
    found = sqlite.extremes("fujii-01", YEARS, timedelta(days=1))
    assert sorted(each.value for each in found) == [2.0, 3.0]


def test_a_file_of_before_the_roll_ups_gets_them_when_it_is_opened(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("old")
    made = sqlite_past(folder)
    rows = [each for number in range(3) for each in days(f"gauge-{number}", number)]
    made.keep(rows)
    _back_to_the_first_revision(made.engine)
    made.close()
    opened = open_database(f"sqlite:///{folder / 'past.db'}")
    bring_up_to_date(opened, PAST, folder, Program("0.0.0", lambda: NOON))
    with opened.connect() as connection:
        filled = {tuple(row) for row in connection.execute(sqlite.roll_ups.select())}
    again = sqlite_past(tmp_path_factory.mktemp("new"))
    again.keep(rows)
    with again.engine.connect() as connection:
        assert filled == {tuple(row) for row in connection.execute(sqlite.roll_ups.select())}
    again.close()
    opened.dispose()


def _back_to_the_first_revision(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE hourly"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
