"""What faults make of stills, measured on their pixels."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ingest.stations import StationKind
from simulators.camera_faults import FAULTS, NUISANCES, Shot, faulty, turned
from simulators.cameras import staff_px, still, water_line_px
from simulators.caption import clock_box
from simulators.scene import SMALL, Lamp, Scene, Size
from tests.simulators.test_cameras import scene

MINUTE = timedelta(minutes=1)
OPENS = sorted(FAULTS.keys() - {"truncated", "garbage"})


def pixels_of(jpeg: bytes, size: Size) -> NDArray[np.float32]:
    """Brightness by row and column of a picture of a size."""
    picture = Image.open(io.BytesIO(jpeg)).convert("L")
    assert picture.size == size
    return np.asarray(picture, dtype=np.float32)


def pixels(jpeg: bytes) -> NDArray[np.float32]:
    """Brightness by row and column of a small picture."""
    return pixels_of(jpeg, SMALL)


def later(minutes: int = 1) -> Scene:
    now = scene()
    return replace(now, at=now.at + minutes * MINUTE)


def clock_pixels(of: Scene) -> NDArray[np.bool_]:
    """Where the camera writes."""
    mask = np.zeros((360, 640), dtype=bool)
    mask[:40] = mask[-40:] = of.clock
    return mask


def edges(jpeg: bytes) -> float:
    """Mean change from pixel to pixel in brightness, smoothed against noise, without what the camera writes."""
    smooth = Image.open(io.BytesIO(jpeg)).convert("L").filter(ImageFilter.BoxBlur(1))
    return float(np.abs(np.diff(np.asarray(smooth, dtype=np.float32), axis=1))[40:-40].mean())


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


@pytest.mark.parametrize("kind", list(StationKind))
def test_sound_pictures_differ_from_one_to_the_next(kind: StationKind) -> None:
    """By its noise alone a picture of a camera differs in most of its pixels, by its water in more than noise."""
    first = replace(scene(kind), lamp=Lamp.NONE)
    second = replace(first, at=first.at + timedelta(seconds=5), clock_at=first.at)
    changed = np.abs(pixels(still(first, size=SMALL)) - pixels(still(second, size=SMALL)))
    assert (changed > 0).mean() > 0.5
    assert changed.mean() > 1.0


@pytest.mark.parametrize("grade", [0.0, 1.0])
def test_a_dark_picture_is_almost_black_by_day(grade: float) -> None:
    clock = clock_pixels(later())
    assert np.median(pixels(still(later(), size=SMALL))[~clock]) > 70
    assert np.median(pixels(shot("dark", grade))[~clock]) < 16


def test_the_more_blurred_a_picture_is_the_fewer_edges_it_has() -> None:
    sharp = [edges(still(later(), size=SMALL)), *(edges(shot("blurred", grade)) for grade in (0.0, 0.5, 1.0))]
    assert sharp[0] > 1.7 * sharp[1] > 1.7 * sharp[2]
    assert sharp[2] > sharp[3]


def test_a_wet_dome_takes_edges_and_contrast() -> None:
    clear, wet = pixels(still(later(), size=SMALL)), pixels(shot("fogged_lens"))
    clock = clock_pixels(later())
    assert wet[~clock].std() < 0.6 * clear[~clock].std()
    assert edges(shot("fogged_lens")) < 0.6 * edges(still(later(), size=SMALL))


@pytest.mark.parametrize("variant", FAULTS["covered"].variants)
@pytest.mark.parametrize("grade", [0.0, 0.5, 1.0])
def test_a_cover_lies_over_its_share_of_the_view(variant: str, grade: float) -> None:
    """The noise is the same in both pictures: where nothing lies over the lens, nothing but the encoding differs."""
    over = pixels(faulty("covered", later(), size=SMALL, grade=grade, variant=variant))
    changed = np.abs(over - pixels(still(later(), size=SMALL))) > 5
    wanted = 0.6 + 0.4 * grade
    assert 0.85 * wanted < changed.mean() < wanted + 0.25


def test_a_turned_camera_sees_the_staff_gauge_elsewhere() -> None:
    left, top, right, bottom = staff_px(later(), SMALL)
    panned, tilted, rolled, zoomed = (
        staff_px(turned(Shot(later(), later(), later().at, SMALL, 0.0, way)), SMALL)
        for way in ("pan", "tilt", "roll", "zoom")
    )
    assert abs(panned[0] - left) >= 0.04 * 640
    assert abs(tilted[1] - top) >= 0.04 * 360
    assert abs((rolled[0] - rolled[2]) - (left - right)) >= 5
    assert zoomed[3] - zoomed[1] >= 1.15 * (bottom - top)


@pytest.mark.parametrize(("variant", "upward"), [("sky", True), ("ground", False)])
def test_a_camera_that_looks_up_or_down_has_lost_its_staff_gauge(variant: str, upward: bool) -> None:
    _, top, _, bottom = staff_px(turned(Shot(later(), later(), later().at, SMALL, 0.3, variant)), SMALL)
    assert (top > 360) if upward else (bottom < 0)


@pytest.mark.parametrize("grade", [0.3, 1.0])
@pytest.mark.parametrize("name", ["fog", "glare", "web", "drops", "dirt", "rain", "rising", "night", "lit_night"])
def test_a_nuisance_changes_the_picture(name: str, grade: float) -> None:
    """A second picture of the same moment has the same noise: what differs is the nuisance."""
    one, other = still(scene(), size=SMALL), still(NUISANCES[name].on(scene(), grade), size=SMALL)
    assert (np.abs(pixels(one) - pixels(other)) > 8).mean() > 0.004


def test_fog_takes_more_of_what_is_far() -> None:
    clear, foggy = (pixels(still(each, size=SMALL)) for each in (scene(), NUISANCES["fog"].on(scene(), 0.7)))
    far, near = (slice(40, 110), slice(None)), (slice(290, 350), slice(None))
    kept = [foggy[part].std() / clear[part].std() for part in (far, near)]
    assert kept[0] < 0.65 * kept[1]


def test_a_night_without_a_lamp_is_black_and_one_with_a_lamp_shows_the_staff_gauge() -> None:
    midnight = NUISANCES["night"].on(scene(), 0.7)
    left, top, right, _ = (round(edge) for edge in staff_px(scene(), SMALL))
    dry = slice(top, round(water_line_px(scene(), SMALL)) - 4), slice(left, right)
    dark, lit = (pixels(still(replace(midnight, lamp=each), size=SMALL)) for each in (Lamp.NONE, Lamp.INFRARED))
    assert np.median(dark) < 20
    assert dark[dry].max() < 60
    assert np.ptp(np.percentile(lit[dry], [5, 95])) > 60


def test_infrared_light_has_no_colour() -> None:
    midnight = replace(NUISANCES["night"].on(scene(), 0.7), lamp=Lamp.INFRARED, clock=False)
    picture = np.asarray(Image.open(io.BytesIO(still(midnight, size=SMALL))), dtype=float)
    lower = picture[200:]
    assert np.abs(lower[..., 0] - lower[..., 2]).mean() < 6


def test_noise_grows_as_the_light_goes() -> None:
    day, night = scene(), NUISANCES["night"].on(scene(), 0.7)
    rough = []
    for moment in (day, night):
        one, other = (pixels(still(replace(moment, at=moment.at + timedelta(seconds=s)), size=SMALL)) for s in (0, 1))
        rough.append(float((one - other)[120:160, 20:200].std()))
    assert rough[1] > 1.5 * rough[0]


def test_a_truncated_file_does_not_open_to_its_end() -> None:
    with pytest.raises(OSError, match="truncated"):
        pixels(shot("truncated", 0.2))


def test_garbage_is_no_picture() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        pixels(shot("garbage"))


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(KeyError):
        faulty("tired", scene())
