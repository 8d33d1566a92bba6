"""How old the site is, as its script judges: by the newest publication, never by the stamp of a quiet page alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from dashboard.public.settings import PublicSettings
from dashboard.public.words import stamp
from tests.public.fakes import SetClock, Site, served

HASTY = PublicSettings(stale_after_s=1.5, quiet_stale_after_s=60, refresh_s=0.3, publish_every_s=0.5)
PATIENT = PublicSettings(stale_after_s=60, quiet_stale_after_s=3600, refresh_s=0.3, publish_every_s=20)
CALM = "stations/fuji-mouth.html"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def made(folder: Path, settings: PublicSettings, minutes_ago: float = 0) -> Site:
    site = Site(folder, settings, SetClock(datetime.now(UTC) - timedelta(minutes=minutes_ago)))
    site.publish()
    return site


def alive(folder: Path) -> None:
    """A publication in which no page had anything new to say."""
    path = folder / "freshness.json"
    told = json.loads(path.read_bytes())
    for each in folder.glob("freshness.json*"):
        each.unlink()
    path.write_text(json.dumps({**told, "published_at": stamp(datetime.now(UTC))}))


def test_a_quiet_page_of_long_ago_is_not_old_while_the_site_is_published(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, PATIENT, minutes_ago=20)
    alive(tmp_path)
    with served(tmp_path) as base:
        phone.goto(f"{base}/{CALM}")
        phone.wait_for_timeout(800)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def test_without_the_stamp_of_the_site_a_page_is_as_old_as_it_says(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, PATIENT, minutes_ago=20)
    for each in tmp_path.glob("freshness.json*"):
        each.unlink()
    with served(tmp_path) as base:
        phone.goto(f"{base}/{CALM}")
        expect(phone.locator("#old")).to_be_visible()
        phone.goto("about:blank")


def test_a_fresh_site_does_not_make_a_page_fresh_that_cannot_be_had(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, HASTY)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(500)
        phone.route("**/", lambda route: route.abort())

        def fresh(route: Route) -> None:
            route.fulfill(json={"published_at": stamp(datetime.now(UTC))})

        phone.route("**/freshness.json", fresh)
        expect(phone.locator("#old")).to_be_visible(timeout=8000)
        phone.goto("about:blank")


def test_a_page_that_slept_is_old_when_it_wakes_and_news_come_before_anybody_asks(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, PATIENT)
    phone.clock.install()
    with served(tmp_path) as base:
        phone.goto(base)
        phone.clock.run_for(1000)
        expect(phone.locator("#old")).to_be_hidden()
        phone.context.set_offline(True)
        phone.clock.fast_forward("10:00")
        phone.clock.run_for(1500)
        expect(phone.locator("#old")).to_be_visible()
        site.clock.at = datetime.now(UTC)
        site.log.registry_revision += 1
        site.publish()
        phone.context.set_offline(False)
        phone.clock.run_for(1500)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def test_the_page_of_a_public_network_does_not_take_the_place_of_the_levels(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, HASTY)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(400)
        phone.route("**/*", lambda route: route.fulfill(body="<main>Sign in</main>", content_type="text/html"))
        expect(phone.locator("#old")).to_be_visible(timeout=8000)
        expect(phone.locator("#spot-ekimae-under")).to_be_attached()
        phone.unroute_all()
        phone.goto("about:blank")


def test_when_a_drill_begins_the_whole_page_is_loaded_anew(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, PATIENT)
    with served(tmp_path) as base:
        phone.goto(base)
        city = site.store.registry().city.model_copy(update={"drill": True})  # type: ignore[union-attr]
        site.store.current = site.store.registry().model_copy(update={"city": city})  # type: ignore[union-attr]
        site.log.registry_revision += 1
        site.clock.at = datetime.now(UTC)
        site.publish()
        expect(phone.locator(".banner.drill")).to_be_visible()
        phone.goto("about:blank")
