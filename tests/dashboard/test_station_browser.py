"""A station's page in a real browser, by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import expect, sync_playwright

from dashboard.staff.app import create_app
from tests.dashboard.staff_fakes import desk, served
from tests.dashboard.test_figures import NOW
from tests.dashboard.test_past_events import flood
from tests.parts import CHROMIUM_ARGS, chromium

PATIENCE_MS = 8_000


def test_range_past_flood_table_and_help_are_reached_by_keys_with_visible_focus() -> None:
    path, at_desk = chromium(), desk()
    for each in flood(0, 3.9):
        at_desk.log.add(replace(each, observed_at=each.observed_at - NOW + at_desk.now - timedelta(days=400)))
    with served(create_app(at_desk.services).server) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        page, errors = browser.new_page(viewport={"width": 1366, "height": 768}), []
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{base}/en/station/hongo-bridge")
        page.wait_for_selector(".past .choice", timeout=PATIENCE_MS)
        page.wait_for_selector("#graphs .main-svg", timeout=PATIENCE_MS)
        page.keyboard.press("2")
        expect(page.locator(".ranges .chosen")).to_have_text("24 h", timeout=PATIENCE_MS)
        page.wait_for_selector('.past a[href*="h=24"]', timeout=PATIENCE_MS)  # they keep the range
        page.keyboard.press("e")
        expect(page.locator(".past .chosen")).to_contain_text("3.90 m", timeout=PATIENCE_MS)
        expect(page.locator("#graphs .legendtext", has_text="aligned at the rise").first).to_be_visible()
        assert "h=24" in page.url
        page.keyboard.press("0")
        expect(page.locator(".past .chosen")).to_have_text("none", timeout=PATIENCE_MS)
        page.keyboard.press("t")
        expect(page.locator(".readings-table caption").first).to_be_visible(timeout=PATIENCE_MS)
        page.keyboard.press("g")
        focused = "getComputedStyle(document.activeElement).outlineStyle + ' ' + document.activeElement.id"
        assert page.evaluate(focused) == "solid graphs"
        page.keyboard.press("?")
        expect(page.locator("#station-keys")).to_be_visible()
        page.keyboard.press("2")
        page.keyboard.press("Escape")
        expect(page.locator("#station-keys")).to_be_hidden()
        assert errors == []
        browser.close()
