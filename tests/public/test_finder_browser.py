"""What the finder shows of a spot is what the page shows of it, whatever happens while the reader looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.public.settings import PublicSettings
from ingest.stations import StationKind
from tests.dashboard import fake_city
from tests.public.fakes import SetClock, Site, served

HERE, THERE = "水防団待機水位に到達", "氾濫危険水位に到達"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path, PublicSettings(refresh_s=0.2), SetClock(datetime.now(UTC)))
    made.publish()
    return made


def rise(site: Site) -> None:
    site.clock.at = datetime.now(UTC)
    site.log.add(fake_city.reading("mizue-01", 2.35, site.clock.at))
    site.publish()


def test_what_was_found_follows_the_news_while_it_has_the_focus(phone: Page, site: Site) -> None:
    with served(site.folder) as base:
        phone.goto(base)
        phone.locator("#search").fill("水江")
        expect(phone.locator("#found li")).to_contain_text(HERE)
        phone.locator("#found a").first.focus()
        rise(site)
        expect(phone.locator("#found li")).to_contain_text(THERE)
        expect(phone.locator("#found a").first).to_be_focused()
        phone.goto("about:blank")


def test_when_the_city_renames_its_levels_the_finder_says_the_new_words(phone: Page, site: Site) -> None:
    with served(site.folder) as base:
        phone.goto(base)
        phone.locator("#search").fill("水江")
        expect(phone.locator("#found li")).to_contain_text(HERE)
        labels = {"ja": {StationKind.RIVER: {1: "川が増え始めた"}}}
        site.store.current = site.store.registry().model_copy(update={"labels": labels})  # type: ignore[union-attr]
        site.log.registry_revision += 1
        rise(site)
        expect(phone.locator("#found li")).to_contain_text(THERE)
        phone.locator("#search").fill("西藤")
        expect(phone.locator("#found li").first).to_contain_text("川が増え始めた")
        phone.goto("about:blank")
