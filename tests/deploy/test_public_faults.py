"""What is wrong with the public site stops neither the house nor the rest of the site, and staff are told of it."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from dashboard.public import publisher
from dashboard.public.pages import cameras
from dashboard.public.settings import DataSettings
from dashboard.public.settings import PublicSettings as SiteSettings
from deploy.schedule import Schedule
from deploy.settings import Settings
from deploy.wiring.site import PublicSite, publisher_job
from deploy.wiring.stores import open_stores
from ingest.readings import Quality
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeRegistryStore
from tests.public.fakes import NOW, SetClock, log_of, one_station


def test_a_page_that_cannot_be_made_stops_neither_the_start_nor_a_level_and_is_told_to_staff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = Settings(data_folder=tmp_path), SetClock()
    page = settings.public_folder / "stations" / "bridge.html"
    with closing(open_stores(settings)) as stores:
        stores.registry.apply(one_station(), NOW - timedelta(days=1), "test")
        monkeypatch.delattr(cameras, "_seen")  # as any mistake in a page does
        job = publisher_job(settings, stores, clock)
        SqlAppender(stores.database).append(Batch(readings=[fake_city.reading("bridge-1", 4.6, NOW)]))
        clock.at += timedelta(seconds=10)
        job.work()
        told = Schedule([job], lambda: NOW).beats()["public-page"].failing
    assert "4.60" in page.read_text()
    assert (settings.public_folder / "freshness.json").exists()
    assert "cameras.html: NameError" in told


def test_whatever_goes_wrong_with_the_whole_site_the_house_starts_and_it_comes_with_the_next_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_folder=tmp_path)
    with closing(open_stores(settings)) as stores, monkeypatch.context() as broken:
        stores.registry.apply(one_station(), NOW - timedelta(days=1), "test")
        broken.delattr(publisher, "board")
        job = publisher_job(settings, stores, SetClock())
        broken.undo()
        job.work()
    assert (settings.public_folder / "index.html").exists()


def test_a_source_that_is_not_named_in_japanese_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match='write ja = "…"'):
        DataSettings(attribution={"en": "City"})
    assert DataSettings(attribution={"ja": "市", "en": "City"}).attribution["ja"] == "市"


def test_of_two_that_write_one_site_the_second_waits_says_so_and_goes_on_when_the_first_is_gone(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    with closing(open_stores(settings)) as stores:
        stores.registry.apply(one_station(), NOW - timedelta(days=1), "test")
        first, second = (PublicSite(settings, stores, SetClock()) for _ in range(2))
        assert first.turn()
        half = settings.public_folder / ".index.html.1.part"
        half.touch()  # the first is just writing it
        assert not second.turn()
        assert half.exists()
        assert "another process writes the public site" in second.fault()
        assert not second.is_ours
        first.close()
        assert second.turn()
        assert second.fault() == ""
        assert not first.turn()
        second.close()


def test_a_page_is_written_anew_before_it_calls_itself_old() -> None:
    with pytest.raises(ValidationError, match="write 100 or less for publish_every_s, or 1200 or more"):
        SiteSettings(publish_every_s=400)
    with pytest.raises(ValidationError, match="write 300 or more for quiet_stale_after_s"):
        SiteSettings(quiet_stale_after_s=200)


@pytest.mark.parametrize("speed", [1.0, 0.2])
def test_the_longest_that_may_be_set_keeps_every_page_young_by_its_own_words(tmp_path: Path, speed: float) -> None:
    clock, log = SetClock(speed=speed), log_of(("bridge-1", 0.2, 5, Quality.GOOD), ("twin-1", 3.2, 5, Quality.GOOD))
    settings = SiteSettings(publish_every_s=100, quiet_stale_after_s=300)
    site = publisher.Publisher(tmp_path, log, FakeRegistryStore(one_station(twins=1)), clock, settings)
    for _ in range(600):
        site.publish_if_changed()
        clock.at += timedelta(seconds=speed)
        for name in ("index.html", "stations/bridge.html", "stations/twin-1.html"):
            page = (tmp_path / name).read_text()
            published_at = datetime.fromisoformat(found(r'data-published-at="([^"]+)"', page))
            assert (clock.at - published_at).total_seconds() <= float(found(r'data-old-after-s="([^"]+)"', page))


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match
    return match[1]
