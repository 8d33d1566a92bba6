"""Privacy masks: what is private is painted over, generously, before anything is encoded. Pure."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from ingest.sight.copying import jpeg
from ingest.sight.masks import Masks
from ingest.sight.opening import opened

MARGIN_PX = 18
"""So far beyond its edge a mask covers. A JPEG mixes the pixels of a block of 16×16, and its colours are smoothed over
two more when it is opened: so far what is private reaches into its surroundings in the camera's own picture."""
COLOUR = (88, 92, 98)
OUTLINE = (255, 196, 0)


def masked(picture: Image.Image, masks: Masks) -> Image.Image:
    """A copy of an upright picture in RGB without what the masks cover."""
    copy = picture.copy()
    if masks:
        copy.paste(COLOUR, mask=area(masks, picture.size))
    return copy


@lru_cache(maxsize=64)
def area(masks: Masks, size: tuple[int, int]) -> Image.Image:
    """What the masks cover in a picture of a size, with the margin: 255 there, 0 elsewhere."""
    covered = Image.new("L", size)
    draw = ImageDraw.Draw(covered)
    for polygon in masks:
        points = [(x * (size[0] - 1), y * (size[1] - 1)) for x, y in polygon]
        draw.polygon(points, fill=255, outline=255)
        draw.line([*points, points[0]], fill=255)
    return _grown(covered)


def _grown(covered: Image.Image) -> Image.Image:
    """Every pixel that has a covered one within the margin, in a square."""
    for radius in ((MARGIN_PX, 0), (0, MARGIN_PX)):
        covered = covered.filter(ImageFilter.BoxBlur(radius)).point(lambda value: 255 if value else 0)
    return covered


def preview(data: bytes, masks: Masks, quality: int) -> bytes:
    """A JPEG of a still as residents would see it, with the outlines of its masks as they were given, for whoever sets
    them. Raises Refused as ``opened`` does."""
    picture = masked(opened(data), masks)
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for polygon in masks:
        points = [(x * (width - 1), y * (height - 1)) for x, y in polygon]
        draw.line([*points, points[0]], fill=OUTLINE, width=max(2, width // 500), joint="curve")
    return jpeg(picture, quality)
