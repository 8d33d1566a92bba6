"""The clock that a camera writes into its pictures."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from simulators.cameras import still
from simulators.caption import clock_box
from simulators.scene import HD, SMALL, Scene, Size
from tests.simulators.test_camera_faults import pixels_of
from tests.simulators.test_cameras import scene


def changed(of: Scene, size: Size) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where a picture changes when nothing but the clock goes on."""
    later = replace(of, clock_at=of.at + timedelta(hours=10, minutes=47, seconds=38))
    return np.asarray(np.abs(pixels_of(still(of, of.at, size), size) - pixels_of(still(later, of.at, size), size)) > 0)


@pytest.mark.parametrize("size", [SMALL, HD])
def test_the_box_of_the_clock_holds_the_clock_in_whichever_corner_it_stands(size: Size) -> None:
    corners = set()
    for number in range(8):
        camera = scene(camera_id=f"cam-{number}")
        left, top, right, bottom = clock_box(camera) or pytest.fail("this camera writes a clock")
        corners.add((left, top))
        box = slice(round(top * size[1]), round(bottom * size[1])), slice(round(left * size[0]), round(right * size[0]))
        differs = changed(camera, size)
        assert differs[box].sum() > 100
        differs[box] = False
        assert not differs.any()
        if size is HD:
            break
    assert size is HD or len(corners) >= 3


def test_a_camera_without_a_clock_writes_none_and_has_no_box_for_it() -> None:
    silent = scene(clock=False)
    assert clock_box(silent) is None
    assert not changed(silent, SMALL).any()
