"""What is wrong with the public site stops neither the house nor the rest of the site, and staff are told of it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from dashboard.public import publisher
from dashboard.public.pages import cameras
from dashboard.public.settings import DataSettings
from deploy.schedule import Schedule
from deploy.settings import Settings
from deploy.wiring.pages import publisher_job
from deploy.wiring.stores import open_stores
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.dashboard import fake_city
from tests.public.fakes import NOW, SetClock, one_station


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
