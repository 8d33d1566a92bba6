"""Blur and turns told by fine structure: what a picture has in common with the camera's own past, under any noise."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from ingest.sight.detail import KNOWN, TILES, Detail, begun, followed, transfer
from ingest.sight.gist import Gist, gist
from ingest.sight.judge import judge
from ingest.sight.look import PictureFault
from ingest.sight.memory import Face, Light, Memory, from_bytes
from ingest.sight.structure import COLUMNS, ROWS
from ingest.sight.view import Verdict
from tests.ingest.sight_pictures import Levels, at, seen, taken, view_of

PLACE = 20 + 0.25 * view_of(7)
"""A view under a weak lamp: grey levels from 27 to 75."""
NOISE = 9.0
NIGHT_DEG = -30.0


def night(levels: Levels, pictures: int = KNOWN + 20) -> Memory:
    """What is remembered after so many good pictures of a lit night."""
    memory = Memory()
    for number in range(pictures):
        _, memory = judge(seen(levels, number, NOISE), memory, at(number, NIGHT_DEG, lit=True))
    return memory


USED = night(PLACE)


def judged(levels: list[Levels], memory: Memory = USED) -> list[Verdict]:
    verdicts = []
    for number, each in enumerate(levels):
        verdict, memory = judge(seen(each, 900 + number, NOISE), memory, at(500 + number, NIGHT_DEG, lit=True))
        verdicts.append(verdict)
    return verdicts


def blurred_by(levels: Levels, sigma: float) -> Levels:
    picture = Image.fromarray(levels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(sigma))
    return np.asarray(picture, dtype=np.float64)


def face(memory: Memory = USED) -> Face:
    return memory.faces[Light.NIGHT]


def detail(memory: Memory = USED) -> Detail:
    kept = face(memory).detail
    assert kept is not None
    return kept


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_a_blur_stands_in_its_second_picture_on_a_noisy_night(sigma: float) -> None:
    verdicts = judged([blurred_by(PLACE, sigma)] * 2 + [PLACE] * 2)
    assert [PictureFault.BLURRED in each.faults for each in verdicts] == [False, True, True, False]


@pytest.mark.parametrize("by", [12, 24, 60])
def test_a_turned_camera_stands_out_on_a_noisy_night(by: int) -> None:
    assert PictureFault.SHIFTED in judged([np.roll(PLACE, by, axis=1)] * 3)[-1].faults


def test_more_noise_less_light_and_a_trembling_mast_are_no_fault() -> None:
    troubled = [PLACE, 10 + 0.5 * PLACE, np.roll(PLACE, 2, axis=0), np.roll(PLACE, -2, axis=1)] * 2
    assert all(not each.seen for each in judged(troubled))


def test_water_that_takes_half_of_the_view_is_no_blur() -> None:
    flooded = PLACE.copy()
    flooded[180:] = 40 + 4 * np.random.default_rng(3).normal(size=flooded[180:].shape)
    assert all(PictureFault.BLURRED not in each.seen for each in judged([flooded] * 3))


@settings(max_examples=40, deadline=None)
@given(
    contrast=st.floats(0.3, 1.2),
    right=st.integers(-3, 3),
    down=st.integers(-3, 3),
    noise=st.floats(0, 10),
    seed=st.integers(0, 1000),
)
def test_contrast_noise_and_trembling_leave_the_fine_structure(
    contrast: float, right: int, down: int, noise: float, seed: int
) -> None:
    moved = np.roll(40 + contrast * (PLACE - 40), (down, right), axis=(0, 1))
    left = transferred(seen(moved, seed, noise))
    assert left is not None
    assert 0.7 < left < 1.7


@settings(max_examples=30, deadline=None)
@given(sigma=st.floats(2, 8), contrast=st.floats(0.8, 1.2), seed=st.integers(0, 1000))
def test_a_blur_takes_the_fine_structure_whatever_the_contrast(sigma: float, contrast: float, seed: int) -> None:
    left = transferred(seen(40 + contrast * (blurred_by(PLACE, sigma) - 40), seed, NOISE / 3))
    assert left is None or left < 0.5


def transferred(now: Gist) -> float | None:
    return transfer(detail(), now.work, now.small, face().grey).fine_left


def test_nothing_is_said_of_another_view() -> None:
    shown = seen(20 + 0.25 * view_of(8), 1, NOISE)
    left = transfer(detail(), shown.work, shown.small, face().grey)
    assert left.away
    assert left.staying == 0


def test_the_mean_of_many_pictures_is_the_view_without_its_noise() -> None:
    tiles = np.array([50, 60, 70])
    clear = begun(gist(taken(PLACE, 0, 0.0, quality=95), None).work, tiles)
    kept = begun(seen(PLACE, 1, NOISE).work, tiles)
    first = float(np.abs(kept.patches - clear.patches).mean())
    for number in range(2, 40):
        kept = followed(kept, begun(seen(PLACE, number, NOISE).work, tiles).patches)
    assert float(np.abs(kept.patches - clear.patches).mean()) < first / 3


def test_detail_is_kept_of_tiles_that_are_not_at_the_rim_where_a_camera_writes() -> None:
    rows = detail().tiles // COLUMNS
    assert len(detail().tiles) == TILES
    assert rows.min() > 0
    assert rows.max() < ROWS - 1


def test_detail_is_chosen_anew_where_half_of_its_tiles_began_to_move() -> None:
    usual = face().usual.copy()
    usual.flat[detail().tiles[: TILES // 2 + 1]] = 0.0
    moving = replace(USED, faces={**USED.faces, Light.NIGHT: replace(face(), usual=usual)})
    _, after = judge(seen(PLACE, 1, NOISE), moving, at(500, NIGHT_DEG, lit=True))
    assert after.faces[Light.NIGHT].detail is None
    _, after = judge(seen(PLACE, 2, NOISE), after, at(501, NIGHT_DEG, lit=True))
    chosen = detail(after)
    assert chosen.seen == 1
    assert not np.isin(detail().tiles[: TILES // 2 + 1], chosen.tiles).any()


def test_detail_of_pictures_of_another_size_is_learned_anew() -> None:
    small = gist(taken(PLACE[::2, ::2], 1, NOISE), None)
    _, after = judge(small, USED, at(500, NIGHT_DEG, lit=True))
    assert after.faces[Light.NIGHT].detail is None


def test_detail_comes_back_from_its_bytes_to_a_part_of_a_grey_level() -> None:
    again, trouble = from_bytes(USED.to_bytes())
    assert trouble == ""
    assert (detail(again).tiles == detail().tiles).all()
    assert detail(again).seen == detail().seen
    contrast = np.ptp(detail().patches, axis=(1, 2))[:, None, None]
    assert (np.abs(detail(again).patches - detail().patches) <= contrast / 500 + 0.02).all()


def test_a_memory_of_before_detail_was_kept_goes_on() -> None:
    bare = replace(USED, faces={light: replace(each, detail=None) for light, each in USED.faces.items()})
    kept = bare.to_bytes()
    start = struct.calcsize("<4sBH")
    length = struct.unpack_from("<4sBH", kept)[2]
    head = json.loads(kept[start : start + length])
    del head["details"], head["losses"]
    head["lost"] = [0.0, None, None]
    older = json.dumps(head).encode()
    read, trouble = from_bytes(struct.pack("<4sBH", b"MZSM", 1, len(older)) + older + kept[start + length :])
    assert trouble == ""
    assert read.faces[Light.NIGHT].agreed == face().agreed
    assert detail(judge(seen(PLACE, 1, NOISE), read, at(500, NIGHT_DEG, lit=True))[1]).seen == 1


def test_a_detail_that_lies_outside_of_the_picture_begins_a_fresh_memory() -> None:
    outside = replace(detail(), tiles=np.full(TILES, 200))
    broken = replace(USED, faces={Light.NIGHT: replace(face(), detail=outside)})
    read, trouble = from_bytes(broken.to_bytes())
    assert "begins anew" in trouble
    assert not read.faces
