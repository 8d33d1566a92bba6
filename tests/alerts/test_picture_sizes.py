"""A still is made small enough to be sent, and nothing but its pixels is."""

from __future__ import annotations

import io

from PIL import Image

from alerts.pictures.reduced import reduced
from tests.alerts.photographs import jpeg


def test_a_picture_of_a_large_camera_is_made_small() -> None:
    large = Image.effect_noise((4000, 3000), 60).convert("RGB")
    small = reduced(jpeg(large), 1280, 150_000)
    assert small is not None
    assert max(small.width_px, small.height_px) <= 1280
    assert len(small.data) <= 150_000
    assert round(small.width_px / small.height_px, 2) == 1.33


def test_a_small_one_is_not_made_larger_and_keeps_nothing_but_its_pixels() -> None:
    picture = Image.new("RGB", (200, 120), (10, 90, 30))
    stream = io.BytesIO()
    exif = picture.getexif()
    exif[0x010E] = "34.4 N 133.2 E"
    picture.save(stream, "JPEG", exif=exif)
    small = reduced(stream.getvalue(), 1280, 20_000)
    assert small is not None
    assert (small.width_px, small.height_px) == (200, 120)
    assert b"34.4" not in small.data


def test_one_that_cannot_be_made_small_enough_is_none() -> None:
    assert reduced(jpeg(Image.effect_noise((640, 480), 90).convert("RGB")), 1280, 500) is None
