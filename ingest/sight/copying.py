"""The small copy of a picture, and JPEG bytes that hold pixels and nothing else. Pure."""

from __future__ import annotations

import io

from PIL import Image

THUMB_WIDTH_PX = 320
WHOLE_QUALITY, THUMB_QUALITY = 85, 80


def small(picture: Image.Image) -> Image.Image:
    """The picture at the width of a thumbnail; one that is not wider stays as it is."""
    width, height = picture.size
    if width <= THUMB_WIDTH_PX:
        return picture
    size = (THUMB_WIDTH_PX, max(1, round(height * THUMB_WIDTH_PX / width)))
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """The pixels of a picture as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
