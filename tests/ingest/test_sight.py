"""Recognition of camera faults: what each looks like, when it stands, and the laws that hold for any picture."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from ingest.sight.gist import gist
from ingest.sight.judge import judge
from ingest.sight.look import PictureFault
from ingest.sight.memory import Light, Memory, from_bytes
from ingest.sight.miniature import SIZE, miniature, structured, unlike
from ingest.sight.reference import has_learned, known, with_reference
from ingest.sight.sun import elevation_deg
from tests.ingest.sight_pictures import Levels, acquainted, at, judged, seen, taken, view_of

PLACE = view_of(1)
KNOWN = acquainted(PLACE)
NOTHING: frozenset[PictureFault] = frozenset()
JST = timezone(timedelta(hours=9))


def blurred_by(levels: Levels, sigma: float) -> Levels:
    picture = Image.fromarray(levels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(sigma))
    return np.asarray(picture, dtype=np.float64)


def half_hidden(levels: Levels, share: float = 0.65) -> Levels:
    hidden = levels.copy()
    hidden[:, : int(share * levels.shape[1])] = 96.0
    return hidden


FAULTY: dict[PictureFault, Levels] = {
    PictureFault.DARK: PLACE * 0.04,
    PictureFault.BLURRED: blurred_by(PLACE, 3),
    PictureFault.COVERED: half_hidden(PLACE),
    PictureFault.SHIFTED: np.roll(PLACE, 30, axis=1),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_stands_in_its_second_picture_and_ends_with_the_second_good_one(fault: PictureFault) -> None:
    pictures = [seen(FAULTY[fault], 50), seen(FAULTY[fault], 51), seen(PLACE, 52), seen(PLACE, 53)]
    verdicts = judged(pictures, KNOWN)
    assert [each.seen for each in verdicts] == [{fault}, {fault}, NOTHING, NOTHING]
    assert [each.faults for each in verdicts] == [NOTHING, {fault}, {fault}, NOTHING]


def test_the_same_picture_again_is_frozen_and_a_new_one_of_the_same_view_is_not() -> None:
    stuck = seen(PLACE, 60)
    verdicts = judged([stuck, stuck, stuck, seen(PLACE, 61), seen(PLACE, 62)], KNOWN)
    assert [PictureFault.FROZEN in each.faults for each in verdicts] == [False, False, True, True, False]


def test_a_frozen_picture_is_known_under_a_clock_that_goes_on() -> None:
    stuck = np.asarray(taken(PLACE, 60))
    box = (0.0, 0.0, 0.3, 0.1)
    pictures = []
    for number in range(3):
        shown = stuck.copy()
        shown[:36, :192] = np.random.default_rng(number).integers(0, 255, (36, 192))
        pictures.append(gist(Image.fromarray(shown), box))
    assert judged(pictures, KNOWN)[-1].faults == {PictureFault.FROZEN}


def test_a_frozen_picture_is_known_when_it_is_encoded_anew() -> None:
    moving = [view_of(1) for _ in range(10)]
    for number, levels in enumerate(moving):
        levels[250:] += np.random.default_rng(number).normal(0, 20, (5, 40)).repeat(22, 0).repeat(16, 1)
    memory = Memory()
    for number, levels in enumerate(moving):
        _, memory = judge(seen(levels, number), memory, at(number))
    stuck = np.asarray(taken(moving[-1], 99), dtype=np.float64)
    pictures = [gist(taken(stuck, 1, noise=0, quality=quality), None) for quality in (85, 70, 60)]
    assert judged(pictures, memory)[-1].faults == {PictureFault.FROZEN}


def test_a_black_night_is_neither_frozen_nor_dark_nor_well() -> None:
    black = seen(PLACE * 0.01, 1, noise=0)
    verdicts = judged([black] * 4, KNOWN, sun_deg=-30)
    assert all(each.seen == each.faults == NOTHING for each in verdicts)
    assert verdicts[-1].withheld == set(PictureFault)


def test_a_black_night_of_a_camera_with_a_lamp_is_dark() -> None:
    verdict, _ = judge(seen(PLACE * 0.01, 1), KNOWN, at(100, sun_deg=-30, lit=True))
    assert verdict.seen == {PictureFault.DARK}


def test_a_fault_that_nobody_can_tell_at_night_goes_on_standing() -> None:
    covered = FAULTY[PictureFault.COVERED]
    memory = KNOWN
    for number in (100, 101):
        _, memory = judge(seen(covered, number), memory, at(number))
    for number in range(102, 110):
        verdict, memory = judge(seen(covered * 0.01, number), memory, at(number, sun_deg=-20))
    assert verdict.faults == {PictureFault.COVERED}


@pytest.mark.parametrize("name", ["haze", "shade", "trembling", "flood", "glare"])
def test_what_merely_troubles_a_sound_camera_is_no_fault(name: str) -> None:
    flood = PLACE.copy()
    flood[200:] = 105 + np.random.default_rng(3).normal(0, 12, (20, 80)).repeat(8, 0).repeat(8, 1)
    glare = PLACE.copy()
    glare[:180, :300] = 255
    troubled = {
        "haze": 170 + (PLACE - 170) * 0.12,
        "shade": PLACE * np.linspace(0.3, 1.1, PLACE.shape[1]),
        "trembling": np.roll(PLACE, (2, -3), axis=(0, 1)),
        "flood": flood,
        "glare": glare,
    }[name]
    verdicts = judged([seen(troubled, number) for number in range(3)], KNOWN)
    assert all(each.seen == NOTHING for each in verdicts), verdicts[-1].figures


def test_a_late_still_is_judged_and_leaves_the_memory_as_it_is() -> None:
    late, after = judge(seen(FAULTY[PictureFault.DARK], 5), KNOWN, at(3))
    assert late.seen == {PictureFault.DARK}
    assert late.faults == NOTHING
    assert after == KNOWN


def test_the_reference_is_learned_of_five_pictures_that_agree() -> None:
    assert known(acquainted(PLACE, 4), Light.DAY) is None
    assert known(acquainted(PLACE, 5), Light.DAY) is not None


def test_a_picture_of_another_view_does_not_teach_the_reference() -> None:
    memory = acquainted(PLACE, 4)
    _, memory = judge(seen(view_of(2), 5), memory, at(5))
    assert known(memory, Light.DAY) is None
    for number in (6, 7):
        _, memory = judge(seen(PLACE, number), memory, at(number))
    assert judged([seen(PLACE, 70)], memory)[0].seen == NOTHING


def test_a_face_that_is_being_learned_begins_anew_with_pictures_of_another_size() -> None:
    memory = Memory()
    for number in range(3):
        _, memory = judge(seen(PLACE, number), memory, at(number))
    other = replace(seen(PLACE, 3), width=1280, height=720)
    assert memory.faces[Light.DAY].agreed == 3
    assert judge(other, memory, at(3))[1].faces[Light.DAY].agreed == 1


def test_a_camera_has_learned_once_it_has_a_normal_face() -> None:
    begun = judge(seen(PLACE, 1), Memory(), at(1))[1]
    assert [has_learned(each.to_bytes()) for each in (Memory(), begun, KNOWN)] == [False, False, True]


def test_a_chosen_reference_takes_the_place_of_the_learned_one() -> None:
    elsewhere = view_of(2)
    memory = with_reference(KNOWN, seen(elsewhere, 1))
    assert judged([seen(elsewhere, 2), seen(elsewhere, 3)], memory)[-1].faults == NOTHING
    assert PictureFault.SHIFTED in judged([seen(PLACE, 2), seen(PLACE, 3)], memory)[-1].faults


def test_a_view_that_creeps_away_is_shifted_though_each_step_is_small() -> None:
    memory = KNOWN
    crept = replace(memory.faces[Light.DAY], drift=(2.5, 0.0))
    memory = replace(memory, faces={Light.DAY: crept})
    assert judged([seen(PLACE, 70)], memory)[0].seen == {PictureFault.SHIFTED}


@given(st.integers(0, 10_000), st.integers(0, 3), st.floats(-90, 90))
@settings(max_examples=15, deadline=None)
def test_judging_is_a_function(seed: int, noise: int, sun_deg: float) -> None:
    picture, view = seen(view_of(seed), seed, noise), at(100, sun_deg)
    once, again = judge(picture, KNOWN, view), judge(picture, KNOWN, view)
    assert once[0] == again[0]
    assert once[1].to_bytes() == again[1].to_bytes()


@given(st.integers(0, 10_000), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_a_memory_comes_back_from_its_bytes(seed: int, pictures: int) -> None:
    memory = acquainted(view_of(seed), pictures)
    back, trouble = from_bytes(memory.to_bytes())
    assert trouble == ""
    assert back.to_bytes() == memory.to_bytes()
    elsewhere, once_more = seen(view_of(seed + 1), 1), from_bytes(back.to_bytes())[0]
    assert judge(elsewhere, once_more, at(50))[0] == judge(elsewhere, back, at(50))[0]


@given(st.binary(max_size=60) | st.integers(0, 9_000).map(lambda cut: KNOWN.to_bytes()[:cut]))
@settings(max_examples=60, deadline=None)
def test_bytes_that_are_no_memory_begin_a_fresh_one_and_say_so(kept: bytes) -> None:
    memory, trouble = from_bytes(kept)
    assert memory == Memory()
    assert bool(trouble) == bool(kept)


@given(st.integers(0, 10_000), st.sampled_from([-40.0, 0.0, 50.0]))
@settings(max_examples=15, deadline=None)
def test_a_picture_sent_three_times_is_frozen_whatever_it_shows(seed: int, sun_deg: float) -> None:
    picture = gist(taken(view_of(seed), seed), None)
    assert PictureFault.FROZEN in judged([picture] * 3, Memory(), sun_deg=sun_deg)[-1].faults


@given(st.integers(-25, 25), st.floats(0.6, 1.1))
@settings(max_examples=20, deadline=None)
def test_light_alone_makes_no_fault(brighter: int, contrast: float) -> None:
    levels = np.clip(PLACE * contrast + brighter, 0, 255)
    assert judged([seen(levels, 90), seen(levels, 91)], KNOWN)[-1].faults == NOTHING


def test_a_memory_is_a_few_kilobytes() -> None:
    used = acquainted(PLACE, 30)
    assert used.faces[Light.DAY].detail is not None
    assert len(used.to_bytes()) < 30_000


def test_a_miniature_is_small_and_tells_how_much_of_the_view_changed() -> None:
    one, again = miniature(seen(PLACE, 1)), miniature(seen(PLACE * 0.7, 2))
    half = PLACE.copy()
    half[:180] = view_of(9)[:180]
    other = miniature(seen(half, 3))
    assert len(one) == SIZE < 700
    assert unlike(one, one) == 0
    assert unlike(one, again) < 0.03
    assert 0.2 < unlike(one, other) < 0.6
    assert unlike(one, other) == unlike(other, one)
    assert structured(one) > 0.5 > structured(miniature(seen(PLACE * 0.01, 1, noise=0)))


def test_bytes_that_are_no_miniature_are_refused() -> None:
    with pytest.raises(ValueError, match="no miniature"):
        unlike(b"", miniature(seen(PLACE, 1)))


def test_a_picture_of_a_few_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        gist(Image.new("RGB", (100, 60)), None)


@pytest.mark.parametrize(
    ("lat", "lon", "at", "elevation"),
    [
        (35.68, 139.77, datetime(2026, 6, 21, 11, 43, tzinfo=JST), 77.76),
        (35.69, 139.69, datetime(2026, 6, 21, 4, 25, tzinfo=JST), -0.83),
        (35.69, 139.69, datetime(2026, 12, 22, 16, 31, tzinfo=JST), -0.83),
        (0.0, 0.0, datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 90.0),
    ],
    ids=["noon at the summer solstice", "its sunrise", "sunset at the winter solstice", "equinox at the equator"],
)
def test_the_sun_stands_where_the_almanac_says(lat: float, lon: float, at: datetime, elevation: float) -> None:
    assert elevation_deg(lat, lon, at) == pytest.approx(elevation, abs=0.7)


def test_a_still_is_judged_within_fifteen_milliseconds() -> None:
    picture = taken(view_of(1, 1280, 720), 1).convert("RGB")
    best = min(_judged_in_s(picture, number) for number in range(8))
    assert best < 0.015


def _judged_in_s(picture: Image.Image, number: int) -> float:
    begun = time.process_time()
    judge(gist(picture, None), KNOWN, at(200 + number))
    return time.process_time() - begun
