"""A message to the public in a real browser: drafted, approved by two persons, published, put right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.api_house import ApiHouse, api_house
from tests.dashboard.message_desk import message_desk

WRONG, RIGHT = "藤井川の橋は通れません", "栗原川の橋は通れません"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    with api_house(tmp_path_factory.mktemp("messages"), message_desk) as made:
        yield made


def screen_of(browser: Browser, house: ApiHouse, who: str, width: int = 1366, height: int = 768) -> Page:
    """A screen where somebody is signed in."""
    base = str(house.client.base_url)
    context = browser.new_context(base_url=base, viewport={"width": width, "height": height})
    context.add_cookies([{"name": "x-test-actor", "value": who, "url": base}])
    return context.new_page()


def press(page: Page, button: str, asked: str = "") -> None:
    """Press a button, read the question in the dialog, and say yes."""
    page.get_by_role("button", name=button, exact=True).click()
    if asked:
        dialog = page.locator("dialog")
        expect(dialog).to_contain_text(asked)
        expect(dialog).to_contain_text("藤井川")
        dialog.get_by_role("button", name=button, exact=True).click()


def test_a_message_is_drafted_approved_by_two_persons_published_and_put_right(
    browser: Browser, house: ApiHouse
) -> None:
    operator, approver, second = (screen_of(browser, house, who) for who in ("operator", "approver", "admin"))
    faults: list[str] = []
    operator.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    operator.goto("/messages/new")
    operator.locator("select[name=stations]").select_option("fujii")
    operator.locator("[name=headline_ja]").fill("洪水警報です")
    expect(operator.locator("[data-slot=faults]")).to_contain_text("気象庁だけが発表する名前")
    operator.locator("[name=headline_ja]").fill(WRONG)
    expect(operator.locator("[data-slot='ja.long']")).to_contain_text(WRONG)
    expect(operator.locator("[data-slot='ja.short']")).to_contain_text(WRONG)
    expect(operator.locator(".preview-faults")).to_be_hidden()
    assert house.get("/public-messages").json()["messages"] == []
    press(operator, "案として保存")
    operator.wait_for_url("**/messages/1")
    expect(operator.locator(".message-step-approve button")).to_be_disabled()

    approver.goto("/messages/1")
    expect(approver.get_by_role("button", name="住民に発信する")).to_have_count(0)
    press(approver, "承認する", "まだ住民には届きません")
    expect(approver.locator(".message-state")).to_contain_text("承認 1 / 2 人 · 承認 三郎")
    press(approver, "承認する", WRONG)
    expect(approver.locator(".said-bad")).to_contain_text("別の人の承認が必要です")

    second.goto("/messages/1")
    press(second, "承認する", WRONG)
    expect(second.locator("[data-reach]")).to_contain_text("届く人：resident-0")
    viewer = screen_of(browser, house, "viewer")
    viewer.goto("/messages/1")
    expect(viewer.locator("[data-reach]")).to_have_text("3 件（メール 3）")
    press(second, "住民に発信する", "3 件（メール 3）")
    expect(second.locator(".message-chip").first).to_have_text("第一報")

    approver.goto("/messages/1")
    approver.locator("summary", has_text="訂正").click()
    form = approver.locator("form[data-preview=correction]")
    form.locator("[name=why_ja]").fill("川の名前が違いました。")
    form.locator("[name=headline_ja]").fill(RIGHT)
    expect(approver.locator("[data-slot='ja.long']")).to_contain_text(f"訂正: {RIGHT}")
    expect(form.locator("[data-reach]")).to_contain_text("まだ送っていない 3 件は、送らずに取り下げます")
    press(approver, "訂正を発信する", "承認を待たず、すぐに届きます")
    approver.wait_for_url("**/messages/2")
    expect(approver.locator(".message-title b")).to_have_text(f"訂正: {RIGHT}")
    approver.goto("/messages")
    expect(approver.locator("#messages-out .message-row")).to_have_count(1)
    expect(approver.locator("#messages-out")).to_contain_text(f"訂正: {RIGHT}")
    assert faults == []


def test_the_question_before_an_issued_level_repeats_it_and_its_place_and_the_wall_then_shows_it(
    browser: Browser, house: ApiHouse
) -> None:
    screen = screen_of(browser, house, "operator")
    wall = screen_of(browser, house, "viewer")
    wall.goto("/wall")
    expect(wall.locator("#wall-waiting b")).to_be_visible()
    expect(wall.locator("#issued-strip")).to_be_hidden()
    screen.goto("/messages")
    screen.locator(".issued-enter summary").click()
    screen.locator("[name=area]").select_option("美ノ郷")
    screen.locator("#issued-form [name=level]").select_option("4")
    screen.locator("[name=issued_by]").fill("市長")
    screen.get_by_role("button", name="入力する", exact=True).click()
    dialog = screen.locator("dialog")
    expect(dialog).to_contain_text("場所：美ノ郷")
    expect(dialog).to_contain_text("発令：警戒レベル4（避難指示）")
    dialog.get_by_role("button", name="入力する", exact=True).click()
    expect(wall.locator("#issued-strip")).to_contain_text("警戒レベル4")
    expect(wall.locator("#issued-strip")).to_contain_text("美ノ郷")
    expect(wall.locator("#issued-strip")).to_contain_text("市長")


def test_a_page_of_a_message_is_left_and_one_that_there_is_not_stays_open_without_a_fault(
    browser: Browser, house: ApiHouse
) -> None:
    page = screen_of(browser, house, "operator")
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/messages/99")
    expect(page.locator("#message-name")).not_to_be_empty()
    for number in range(2):  # news come while nothing is drawn there
        page.evaluate("n => dash_clientside.set_props('news-public', {data: `again-${n}`})", number)
        page.wait_for_timeout(300)
    page.locator(".back").click()
    expect(page.locator("#messages-out")).to_be_visible()
    assert faults == []
