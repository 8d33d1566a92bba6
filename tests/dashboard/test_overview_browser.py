"""The overview and the wall in a real browser: filters, sound, a new alert, and a wall that loses its server."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.staff.app import create_app
from tests.brokers import free_port
from tests.dashboard.staff_fakes import Desk, desk, served

PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    yield made
    made.close()


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return desk()


@pytest.fixture(scope="module")
def base(at_desk: Desk) -> Iterator[str]:
    with served(create_app(at_desk.services).server) as address:
        yield address


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    made = context.new_page()
    yield made
    made.close()


def test_a_count_is_a_filter_that_the_address_keeps_and_that_says_what_it_hides(page: Page, base: str) -> None:
    page.goto(f"{base}/")
    page.locator(".count-link", has_text="氾濫・冠水").click(timeout=PATIENCE_MS)
    expect(page.locator("a.row")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("#map .map-mark")).to_have_count(1, timeout=PATIENCE_MS)
    assert page.url.endswith("/?hazard=5")
    expect(page.locator("#left-out")).to_contain_text("危険度3以上が 7 地点")
    page.reload()
    expect(page.locator("a.row")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".waiting li")).to_have_count(3)
    page.locator("#left-out .show-all").click()
    expect(page.locator("#map .map-mark")).to_have_count(24, timeout=PATIENCE_MS)
    assert page.url.endswith("/")


def test_a_choice_of_kind_narrows_list_and_map(page: Page, base: str) -> None:
    page.goto(f"{base}/en/")
    page.locator(".choice summary").first.click(timeout=PATIENCE_MS)
    page.locator(".choice-link", has_text="Retention pond").click()
    expect(page.locator("a.row")).to_have_count(3, timeout=PATIENCE_MS)
    assert page.url.endswith("/en/?kind=retention_pond")


def test_sound_is_off_until_somebody_switches_it_on_and_is_remembered(page: Page, base: str, at_desk: Desk) -> None:
    page.goto(f"{base}/")
    switch = page.locator(".sound-switch")
    expect(switch).to_have_text("音 切", timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.dataset.sounded") is None
    switch.click()
    expect(switch).to_have_text("音 入")
    page.locator(".sound-test").click()
    expect(page.locator("html")).to_have_attribute("data-sounded", re.compile("[23]"))
    expect(page).to_have_title("(3) 概況 – 水守 洪水監視")
    before = int(page.evaluate("document.documentElement.dataset.sounded"))
    known = list(at_desk.alerts.incidents)
    at_desk.alerts.incidents = [*known, replace(known[0], station_id="mizue", acknowledged_level=0, id=77)]
    expect(page).to_have_title("(4) 概況 – 水守 洪水監視", timeout=PATIENCE_MS)
    expect(page.locator("html")).not_to_have_attribute("data-sounded", str(before))
    expect(page.locator("html")).to_have_class("alert-urgent alert-new")
    at_desk.alerts.incidents = known
    page.reload()
    expect(page.locator(".sound-switch")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)


@contextmanager
def server_at(port: int) -> Iterator[None]:
    """A server on a port that can be had again."""
    app = create_app(desk().services).server
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def test_a_wall_shows_every_danger_says_loudly_that_its_server_is_lost_and_comes_back(browser: Browser) -> None:
    port = free_port()
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.clock.install()
    with server_at(port):
        page.goto(f"http://127.0.0.1:{port}/wall")
        expect(page.locator("#wall-danger .tile")).to_have_count(8, timeout=PATIENCE_MS)
        expect(page.locator(".turning > .turned")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        expect(page.locator("#navigation")).to_be_hidden()
    page.clock.fast_forward(9_000)
    expect(page.locator("#lost")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#wall-danger .tile")).to_have_count(8)
    page.evaluate("document.documentElement.dataset.before = 'yes'")
    with server_at(port):
        page.clock.fast_forward(20_000)
        expect(page.locator("html")).not_to_have_attribute("data-before", "yes", timeout=PATIENCE_MS)
        expect(page.locator("#wall-danger .tile")).to_have_count(8, timeout=PATIENCE_MS)
        expect(page.locator("#lost")).to_be_hidden()
    page.context.close()
