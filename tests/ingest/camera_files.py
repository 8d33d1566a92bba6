"""Pictures as cameras write them, with everything in them that is nobody's business."""

from __future__ import annotations

import io
import random
import struct
import zlib
from functools import lru_cache

from PIL import Image, ImageCms, ImageFilter, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

MAKER = "Maker of cameras"
SECRETS = (b"34.40912", MAKER.encode(), b"serial 4711", b"xmpmeta", b"a comment", b"ICC_PROFILE", b"acsp", b"owner")
"""What must be gone, as it stands in the bytes."""


@lru_cache
def scene(width: int = 320, height: int = 180, seed: int = 1, mode: str = "RGB") -> Image.Image:
    """Something with edges, areas and noise."""
    noise = random.Random(seed).randbytes(width * height * len(mode))
    image = Image.frombytes(mode, (width, height), noise)
    return image.filter(ImageFilter.GaussianBlur(2)) if mode in ("RGB", "L") else image


def exif(taken: str = "2026:07:01 20:58:00", offset: str = "+09:00", orientation: int = 1) -> bytes:
    """EXIF with a place, a maker, a serial number and a time."""
    block = Image.Exif()
    block[Base.Make], block[Base.Orientation], block[Base.Artist] = MAKER, orientation, "owner"
    own = block.get_ifd(IFD.Exif)
    own[Base.DateTimeOriginal], own[Base.OffsetTimeOriginal] = taken, offset
    own[Base.BodySerialNumber] = "serial 4711"
    place = block.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (34.0, 24.0, 32.83)
    place[GPS.GPSAreaInformation] = b"ASCII\0\0\x0034.40912"
    return block.tobytes()


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def gossip(orientation: int = 1) -> bytes:
    """The segments that a talkative camera writes: a thumbnail in JFIF, EXIF, XMP, a profile, a comment, its own."""
    thumbnail = b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x02" + bytes(12)
    profile = b"ICC_PROFILE\0\x01\x01" + ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return b"".join((
        segment(0xE0, thumbnail),
        segment(0xE0, b"JFXX\0\x10" + jpeg(scene(32, 18), 30)),
        segment(0xE1, exif(orientation=orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>owner</x:xmpmeta>"),
        segment(0xE2, profile),
        segment(0xEB, b"serial 4711"),
        segment(0xFE, b"a comment"),
    ))  # fmt: skip


def jpeg(image: Image.Image, quality: int = 85, **more: object) -> bytes:
    """As Pillow writes it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def talkative(image: Image.Image | None = None, orientation: int = 1, behind: bytes = b"", **more: object) -> bytes:
    """A JPEG with all of that in it."""
    data = jpeg(image or scene(), **more)  # type: ignore[arg-type]
    return data[:2] + gossip(orientation) + data[2:] + behind


def png(image: Image.Image | None = None, text: bool = True, **more: object) -> bytes:
    """A PNG with texts and EXIF."""
    out, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_text("Comment", "a comment of the owner")
    said.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>owner</x:xmpmeta>")
    (image or scene()).save(out, "PNG", exif=exif(orientation=6), **({"pnginfo": said} | more if text else more))
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few kilobytes that unpack to so many pixels: a PNG of one bit."""
    row = zlib.compress(bytes(min(width, 100_000) // 8 + 2) * 64, 9)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def jpeg_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A small JPEG whose frame claims so many pixels."""
    data = bytearray(jpeg(scene(64, 48)))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)
