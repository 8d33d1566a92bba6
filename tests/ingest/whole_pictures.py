"""Pictures for tests of what is done with them: made of few pixels, quickly."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image

SIZE = (160, 96)


def noise(seed: int = 0, size: tuple[int, int] = SIZE) -> Image.Image:
    """Coarse noise in colour: no two places of it are alike."""
    chance = random.Random(seed)
    small = (max(1, size[0] // 4), max(1, size[1] // 4))
    return Image.frombytes("RGB", small, chance.randbytes(small[0] * small[1] * 3)).resize(size)


def jpeg(picture: Image.Image, **more: object) -> bytes:
    """As a camera encodes it."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80, **more)
    return buffer.getvalue()


def png(picture: Image.Image, **more: object) -> bytes:
    """Without loss."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **more)
    return buffer.getvalue()


def claiming(width_px: int, height_px: int) -> bytes:
    """A PNG of a few hundred bytes whose header claims so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
