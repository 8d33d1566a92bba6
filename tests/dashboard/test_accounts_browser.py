"""Signing in with a second factor in a real browser, and how the pages look to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from dashboard.accounts.actor import Role
from dashboard.accounts.settings import AccountSettings
from dashboard.staff.app import create_app
from tests.axe import grave_faults
from tests.dashboard.account_desk import PASSWORD, House, house
from tests.dashboard.staff_fakes import desk, served
from tests.parts import CHROMIUM_ARGS, chromium

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
PATIENCE_MS = 30_000


@pytest.fixture
def city(tmp_path: Path) -> House:
    made = house(tmp_path, AccountSettings())
    made.add("hana", Role.APPROVER)
    return made


@pytest.fixture
def visit(city: House) -> Iterator[tuple[Page, str, list[str]]]:
    """A browser's page, the address of the house, and what the browser complained of."""
    path, errors = chromium(), []
    with served(create_app(desk(gate=city.gate).services).server) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page, base, errors
        browser.close()


def test_an_approver_sets_up_a_second_factor_signs_out_and_in_again_with_a_code(
    city: House, visit: tuple[Page, str, list[str]]
) -> None:
    page, base, errors = visit
    page.goto(f"{base}/en/station/mizue")
    name_and_password(page)
    secret = page.locator("input[name=secret]").get_attribute("value") or ""
    fits_both(page)
    expect(page.locator(".account-qr svg")).to_be_visible()
    page.fill("[name=code]", pyotp.TOTP(secret).at(city.clock.now()))
    page.locator(".account-card form button").first.click()
    expect(page.locator(".account-codes li")).to_have_count(10)
    fits_both(page)
    recovery = page.locator(".account-codes code").first.inner_text()
    page.locator(".account-go").click()
    page.wait_for_selector(".head-name", timeout=PATIENCE_MS)
    assert page.url == f"{base}/en/station/mizue"
    expect(page.locator("#account-name")).to_have_text("hanaの人")
    expect(page.locator(".freshness.live")).to_be_visible(timeout=PATIENCE_MS)  # nothing is on its way any more
    page.locator("#sign-out button").click()
    expect(page.locator("h1")).to_have_text("サインイン", timeout=PATIENCE_MS)
    fits_both(page)
    page.goto(f"{base}/")
    name_and_password(page)
    expect(page.locator("h1")).to_have_text("確認コード")
    fits_both(page)
    city.clock.ahead += timedelta(seconds=30)
    page.fill("[name=code]", pyotp.TOTP(secret).at(city.clock.now()))
    page.locator(".account-card form button").first.click()
    page.wait_for_selector("a.row", timeout=PATIENCE_MS)
    expect(page.locator(".freshness.live")).to_be_visible(timeout=PATIENCE_MS)
    assert city.acts() == ["code_set", "recovery_made", "sign_in", "sign_out", "sign_in"]
    page.locator("#sign-out button").click()
    without_the_telephone(page, base, recovery)
    assert errors == []


def test_the_page_of_the_first_account_is_for_everybody(tmp_path: Path) -> None:
    path, empty = chromium(), house(tmp_path)
    with served(create_app(desk(gate=empty.gate).services).server) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        page = browser.new_page()
        for language in ("ja", "en"):
            page.goto(f"{base}/setup?token={empty.gate.setup.token}&lang={language}")
            expect(page.locator("[name=again]")).to_be_visible()
            fits_both(page)
        browser.close()


def without_the_telephone(page: Page, base: str, recovery: str) -> None:
    """In by a recovery code; then new ones are made, and the old are gone."""
    page.goto(f"{base}/login?lang=en&next=/account%3Flang%3Den")
    name_and_password(page)
    page.locator(".account-lost summary").click()
    fits_both(page)
    page.locator(".account-lost [name=code]").fill(recovery)
    page.locator(".account-lost button").click()
    expect(page.locator("h1")).to_have_text("Account")
    expect(page.locator(".account-facts")).to_contain_text("9 left")
    page.locator(".account-facts summary").click()
    fits_both(page)
    page.fill("[name=password]", PASSWORD)
    page.locator(".account-facts button").click()
    expect(page.locator(".account-codes li")).to_have_count(10)
    assert recovery not in page.locator(".account-codes").inner_text()
    page.locator(".account-go").click()
    expect(page.locator(".account-facts")).to_contain_text("10 left")


def name_and_password(page: Page) -> None:
    page.fill("[name=login]", "hana")
    page.fill("[name=password]", PASSWORD)
    page.locator(".account-card form button").click()


def fits_both(page: Page) -> None:
    """On a phone and on a desk nothing is wider than the screen, what is tapped is large enough, and axe-core finds
    nothing that is grave."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        small = "[...document.querySelectorAll('button, input:not([type=hidden]), a')].filter(e => e.offsetHeight < 44)"
        assert page.evaluate(f"{small}.map(e => e.outerHTML)") == []
        assert grave_faults(page) == []
