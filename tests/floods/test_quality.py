"""What quality control catches and what it holds, on every recording. FloodNet is sampled: each tenth of its floods.

``python -m tests.floods.quality_report`` prints the whole table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.readings import Quality, Reason
from tests.floods import aire, crisis, ditwah, floodnet, guaiba, jakarta, judged, kotogawa, kuji, nation
from tests.floods.judged import Course
from tests.floods.recording import Recording
from tests.parts import data_folder

WEEKS = 49 / 7


@pytest.fixture(scope="module")
def karet() -> list[Course]:
    found = judged.courses(jakarta.recording(data_folder()))
    return [each for each in found if each.row.gauge_id == jakarta.KARET]


def test_the_japanese_flood_is_believed_reading_by_reading() -> None:
    found = judged.courses(kotogawa.recording(data_folder()))
    assert len(found) == 902
    assert {each.first.quality for each in found} == {Quality.GOOD}


def test_on_weeks_without_a_flood_no_good_reading_is_held_tides_included() -> None:
    """The issue allows one a gauge and week."""
    found = judged.courses(kuji.recording(data_folder()))
    tally = judged.tally(found, kuji.is_bad)
    assert tally.readings == 34_315
    held = Counter(each.row.gauge_id for each in found if each.was_held and not kuji.is_bad(each.row))
    assert all(count <= WEEKS for count in held.values())
    assert (tally.bad, tally.caught, tally.believed, tally.held) == (2, 2, 0, 0)
    assert tally.stuck == 0


def test_both_spikes_of_the_aire_are_refuted_by_the_next_reading_and_nothing_else_is_held() -> None:
    found = judged.courses(aire.recording(data_folder()))
    doubted = [each for each in found if each.last.quality is not Quality.GOOD]
    assert {(each.row.gauge_id, each.row.stage_m) for each in doubted} == aire.SPIKES
    refuted = (Reason.RATE_OF_CHANGE, Reason.SPIKE, Reason.REFUTED)
    assert {each.row.stage_m: each.last.reasons for each in doubted} == {
        -13.498: (Reason.OUT_OF_RANGE,),
        4.183: refuted,
    }
    assert [each for each in found if each.was_held and each not in doubted] == []


def test_a_slow_flood_with_gaps_of_days_is_never_held() -> None:
    tally = judged.tally(judged.courses(guaiba.recording(data_folder())))
    assert (tally.readings, tally.held, tally.stuck) == (11_761, 0, 0)


def test_the_raving_gauge_of_karet_is_never_believed(karet: list[Course]) -> None:
    raved = [each for each in karet if jakarta.is_bad(each.row)]
    assert len(raved) == 25
    assert {each.first.quality for each in raved} == {Quality.SUSPECT}
    assert {each.last.quality for each in raved} <= {Quality.SUSPECT, Quality.BAD}


def test_karet_is_believed_again_with_its_first_reading_in_range(karet: list[Course]) -> None:
    after = next(each for each in karet if each.row.observed_at > jakarta.RAVING[1])
    assert (after.row.stage_m, after.first.quality) == (2.78, Quality.GOOD)


def test_no_bad_reading_of_jakarta_is_believed_in_the_end() -> None:
    found = judged.tally(judged.courses(jakarta.recording(data_folder())), jakarta.is_bad)
    assert (found.bad, found.caught, found.believed) == (31, 31, 0)


def test_of_seven_slips_of_the_pen_in_sri_lanka_the_five_faster_than_water_are_caught() -> None:
    found = judged.tally(judged.courses(ditwah.recording(data_folder())), ditwah.is_bad)
    assert (found.bad, found.caught, found.believed) == (7, 5, 2)
    assert found.held <= 25


def test_hardly_a_street_flood_is_held_and_then_for_one_reading() -> None:
    found = judged.tally(judged.courses(floodnet.recording(data_folder(), every=10)))
    assert found.readings > 20_000
    assert (found.rises, found.falls, found.denied, found.lasting) <= (1, 1, 0, 1)


def test_a_day_of_a_whole_country_holds_one_reading_in_a_thousand() -> None:
    found = judged.tally(judged.courses(nation.recording(data_folder())), nation.is_bad)
    assert found.readings > 19_000
    assert found.held <= found.readings / 1000
    assert (found.bad, found.caught) == (5, 4)


@pytest.mark.parametrize("recording", [ditwah.recording, nation.recording, crisis.flooded])
def test_a_rise_that_is_believed_in_the_end_waited_for_one_further_reading(
    recording: Callable[[Path], Recording],
) -> None:
    found = judged.tally(judged.courses(recording(data_folder())))
    assert found.rises > 0
    assert found.further == 1
