"""What a turn of the engine records, and what it makes of late, lost and retired gauges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DatabaseError

from alerts.engine.engine import MOST_PER_TURN
from alerts.engine.settings import AlertSettings
from alerts.records import STAGE, Maintenance, Silence, Transition
from alerts.rules.findings import Cause
from alerts.store.mutes import add_maintenance, add_silence, end_silence
from ingest.readings import Quality, Reading
from ingest.stations import Quantity, Registry
from ingest.store.tables import writing
from tests.alerts.house import House, accept, refuse
from tests.alerts.night import CITY, GAUGE, OTHER, OTHER_GAUGE, RIVER, at, reading, suspect

TABLES = ["transitions", "incidents", "chronology", "alert_standings", "alert_cursors"]


@pytest.fixture
def house(database: Database) -> House:
    made = House(database)
    made.serve()
    return made


def prompt(minute: float, stage_m: float, quality: Quality = Quality.GOOD) -> Reading:
    """A reading that was received at once."""
    return replace(reading(minute, stage_m, quality), received_at=at(minute))


def test_a_rise_is_recorded_with_its_incident_and_a_line_of_the_chronology(house: House) -> None:
    house.receive(prompt(0, 0.5), prompt(10, 3.2))
    assert house.engine.turn() == 2
    (transition,) = house.transitions()
    (incident,) = house.incidents()
    assert replace(transition, detail={}) == Transition(
        rule=STAGE,
        subject_id="fujii-01",
        station_id="fujii",
        from_level=0,
        to_level=3,
        stage_m=3.2,
        observed_at=at(10),
        recorded_at=at(60),
        reading_seq=2,
        cause=Cause.RISE,
        incident_id=incident.id,
        id=transition.id,
    )
    assert (incident.level, incident.opened_at, incident.open) == (3, at(60), True)
    (entry,) = house.entries()
    assert (entry.kind, entry.ref_id, entry.incident_id) == ("transition", transition.id, incident.id)


def test_a_transition_keeps_what_its_message_needs(house: House) -> None:
    house.receive(prompt(0, 2.0), prompt(10, 2.4), prompt(20, 2.8), prompt(30, 3.2))
    house.engine.turn()
    detail = house.transitions()[-1].detail
    assert detail["rise_m_per_h"] == pytest.approx(2.4)
    assert (detail["previous_m"], detail["threshold_m"], detail["next_level"], detail["next_m"]) == (2.8, 3.0, 4, 4.0)
    assert detail["since"] == at(0).isoformat()


@pytest.mark.parametrize("table", TABLES)
def test_a_turn_that_cannot_write_everything_writes_nothing_and_the_next_one_does_it_all(
    house: House, table: str
) -> None:
    house.receive(prompt(0, 3.2), prompt(10, 4.2))
    refuse(house.database, table)
    with pytest.raises(DatabaseError, match="the disk is full"):
        house.engine.turn()
    assert (house.transitions(), house.incidents(), house.cursor(), house.standing()) == ([], [], 0, None)
    accept(house.database)
    assert house.engine.turn() == 2
    assert house.steps() == [(0, 3), (3, 4)]
    assert house.cursor() == 2


def test_a_failure_keeps_what_earlier_turns_recorded(house: House) -> None:
    house.receive(prompt(0, 3.2))
    house.engine.turn()
    before = (house.transitions(), house.incidents(), house.cursor(), house.standing())
    refuse(house.database, "chronology")
    house.receive(prompt(10, 4.2))
    with pytest.raises(DatabaseError):
        house.engine.turn()
    assert (house.transitions(), house.incidents(), house.cursor(), house.standing()) == before


def test_nothing_is_considered_twice_after_a_restart(house: House) -> None:
    house.receive(prompt(0, 3.2))
    house.engine.turn()
    assert house.restarted().engine.turn() == 0
    assert house.steps() == [(0, 3)]


def test_after_a_restart_the_hold_goes_on_where_it_was(house: House) -> None:
    house.receive(prompt(0, 3.2), prompt(10, 0.5))
    house.engine.turn()
    again = house.restarted()
    again.receive(prompt(29, 0.5))
    again.engine.turn()
    assert house.steps() == [(0, 3)]
    again.receive(prompt(30, 0.5))
    again.engine.turn()
    assert house.steps() == [(0, 3), (3, 0)]
    assert [each.open for each in house.incidents()] == [False]


def test_after_a_restart_what_is_late_is_still_known_to_be_late(house: House) -> None:
    house.receive(prompt(0, 0.5), prompt(20, 0.5))
    house.engine.turn()
    again = house.restarted()
    again.receive(replace(reading(10, 4.5), received_at=at(21)))
    again.engine.turn()
    assert house.transitions() == []


def test_a_silent_gauge_above_a_threshold_keeps_its_level_as_the_last_one_known(house: House) -> None:
    house.receive(prompt(0, 4.2), prompt(10, 0.5))
    house.engine.turn()
    house.silent = [GAUGE.id]
    house.clock.move(days=7)
    assert house.tick() == 1
    assert house.tick() == 0
    assert house.restarted().tick() == 0
    last = house.transitions()[-1]
    assert (last.cause, last.from_level, last.to_level, last.unverified) == (Cause.UNVERIFIED, 4, 4, True)
    assert (last.detail["last_m"], last.detail["last_at"]) == (0.5, at(10).isoformat())
    assert house.steps() == [(0, 4)]
    assert [(each.level, each.unverified) for each in house.incidents()] == [(4, True)]


def test_a_gauge_that_reports_again_recovers_by_the_normal_rule(house: House) -> None:
    house.receive(prompt(0, 4.2))
    house.engine.turn()
    house.silent = [GAUGE.id]
    house.tick()
    house.silent = []
    house.receive(prompt(120, 0.5))
    house.engine.turn()
    assert house.causes()[-2:] == [Cause.VERIFIED, Cause.RECOVERING]
    assert house.steps() == [(0, 4)]
    house.receive(prompt(140, 0.5))
    house.engine.turn()
    assert house.steps() == [(0, 4), (4, 0)]


def test_a_gauge_that_reported_after_it_was_judged_silent_is_not_silent(house: House) -> None:
    house.receive(prompt(0, 3.2))
    house.engine.turn()
    house.silent, house.last_at = [GAUGE.id], at(0)
    house.tick()
    house.receive(prompt(120, 4.2))
    house.engine.turn()
    assert house.tick() == 0
    assert [each.unverified for each in house.incidents()] == [False]
    house.last_at = at(120)
    assert house.tick() == 1
    assert house.causes()[-1] == Cause.UNVERIFIED


def test_the_alert_of_a_retired_gauge_stays_as_the_last_one_known(house: House) -> None:
    house.receive(prompt(0, 4.2))
    house.engine.turn()
    house.serve(Registry.of(CITY, [OTHER, OTHER_GAUGE]))
    house.tick()
    assert house.causes() == [Cause.RISE, Cause.UNVERIFIED]
    assert house.steps() == [(0, 4)]


def test_readings_of_a_retired_gauge_are_passed_over(house: House) -> None:
    house.receive(prompt(0, 3.2), reading(0, 5.0, gauge_id=OTHER_GAUGE.id))
    house.serve(Registry.of(CITY, [OTHER, OTHER_GAUGE]))
    assert house.engine.turn() == 2
    assert [each.subject_id for each in house.transitions()] == [OTHER_GAUGE.id]


def late(minute: float, stage_m: float, received: float) -> Reading:
    return replace(reading(minute, stage_m), received_at=at(received))


def test_what_is_filled_in_afterwards_changes_history_and_is_told_to_nobody(house: House) -> None:
    house.receive(late(0, 0.5, 300), late(10, 4.2, 300), late(20, 4.2, 300), late(30, 0.5, 300), late(60, 0.5, 300))
    house.clock.move(hours=4)
    house.engine.turn()
    assert house.steps() == [(0, 4), (4, 0)]
    assert not any(each.live for each in house.transitions())
    house.tick()
    assert house.causes()[-1] == Cause.FALL  # nothing is left to be told


def test_a_level_that_came_by_late_readings_is_told_by_the_next_live_one(house: House) -> None:
    house.receive(late(0, 3.2, 300), late(290, 3.3, 300))
    house.engine.turn()
    still = house.transitions()[-1]
    assert (still.cause, still.from_level, still.to_level, still.live) == (Cause.STILL, 0, 3, True)
    assert still.stage_m == 3.3


def test_a_level_that_came_by_late_readings_only_is_told_when_they_have_settled(house: House) -> None:
    house.receive(late(0, 3.2, 300))
    house.clock.at = at(0) + timedelta(seconds=30)
    house.engine.turn()
    assert house.tick() == 0
    house.clock.move(minutes=5)
    assert house.tick() == 1
    assert house.transitions()[-1].cause == Cause.STILL
    assert house.tick() == 0


def silence(house: House, hours: float = 1) -> int:
    now = house.clock.now()
    with writing(house.database) as connection:
        return add_silence(connection, Silence("duty", "pump test", now, now + timedelta(hours=hours)))


def test_a_silence_mutes_below_hazard_4_and_is_broken_by_it(house: House) -> None:
    number = silence(house)
    house.receive(prompt(0, 3.2), prompt(10, 4.2))
    house.engine.turn()
    assert [each.muted for each in house.transitions()] == [f"silence {number}", ""]


def test_what_a_silence_muted_is_told_when_it_ends_if_it_still_stands(house: House) -> None:
    number = silence(house)
    house.receive(prompt(55, 3.2))
    house.engine.turn()
    house.tick()
    assert house.causes() == [Cause.RISE]
    house.clock.move(minutes=10)
    with writing(house.database) as connection:
        end_silence(connection, number, house.clock.now(), "duty")
    house.tick()
    still = house.transitions()[-1]
    assert (still.cause, still.from_level, still.to_level, still.muted) == (Cause.STILL, 0, 3, "")
    assert house.tick() == 0


def test_work_on_a_gauge_mutes_below_hazard_4_and_marks_what_is_told(house: House) -> None:
    now = house.clock.now()
    with writing(house.database) as connection:
        add_maintenance(connection, Maintenance("fujii", "crew", "cleaning", now, now + timedelta(hours=1)))
    house.receive(prompt(0, 3.2), prompt(10, 4.2))
    house.engine.turn()
    assert [bool(each.muted) for each in house.transitions()] == [True, False]
    assert house.transitions()[1].detail["maintenance"] is True


def test_a_gauge_with_its_own_hysteresis_falls_by_that(house: House) -> None:
    house.serve(Registry.of(CITY, [RIVER, GAUGE.model_copy(update={"hysteresis_m": 0.5})]))
    house.receive(prompt(0, 3.0), prompt(10, 2.6), prompt(40, 2.6))
    house.engine.turn()
    assert house.steps() == [(0, 3)]
    house.receive(prompt(50, 2.4), prompt(70, 2.4))
    house.engine.turn()
    assert house.steps() == [(0, 3), (3, 2)]


def test_a_station_has_numbers_of_its_own(database: Database) -> None:
    settings = AlertSettings.model_validate({"rules": {"stage": {"stations": {"fujii": {"hold_s": 0}}}}})
    house = House(database, settings)
    house.serve()
    house.receive(prompt(0, 3.2), prompt(10, 0.5))
    house.receive(*(replace(each, gauge_id=OTHER_GAUGE.id) for each in (prompt(0, 3.2), prompt(10, 0.5))))
    house.engine.turn()
    assert [each.subject_id for each in house.transitions() if each.cause == Cause.FALL] == [GAUGE.id]


def test_a_change_of_configuration_keeps_the_state(house: House) -> None:
    house.receive(prompt(0, 3.2), prompt(10, 0.5))
    house.engine.turn()
    before = house.standing()
    changed = House(house.database, AlertSettings.model_validate({"rules": {"stage": {"hold_s": 3600}}}), house.clock)
    changed.receive(prompt(40, 0.5))
    changed.engine.turn()
    assert before is not None
    assert changed.standing() == replace(before, observed_at=at(40))


def test_bad_readings_move_the_cursor_and_nothing_else(house: House) -> None:
    house.receive(prompt(0, 9.0, Quality.BAD))
    assert house.engine.turn() == 1
    assert (house.transitions(), house.cursor(), house.standing()) == ([], 1, None)


def test_a_correction_is_considered_like_any_news(house: House) -> None:
    house.receive(replace(prompt(0, 2.2), key="one"))
    house.engine.turn()
    house.receive(replace(prompt(0, 4.2), key="one"))
    house.engine.turn()
    assert house.steps() == [(0, 2), (2, 4)]


def test_a_doubtful_rise_is_recorded_as_unconfirmed_until_a_good_reading(house: House) -> None:
    house.receive(suspect(0, 4.2))
    house.engine.turn()
    assert [each.unconfirmed for each in house.incidents()] == [True]
    house.receive(prompt(10, 4.3))
    house.engine.turn()
    assert house.causes() == [Cause.RISE, Cause.CONFIRMED]
    assert [each.unconfirmed for each in house.incidents()] == [False]


def test_a_backlog_of_many_thousand_readings_is_worked_off_in_one_turn(house: House) -> None:
    backlog = [prompt(minute, 0.5) for minute in range(2 * MOST_PER_TURN)]
    peak = [prompt(len(backlog), 4.2), *(prompt(len(backlog) + minute, 0.5) for minute in (10, 30))]
    house.receive(*backlog, *peak)
    assert house.engine.turn() == len(backlog) + 3
    assert house.steps() == [(0, 4), (4, 0)]
    assert house.cursor() == len(backlog) + 3
    assert house.engine.turn() == 0


def test_a_fleet_with_a_gauge_for_every_reading_fits_into_one_batch(house: House) -> None:
    fleet = [GAUGE.model_copy(update={"id": f"g-{number}"}) for number in range(MOST_PER_TURN)]
    house.serve(Registry.of(CITY, [RIVER, *fleet]))
    house.receive(*(replace(prompt(0, 1.0), gauge_id=each.id) for each in fleet))
    house.engine.turn()
    assert len(house.transitions()) == MOST_PER_TURN
    assert len(house.incidents()) == 1


def test_what_a_pump_says_is_no_stage_whatever_it_is_called(house: House) -> None:
    """A value of 17 under a gauge's own name would be a flood."""
    house.receive(replace(prompt(0, 17.0), quantity=Quantity.FAULT), replace(prompt(0, 17.0), gauge_id="minato-p1"))
    assert house.engine.turn() == 2
    assert house.transitions() == []
    house.receive(prompt(10, 3.2))
    house.engine.turn()
    assert house.steps() == [(0, 3)]
