"""What faults make of stills, measured on their pixels."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from simulators.camera_faults import FAULTS, NUISANCES, faulty
from simulators.cameras import still
from simulators.caption import clock_box
from simulators.scene import SMALL, Scene
from tests.simulators.test_cameras import scene

MINUTE = timedelta(minutes=1)
OPENS = sorted(FAULTS.keys() - {"truncated", "garbage"})


def pixels(jpeg: bytes) -> NDArray[np.float32]:
    """Brightness by row and column."""
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"), dtype=np.float32)


def later(minutes: int = 1) -> Scene:
    now = scene()
    return replace(now, at=now.at + minutes * MINUTE)


def shot(name: str, grade: float = 0.5, variant: str = "") -> bytes:
    return faulty(name, later(), scene(), size=SMALL, grade=grade, variant=variant)


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("grade", [0.0, 1.0])
def test_a_fault_makes_the_same_bytes_of_the_same_arguments(name: str, grade: float) -> None:
    assert shot(name, grade) == shot(name, grade)
    assert shot(name, grade) != still(later(), size=SMALL)


@pytest.mark.parametrize("name", OPENS)
def test_a_picture_with_a_fault_still_opens(name: str) -> None:
    assert pixels(shot(name)).shape == (360, 640)


@pytest.mark.parametrize("name", sorted(NUISANCES))
@pytest.mark.parametrize("grade", [0.0, 1.0])
def test_a_nuisance_is_the_same_when_asked_again(name: str, grade: float) -> None:
    change: Callable[[Scene, float], Scene] = NUISANCES[name].on
    pictures = [still(change(scene(), grade), size=SMALL) for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_a_frozen_camera_sends_the_same_bytes_again() -> None:
    assert shot("frozen") == still(scene(), size=SMALL)


def test_a_clock_that_goes_on_over_a_frozen_picture_is_all_that_changes() -> None:
    left, top, right, bottom = clock_box(scene()) or pytest.fail("this camera writes a clock")
    changed = np.abs(pixels(shot("frozen_clock")) - pixels(shot("frozen")))
    clock = changed[round(top * 360) : round(bottom * 360), round(left * 640) : round(right * 640)]
    assert clock.max() > 60
    assert changed.sum() == clock.sum()


def test_a_frozen_picture_under_a_new_time_has_other_bytes_and_nearly_the_same_pixels() -> None:
    assert shot("frozen_stamped") != shot("frozen")
    assert np.abs(pixels(shot("frozen_stamped")) - pixels(shot("frozen"))).mean() < 4


def test_a_truncated_file_does_not_open_to_its_end() -> None:
    with pytest.raises(OSError, match="truncated"):
        pixels(shot("truncated", 0.2))


def test_garbage_is_no_picture() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        pixels(shot("garbage"))


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(KeyError):
        faulty("tired", scene())
