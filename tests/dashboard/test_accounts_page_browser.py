"""The administrators' page in a real browser: what is shown once, what changes, and how it looks to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from dashboard.accounts.actor import Role
from dashboard.accounts.records import Account
from dashboard.i18n import catalogue
from dashboard.staff.accounts_page import WORDS
from ingest.clock import JST
from tests.dashboard.account_desk import PASSWORD, House, client, house, sign_in
from tests.dashboard.api_house import api_house
from tests.parts import CHROMIUM_ARGS, chromium

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1366, "height": 768}
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str, House, list[str]]]:
    """The page as an administrator has it, its address, the accounts, and what the browser complained of."""
    path, errors = chromium(), []
    made = house(tmp_path_factory.mktemp("accounts"))
    made.add("admin", Role.ADMINISTRATOR)
    made.add("hana", Role.OPERATOR)
    folder = tmp_path_factory.mktemp("house")
    with api_house(folder, gate=made.gate, office=made.office) as found, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        base = str(found.client.base_url)
        page.goto(f"{base}/login?next=/account")
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.locator(".account-card form button").click()
        page.get_by_role("link", name="アカウントの管理").click()
        page.wait_for_selector(".kept")
        yield page, base, made, errors
        browser.close()


def row(page: Page, login: str) -> Locator:
    return page.locator(".kept").filter(has=page.locator(".kept-who small", has_text=login))


def test_an_administrator_keeps_accounts_and_tokens_in_the_browser(visit: tuple[Page, str, House, list[str]]) -> None:
    page, base, made, errors = visit
    password = added(page)
    assert made.desk.passwords.fits(kept(made, "taro").password_hash, password)
    changed(page, base, made)
    secret = token_made(page)
    with client(base) as program:
        program.headers["Authorization"] = f"Bearer {secret}"
        assert program.get("/api/v1/me").json()["name"] == "道路情報の連携"
        page.locator(".kept-token button").click()
        page.locator(".act-ask .act-button:not(.quiet)").click()
        expect(page.locator(".kept-token.kept-over")).to_contain_text("失効")
        assert program.get("/api/v1/me").status_code == 401
    fits_both(page)
    page.goto(f"{base}/en/accounts")
    expect(row(page, "taro")).to_contain_text("start password")
    fits_both(page)
    assert [each for each in errors if "409 (Conflict)" not in each] == [], "one act is refused, and no more"


def added(page: Page) -> str:
    """A new account; its password is on the page until it is closed, and not after that."""
    form = page.locator(".panel-add form")
    form.locator("[name=login]").fill("taro")
    form.locator("[name=name]").fill("当番 太郎")
    form.locator("[name=departments][value=河川課]").check()
    form.locator("button").click()
    password = page.locator("#once code").inner_text()
    expect(row(page, "taro")).to_contain_text("河川課")
    page.locator("#once .act-button:not(.quiet)").click()
    expect(page.locator("#once")).to_be_hidden()
    assert password not in page.content()
    return password


def changed(page: Page, base: str, made: House) -> None:
    """Another role, and then out: in the open session of the one it concerns as well."""
    with client(base) as theirs:
        sign_in(theirs, "hana")
        row(page, "hana").locator("summary").click()
        row(page, "hana").locator("select").select_option("approver")
        row(page, "hana").locator(".act-button", has_text="役割").click()
        expect(row(page, "hana").locator("summary")).to_contain_text("承認者")
        expect(row(page, "hana").locator(".act-said", has_text="変更しました")).to_be_visible()
        assert theirs.get("/api/v1/me").json()["role"] == "approver"
        row(page, "hana").get_by_role("button", name="停止する").click()
        expect(page.locator(".act-ask")).to_contain_text("hanaの人")
        page.locator(".act-ask .act-button:not(.quiet)").click()
        expect(row(page, "hana").locator(".kept-flags")).to_contain_text("停止中")
        assert theirs.get("/api/v1/me").status_code == 401
    row(page, "admin").locator("summary").click()
    row(page, "admin").get_by_role("button", name="停止する").click()
    page.locator(".act-ask .act-button:not(.quiet)").click()
    expect(row(page, "admin").locator(".said-bad")).to_contain_text("先に別の管理者を決めてください")
    assert kept(made, "admin").disabled_at is None


def token_made(page: Page) -> str:
    form = page.locator(".panel-token form")
    form.locator("[name=name]").fill("道路情報の連携")
    form.locator("[name=last_day]").fill(f"{datetime.now(JST) + timedelta(days=30):%Y-%m-%d}")
    form.locator("button").click()
    secret = page.locator("#once code").inner_text()
    expect(page.locator(".kept-token")).to_contain_text(f"{datetime.now(JST) + timedelta(days=30):%Y-%m-%d} まで有効")
    return secret


def kept(made: House, login: str) -> Account:
    found = made.desk.store.account(login)
    assert found is not None
    return found


def fits_both(page: Page) -> None:
    """On a phone and on a desk nothing is wider than the screen, and on a phone what is tapped is large enough."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tapped = "[...document.querySelectorAll('#keeping :is(button, summary, select, label, a)')]"
    assert page.evaluate(f"{tapped}.filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML)") == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_every_word_that_the_script_says_is_in_the_catalogues() -> None:
    assert {f"keeping.{each}" for each in WORDS} <= set(catalogue("ja"))
