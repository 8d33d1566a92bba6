"""A camera image: JPEG or PNG bytes, whole and of a size that can be opened, without what they say of their maker.

Its pixels are not looked at here. Its time is the user property ``taken_at``, else the EXIF time with its offset, else
the property ``modified_at``, which a picture that was fetched has from its web server.
"""

from __future__ import annotations

from datetime import datetime

from ingest.decoders.decoded import Picture
from ingest.messages import Message, Refusal, Refused
from ingest.stripping import Broken, Exif, exif_of, strip

MOST_PIXELS = 20_000_000
LEAST_SIDE_PX, MOST_SIDE_PX = 16, 16_000


def decode(message: Message) -> list[Picture]:
    """The one image of the message."""
    try:
        found = strip(message.payload)
    except Broken as broken:
        raise Refused(Refusal.UNREADABLE_IMAGE, f"not a whole JPEG or PNG: {broken}") from broken
    _refuse_size(found.width_px, found.height_px)
    return [Picture(found.data, found.suffix, found.width_px, found.height_px, _taken_at(message, found.exif))]


def taken_at(message: Message) -> datetime | None:
    """When it says that it was taken, read without looking at the rest; None where it says nothing."""
    return _taken_at(message, exif_of(message.payload))


def _refuse_size(width_px: int, height_px: int) -> None:
    size = f"{width_px:,}×{height_px:,} pixels"
    if width_px * height_px > MOST_PIXELS:
        raise Refused(Refusal.OVERSIZED, f"{size} are more than the {MOST_PIXELS:,} allowed")
    if max(width_px, height_px) > MOST_SIDE_PX:
        raise Refused(Refusal.OVERSIZED, f"{size}: no side may have more than {MOST_SIDE_PX:,}")
    if min(width_px, height_px) < LEAST_SIDE_PX:
        detail = f"{size} show nothing: at least {LEAST_SIDE_PX}×{LEAST_SIDE_PX} are needed"
        raise Refused(Refusal.UNREADABLE_IMAGE, detail)


def _taken_at(message: Message, exif: Exif) -> datetime | None:
    return _of_property(message, "taken_at") or exif.taken_at or _of_property(message, "modified_at")


def _of_property(message: Message, name: str) -> datetime | None:
    """The time of a property; None where it is no time or has no offset: then what else is known counts."""
    text = message.properties.get(name)
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
