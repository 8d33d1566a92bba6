"""Stills: what can be read from them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from ingest.hazard import UNDERPASS_DEPTH_M
from ingest.stations import StationKind
from simulators.cameras import daylight, still, water_line_px
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


def surface_px(kind: StationKind, share: float) -> int:
    """The highest row where the picture differs from the one of a dry bed, right of the staff gauge."""
    wet, dry = (opened(small(scene(kind, each))).convert("L") for each in (share, 0.0))
    column = 400
    rows = [y for y in range(60, 355) if _row_change(wet, dry, column, y) > 12]
    return min(rows)


def _row_change(one: Image.Image, other: Image.Image, column: int, y: int) -> float:
    box = (column, y, column + 20, y + 1)
    pairs = zip(one.crop(box).tobytes(), other.crop(box).tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / 20


@pytest.mark.parametrize("kind", list(StationKind))
def test_a_still_opens_and_carries_its_time(kind: StationKind) -> None:
    picture = opened(small(scene(kind)))
    details = picture.getexif().get_ifd(IFD.Exif)
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert details[Base.DateTimeOriginal] == "2026:11:21 12:00:00"
    assert details[0x9011] == "+09:00"


@pytest.mark.parametrize("kind", list(StationKind))
def test_the_water_stands_higher_in_the_picture_for_a_higher_stage(kind: StationKind) -> None:
    lines = [surface_px(kind, share) for share in (0.4, 0.6, 0.9)]
    assert lines[0] > lines[1] + 10 > lines[2] + 20
    assert lines[1] == pytest.approx(water_line_px(scene(kind, 0.6)), abs=6)


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
