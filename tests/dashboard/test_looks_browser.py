"""How the pages behave under the eye: nothing jumps when values come, nothing is too small for a thumb, the keyboard
gets past the head."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.staff.app import create_app
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk, served

PATIENCE_MS = 20_000
MOST_SHIFT = 0.05
"""Half of what is called good of a page (a cumulative layout shift of 0.1)."""
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
SHIFTS = """
window.shifted = 0; window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
    if (each.hadRecentInput) { return; }
    window.shifted += each.value;
    window.shifts.push([each.value, each.sources.map((one) => one.node && (one.node.id || one.node.className))]);
})).observe({ type: "layout-shift", buffered: true });
"""
TOO_SMALL = """() => Array.from(document.querySelectorAll("a, button, summary, input, select"))
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("svg, .skip, #lost"))
    .map((each) => [each.id || each.className || each.textContent, each.getBoundingClientRect()])
    .filter((each) => each[1].width && (each[1].height < 43.5 || each[1].width < 40))
    .map((each) => `${each[0]}: ${Math.round(each[1].width)} x ${Math.round(each[1].height)}`)"""
PAGES = {
    "/": ("#devices .devices, #devices .empty", "a.row"),
    "/station/hama-pump": ("#station-alerts > *", "#graphs .js-plotly-plot"),
    "/wall": ("#wall-danger .tile", "#counts li"),
    "/cameras": ("#camera-wall .still", "#camera-states a"),
}
"""By page what is there when it is drawn."""
SMALL_WORDS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) {
        const words = walk.currentNode.textContent.trim(), place = walk.currentNode.parentElement;
        const size = parseFloat(getComputedStyle(place).fontSize);
        if (words && size < 0.0219 * innerHeight && place.checkVisibility({ visibilityProperty: true })
            && !place.closest("title, .spoken, .skip, script, footer")) { found.push(`${words}: ${size}`); }
    }
    return found;
}"""
OF_PHONES = [path for path in PAGES if path != "/wall"]


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return desk()


@pytest.fixture(scope="module")
def base(at_desk: Desk) -> Iterator[str]:
    with served(create_app(at_desk.services).server) as address:
        yield address


def drawn(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}{path}")
    for each in PAGES[path]:
        page.locator(each).first.wait_for(timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_jumps_when_values_arrive(browser: Browser, base: str, at_desk: Desk, size: dict[str, int]) -> None:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    context.add_init_script(SHIFTS)
    page = context.new_page()
    for path in PAGES if size is DESK else OF_PHONES:
        drawn(page, base, path)
        assert page.evaluate("window.shifted") <= MOST_SHIFT, (path, page.evaluate("window.shifts"))
    page.goto(f"{base}/")
    row = page.locator("a.row", has_text="川口")
    row.wait_for(timeout=PATIENCE_MS)
    at_desk.log.add(reading("kawaguchi-01", 2.31, at_desk.now + timedelta(seconds=1)))
    expect(row).to_contain_text("2.31", timeout=PATIENCE_MS)
    assert page.evaluate("window.shifted") <= MOST_SHIFT, page.evaluate("window.shifts")
    at_desk.log.readings.pop()
    context.close()


def test_on_a_phone_everything_is_large_enough_for_a_thumb_and_nothing_is_wider_than_the_screen(
    browser: Browser, base: str
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    for path in OF_PHONES:
        drawn(page, base, path)
        assert page.evaluate(TOO_SMALL) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    context.close()


def test_the_first_tab_leads_past_the_head_to_the_page(browser: Browser, base: str) -> None:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    drawn(page, base, "/")
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    expect(page.locator("#skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#page').contains(document.activeElement)")
    page.close()


def test_the_wall_has_no_controls_and_no_small_words(browser: Browser, base: str) -> None:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    drawn(page, base, "/wall")
    assert page.evaluate(SMALL_WORDS) == []
    page.evaluate("document.querySelectorAll('.turning > .panel').forEach((each) => each.classList.add('turned'))")
    assert page.evaluate(SMALL_WORDS) == []
    controls = "button:visible:not(.picture), input:visible, select:visible, summary:visible"
    assert page.locator(controls).count() == 0
    expect(page.locator(".wallview")).to_have_css("pointer-events", "none")
    page.close()
