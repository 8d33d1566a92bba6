"""Pictures without what they say of their maker: the bytes are gone, the pixels are the same; nothing breaks it."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from PIL import Image

from ingest.decoders.still import decode, taken_at
from ingest.messages import Refusal, Refused
from ingest.stripping import Broken, Exif, exif_of, strip
from tests.ingest.camera_files import (
    SECRETS,
    bomb,
    chunk,
    exif,
    gossip,
    jpeg,
    jpeg_bomb,
    png,
    scene,
    segment,
    talkative,
)
from tests.ingest.cities import message

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"
TAKEN = datetime(2026, 7, 1, 11, 58, tzinfo=UTC)


def pixels(data: bytes) -> tuple[str, tuple[int, int], bytes]:
    with Image.open(io.BytesIO(data)) as image:
        return image.mode, image.size, image.tobytes()


JPEGS = {
    "baseline": jpeg(scene()),
    "progressive": jpeg(scene(), progressive=True),
    "restarts": jpeg(scene(), restart_marker_blocks=3),
    "grey": jpeg(scene(mode="L")),
    "four colours with Adobe's mark": jpeg(scene(mode="CMYK")),
    "not subsampled": jpeg(scene(), subsampling=0, optimize=True),
    "odd size": jpeg(scene(317, 179)),
}


@pytest.mark.parametrize("kind", JPEGS)
def test_what_a_camera_says_of_itself_is_gone_and_the_pixels_are_the_same(kind: str) -> None:
    plain = JPEGS[kind]
    data = plain[:2] + gossip() + plain[2:] + b"\0" * 500 + b"owner behind the end"
    for secret in SECRETS:
        assert secret in data, secret
    found = strip(data)
    for secret in SECRETS:
        assert secret not in found.data, secret
    assert pixels(found.data) == pixels(data)
    assert found.data.endswith(b"\xff\xd9")
    assert len(found.data) <= len(plain) + 18
    assert (found.suffix, found.width_px, found.height_px) == ("jpg", *pixels(plain)[1])
    assert found.exif == Exif(taken_at=TAKEN)
    assert strip(found.data).data is found.data


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_that_lies_on_its_side_says_so_afterwards_and_nothing_else(orientation: int) -> None:
    found = strip(talkative(orientation=orientation)).data
    with Image.open(io.BytesIO(found)) as image:
        said = image.getexif()
        assert dict(said) == {0x0112: orientation}
        assert not said.get_ifd(0x8825)
    assert strip(found).exif == Exif(orientation)
    for secret in SECRETS:
        assert secret not in found


def test_the_thumbnail_inside_goes_with_the_exif() -> None:
    small = jpeg(scene(32, 18, seed=9))
    data = jpeg(scene(), exif=exif() + small)
    assert small in data
    assert small not in strip(data).data


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "1"])
def test_a_png_loses_its_texts_and_keeps_its_pixels(mode: str) -> None:
    image = scene(120, 80).convert(mode)
    data = png(image) + b"owner behind the end"
    found = strip(data)
    for secret in (b"comment", b"owner", b"Maker", b"4711", b"34.40912", b"tEXt", b"iTXt"):
        assert secret in data, secret
        assert secret not in found.data, secret
    assert pixels(found.data) == pixels(data)
    assert (found.exif.orientation, found.exif.taken_at, found.suffix) == (6, TAKEN, "png")
    with Image.open(io.BytesIO(found.data)) as image:
        assert dict(image.getexif()) == {0x0112: 6}


def test_transparency_of_a_palette_stays() -> None:
    data = png(scene(64, 64).convert("P"), text=False, transparency=3)
    found = strip(data).data
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(found)) as after:
        assert before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()


def refusal(data: bytes) -> tuple[Refusal, str]:
    with pytest.raises(Refused) as refused:
        decode(message(STILL, data))
    return refused.value.refusal, refused.value.detail


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"GIF89a" + bytes(1000), "neither a JPEG nor a PNG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "neither"),
        (b"<html>503</html>", "neither"),
        (b"\xff\xd8", "cut off"),
        (b"\xff\xd8\xff", "cut off"),
        (b"\xff\xd8\xff\xd9", "no picture"),
        (jpeg(scene())[:-2], "cut off"),
        (jpeg(scene())[:-200], "cut off"),
        (jpeg(scene())[:300], "cut off"),
        (jpeg(scene()).replace(b"\xff\xc0", b"\xff\xc3"), "kind of JPEG"),
        (jpeg(scene())[:-2] + b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00\xff\xd9", "two frames"),
        (b"\xff\xd8" + segment(0xFE, b"x") * 3_000 + jpeg(scene())[2:], "2,000 segments"),
        (png()[:-12], "cut off"),
        (png()[:-40], "cut off"),
        (png()[:20], "cut off"),
        (png()[:8], "cut off"),
        (png()[:8] + chunk(b"IDAT", b"x") + png()[8:], "does not begin with its header"),
        (png()[:33] + chunk(b"IEND", b""), "no picture"),
        (png()[:33] + chunk(b"HELP", b"x") + png()[33:], "not known here"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_the_reason(data: bytes, words: str) -> None:
    found, said = refusal(data)
    assert found is Refusal.UNREADABLE_IMAGE
    assert words in said


@pytest.mark.parametrize("data", [bomb(), jpeg_bomb(), jpeg_bomb(65_535, 400), bomb(2**31 - 1, 2**31 - 1)])
def test_a_picture_of_a_few_kilobytes_that_would_fill_the_memory_is_refused_by_its_header(data: bytes) -> None:
    assert len(data) < 60_000
    tracemalloc.start()
    found, said = refusal(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, "pixels" in said) == (Refusal.OVERSIZED, True)
    assert most < 1_000_000


def test_a_picture_of_many_scans_that_would_keep_others_waiting_is_refused() -> None:
    """Each goes over all of the pixels when it is opened, and takes next to no bytes."""
    whole = JPEGS["progressive"]
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    assert strip(whole[:-2] + 20 * scan + whole[-2:]).data
    with pytest.raises(Broken, match="more than 40 scans"):
        strip(whole[:-2] + 40 * scan + whole[-2:])


def test_a_picture_of_a_few_pixels_shows_nothing() -> None:
    assert "at least 16×16" in refusal(jpeg(scene(15, 200)))[1]
    assert decode(message(STILL, jpeg(scene(16, 16))))


def test_zeros_behind_the_end_do_no_harm_and_are_not_kept() -> None:
    plain = jpeg(scene())
    assert decode(message(STILL, plain + bytes(4096)))[0].data == plain


def test_the_time_is_that_of_the_property_else_of_the_file() -> None:
    properties = {"taken_at": "2026-07-01T12:00:00+09:00"}
    assert taken_at(message(STILL, talkative(), properties=properties)) == datetime(2026, 7, 1, 3, tzinfo=UTC)
    for data in (talkative(), png()):
        assert taken_at(message(STILL, data)) == TAKEN
        assert decode(message(STILL, data))[0].device_at == TAKEN


@pytest.mark.parametrize(
    ("taken", "offset"),
    [
        ("2026:07:01 20:58:00", ""),
        ("0000:00:00 00:00:00", "+09:00"),
        ("    :  :     :  :  ", "+09:00"),
        ("2026:07:01 20:58", "+09:00"),
        ("2026:07:01 20:58:00", "Tokyo"),
        ("2026:13:45 99:99:99", "+09:00"),
        ("2026:07:01 20:58:00", "+99:00"),
    ],
)
def test_a_time_that_is_none_or_has_no_offset_is_not_believed(taken: str, offset: str) -> None:
    data = jpeg(scene(), exif=exif(taken, offset))
    assert exif_of(data) == Exif()
    assert strip(data).exif == Exif()


@pytest.mark.parametrize("order", ["II", "MM"])
def test_exif_that_points_anywhere_is_read_in_no_time_and_says_nothing(order: str) -> None:
    dice = random.Random(7)
    began_s = time.monotonic()
    for _ in range(300):
        block = order.encode() + dice.randbytes(dice.choice((0, 3, 6, 40, 60_000)))
        data = jpeg(scene(32, 32))
        data = data[:2] + segment(0xE1, b"Exif\0\0" + block) * 3 + data[2:]
        found = strip(data).exif
        assert 1 <= found.orientation <= 8
        assert exif_of(data) == found
    assert time.monotonic() - began_s < 5.0


def damaged(data: bytes, dice: random.Random) -> bytes:
    """One way in which a file breaks."""
    made, at = bytearray(data), dice.randrange(len(data))
    match dice.randrange(6):
        case 0:
            return data[:at]
        case 1:
            made[at : at + dice.randrange(1, 9)] = dice.randbytes(dice.randrange(1, 9))
        case 2:
            del made[at : at + dice.randrange(1, 200)]
        case 3:
            made[at:at] = made[: dice.randrange(1, 500)]
        case 4:
            made[at : at + 2] = bytes((0xFF, dice.choice((0xD8, 0xD9, 0xDA, 0xC0, 0xC4, 0xE1, 0xFE, 0xFF, 0x00))))
        case 5:
            made[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
    return bytes(made)


def test_whatever_breaks_in_a_file_it_is_refused_or_kept_and_never_grows() -> None:
    dice = random.Random(20260701)
    sources = [talkative(scene(96, 64), orientation=3), png(scene(96, 64)), *JPEGS.values()]
    refused = 0
    for _ in range(4_000):
        data = damaged(dice.choice(sources), dice)
        for _ in range(dice.randrange(3)):
            data = damaged(data, dice) if data else data
        try:
            picture = decode(message(STILL, data))[0]
        except Refused:
            refused += 1
        else:
            assert len(picture.data) <= len(data) + 40
            assert strip(picture.data).data == picture.data
        taken_at(message(STILL, data))
    assert 800 < refused < 4_000


HOSTILE = {
    "nothing but 0xFF": b"\xff\xd8" + b"\xff" * 4_000_000,
    "a scan of stuffed bytes": jpeg(scene(32, 32))[:-2] + b"\xff\x00" * 2_000_000,
    "a scan of fill bytes": jpeg(scene(32, 32))[:-2] + b"\xff\xff\x00" * 1_300_000,
    "a scan of runs": jpeg(scene(32, 32))[:-2] + (b"\xff" * 1_000 + b"\x00") * 4_000,
    "tiny segments": b"\xff\xd8" + segment(0xFE, b"") * 1_000_000,
    "tiny chunks": png()[:33] + chunk(b"tEXt", b"") * 300_000,
    "restarts": jpeg(scene(32, 32))[:-2] + b"\xff\xd0" * 2_000_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_made_to_cost_time_or_memory_costs_little_of_either(kind: str) -> None:
    data = HOSTILE[kind]
    began_s = time.process_time()
    with pytest.raises(Broken):
        strip(data)
    exif_of(data)
    assert time.process_time() - began_s < 0.5
    tracemalloc.start()
    with pytest.raises(Broken):
        strip(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4_000_000
