"""A camera image: JPEG or PNG bytes. Its time is the user property ``taken_at``, else the EXIF time with its offset,
else the property ``modified_at``, which a picture that was fetched has from its web server."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import ExifTags, Image, UnidentifiedImageError

from ingest.decoders.decoded import Picture
from ingest.messages import Message, Refusal, Refused

MOST_PIXELS = 20_000_000
SUFFIX = {"JPEG": "jpg", "PNG": "png"}


def decode(message: Message) -> list[Picture]:
    """The one image of the message, opened to its last byte."""
    try:
        with Image.open(io.BytesIO(message.payload), formats=list(SUFFIX)) as image:
            _refuse_bomb(image)
            image.load()
            taken_at = _time(message, "taken_at") or _exif_time(image) or _time(message, "modified_at")
            picture = Picture(message.payload, SUFFIX[image.format or "JPEG"], image.width, image.height, taken_at)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(Refusal.UNREADABLE_IMAGE, f"not a whole JPEG or PNG: {error}") from error
    return [picture]


def _refuse_bomb(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        detail = f"{image.width}×{image.height} pixels are more than the {MOST_PIXELS:,} allowed"
        raise Refused(Refusal.OVERSIZED, detail)


def _time(message: Message, name: str) -> datetime | None:
    text = message.properties.get(name)
    return _aware(text) if text else None


def _exif_time(image: Image.Image) -> datetime | None:
    exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
    taken = exif.get(ExifTags.Base.DateTimeOriginal)
    offset = exif.get(ExifTags.Base.OffsetTimeOriginal)
    if not isinstance(taken, str) or not isinstance(offset, str):
        return None
    return _aware(f"{taken[:10].replace(':', '-')}T{taken[11:19]}{offset}")


def _aware(text: str) -> datetime | None:
    """The time, or None where it is no time or has no offset: then the time of receipt counts."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
