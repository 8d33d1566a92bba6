"""The picture of a normal day beside that of now, and the small ones of the cameras' page: masked like all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sight.look import PictureFault
from ingest.store.protocol import Copy
from tests.public.picture_house import (
    MASK,
    OTHER,
    SMALL,
    House,
    every_byte,
    house_in,
    picture,
    shows_the_secret,
    width_of,
)

NORMAL = 7
"""The seed of the picture of a normal day."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with a normal day and a picture of now."""
    made = house_in(tmp_path)
    file = made.receive(200, seed=NORMAL)
    made.log.stills.pop()
    made.choose(file)
    made.receive(3, seed=1)
    return made


def normal_of(house: House) -> bytes:
    found = house.stills.read(f"cam/20260701/{NORMAL:04d}.jpg", Copy.MASKED, MASK)
    assert found
    return found


def test_the_normal_day_stands_beside_the_picture_of_now_with_its_own_date(house: House) -> None:
    said = house.publish()
    assert said.index("10:39 撮影") < said.index("ふだんの様子") < said.index("2026年6月1日 10:42 撮影")
    assert normal_of(house) in [each.read_bytes() for each in house.shown()]
    english = (house.site / "en" / "stations" / "bridge.html").read_text()
    assert "On a normal day" in english
    assert "1 Jun 2026" in english


def test_no_copy_of_the_normal_day_shows_what_is_masked(house: House) -> None:
    house.publish()
    assert len(house.shown()) == 2
    assert not any(shows_the_secret(each.read_bytes()) for each in house.files())
    assert picture(NORMAL) not in every_byte(house.site)


def test_other_masks_take_the_normal_day_away_for_good(house: House) -> None:
    """They were drawn for another view: over the picture of before they might cover the wrong place."""
    house.publish()
    before = normal_of(house)
    house.camera(masks=OTHER)
    house.copy("cam/20260701/0001.jpg", OTHER, 1)
    said = house.publish()
    assert "ふだんの様子" not in said
    assert before not in every_byte(house.site)
    assert len(house.shown()) == 1


def test_without_a_picture_of_now_the_normal_day_is_not_shown_in_its_place(house: House) -> None:
    house.publish()
    house.log.faults[house.log.stills[-1].seq] = (PictureFault.FROZEN,)
    house.log.registry_revision += 1
    assert "ふだんの様子" not in house.publish()
    assert house.files() == []


def test_a_normal_day_that_nobody_chooses_any_more_leaves(house: House) -> None:
    house.publish()
    before = normal_of(house)
    house.pictures.normal.clear()
    house.log.registry_revision += 1
    assert "ふだんの様子" not in house.publish()
    assert before not in every_byte(house.site)


def test_the_page_of_the_cameras_shows_the_small_copies(house: House) -> None:
    house.publish()
    [small] = [each for each in house.files() if width_of(each) == SMALL]
    said = (house.site / "cameras.html").read_text()
    assert f'src="pictures/{small.name}" width="640" height="360"' in said
    assert "10:39 撮影" in said
    assert "氾濫" in said
    assert 'href="stations/bridge.html"' in said


def test_the_page_of_the_cameras_says_why_a_picture_is_not_shown(house: House) -> None:
    house.log.faults[house.log.stills[-1].seq] = (PictureFault.FROZEN,)
    house.publish()
    said = (house.site / "cameras.html").read_text()
    assert "画像を確認しているため、表示していません" in said
    assert "<img" not in said


def test_a_city_without_public_cameras_says_so(house: House) -> None:
    house.camera(public=False)
    house.publish()
    assert "公開しているカメラはありません" in (house.site / "cameras.html").read_text()
