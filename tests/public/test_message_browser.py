"""The pages of messages in a real browser: a new one comes by itself, and without JavaScript all is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from alerts.public.records import Given
from dashboard.public.settings import PublicSettings
from tests.alerts.public_house import WHY
from tests.axe import grave_faults
from tests.public.fakes import served
from tests.public.press import SETTINGS, Press

A_HUNDRED_YEARS_S = 3e9
"""The clock of these tests stands in one summer, that of the browser does not."""
HEADLINE = "川から離れてください"


@pytest.fixture
def press(database: Engine, tmp_path: Path) -> Press:
    site = PublicSettings(stale_after_s=A_HUNDRED_YEARS_S, quiet_stale_after_s=A_HUNDRED_YEARS_S, refresh_s=0.3)
    made = Press(database, tmp_path / "site", SETTINGS, site)
    made.press()
    return made


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def test_a_new_message_appears_on_the_open_page_and_is_read_out(press: Press, phone: Page) -> None:
    with served(press.folder) as base:
        phone.goto(f"{base}/messages.html")
        expect(phone.locator("#active")).to_contain_text("0")
        press.send(press.by_hand(texts={"ja": {"headline": HEADLINE}}))
        press.press(minutes=1)
        expect(phone.locator("article h3")).to_have_text(HEADLINE)
        expect(phone.locator("#news")).to_contain_text(HEADLINE)


def test_without_javascript_a_feeds_link_leads_to_the_message_and_after_its_end_to_its_history(
    press: Press, browser: Browser
) -> None:
    first = press.send(press.by_hand(texts={"ja": {"headline": HEADLINE}}))
    press.press()
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    with served(press.folder) as base:
        page.goto(f"{base}/messages.html#m-{first.chain_id}")
        expect(page.locator(":target h3")).to_have_text(HEADLINE)
        press.desk.cancel(first.id, "当番", WHY)
        press.press(minutes=1)
        page.reload()
        page.locator(":target a").click()
        expect(page.locator("article:target h3")).to_have_text(f"取り消し: {HEADLINE}")
    context.close()


def test_the_pages_fit_a_small_phone_and_shut_nobody_out(press: Press, phone: Page) -> None:
    wrong = press.out(4)
    press.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": HEADLINE}}))
    press.all_clear(press.send(press.by_hand(station_ids=("under",))))
    press.press()
    with served(press.folder) as base:
        for name in ("messages.html", "easy/messages.html", "en/history.html"):
            phone.goto(f"{base}/{name}")
            assert phone.locator("article").count() >= 1
            assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        assert grave_faults(phone) == []
