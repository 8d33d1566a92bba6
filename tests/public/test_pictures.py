"""Pictures on the public site: what is masked stays so in every file, and what may not be seen any more is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from dashboard.camera_views import camera_view
from dashboard.public.pictures import Told, told
from dashboard.public.publisher import Publisher
from dashboard.public.words import catalogue
from dashboard.public.words.languages import LANGUAGES
from ingest.readings import CameraReport, CameraState, Still
from ingest.sight.look import PictureFault, Unjudged
from ingest.sight.masks import Masks
from ingest.stations import Registry
from ingest.store.protocol import Copy
from ingest.store.stills import StillFolder
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog
from tests.public.fakes import NOW, board_of, edition, one_station, overview, served
from tests.public.picture_house import OTHER, SIZE, House, every_byte, house_in, picture, shows_the_secret


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_in(tmp_path)


def test_the_picture_itself_would_show_what_is_private() -> None:
    assert shows_the_secret(picture())


def test_no_file_of_the_site_shows_what_is_masked(house: House) -> None:
    file = house.receive(3)
    said = house.publish()
    [shown] = house.shown()
    assert f'src="../pictures/{shown.name}"' in said
    assert not any(shows_the_secret(each.read_bytes()) for each in house.files())
    whole, small = house.stills.read(file), house.stills.read(file, Copy.THUMB)
    assert whole
    assert small
    assert shows_the_secret(small)
    published = every_byte(house.site)
    assert whole not in published
    assert small not in published


def test_a_picture_carries_its_own_time_in_both_languages(house: House) -> None:
    house.receive(3)
    assert '<time class="taken" datetime="2026-07-01T10:39:30+09:00">10:39 撮影</time>' in house.publish()
    english = (house.site / "en" / "stations" / "bridge.html").read_text()
    assert "Taken 10:39" in english
    assert f'src="../../pictures/{house.shown()[0].name}"' in english


def test_a_camera_that_is_public_no_more_leaves_no_picture(house: House) -> None:
    house.receive(3)
    house.publish()
    house.camera(public=False)
    assert "pictures/" not in house.publish()
    assert house.files() == []


def test_a_camera_that_is_retired_leaves_no_picture(house: House) -> None:
    house.receive(3)
    house.publish()
    assert house.store.current
    house.store.current = house.store.current.model_copy(update={"cameras": {}})
    house.log.registry_revision += 1
    house.publish()
    assert house.files() == []


def test_other_masks_take_the_old_picture_away_at_once_and_bring_a_new_one_when_it_is_made(house: House) -> None:
    file = house.receive(3)
    house.publish()
    before = house.shown()[0].read_bytes()
    house.camera(masks=OTHER)
    assert "まだ表示できる画像がありません" in house.publish()
    assert house.files() == []
    assert before not in every_byte(house.site)
    house.copy(file, OTHER)
    house.clock.at += timedelta(minutes=1)
    house.publish()
    assert [each.read_bytes() for each in house.shown()] == [house.stills.read(file, Copy.MASKED, OTHER)]


def test_a_camera_without_masks_shows_its_copy_and_never_the_still_itself(house: House) -> None:
    house.camera(masks=())
    file = house.receive(3, masks=())
    house.publish()
    whole = house.stills.read(file)
    assert whole
    assert house.files()
    assert whole not in every_byte(house.site)


def test_a_camera_whose_masked_copy_is_missing_shows_nothing(house: House) -> None:
    at = house.clock.at - timedelta(minutes=1)
    house.stills.write("cam/20260701/0009.jpg", picture())
    house.log.add(Still("cam", at, at, "cam/20260701/0009.jpg", *SIZE))
    assert "まだ表示できる画像がありません" in house.publish()
    assert house.files() == []


def test_a_publisher_that_starts_anew_takes_away_what_it_did_not_put_there(house: House) -> None:
    house.receive(3)
    house.publish()
    (house.site / "pictures" / "cam.0123456789abcdef.jpg").write_bytes(picture())
    again = Publisher(house.site, house.log, house.store, house.clock, stills=house.stills)
    assert again.publish_if_changed()
    [left] = house.shown()
    assert not shows_the_secret(left.read_bytes())


def test_the_picture_before_stays_for_readers_of_the_page_before_and_no_longer(house: House) -> None:
    house.receive(3, seed=1)
    house.publish()
    [first] = house.shown()
    house.receive(2, seed=2)
    house.publish()
    assert first in house.files()
    assert len(house.shown()) == 2
    house.receive(1, seed=3)
    house.publish()
    assert first not in house.files()


def test_a_picture_that_cannot_be_trusted_is_taken_away_and_said_to_be_checked(house: House) -> None:
    house.receive(3)
    house.publish()
    house.log.faults[1] = (PictureFault.FROZEN,)
    house.log.registry_revision += 1
    assert "画像を確認しているため、表示していません" in house.publish()
    assert house.files() == []


@pytest.mark.parametrize("fault", [PictureFault.SHIFTED, PictureFault.COVERED])
def test_a_picture_in_which_the_view_may_have_moved_is_not_shown_where_masks_were_drawn_for_another(
    house: House, fault: PictureFault
) -> None:
    """The first one after the camera was turned: the fault stands only from the second on."""
    house.receive(3)
    house.publish()
    house.receive(1, seed=1)
    house.log.seen[2] = (fault,)
    assert "画像を確認しているため、表示していません" in house.publish()
    assert house.files() == []
    house.camera(masks=())
    house.copy(house.log.stills[-1].file, (), 1)
    house.publish()
    assert len(house.shown()) == 1


def test_an_old_picture_says_so_and_a_very_old_one_is_not_shown(house: House) -> None:
    house.receive(40)
    said = house.publish()
    assert "古い画像です。いまの様子ではありません。" in said
    assert house.files()
    house.clock.at += timedelta(minutes=30)
    assert "新しい画像が届いていないため" in house.publish()
    assert house.files() == []


def camera_latest(house: House, report: CameraReport | None = None) -> Told:
    if report:
        house.log.add(report)
    assert house.store.current
    return told(camera_view(house.store.current.cameras["cam"], house.log.cameras().get("cam"), house.clock.at), 3600)


def test_a_picture_of_uncertain_time_or_of_a_camera_that_calls_itself_ill_is_not_shown(house: House) -> None:
    assert camera_latest(house) is Told.NONE
    house.receive(2)
    assert camera_latest(house) is Told.SHOWN
    house.log.stills[0] = replace(house.log.stills[0], clock_suspect=True)
    assert camera_latest(house) is Told.CHECKED
    house.log.stills[0] = replace(house.log.stills[0], clock_suspect=False)
    at = house.clock.at
    assert camera_latest(house, CameraReport("cam", CameraState.DEGRADED, at, at, "lens")) is Told.CHECKED


def test_a_picture_that_could_not_be_judged_is_not_shown_and_a_dark_night_is(house: House) -> None:
    house.receive(2)
    for why in Unjudged:
        house.log.unjudged = {still.seq: why for still in house.log.stills}
        assert camera_latest(house) is (Told.SHOWN if why is Unjudged.DARK_NIGHT else Told.CHECKED)


def test_a_frozen_camera_that_fell_silent_is_not_shown_either(house: House) -> None:
    house.receive(30)
    house.log.faults[1] = (PictureFault.FROZEN,)
    assert camera_latest(house) is Told.CHECKED


def test_the_page_asks_for_pictures_of_its_own_folder_alone(house: House) -> None:
    house.receive(3)
    said = house.publish()
    assert 'src="http' not in said
    assert 'loading="lazy"' in said


def test_a_page_without_public_cameras_says_nothing_of_pictures() -> None:
    registry: Registry = one_station()
    log = FakeLog()
    log.add(fake_city.reading("bridge-1", 2.4, NOW))
    assert "pictures/" not in overview(edition(board_of(registry, log)), "ja")


def test_every_word_of_pictures_is_there() -> None:
    for language in LANGUAGES:
        assert {f"picture.{what}" for what in Told if what is not Told.SHOWN} <= set(catalogue(language.code))


def test_pictures_are_served_as_images_and_asked_for_again_each_time(house: House) -> None:
    house.receive(3)
    house.publish()
    [shown] = house.shown()
    with served(house.site) as base:
        answer = httpx.get(f"{base}/pictures/{shown.name}")
        house.camera(public=False)
        house.publish()
        gone = httpx.get(f"{base}/pictures/{shown.name}")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-cache")
    assert gone.status_code == 404


class WornOut(StillFolder):
    """A folder of stills on a disk that cannot read any more."""

    def read(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> bytes | None:
        raise OSError(5, f"Input/output error ({copy}, {masks})", file)


def test_a_picture_that_cannot_be_read_stops_no_level(house: House, tmp_path: Path) -> None:
    publisher = Publisher(house.site, house.log, house.store, house.clock, stills=WornOut(tmp_path))
    house.receive(0)
    house.log.add(fake_city.reading("bridge-1", 4.9, house.clock.at))
    publisher.publish_if_changed()
    assert "4.90" in (house.site / "stations" / "bridge.html").read_text()
    assert house.files() == []
    assert "Input/output error" in publisher.fault


def test_no_folder_for_pictures_stops_no_level_and_they_come_when_there_is_one(house: House) -> None:
    house.site.mkdir()
    (house.site / "pictures").write_text("a file where a folder should be")
    house.receive(1)
    house.log.add(fake_city.reading("bridge-1", 4.9, house.clock.at))
    assert "4.90" in house.publish()
    assert house.publisher.fault
    (house.site / "pictures").unlink()
    house.receive(0, seed=1)
    house.publish()
    assert house.shown()
    assert house.publisher.fault == ""


def test_a_folder_that_somebody_made_among_the_pictures_stops_nothing(house: House) -> None:
    (house.site / "pictures" / "lost+found").mkdir(parents=True)
    assert "2.40" in house.publish()
    assert house.publisher.fault == ""
