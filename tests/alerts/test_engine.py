from __future__ import annotations

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DatabaseError

from alerts.engine import MOST_PER_TURN
from alerts.records import Outcome, Transition
from alerts.rules import Cause
from ingest.readings import Quality
from ingest.stations import Registry
from tests.alerts.house import House, accept, refuse, told_by
from tests.alerts.night import (
    CITY,
    GAUGE,
    OTHER,
    OTHER_GAUGE,
    RIVER,
    at,
    reading,
    recipient,
    suspect,
)


@pytest.fixture
def house(database: Database) -> House:
    made = House(database)
    made.serve()
    return made


def test_a_rise_is_recorded_with_the_message_that_it_causes(house: House) -> None:
    house.receive(reading(0, 0.5), reading(10, 3.2))
    assert house.engine.turn() == 2
    (transition,) = house.transitions()
    assert transition == Transition(
        gauge_id="fujii-01",
        station_id="fujii",
        from_hazard=0,
        to_hazard=3,
        stage_m=3.2,
        observed_at=at(10),
        recorded_at=at(60),
        reading_seq=2,
        reason=Cause.RISE,
        unconfirmed=False,
        id=transition.id,
    )
    (delivery,) = house.deliveries()
    assert delivery.transition_id == transition.id
    assert (delivery.outcome, delivery.attempts, delivery.due_at) == (Outcome.PENDING, 0, at(60))
    assert "藤井川" in delivery.subject
    assert "http://mizumori.test/station/fujii" in delivery.body


@pytest.mark.parametrize("table", ["transitions", "deliveries", "alert_states", "alert_cursors"])
def test_a_turn_that_cannot_write_everything_writes_nothing_and_the_next_one_does_it_all(
    house: House, table: str
) -> None:
    house.receive(reading(0, 3.2), reading(10, 4.2))
    refuse(house.database, table)
    with pytest.raises(DatabaseError, match="the disk is full"):
        house.engine.turn()
    assert (house.transitions(), house.deliveries(), house.alerts.cursor(), house.state()) == ([], [], 0, None)
    accept(house.database)
    assert house.engine.turn() == 2
    assert house.steps() == [(0, 3), (3, 4)]
    assert house.told() == ["duty"]
    assert house.alerts.cursor() == 2


def test_a_failure_keeps_what_earlier_turns_recorded(house: House) -> None:
    house.receive(reading(0, 3.2))
    house.engine.turn()
    before = (house.transitions(), house.deliveries(), house.alerts.cursor(), house.state())
    refuse(house.database, "deliveries")
    house.receive(reading(10, 4.2))
    with pytest.raises(DatabaseError):
        house.engine.turn()
    assert (house.transitions(), house.deliveries(), house.alerts.cursor(), house.state()) == before


def test_nothing_is_considered_twice_after_a_restart(house: House) -> None:
    house.receive(reading(0, 3.2))
    house.engine.turn()
    again = house.restarted()
    assert again.engine.turn() == 0
    assert house.steps() == [(0, 3)]
    assert house.told() == ["duty"]


def test_after_a_restart_the_hold_goes_on_where_it_was(house: House) -> None:
    house.receive(reading(0, 3.2), reading(10, 0.5))
    house.engine.turn()
    again = house.restarted()
    again.receive(reading(29, 0.5))
    again.engine.turn()
    assert house.steps() == [(0, 3)]
    again.receive(reading(30, 0.5))
    again.engine.turn()
    assert house.steps() == [(0, 3), (3, 0)]


def test_silence_changes_nothing(house: House) -> None:
    house.receive(reading(0, 4.2), reading(10, 0.5))
    house.engine.turn()
    before = house.state()
    house.clock.move(days=7)
    assert house.engine.turn() == 0
    assert house.restarted().engine.turn() == 0
    assert house.state() == before
    assert house.steps() == [(0, 4)]


def test_a_straight_rise_of_one_turn_is_one_message_and_every_transition_is_recorded(database: Database) -> None:
    house = told_by(database, recipient("duty"), recipient("crew"))
    house.receive(*(reading(minute, minute / 10 + 0.5) for minute in range(5, 50, 5)))
    house.engine.turn()
    assert house.steps() == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    assert sorted(house.told()) == ["crew", "duty"]
    last = house.transitions()[-1]
    assert {each.transition_id for each in house.deliveries()} == {last.id}
    assert all("危険度: 0 → 5" in each.body for each in house.deliveries())


def test_a_rise_that_was_confirmed_in_the_same_turn_is_told_as_a_rise(house: House) -> None:
    house.receive(suspect(0, 4.2), reading(10, 4.3))
    house.engine.turn()
    assert [each.reason for each in house.transitions()] == [Cause.RISE, Cause.CONFIRMED]
    (delivery,) = house.deliveries()
    assert delivery.subject.startswith("【危険度4】")
    assert "未確認" not in delivery.body


def test_a_confirmation_in_a_later_turn_is_a_message_of_its_own(house: House) -> None:
    house.receive(suspect(0, 4.2))
    house.engine.turn()
    house.receive(reading(10, 4.3))
    house.engine.turn()
    assert [each.unconfirmed for each in house.transitions()] == [True, False]
    assert [each.subject.split("】")[0] for each in house.deliveries()] == ["【未確認・危険度4", "【危険度4 値を確認"]


def test_a_rise_and_the_fall_after_it_are_both_told_though_found_in_one_turn(house: House) -> None:
    house.receive(reading(0, 4.2), reading(10, 0.5), reading(30, 0.5), reading(40, 2.5))
    house.engine.turn()
    assert house.steps() == [(0, 4), (4, 0), (0, 2)]
    assert len(house.deliveries()) == 3
    assert len({each.transition_id for each in house.deliveries()}) == 3


def test_two_gauges_in_one_turn_are_told_apart_in_order_of_the_log(house: House) -> None:
    house.receive(reading(10, 3.2, gauge_id=OTHER_GAUGE.id), reading(0, 4.2), reading(20, 4.5, gauge_id=OTHER_GAUGE.id))
    house.engine.turn()
    assert [each.gauge_id for each in house.transitions()] == ["gakuen-01", "fujii-01", "gakuen-01"]
    assert len(house.deliveries()) == 2


def test_a_recipient_hears_only_of_what_reaches_the_hazard_that_concerns_it(database: Database) -> None:
    house = told_by(database, recipient("all", min_hazard=1), recipient("grave", min_hazard=4))
    house.receive(reading(0, 3.9))
    house.engine.turn()
    assert house.told() == ["all"]
    house.receive(reading(10, 4.0))
    house.engine.turn()
    assert house.told() == ["all", "all", "grave"]


def test_a_fall_from_4_to_0_reaches_a_recipient_of_hazard_4(database: Database) -> None:
    house = told_by(database, recipient("grave", min_hazard=4))
    house.receive(reading(0, 4.2))
    house.engine.turn()
    falling = [reading(10, 3.5), reading(15, 2.5), reading(20, 1.5), reading(25, 0.5)]
    house.receive(*falling, *(reading(minute, 0.5) for minute in (30, 35, 40, 45)))
    house.engine.turn()
    assert house.steps() == [(0, 4), (4, 3), (3, 2), (2, 1), (1, 0)]
    rise, fall = house.deliveries()
    assert "危険度: 0 → 4" in rise.body
    assert "危険度: 4 → 0" in fall.body


def test_a_recipient_hears_only_of_its_stations(database: Database) -> None:
    house = told_by(database, recipient("river", stations=["fujii"]), recipient("school", stations=["gakuen"]))
    house.receive(reading(0, 3.2))
    house.engine.turn()
    assert house.told() == ["river"]


def test_without_recipients_everything_is_recorded_all_the_same(database: Database) -> None:
    house = told_by(database)
    house.receive(reading(0, 3.2))
    house.engine.turn()
    assert house.steps() == [(0, 3)]
    assert house.deliveries() == []


def test_readings_of_a_retired_gauge_are_passed_over(house: House) -> None:
    house.receive(reading(0, 3.2), reading(0, 5.0, gauge_id=OTHER_GAUGE.id))
    house.serve(Registry.of(CITY, [OTHER, OTHER_GAUGE]))
    assert house.engine.turn() == 2
    assert [each.gauge_id for each in house.transitions()] == [OTHER_GAUGE.id]
    assert house.state() is None
    assert house.engine.turn() == 0


def test_a_gauge_with_its_own_hysteresis_falls_by_that(house: House) -> None:
    own = GAUGE.model_copy(update={"hysteresis_m": 0.5})
    house.serve(Registry.of(CITY, [RIVER, own]))
    house.receive(reading(0, 3.0), reading(10, 2.6), reading(40, 2.6))
    house.engine.turn()
    assert house.steps() == [(0, 3)]
    house.receive(reading(50, 2.4), reading(70, 2.4))
    house.engine.turn()
    assert house.steps() == [(0, 3), (3, 2)]


def test_bad_readings_move_the_cursor_and_nothing_else(house: House) -> None:
    house.receive(reading(0, 9.0, Quality.BAD))
    assert house.engine.turn() == 1
    assert (house.transitions(), house.alerts.cursor(), house.state()) == ([], 1, None)


def test_a_correction_is_considered_like_any_news(house: House) -> None:
    house.receive(reading(0, 2.2, key="one"))
    house.engine.turn()
    house.receive(reading(0, 4.2, key="one"))
    house.engine.turn()
    assert house.steps() == [(0, 2), (2, 4)]


def test_a_backlog_of_many_thousand_readings_is_worked_off_in_one_turn(house: House) -> None:
    backlog = [reading(minute, 0.5) for minute in range(3 * MOST_PER_TURN)]
    peak = [reading(len(backlog), 4.2), *(reading(len(backlog) + minute, 0.5) for minute in (10, 30))]
    house.receive(*backlog, *peak)
    assert house.engine.turn() == len(backlog) + 3
    assert house.steps() == [(0, 4), (4, 0)]
    assert house.alerts.cursor() == len(backlog) + 3
    assert house.engine.turn() == 0


def test_a_fleet_with_a_gauge_for_every_reading_fits_into_one_batch(house: House) -> None:
    fleet = [GAUGE.model_copy(update={"id": f"g-{number}"}) for number in range(MOST_PER_TURN)]
    house.serve(Registry.of(CITY, [RIVER, *fleet]))
    house.receive(*(reading(0, 1.0, gauge_id=each.id) for each in fleet))
    house.engine.turn()
    assert len(house.transitions()) == MOST_PER_TURN
    assert len(house.deliveries()) == MOST_PER_TURN


def test_a_message_says_how_fast_the_water_rose_by_good_readings_alone(house: House) -> None:
    house.receive(reading(0, 0.5), suspect(5, 0.0), reading(10, 0.5, Quality.BAD), reading(20, 1.1))
    house.engine.turn()
    (delivery,) = house.deliveries()
    assert "1時間あたり 1.80 m 上昇" in delivery.body
