"""What a camera writes into its pictures: its own clock and its name."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from ingest.clock import JST
from simulators.chance import share
from simulators.scene import HD, Scene

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of width and height, from the upper left."""

CLOCK_WIDTH, UPPER_HEIGHT, LOWER_HEIGHT = 384 / HD[0], 64 / HD[1], 80 / HD[1]
"""Whole blocks of JPEG at both sizes, so that nothing of the clock is seen outside."""
TEXT_SHARE = 27 / HD[1]
MARGIN_SHARE = 18 / HD[1]


def clock_box(scene: Scene) -> Box | None:
    """Where the camera writes its clock, the same in every picture of it; None where it writes none."""
    if not scene.clock:
        return None
    left, top = _corner(scene)
    x = 0.0 if left else 1.0 - CLOCK_WIDTH
    y, height = (0.0, UPPER_HEIGHT) if top else (1.0 - LOWER_HEIGHT, LOWER_HEIGHT)
    return x, y, x + CLOCK_WIDTH, y + height


def write_caption(picture: Image.Image, scene: Scene) -> None:
    """The name of the camera, and its clock in Japanese time, white with a dark outline."""
    left, top = _corner(scene)
    if scene.clock:
        local = (scene.clock_at or scene.at).astimezone(JST)
        _write(picture, local.strftime("%Y-%m-%d %H:%M:%S"), left, top)
    _write(picture, f"{scene.station_id}  {scene.camera_id}", not left, top)


def _corner(scene: Scene) -> tuple[bool, bool]:
    """Whether the clock stands on the left, and whether at the top."""
    return share(scene.camera_id, "clock left") < 0.5, share(scene.camera_id, "clock top") < 0.7


def _write(picture: Image.Image, text: str, left: bool, top: bool) -> None:
    width, height = picture.size
    margin = round(MARGIN_SHARE * height)
    place = (margin if left else width - margin, margin if top else height - margin)
    ImageDraw.Draw(picture).text(
        place,
        text,
        fill=(255, 255, 255),
        font=_font(round(TEXT_SHARE * height)),
        anchor=("l" if left else "r") + ("a" if top else "d"),
        stroke_width=max(1, height // 480),
        stroke_fill=(16, 16, 16),
    )


@lru_cache(maxsize=4)
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
