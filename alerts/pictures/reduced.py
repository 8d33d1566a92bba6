"""A still made small enough to be sent. Pure; the only file of the alerts that draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from ingest.sight.copying import jpeg
from ingest.sight.opening import opened

QUALITIES = (85, 70, 55, 40)
SMALLEST_PX = 120
"""A picture of fewer pixels shows nothing any more."""
MARK_SHARE = 0.06
"""Height of the band with the mark, of that of the picture."""
MARK_COLOUR = (255, 230, 0)


@dataclass(frozen=True, slots=True)
class Reduced:
    """A JPEG of pixels alone: nothing that the camera wrote beside them."""

    data: bytes
    width_px: int
    height_px: int


def reduced(data: bytes, longest_px: int, most_bytes: int, mark: str = "") -> Reduced | None:
    """The picture in at most so many pixels and bytes; None where it cannot be made that small. A mark, in plain
    letters, stands on a band above it. Raises ingest's Refused for what is no whole picture."""
    picture = opened(data)
    for size in _sizes(picture, longest_px):
        smaller = _marked(picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0), mark)
        for quality in QUALITIES:
            done = jpeg(smaller, quality)
            if len(done) <= most_bytes:
                return Reduced(done, *smaller.size)
    return None


def _sizes(picture: Image.Image, longest_px: int) -> Iterator[tuple[int, int]]:
    longest = max(picture.size)
    target = min(longest, longest_px)
    while target >= min(SMALLEST_PX, longest):
        yield max(1, round(picture.width * target / longest)), max(1, round(picture.height * target / longest))
        target = round(target * 0.7)


def _marked(picture: Image.Image, mark: str) -> Image.Image:
    """With a band above it, which hides nothing of it: many cameras write their clock at the upper edge."""
    if not mark:
        return picture
    band = max(16, round(picture.height * MARK_SHARE))
    whole = Image.new("RGB", (picture.width, picture.height + band), MARK_COLOUR)
    whole.paste(picture, (0, band))
    text, font = f"{mark}   {mark}   {mark}", ImageFont.load_default(band * 0.7)
    ImageDraw.Draw(whole).text((band // 4, band // 2), text, fill=(0, 0, 0), font=font, anchor="lm")
    return whole
