"""A part of the generated set, small enough for every run: the goals of recognition, counted.

The whole set, whole weeks and the table are ``python -m tests.ingest.sight_report``; docs/cameras.md has its figures.
"""

from __future__ import annotations

import pytest

from simulators.scene import Lamp
from tests.ingest.sight_set import EXPECTED, Camera, troubles
from tests.ingest.sight_weeks import Week, run

DAY = 300
"""Pictures of a day and an hour, from ten in the morning on."""
OF_EACH = dict.fromkeys(EXPECTED, 3) | {"fogged_lens": 0, "covered": 5, "shifted": 5}
CAMERAS = (Camera(21), Camera(22))


def day(camera: Camera) -> Week:
    """Faults begin between the second hour and the night, and on the next morning."""
    due = [*troubles(camera, OF_EACH, 24, 84), *troubles(camera, OF_EACH, 270, DAY - 12)]
    return run(camera, sorted(due, key=lambda trouble: trouble.first), DAY)


@pytest.fixture(scope="module", params=CAMERAS, ids=lambda camera: f"{camera.kind}, lamp {camera.lamp}")
def seen(request: pytest.FixtureRequest) -> Week:
    return day(request.param)


def test_faults_of_every_kind_stand_within_three_pictures(seen: Week) -> None:
    missed = [told for told in seen.told if told.missed and told.trouble.variant != "hand"]
    assert len(seen.told) == 50
    assert len(missed) <= 1, missed


def test_hardly_any_fault_is_told_as_another(seen: Week) -> None:
    other = [told for told in seen.told if told.as_another]
    assert len(other) <= 3, other


def test_a_fault_is_over_after_two_good_pictures(seen: Week) -> None:
    assert [told for told in seen.told if not told.ended] == []


def test_a_sound_camera_cries_out_for_nothing_at_most_once(seen: Week) -> None:
    assert len(seen.alarms) <= 1, seen.alarms


def test_the_set_has_a_camera_with_a_lamp_and_one_without() -> None:
    assert {camera.lamp is Lamp.NONE for camera in CAMERAS} == {True, False}
