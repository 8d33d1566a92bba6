"""厚東川, 1 July 2023: one Japanese flood through the whole house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deploy.settings import Settings
from ingest.hazard import hazard_at
from tests.brokers import Mosquitto
from tests.floods import house, kotogawa
from tests.floods.kotogawa import CUT_OFF, GAUGE, LEVELS, at
from tests.floods.recording import Recording
from tests.floods.reference import Step, hazard, late, rule, seen, steps
from tests.parts import data_folder

SPEED = 60_000.0
PATIENT_CLOCK = {"clock_behind_s": 365 * 86400}
"""At this speed a second of waiting is most of a day, so a busy machine must not make a device's clock look wrong."""

EIGHT_CHANGES = [
    Step(0, 1, at("06/30 18:10"), 3.81),
    Step(1, 2, at("07/01 01:00"), 5.02),
    Step(2, 3, at("07/01 01:10"), 5.27),
    Step(3, 4, at("07/01 01:20"), 5.51),
    Step(4, 3, at("07/01 10:10"), 5.47),
    Step(3, 2, at("07/01 11:00"), 5.09),
    Step(2, 1, at("07/01 11:20"), 4.91),
    Step(1, 0, at("07/01 21:10"), 3.79),
]
"""Rises as the source names them; each fall at the first row below the threshold after the last one at or above it."""

DELAYS_MINUTES = [40, 40, 30, 100]
"""The water was first below 5.40, 5.00, 4.90 and 3.70 m at 10:30, 11:20, 11:30 and 22:30; falls come 20 minutes on."""

DEFAULT_HYSTERESIS_M = "0.10"
DEFAULT_HOLD = timedelta(minutes=20)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return kotogawa.recording(data_folder())


@pytest.fixture(scope="module")
def cut_off() -> Recording:
    return kotogawa.with_an_outage(data_folder())


@pytest.fixture(scope="module")
def at_once(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> house.Outcome:
    """By the command, on the embedded broker, without hysteresis and hold."""
    return house.by_command(
        recording,
        tmp_path_factory.mktemp("kotogawa"),
        SPEED,
        **house.AT_ONCE_BY_ENVIRONMENT,
        MIZUMORI_INGEST__CLOCK_BEHIND_S=str(PATIENT_CLOCK["clock_behind_s"]),
    )


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"), "allow_anonymous true\nmax_queued_messages 0\n")
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def by_default(cut_off: Recording, mosquitto: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> house.Outcome:
    """Through a real Mosquitto with MQTT 5, with the rule's defaults, and with the gauge whose line was cut."""
    settings = Settings.model_validate(
        {
            "data_folder": tmp_path_factory.mktemp("kotogawa-mosquitto"),
            "broker": {"embedded": False},
            "mqtt": {"port": mosquitto.port, "protocol": "5"},
            "ingest": PATIENT_CLOCK,
        }
    )
    return house.by_parts(cut_off, settings, SPEED)


def expected_by_default(recording: Recording, gauge_id: str) -> list[Step]:
    by = rule(LEVELS, DEFAULT_HYSTERESIS_M, DEFAULT_HOLD)
    return steps([seen(row) for row in recording.by_gauge()[gauge_id]], by)


def test_the_recording_is_what_its_source_says(recording: Recording) -> None:
    stages = [row.stage_m for row in recording.rows]
    assert (len(stages), min(stages), max(stages)) == (902, 2.54, 7.47)
    peak = [row.observed_at for row in recording.rows if row.stage_m == 7.47]
    assert (peak[0], peak[-1]) == (at("07/01 04:30"), at("07/01 04:40"))
    assert recording.rows[-1].observed_at == at("07/01 24:00") == at("07/02 00:00")


def test_every_reading_has_the_hazard_of_the_thresholds_ties_included(recording: Recording) -> None:
    assert [hazard_at(row.stage_m, recording.levels(GAUGE)) for row in recording.rows] == [
        hazard(row.stage_m, LEVELS) for row in recording.rows
    ]
    ties = [row for row in recording.rows if row.stage_m in LEVELS.values()]
    assert {hazard_at(row.stage_m, LEVELS) for row in ties} == {1, 2}
    assert sum(row.stage_m >= LEVELS[4] for row in recording.rows) == 53


def test_the_reference_finds_the_eight_changes_as_well(recording: Recording) -> None:
    assert steps([seen(row) for row in recording.rows], rule(LEVELS)) == EIGHT_CHANGES


def test_every_row_is_kept_exactly_once_and_believed(recording: Recording, at_once: house.Outcome) -> None:
    assert at_once.kept() == house.observations(recording.rows)
    assert set(at_once.kept().values()) == {1}
    assert {(each.quality, each.reasons) for each in at_once.readings} == {("good", ())}
    assert not at_once.dead_letters


def test_the_readings_are_kept_in_the_order_in_which_they_were_sent(
    recording: Recording, at_once: house.Outcome
) -> None:
    assert [each.observed_at for each in at_once.readings] == [row.observed_at for row in recording.arriving()]


def test_the_eight_changes_of_the_flood_are_exactly_its_transitions(at_once: house.Outcome) -> None:
    assert at_once.steps() == {GAUGE: EIGHT_CHANGES}


def test_a_transition_names_the_reading_that_made_it(at_once: house.Outcome) -> None:
    by_seq = {each.seq: each for each in at_once.readings}
    for each in at_once.transitions[GAUGE]:
        cause = by_seq[each.reading_seq]
        assert (cause.observed_at, cause.stage_m) == (each.observed_at, each.stage_m)


def test_the_replay_says_how_much_it_sent_and_kept(at_once: house.Outcome) -> None:
    assert "902 of 902 readings of the recording are sent" in at_once.said
    assert "readings kept: 902" in at_once.said
    assert "transitions: 8" in at_once.said


def test_through_mosquitto_every_row_of_both_gauges_is_kept_exactly_once(
    cut_off: Recording, by_default: house.Outcome
) -> None:
    assert by_default.kept() == house.observations(cut_off.rows)
    assert len(by_default.observed()) == 2 * 902
    assert not by_default.dead_letters


def test_with_the_defaults_the_rises_stand_at_the_same_time(by_default: house.Outcome) -> None:
    rises = [each for each in by_default.steps()[GAUGE] if each.after > each.before]
    assert rises == EIGHT_CHANGES[:4]


def test_with_the_defaults_each_fall_comes_later_by_what_the_rule_says(
    cut_off: Recording, by_default: house.Outcome
) -> None:
    expected = expected_by_default(cut_off, GAUGE)
    assert by_default.steps()[GAUGE] == expected
    falls = [each for each in expected if each.after < each.before]
    delays = [fall.observed_at - at_once.observed_at for fall, at_once in zip(falls, EIGHT_CHANGES[4:], strict=True)]
    assert [round(each / timedelta(minutes=1)) for each in delays] == DELAYS_MINUTES


def test_what_arrives_late_is_kept_and_changes_nothing(cut_off: Recording, by_default: house.Outcome) -> None:
    arriving = [seen(row) for row in cut_off.by_gauge()[CUT_OFF]]
    assert [each.observed_at for each in late(arriving)] == [
        at("07/01 00:30") + timedelta(minutes=10 * number) for number in range(16)
    ]
    by = rule(LEVELS, DEFAULT_HYSTERESIS_M, DEFAULT_HOLD)
    assert by_default.steps() == by_default.expected({GAUGE: by, CUT_OFF: by})
    assert expected_by_default(cut_off, CUT_OFF)[:2] == [
        Step(0, 1, at("06/30 18:10"), 3.81),
        Step(1, 4, at("07/01 03:10"), 7.21),
    ]
    assert by_default.steps()[CUT_OFF][:3] == [
        Step(0, 1, at("06/30 18:10"), 3.81),
        Step(1, 4, at("07/01 03:10"), 7.21, unconfirmed=True),
        Step(4, 4, at("07/01 03:10"), 7.21),
    ]


def test_the_first_reading_after_the_outage_jumped_by_three_metres_and_was_held_for_the_next(
    by_default: house.Outcome,
) -> None:
    doubted = [each for each in by_default.readings if each.reasons]
    assert [(each.gauge_id, each.stage_m, each.quality) for each in doubted] == [
        (CUT_OFF, 7.21, "suspect"),
        (CUT_OFF, 7.21, "good"),
    ]
