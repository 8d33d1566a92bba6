"""The public page in a real browser, on a small phone, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.public.settings import PublicSettings
from tests.dashboard import fake_city
from tests.public.fakes import NOW, SetClock, Site, served

HASTY = PublicSettings(stale_after_s=4, refresh_s=0.3, publish_every_s=1)
PATIENT = PublicSettings(stale_after_s=300, refresh_s=0.3)
WHERE = "document.getElementById('spot-mizue').getBoundingClientRect().top"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def made(folder: Path, settings: PublicSettings, clock: SetClock | None = None) -> Site:
    site = Site(folder, settings, clock or SetClock(datetime.now(UTC)))
    site.publish()
    return site


def news(site: Site, stage_m: float = 3.91) -> None:
    site.clock.at = datetime.now(UTC)
    site.log.add(fake_city.reading("mizue-01", stage_m, site.clock.at))
    site.publish()


def test_links_and_buttons_are_large_enough_for_a_thumb(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, PATIENT)
    with served(tmp_path) as base:
        phone.goto(base)
        heights = phone.eval_on_selector_all(
            "a:not(.skip), summary", "all => all.filter(e => e.offsetHeight).map(e => e.getBoundingClientRect().height)"
        )
        phone.goto("about:blank")
    assert len(heights) >= 8
    assert min(heights) >= 24


def test_the_page_says_by_itself_that_it_is_old_when_publishing_stopped(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, HASTY)
    with served(tmp_path) as base:
        phone.goto(base)
        expect(phone.locator("#old")).to_be_hidden()
        expect(phone.locator("#old")).to_be_visible(timeout=12_000)
        expect(phone.locator("#old")).to_contain_text("この画面は古くなっています")
        news(site)
        expect(phone.locator("#old")).to_be_hidden(timeout=3500)
        phone.goto("about:blank")


def test_the_page_says_that_it_is_old_when_the_server_is_gone(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, HASTY)
    with served(tmp_path) as base:
        phone.goto(base)
        expect(phone.locator("#old")).to_be_hidden()
        phone.context.set_offline(True)
        expect(phone.locator("#old")).to_be_visible(timeout=12_000)
        phone.goto("about:blank")


@pytest.mark.parametrize(
    ("minutes", "address", "said"),
    [
        (30, "/", "最後の更新から約30分たっています。"),
        (119, "/en/", "Last updated about 119 min ago."),
        (150, "/en/", "Last updated about 2 h ago."),
        (3000, "/easy/", "50時間（じかん）くらい前（まえ）の情報（じょうほう）です。"),
    ],
)
def test_a_page_that_was_published_long_ago_says_at_once_how_old_it_is(
    phone: Page, tmp_path: Path, minutes: int, address: str, said: str
) -> None:
    made(tmp_path, PATIENT, SetClock(datetime.now(UTC) - timedelta(minutes=minutes)))
    with served(tmp_path) as base:
        phone.goto(base + address)
        expect(phone.locator("#old")).to_be_visible()
        expect(phone.locator("#old [id^=old-]:visible")).to_have_text(said)
        phone.goto("about:blank")


def test_a_phone_whose_clock_is_wrong_is_not_told_that_the_page_is_old(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, PATIENT)
    phone.add_init_script("const real = Date.now; Date.now = () => real() + 3600e3;")
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(1500)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def test_a_replay_of_another_day_is_not_old_while_it_is_published(phone: Page, tmp_path: Path) -> None:
    made(tmp_path, PATIENT, SetClock(NOW - timedelta(days=900), speed=60.0))
    with served(tmp_path) as base:
        phone.goto(base)
        phone.wait_for_timeout(1500)
        expect(phone.locator("#old")).to_be_hidden()
        phone.goto("about:blank")


def test_news_appear_in_place_and_the_reader_stays_where_they_were(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, PATIENT)
    with served(tmp_path) as base:
        phone.goto(base)
        phone.locator("#search").fill("水江")
        phone.locator("#spot-mizue a").focus()
        seen = phone.evaluate(WHERE)
        assert phone.evaluate("scrollY") > 1000
        news(site, 1.21)
        expect(phone.locator("#spot-mizue .stage")).to_contain_text("1.21")
        assert phone.evaluate("document.activeElement.getAttribute('href')") == "stations/mizue.html"
        assert phone.locator("#search").input_value() == "水江"
        assert phone.evaluate(WHERE) == pytest.approx(seen, abs=1.0)  # scrolling goes by whole pixels
        phone.goto("about:blank")


def test_a_worse_situation_is_announced_to_a_screen_reader(phone: Page, tmp_path: Path) -> None:
    site = made(tmp_path, PATIENT)
    with served(tmp_path) as base:
        phone.goto(f"{base}/en/")
        for spot in ("ekimae-under", "hongo-bridge"):
            site.log.add(fake_city.reading(f"{spot}-01", 0.0, datetime.now(UTC)))
        news(site)
        expect(phone.locator("#news")).to_contain_text("Mizue")
        phone.goto("about:blank")
