"""A still is opened to its last pixel or refused, and what is private is in none of its public copies."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from ingest.messages import Refusal
from ingest.sight.copying import THUMB_WIDTH_PX
from ingest.sight.examine import examine
from ingest.sight.masking import COLOUR, MARGIN_PX, area
from ingest.sight.masks import Masks, masks_key
from ingest.sight.tasks import Examined, Task
from tests.ingest.cities import NOON
from tests.ingest.whole_pictures import SIZE, claiming, jpeg, noise, png

HOUSE: Masks = (((0.25, 0.25), (0.5, 0.25), (0.5, 0.6), (0.3, 0.7)),)


def examined(data: bytes, masks: Masks | None = None) -> Examined:
    """Without recognition."""
    return examine(Task(data, NOON, masks))


def of(data: bytes) -> Image.Image:
    """A picture from its bytes."""
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "refusal", "said"),
    [
        (jpeg(noise())[:-900], Refusal.UNREADABLE_IMAGE, "truncated"),
        (png(noise())[:-900], Refusal.UNREADABLE_IMAGE, "truncated"),
        (png(noise())[:2000] + b"damage" + png(noise())[2006:], Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG"),
        (b"", Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG"),
        (b"\xff\xd8\xff", Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG"),
        (b'{"stage_m": 1.2}', Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", Refusal.UNREADABLE_IMAGE, "not a whole JPEG or PNG"),
        (claiming(50_000, 50_000), Refusal.OVERSIZED, "pixels"),
        (claiming(9_000, 9_000), Refusal.OVERSIZED, "9000×9000 pixels are more than the 20,000,000 allowed"),
        (claiming(19_000, 10), Refusal.OVERSIZED, "one side is longer than the 16,000 allowed"),
        (claiming(400, 400), Refusal.UNREADABLE_IMAGE, "truncated"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_its_reason(data: bytes, refusal: Refusal, said: str) -> None:
    done = examined(data, HOUSE)
    assert done.refusal == refusal
    assert said in done.detail
    assert (done.thumb, done.masked, done.masked_thumb) == (b"", b"", b"")


@given(missing=st.integers(1, len(png(noise()))))
@settings(max_examples=60, deadline=None)
def test_a_picture_that_was_cut_off_is_refused_unless_all_of_its_pixels_are_there(missing: int) -> None:
    """What a PNG has behind its last pixel are sums and an end mark."""
    whole = png(noise())
    done = examined(whole[:-missing])
    assert done.refusal == Refusal.UNREADABLE_IMAGE or (done.thumb == examined(whole).thumb and missing < 64)


@given(place=st.integers(0, 5000), junk=st.binary(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_are_a_picture_or_a_reason_and_never_an_exception(place: int, junk: bytes) -> None:
    for whole in (jpeg(noise()), png(noise())):
        done = examined(whole[:place] + junk + whole[place + len(junk) :], HOUSE)
        assert bool(done.refusal) != bool(done.thumb)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_whose_lower_part_is_missing_is_refused_though_it_has_its_end_marker(share: float, mode: str) -> None:
    """As a camera sends it whose memory or line was too short; a decoder fills it up with grey and says nothing."""
    whole = jpeg(noise().convert(mode))
    begun = whole.rindex(b"\xff\xda")
    cut = whole[: begun + round((len(whole) - begun) * share)].rstrip(b"\xff") + b"\xff\xd9"
    done = examine(Task(cut, NOON))
    assert (done.refusal, done.detail) == (Refusal.UNREADABLE_IMAGE, "not a whole JPEG: its last rows are missing")


def test_a_thumbnail_has_the_width_of_thumbnails_and_the_shape_of_the_picture() -> None:
    thumb = of(examined(jpeg(noise(size=(1280, 720)))).thumb)
    assert (thumb.format, thumb.size) == ("JPEG", (THUMB_WIDTH_PX, 180))
    assert of(examined(jpeg(noise(size=(200, 100)))).thumb).size == (200, 100)


@pytest.mark.parametrize("picture", [noise().convert("L"), noise().convert("P"), noise().convert("RGBA")])
def test_pictures_without_colour_with_a_palette_or_see_through_are_opened(picture: Image.Image) -> None:
    assert of(examined(png(picture), HOUSE).masked).size == SIZE


def test_a_picture_of_sixteen_bits_keeps_its_shades() -> None:
    deep = Image.new("I;16", (64, 64), 40_000)
    shown = of(examined(png(deep)).thumb).convert("L").getextrema()
    assert shown == (156, 156)


def test_a_camera_that_says_it_hangs_on_its_side_is_shown_upright_and_masked_where_people_see_it() -> None:
    upright = Image.new("RGB", (160, 96), (20, 120, 20))
    ImageDraw.Draw(upright).rectangle((0, 0, 40, 40), fill=(250, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise by a quarter to see it upright
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    done = examined(jpeg(turned, exif=exif), (((0.0, 0.0), (0.26, 0.0), (0.26, 0.44), (0.0, 0.44)),))
    assert of(done.thumb).size == (160, 96)
    assert red_of(done.thumb)
    assert not red_of(done.masked)


def red_of(data: bytes) -> bool:
    """Whether something of the red square is seen."""
    red, green, _ = of(data).convert("RGB").split()
    return any(ImageChops.subtract(red, green).histogram()[60:])


points = st.tuples(st.floats(0, 1), st.floats(0, 1))
polygons = st.lists(points, min_size=3, max_size=6).map(tuple)


@given(masks=st.lists(polygons, min_size=1, max_size=3).map(tuple), seed=st.integers(0, 99), lossless=st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_lies_in_a_mask_makes_no_difference_to_any_byte_of_a_public_copy(
    masks: Masks, seed: int, lossless: bool
) -> None:
    """Also where the camera's own encoding has smeared what is private beyond the edge of the mask."""
    one = noise(seed)
    inside = Image.new("L", SIZE)
    for polygon in masks:
        ImageDraw.Draw(inside).polygon([(x * (SIZE[0] - 1), y * (SIZE[1] - 1)) for x, y in polygon], fill=255)
    other = one.copy()
    other.paste(noise(seed + 1_000), mask=inside)
    encode = png if lossless else jpeg
    first, second = examined(encode(one), masks), examined(encode(other), masks)
    assert first.masked == second.masked
    assert first.masked_thumb == second.masked_thumb


def test_a_picture_that_differs_beside_the_mask_differs_in_the_public_copy_too() -> None:
    """Else the law above would hold for copies that show nothing."""
    one, other = noise(), noise()
    other.paste((255, 0, 0), (120, 70, 150, 90))
    assert examined(png(one), HOUSE).masked != examined(png(other), HOUSE).masked


def test_a_mask_covers_its_polygon_with_a_margin_and_nothing_far_from_it() -> None:
    covered = area((((0.5, 0.5), (0.6, 0.5), (0.6, 0.6)),), (1001, 1001))
    assert covered.getbbox() == (500 - MARGIN_PX, 500 - MARGIN_PX, 600 + MARGIN_PX + 1, 600 + MARGIN_PX + 1)
    shown = of(examined(png(noise(size=(1001, 1001))), (((0.5, 0.5), (0.6, 0.5), (0.6, 0.6)),)).masked)
    assert all(abs(a - b) <= 2 for a, b in zip(shown.getpixel((580, 520)), COLOUR, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("masks", [(), HOUSE])
def test_copies_carry_nothing_of_the_source_but_its_pixels(masks: Masks) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9C9C] = "SECRETMAKER", "SECRETNOTE"
    exif.get_ifd(0x8825)[2] = (34.0, 24.0, 1.0)
    tagged = jpeg(noise(), exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE", dpi=(123, 45))
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SECRETTEXT")
    for source in (tagged, png(noise(), pnginfo=notes, exif=exif)):
        assert b"SECRET" in source
        done = examined(source, masks)
        for copy in (done.thumb, done.masked, done.masked_thumb):
            assert b"SECRET" not in copy
            assert b"Exif" not in copy
            assert set(of(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert of(copy).info["jfif_density"] == (1, 1)


def test_a_camera_without_masks_that_is_not_public_gets_no_public_copy() -> None:
    done = examined(jpeg(noise()))
    assert (done.masked, done.masked_thumb) == (b"", b"")


def test_other_masks_have_another_name() -> None:
    assert masks_key(HOUSE) == masks_key(tuple(tuple((x, y) for x, y in each) for each in HOUSE))
    assert len({masks_key(HOUSE), masks_key(()), masks_key(HOUSE * 2), masks_key((HOUSE[0][1:],))}) == 4
