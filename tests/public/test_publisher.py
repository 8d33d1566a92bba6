from __future__ import annotations

import json
import re
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.issued import Announced, IssuedLevel
from alerts.records import Maintenance
from dashboard.public import assets
from dashboard.public.packing import ENDINGS
from dashboard.public.publisher import Publisher
from ingest.readings import Quality
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeRegistryStore
from tests.public.fakes import SetClock, Site, log_of, one_station


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.publish()
    return made


def later(site: Site, **step: float) -> None:
    site.clock.at += timedelta(**step)


@dataclass
class Noted:
    """A log of work that grows in a test."""

    works: list[Maintenance]

    def maintenance(self, since: datetime) -> list[Maintenance]:
        return [each for each in self.works if each.ends_at > since]


@contextmanager
def no_file_may_grow_beyond(size_bytes: int) -> Iterator[None]:
    """The kernel refuses larger writes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


PAGES = (
    *("index.html", "areas/other.html", "places.html", "messages.html", "history.html", "print.html"),
    *("data.html", "cameras.html", "levels.html"),
)


def test_the_first_call_writes_the_whole_site(site: Site) -> None:
    names = {path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*") if path.is_file()}
    pages = {
        *(f"{folder}{page}" for folder in ("", "easy/", "en/") for page in PAGES),
        *(f"{folder}stations/{spot.id}.html" for folder in ("", "easy/", "en/") for spot in fake_city.SPOTS),
        "places.json",
        "404.html",
        "robots.txt",
        "data/latest.json",
        "data/latest.schema.json",
        "data/latest.csv",
        "data/catalog.jsonld",
        "data/latest.geojson",
        "freshness.json",
        "feeds/atom.xml",
        "feeds/atom.en.xml",
    }
    assert {name for name in names if not name.endswith(ENDINGS)} == pages | set(assets.hashed().values())


def test_nothing_is_written_when_nothing_changed(site: Site) -> None:
    before = (site.folder / "index.html").stat().st_mtime_ns
    later(site, seconds=59)
    assert site.publish() is False
    assert (site.folder / "index.html").stat().st_mtime_ns == before


def test_an_issued_level_stands_on_the_page_at_once_with_who_and_when_and_in_no_colour_of_a_hazard(
    tmp_path: Path,
) -> None:
    stands: list[IssuedLevel] = []
    site = Site(tmp_path / "site", issued=lambda: tuple(stands))
    site.publish()
    assert "発令された警戒レベル" not in site.page()
    asked = Announced(4, "<市長>", site.clock.at)
    stands.append(IssuedLevel(asked, "当番", site.clock.at))
    assert site.publish()
    [shown] = re.findall(r'<section class="issued".*?</section>', site.page(), re.DOTALL)
    for each in ("警戒レベル4（避難指示）", "&lt;市長&gt;", "10:42 発令", "センサーの水位の段階とは別のものです"):
        assert each in shown
    assert not re.search(r"\bh[0-5]\b|icon", shown.replace("<h2", "").replace("</h2", ""))
    assert "Alert level 4 (evacuation instruction)" in site.page("en/index.html")
    stands.clear()
    assert site.publish()
    assert "発令された警戒レベル" not in site.page()


def test_an_unchanged_second_asks_the_store_for_no_more_than_its_marks(site: Site) -> None:
    before = site.log.queries
    site.publish()
    assert site.log.queries == before


def test_a_new_reading_is_published_at_once(site: Site) -> None:
    later(site, seconds=1)
    site.log.add(fake_city.reading("mizue-01", 2.91, site.clock.at))
    assert site.publish() is True
    assert "2.91" in site.page()


def test_after_a_minute_the_page_is_written_again_and_knows_who_fell_silent(site: Site) -> None:
    assert site.page().count("最後の観測") == 1
    later(site, minutes=40)
    assert site.publish() is True
    assert site.page().count("最後の観測") > 10


def test_work_that_is_noted_after_its_end_takes_its_readings_from_the_page_at_once(tmp_path: Path) -> None:
    noted: list[Maintenance] = []
    log = log_of(("bridge-1", 4.6, 5, Quality.GOOD))
    store, clock = FakeRegistryStore(one_station()), SetClock()
    publisher = Publisher(tmp_path, log, store, clock, maintenance=Noted(noted))
    publisher.publish_if_changed()
    page = tmp_path / "stations" / "bridge.html"
    assert "4.60" in page.read_text()
    begins_at, ends_at = (clock.at - timedelta(minutes=each) for each in (60, 2))
    noted.append(Maintenance("bridge", "inspection", "desk", begins_at, ends_at))
    clock.at += timedelta(seconds=1)
    assert publisher.publish_if_changed()
    assert "4.60" not in page.read_text()


def test_a_new_registry_is_published_at_once(site: Site) -> None:
    site.log.registry_revision += 1
    assert site.publish() is True


def test_a_clock_that_is_set_back_does_not_stop_the_publisher(site: Site) -> None:
    later(site, hours=-3)
    assert site.publish() is True
    later(site, seconds=61)
    assert site.publish() is True


def test_before_the_first_registry_there_is_nothing_to_publish(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    registry, site.store.current = site.store.current, None
    assert site.publish() is False
    site.store.current = registry
    assert site.publish() is True


def test_leftovers_of_a_crash_are_swept_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "en").mkdir(parents=True)
    for name in (".index.html.77.part", "en/.index.html.77.part", "robots.txt"):
        (folder / name).write_text("half")
    Site(folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["robots.txt"]


def test_a_full_disk_is_told_to_the_caller_and_leaves_the_old_page(site: Site) -> None:
    before = site.page()
    later(site, minutes=5)
    with no_file_may_grow_beyond(4096), pytest.raises(OSError, match="large"):
        site.publish()
    assert site.page() == before
    assert list(site.folder.rglob("*.part")) == []


def test_after_a_disk_error_the_next_call_tries_again(site: Site) -> None:
    later(site, minutes=5)
    with no_file_may_grow_beyond(4096), pytest.raises(OSError, match="large"):
        site.publish()
    assert site.publish() is True
    assert "10:47 現在" in site.page()


def test_a_reader_never_finds_half_a_page(site: Site) -> None:
    done = threading.Event()
    broken: list[str] = []

    def read() -> None:
        while not done.is_set():
            text = site.page()
            if not text.rstrip().endswith("</html>"):
                broken.append(text)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        later(site, minutes=2)
        site.publish()
    done.set()
    reader.join()
    assert broken == []


def test_assets_of_an_older_version_stay_for_the_pages_that_refer_to_them(site: Site) -> None:
    old = site.folder / "assets" / "site.0123456789ab.css"
    old.write_text("body{}")
    later(site, minutes=2)
    site.publish()
    assert old.exists()


def test_the_stamp_of_freshness_is_that_of_the_page(site: Site) -> None:
    stamp = json.loads(site.page("freshness.json"))
    assert stamp == {"published_at": "2026-07-01T10:42:30.000+09:00", "stale_after_s": 300.0, "clock_speed": 1.0}
    assert f'data-published-at="{stamp["published_at"]}"' in site.page()


def test_a_web_server_under_another_account_can_read_the_files(site: Site) -> None:
    assert all(path.stat().st_mode & 0o044 for path in site.folder.rglob("*.html"))


def test_the_store_being_away_is_told_and_the_page_stays(site: Site) -> None:
    site.log.broken = True
    before = site.page()
    with pytest.raises(ConnectionError):
        site.publish()
    assert site.page() == before


def test_a_store_without_any_reading_still_makes_a_page(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.log.readings.clear()
    assert site.publish() is True
    assert isinstance(site.store, FakeRegistryStore)
    assert "データなし" in site.page()
