"""Cyclone Ditwah: a flood over a whole network of 39 gauges, through broker, ingest and alerts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine.settings import AlertSettings
from deploy.settings import Settings
from ingest.hazard import hazard_at, levels_at
from ingest.registry_files import RegistryMistakes, load
from tests.brokers import free_port
from tests.floods import ditwah, house, judged
from tests.floods.ditwah import REMARKS, WITHOUT_THRESHOLDS
from tests.floods.recording import Recording
from tests.floods.reference import Rule, Step, hazard, late, rule, seen, steps
from tests.parts import data_folder

SPEED = 60_000.0


@pytest.fixture(scope="module")
def recording() -> Recording:
    return ditwah.recording(data_folder())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ditwah")


@pytest.fixture(scope="module")
def outcome(recording: Recording, folder: Path) -> house.Outcome:
    """On the embedded broker, without hysteresis and hold."""
    settings = Settings.model_validate(
        {
            "data_folder": folder / "data",
            "broker": {"embedded": True, "port": free_port()},
            "alerts": house.AT_ONCE,
            "ingest": {"clock_behind_s": 365 * 86400},
        }
    )
    return house.by_parts(recording, settings, SPEED)


def rules(recording: Recording, hysteresis_m: str = "0", hold: timedelta = timedelta(0)) -> dict[str, Rule]:
    return {each: rule(recording.levels(each), hysteresis_m, hold) for each in recording.registry.gauges}


def test_the_recording_is_what_its_source_says(recording: Recording) -> None:
    assert (len(recording.rows), len(recording.registry.gauges)) == (6760, 39)
    peaks = {each: max(row.stage_m for row in rows) for each, rows in recording.by_gauge().items()}
    assert (peaks["hanwella"], peaks["glencourse"], peaks["thanthirimale"]) == (10.95, 21.91, 10.95)
    assert min(row.stage_m for row in recording.rows) == -2.74


def test_every_reading_has_the_hazard_of_the_official_levels(recording: Recording) -> None:
    official = ditwah.official_levels(data_folder())
    for row in recording.rows:
        gauge = recording.registry.gauges[row.gauge_id]
        kind = recording.registry.station_of(gauge).kind
        kept_m = round(row.stage_m, 3)  # as ingest keeps it; official levels are in feet, so ties are to be kept too
        assert hazard_at(kept_m, levels_at(kind, gauge, row.observed_at)) == hazard(
            row.stage_m, official.get(row.gauge_id, {})
        )


def test_the_hazard_agrees_with_every_remark_of_the_bulletins() -> None:
    official = ditwah.official_levels(data_folder())
    remarks = list(ditwah.remarks(data_folder()))
    assert len(remarks) > 500
    for each in remarks:
        if each.gauge_id in official:
            assert hazard_at(each.stage_m, official[each.gauge_id]) == REMARKS[each.text], each


def test_a_gauge_without_thresholds_has_no_hazard_however_high_the_water(recording: Recording) -> None:
    assert recording.levels(WITHOUT_THRESHOLDS) == {}
    rows = recording.by_gauge()[WITHOUT_THRESHOLDS]
    assert max(row.stage_m for row in rows) == 8.15
    assert {hazard_at(row.stage_m, {}) for row in rows} == {0}


def test_a_registry_file_with_that_gauge_is_refused_by_its_name(recording: Recording, tmp_path: Path) -> None:
    _, city = recording.write(tmp_path)
    with pytest.raises(RegistryMistakes) as caught:
        load(city)
    assert len(caught.value.mistakes) == 1
    assert WITHOUT_THRESHOLDS in caught.value.mistakes[0].message


def test_no_row_is_late_because_receipts_are_not_recorded(recording: Recording) -> None:
    assert not any(late(list(map(seen, rows))) for rows in recording.by_gauge().values())


def test_every_measurement_is_kept_exactly_once(recording: Recording, outcome: house.Outcome) -> None:
    assert outcome.kept() == house.observations(recording.rows)
    assert len(outcome.observed()) == 6760
    assert not outcome.dead_letters


def test_each_gauge_is_kept_in_the_order_in_which_it_was_sent(recording: Recording, outcome: house.Outcome) -> None:
    for gauge_id, rows in recording.by_gauge().items():
        kept = [each.observed_at for each in outcome.observed() if each.gauge_id == gauge_id]
        assert kept == [row.observed_at for row in rows]


def test_the_house_judges_them_as_quality_control_alone_does(recording: Recording, outcome: house.Outcome) -> None:
    alone = judged.courses(recording)
    wanted = Counter((each.row.gauge_id, row.observed_at, row.quality) for each in alone for row in each.rows)
    assert Counter((each.gauge_id, each.observed_at, each.quality) for each in outcome.readings) == wanted


def test_what_is_kept_has_the_hazard_of_what_was_recorded(recording: Recording, outcome: house.Outcome) -> None:
    official = ditwah.official_levels(data_folder())
    recorded = {(row.gauge_id, row.observed_at): row.stage_m for row in recording.rows}
    for each in outcome.readings:
        levels = official.get(each.gauge_id, {})
        assert hazard_at(each.stage_m, levels) == hazard(recorded[(each.gauge_id, each.observed_at)], levels)


def test_the_transitions_of_all_gauges_are_those_of_the_reference(recording: Recording, outcome: house.Outcome) -> None:
    assert outcome.steps() == outcome.expected(rules(recording))
    assert WITHOUT_THRESHOLDS not in outcome.steps()


def test_with_the_defaults_the_same_readings_make_the_transitions_of_the_reference(
    recording: Recording, outcome: house.Outcome, folder: Path, tmp_path: Path
) -> None:
    transitions = house.judged_again(folder / "data", AlertSettings(), tmp_path / "again.db")
    wanted = outcome.expected(rules(recording, "0.10", timedelta(minutes=20)))
    assert house.steps_of(transitions) == wanted
    assert sum(map(len, wanted.values())) < sum(map(len, outcome.steps().values()))


def test_a_typing_error_of_two_minutes_ends_no_alert_even_where_nothing_is_held(
    recording: Recording, outcome: house.Outcome
) -> None:
    """Dunamale, 1 December 00:02: 1.76 m, and 4.89 m two minutes later."""
    slip = Step(2, 0, datetime(2025, 11, 30, 18, 32, 11, tzinfo=UTC), 1.76)
    assert slip in steps(list(map(seen, recording.by_gauge()["dunamale"])), rules(recording)["dunamale"])
    assert slip.observed_at not in [each.observed_at for each in outcome.steps()["dunamale"]]
