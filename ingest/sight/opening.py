"""A picture opened to its last pixel, or refused with the reason. Pure."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.messages import Refusal, Refused

FORMATS = ("JPEG", "PNG")
MOST_PIXELS = 20_000_000
MOST_SIDE_PX = 16_000
"""Neither side may be longer: a strip of a few pixels by millions cannot be kept as a JPEG."""
BLOCK_PX, FILLED = 8, 128
"""Rows of the smallest block of a JPEG, and the level with which what is missing is filled."""
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow is known to raise for bytes that are no whole picture."""


def opened(data: bytes) -> Image.Image:
    """The picture in RGB, upright as its orientation says, decoded to its end; without anything but its pixels.

    Raises Refused: ``oversized`` by the pixels that its header claims, before any is decoded; ``unreadable_image`` for
    what is no JPEG or PNG, is cut off or is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _refuse_bomb(*image.size)
                image.load()
                _refuse_unfinished(image)
                return _pixels(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Refusal.OVERSIZED, f"more than the {MOST_PIXELS:,} pixels allowed: {error}") from error
    except UnidentifiedImageError as error:
        raise Refused(Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG: it does not begin like one") from error
    except _UNREADABLE as error:
        raise Refused(Refusal.UNREADABLE_IMAGE, f"not a whole JPEG or PNG: {error}") from error


def _refuse_bomb(width_px: int, height_px: int) -> None:
    if width_px * height_px > MOST_PIXELS:
        detail = f"{width_px}×{height_px} pixels are more than the {MOST_PIXELS:,} allowed"
        raise Refused(Refusal.OVERSIZED, detail)
    if max(width_px, height_px) > MOST_SIDE_PX:
        detail = f"of {width_px}×{height_px} pixels one side is longer than the {MOST_SIDE_PX:,} allowed"
        raise Refused(Refusal.OVERSIZED, detail)


def _refuse_unfinished(image: Image.Image) -> None:
    """A JPEG whose data ended early is filled up with plain grey, without an error, when the end marker is there all
    the same: the water stands in what is missing."""
    if image.format != "JPEG" or image.mode not in ("L", "RGB"):
        return
    width, height = image.size
    last_rows = image.crop((0, max(0, height - BLOCK_PX), width, height))
    if all(level == FILLED for band in last_rows.split() for level in band.getextrema()):
        raise Refused(Refusal.UNREADABLE_IMAGE, "not a whole JPEG: its last rows are missing")


def _pixels(image: Image.Image) -> Image.Image:
    """The pixels alone: comments, colour profiles and positions stay behind, or a copy would carry them on."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")  # 16 bits, as thermal cameras give
    picture = image if image.mode == "RGB" else image.convert("RGB")
    picture.info = {}
    return picture
