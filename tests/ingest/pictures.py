"""Small pictures as cameras send them."""

from __future__ import annotations

import io
import random
from datetime import datetime

from PIL import Image
from PIL.ExifTags import IFD, Base

from ingest.clock import JST


def jpeg(seed: int = 0, taken_at: datetime | None = None, size: tuple[int, int] = (160, 90)) -> bytes:
    """A JPEG that is another for each seed, with its time in EXIF where one is given."""
    noise = random.Random(seed).randbytes(size[0] * size[1])
    exif = Image.Exif()
    if taken_at is not None:
        details = exif.get_ifd(IFD.Exif)
        details[Base.DateTimeOriginal] = taken_at.astimezone(JST).strftime("%Y:%m:%d %H:%M:%S")
        details[Base.OffsetTimeOriginal] = "+09:00"
    out = io.BytesIO()
    Image.frombytes("L", size, noise).save(out, "JPEG", exif=exif)
    return out.getvalue()
