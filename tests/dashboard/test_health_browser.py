"""The page of the devices in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.staff.app import create_app
from tests.dashboard import fakes
from tests.dashboard.fake_city import reading
from tests.dashboard.health_desk import health_desk
from tests.dashboard.staff_fakes import Desk, served

DESK, PHONE = (1366, 768), (360, 740)
PATIENCE_MS = 8_000
ROW = ".devices-table tbody tr"


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return health_desk()


@pytest.fixture(scope="module")
def base(at_desk: Desk) -> Iterator[str]:
    with served(create_app(at_desk.services).server) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that what the pages are made of is fetched and read once."""
    made = browser.new_context()
    yield made
    made.close()


def opened(context: BrowserContext, address: str, size: tuple[int, int] = DESK) -> tuple[Page, list[str]]:
    """The page, and what it complains of."""
    page = context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    return page, errors


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize(("address", "gateway"), [("/devices", "中継局 hill"), ("/en/devices", "Gateway hill")])
def test_the_page_opens_fits_and_begins_with_the_gateway_that_is_out(
    context: BrowserContext, base: str, size: tuple[int, int], address: str, gateway: str
) -> None:
    page, errors = opened(context, base + address, size)
    expect(page.locator(ROW).first).to_contain_text(gateway, timeout=PATIENCE_MS)
    expect(page.locator(ROW).nth(1)).to_contain_text("2.91 V")
    page.wait_for_timeout(300)
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    first = page.locator(ROW).first.bounding_box()
    assert first
    assert first["y"] + first["height"] <= size[1]  # what is worst is seen without scrolling
    page.close()


def test_the_head_of_the_overview_counts_the_troubles_and_leads_to_them_by_keyboard(
    context: BrowserContext, base: str
) -> None:
    page, errors = opened(context, f"{base}/")
    expect(page.locator(".trouble-link b")).to_have_text("要対応 4", timeout=PATIENCE_MS)
    page.locator(".trouble-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("機器の状態")
    page.locator(".kind-link", has_text="電池").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".kind-link.chosen")).to_contain_text("電池")
    expect(page.locator(ROW)).to_have_count(2)
    assert page.url.endswith("/devices?p=battery")
    page.locator(".back").click()
    expect(page.locator("a.row").first).to_be_visible()
    assert errors == []
    page.close()


def test_every_mark_is_told_by_a_word_and_not_by_colour_alone(context: BrowserContext, base: str) -> None:
    page, _ = opened(context, f"{base}/en/devices?p=every")
    expect(page.locator(ROW)).to_have_count(26, timeout=PATIENCE_MS)
    marks = page.locator(f"{ROW} .severity").all_inner_texts()
    assert len(marks) == 26
    assert set(marks) <= {"Out", "No level", "Act", "Note", "Well"}
    page.close()


def test_a_gauge_that_speaks_again_leaves_the_list_without_a_reload(context: BrowserContext) -> None:
    at_desk = health_desk()
    with served(create_app(at_desk.services).server) as base:
        page, errors = opened(context, f"{base}/devices")
        row = page.locator(ROW, has_text="旭橋")
        expect(row).to_contain_text("途絶（電池切れの見込み）", timeout=PATIENCE_MS)
        at_desk.log.add(reading(f"{fakes.SILENT}-01", 1.2, datetime.now(UTC)))
        expect(row).not_to_contain_text("途絶", timeout=PATIENCE_MS)
        expect(row).to_contain_text("電池 残りわずか")
        assert errors == []
        page.close()
