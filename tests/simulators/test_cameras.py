"""Stills: what can be read from them."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from ingest.hazard import UNDERPASS_DEPTH_M
from ingest.stations import StationKind
from simulators.cameras import staff_px, still, water_line_px
from simulators.drawing.light import daylight
from simulators.scene import SMALL, Scene, Weather

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def scene(kind: StationKind = StationKind.RIVER, share: float = 0.5, **changes: object) -> Scene:
    top_m = 0.33 if kind is StationKind.UNDERPASS else 3.0
    values: dict[str, object] = {
        "kind": kind,
        "station_id": "fujii-01",
        "camera_id": "fujii-01-cam",
        "stage_m": share * top_m,
        "bottom_m": 0.0,
        "top_m": top_m,
        "levels": UNDERPASS_DEPTH_M if kind is StationKind.UNDERPASS else {2: 1.8, 5: 2.7},
        "at": NOON,
    }
    return Scene(**(values | changes))  # type: ignore[arg-type]


def small(scene: Scene) -> bytes:
    return still(scene, size=SMALL)


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    return picture


def surface_px(wet: Scene) -> int:
    """The highest row of the staff gauge that looks much darker than it does without water."""
    left, top, right, bottom = (round(edge) for edge in staff_px(wet, SMALL))
    without = replace(wet, stage_m=wet.bottom_m - 1.0)
    shades = [np.asarray(opened(small(each)).convert("L"), dtype=float) for each in (wet, without)]
    boards = [shade[top:bottom, left + 2 : right - 2].mean(axis=1) for shade in shades]
    return top + int(np.argmax(boards[1] - boards[0] > 20))


@pytest.mark.parametrize("kind", list(StationKind))
def test_a_still_opens_and_carries_its_time(kind: StationKind) -> None:
    picture = opened(small(scene(kind)))
    details = picture.getexif().get_ifd(IFD.Exif)
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert details[Base.DateTimeOriginal] == "2026:11:21 12:00:00"
    assert details[0x9011] == "+09:00"


@pytest.mark.parametrize("kind", list(StationKind))
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_water_crosses_the_staff_gauge_where_the_stage_says(kind: StationKind, share: float) -> None:
    wet = scene(kind, share)
    assert surface_px(wet) == pytest.approx(water_line_px(wet, SMALL), abs=3)


@pytest.mark.parametrize("kind", list(StationKind))
def test_the_staff_gauge_is_in_the_view_and_large_enough_to_be_read(kind: StationKind) -> None:
    for number in range(12):
        left, top, right, bottom = staff_px(scene(kind, camera_id=f"cam-{number}"))
        assert 0 < left < right < 1280
        assert 0 < top < bottom < 720
        assert bottom - top > 180


def test_the_road_of_a_dry_underpass_is_dry() -> None:
    dry, wet = (opened(small(scene(StationKind.UNDERPASS, share))) for share in (0.0, 0.2))
    road = (450, 340, 620, 352)
    red, _, blue = dry.crop(road).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    muddy_red, _, muddy_blue = wet.crop(road).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert muddy_red - muddy_blue > red - blue + 15


def test_the_night_is_dark() -> None:
    bright, dark = (opened(still(scene(at=at))).convert("L").resize((1, 1)) for at in (NOON, MIDNIGHT))
    assert dark.getpixel((0, 0)) < 0.6 * bright.getpixel((0, 0))  # type: ignore[operator]
    assert daylight(MIDNIGHT) < 0.3 < daylight(NOON) == 1


def test_the_same_scene_is_the_same_picture_and_a_minute_later_another_one() -> None:
    assert still(scene(weather=Weather(rain_mm_per_h=40.0))) == still(scene(weather=Weather(rain_mm_per_h=40.0)))
    assert still(scene()) != still(scene(at=NOON + timedelta(minutes=1)))


def test_a_frozen_picture_can_carry_a_newer_time_than_it_shows() -> None:
    details = opened(still(scene(), taken_at=NOON + timedelta(hours=2))).getexif().get_ifd(IFD.Exif)
    assert details[Base.DateTimeOriginal] == "2026:11:21 14:00:00"
