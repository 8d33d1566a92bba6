"""Japan's crisis-management gauges: the official state of every observation, and a national flood end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from alerts.engine.settings import AlertSettings
from ingest.hazard import hazard_at, levels_at
from ingest.messages import Message
from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.readings import Reading, Reason
from ingest.roster import Roster
from ingest.stations import Gauge, Registry, Station
from simulators.messages import reading_message
from tests.floods import crisis, house
from tests.floods.crisis import Served
from tests.floods.recording import Recording, city
from tests.floods.reference import Rule, hazard, late, rule, seen
from tests.parts import data_folder

SPEED = 20_000.0
LIMITS = ClockLimits(behind=crisis.STUCK_AFTER)
OFF_THEIR_RIVER = {"kr-8100000033", "kr-0600000008"}
"""留萌川: 38.39 m since September 2024, ten metres above its crown, and still served as a flood. And one of Yamagata
that reports on time, 5.3 m above its crown: its zero is not that of its levels."""

JUMPED = {"kr-1200000006", "kr-1200000106"}
"""Two that rose or fell by more than their limits between two polls: 2.6 m in 90 minutes, 0.7 m in 20."""

Found = list[tuple[Served, Station, Gauge]]


@pytest.fixture(scope="module")
def everything() -> Found:
    return crisis.everything(data_folder())


@pytest.fixture(scope="module")
def flood() -> Found:
    return crisis.flood_of_august_2026(data_folder())


@pytest.fixture(scope="module")
def recording(flood: Found) -> Recording:
    return crisis.recording(flood)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crisis")


@pytest.fixture(scope="module")
def outcome(recording: Recording, folder: Path) -> house.Outcome:
    """By the command, on the embedded broker, without hysteresis and hold."""
    return house.by_command(
        recording,
        folder,
        SPEED,
        **house.AT_ONCE_BY_ENVIRONMENT,
        MIZUMORI_INGEST__CLOCK_BEHIND_S=str(crisis.STUCK_AFTER.total_seconds()),
    )


def through_ingest(served: Served, station: Station, gauge: Gauge) -> Reading:
    """The reading that ingest makes of an observation, worded as its device words it, at the time of its poll."""
    sent = reading_message(gauge, served.row.stage_m, served.row.observed_at)
    message = Message(sent.topic, sent.payload, served.row.due_at, len(sent.payload))
    kept = interpret(message, Roster.of(Registry.of(city("japan", "全国"), [station, gauge])), LIMITS)
    assert not kept.dead_letters
    return kept.readings[0]


def test_two_floods_and_two_snapshots_of_the_country_are_looked_at(everything: Found) -> None:
    assert len(everything) == 1445 + 985 + 292 + 375
    assert {served.state for served, _, _ in everything} == {1, 11, 101, 111}


def test_the_hazard_of_every_reading_is_its_official_state(everything: Found) -> None:
    for served, station, gauge in everything:
        reading = through_ingest(served, station, gauge)
        assert hazard_at(reading.stage_m, levels_at(station.kind, gauge, reading.observed_at)) == served.hazard, served
        assert hazard(served.row.stage_m, served.levels) == served.hazard


def test_ties_survive_the_crown(everything: Found) -> None:
    ties = [each for each in everything if each[0].is_tie and each[2].reports == "below_crown"]
    assert len(ties) >= 20
    for served, station, gauge in ties:
        assert through_ingest(served, station, gauge).stage_m in served.levels.values()


def test_a_tie_survives_the_crown_at_any_height(everything: Found) -> None:
    """Every threshold of every gauge as if the water stood exactly at it, counted from the crown."""
    for served, station, gauge in everything:
        counting = gauge.model_copy(update={"reports": "below_crown", "crown_m": served.levels[5]})
        for level_m in served.levels.values():
            exactly = replace(served, row=replace(served.row, stage_m=level_m))
            reading = through_ingest(exactly, station, counting)
            assert hazard_at(reading.stage_m, served.levels) == hazard(level_m, served.levels)


def test_the_quality_of_every_reading_is_told_by_its_age_and_range(everything: Found) -> None:
    for served, station, gauge in everything:
        assert through_ingest(served, station, gauge).quality == quality_of(served), served


def quality_of(served: Served) -> str:
    return "good" if served.is_believed else "suspect"


def test_two_gauges_are_above_their_range_so_they_are_suspect_yet_judged_as_officially(everything: Found) -> None:
    off = [each for each in everything if each[0].is_off_range]
    assert {station.id for _, station, _ in off} == OFF_THEIR_RIVER
    for served, station, gauge in off:
        reading = through_ingest(served, station, gauge)
        assert (reading.quality, reading.reasons[-1]) == ("suspect", "out_of_range")
        assert hazard_at(reading.stage_m, served.levels) == served.hazard == 5


def test_a_spike_of_hundreds_of_metres_is_bad_at_every_gauge(everything: Found) -> None:
    """The floods at hand hold no such spike, so every gauge gets one made up: 300 m onto its highest level."""
    for served, station, gauge in everything:
        spike = replace(served, row=replace(served.row, stage_m=round(served.levels[5] + 300, 2)))
        reading = through_ingest(spike, station, gauge)
        assert (reading.quality, reading.reasons[-1]) == ("bad", "out_of_range")
        assert hazard_at(reading.stage_m, served.levels) == 5


def test_gauges_in_the_mountains_need_their_own_range(everything: Found) -> None:
    """Most of these stages are elevations: a third of the country's lie beyond the 50 m that are the default."""
    usual = Gauge.model_fields["max_m"].default
    high = {gauge.id for served, _, gauge in everything if served.row.stage_m > usual}
    assert len(high) > 100


def test_every_observation_is_kept_once_however_often_it_was_served(
    recording: Recording, outcome: house.Outcome
) -> None:
    served = house.observations(recording.rows)
    assert (len(recording.rows), len(served)) == (1445 + 292, 1445 + 292 - REPEATS)
    assert outcome.kept().keys() == served.keys()
    assert set(outcome.kept().values()) == {1}
    assert not outcome.dead_letters


REPEATS = 53 + 41
"""In the polls of the flood 53 observations were served again; 41 rows of the snapshot are rows of the flood too."""


def test_the_kept_readings_have_the_official_hazard_and_the_quality_of_their_age(
    flood: Found, outcome: house.Outcome
) -> None:
    by_key = {(served.row.gauge_id, served.row.observed_at): served for served, _, _ in flood}
    jumped = set()
    for each in outcome.readings:
        assert each.device_at is not None
        served = by_key[(each.gauge_id, each.device_at)]
        assert hazard_at(each.stage_m, served.levels) == served.hazard
        if Reason.RATE_OF_CHANGE in each.reasons:
            jumped.add(each.gauge_id)
        else:
            assert each.quality == quality_of(served)
    assert jumped == JUMPED


def test_no_gauge_served_an_older_observation_after_a_newer_one(recording: Recording) -> None:
    assert not any(late(list(map(seen, rows))) for rows in recording.by_gauge().values())


def test_a_gauge_with_a_suspect_reading_has_one_observation_only(flood: Found, recording: Recording) -> None:
    """So that a suspect reading is never compared with others of its gauge in the reference."""
    doubted = {served.row.gauge_id for served, _, _ in flood if not served.is_believed}
    assert len(doubted) >= 10
    assert {len({row.observed_at for row in recording.by_gauge()[each]}) for each in doubted} == {1}


def rules(flood: Found, hysteresis_m: str, hold: timedelta) -> dict[str, Rule]:
    levels = {served.row.gauge_id: served.levels for served, _, _ in flood}
    return {gauge_id: rule(each, at_most_half(hysteresis_m, each), hold) for gauge_id, each in levels.items()}


def at_most_half(hysteresis_m: str, levels: Mapping[int, float]) -> str:
    """The default hysteresis, for some very small streams half of the lowest level."""
    return str(min(Decimal(hysteresis_m), Decimal(repr(min(levels.values()))) / 2))


def test_the_transitions_of_all_gauges_are_those_of_the_reference(flood: Found, outcome: house.Outcome) -> None:
    assert outcome.steps() == outcome.expected(rules(flood, "0", timedelta(0)))


def test_with_the_defaults_the_same_readings_make_the_transitions_of_the_reference(
    flood: Found, outcome: house.Outcome, folder: Path, tmp_path: Path
) -> None:
    transitions = house.judged_again(folder / "data", AlertSettings(), tmp_path / "again.db")
    assert house.steps_of(transitions) == outcome.expected(rules(flood, "0.10", timedelta(minutes=20)))


def test_a_stuck_gauge_and_one_above_its_range_raise_unconfirmed(flood: Found, outcome: house.Outcome) -> None:
    doubted = {each.row.gauge_id for each, _, _ in flood if not each.is_believed}
    assert {each for each, found in outcome.transitions.items() if found[0].unconfirmed} == doubted
    assert doubted >= OFF_THEIR_RIVER & outcome.transitions.keys()


def test_the_first_observation_of_every_gauge_raises_it_to_its_official_state(
    flood: Found, outcome: house.Outcome
) -> None:
    first = first_of_each(sorted((each for each, _, _ in flood), key=lambda each: each.row.due_at))
    for gauge_id, found in outcome.transitions.items():
        assert (found[0].from_level, found[0].to_level) == (0, first[gauge_id].hazard)


def first_of_each(arriving: Sequence[Served]) -> dict[str, Served]:
    found: dict[str, Served] = {}
    for each in arriving:
        found.setdefault(each.row.gauge_id, each)
    return found


def test_silence_below_the_start_level_ends_no_alert(outcome: house.Outcome) -> None:
    """These gauges are served only at or above their start level: where they were heard last, the alert stays."""
    assert len(outcome.transitions) > 250
    assert all(found[-1].to_level >= 1 for found in outcome.transitions.values())
