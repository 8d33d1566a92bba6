"""What ``acts.js`` makes of a form, in a real browser against a small server that answers as the API does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from playwright.sync_api import Browser, Page, expect

import dashboard.staff
from dashboard.staff.forms import said_words
from tests.dashboard.staff_fakes import served

SCRIPT = Path(dashboard.staff.__file__).parent / "assets" / "acts.js"
PAGE = """<!DOCTYPE html><html lang="ja"><body><div id="acts-words" hidden data-words='{words}'></div>
<form id="note" data-act="/api/v1/done" data-done="書きました" data-body='{{"by_itself": 4}}'>
  <textarea name="text" required></textarea>
  <span data-field='{{"type": "text", "name": "nothing"}}'></span>
  <span data-field='{{"type": "text", "name": "cleared", "data-empty": true}}'></span>
  <span data-field='{{"type": "datetime-local", "name": "ends_at", "value": "2026-07-01T18:00"}}'></span>
  <span data-field='{{"type": "number", "name": "level", "value": "3"}}'></span>
  <span data-field='{{"type": "checkbox", "name": "whole", "checked": true}}'></span>
  <span data-field='{{"type": "checkbox", "name": "rules", "value": "stage", "checked": true, "data-list": 1}}'></span>
  <span data-field='{{"type": "checkbox", "name": "rules", "value": "rise", "data-list": true}}'></span>
  <select name="for_s" data-number><option value="3600">1時間</option></select>
  <button>書く</button><span data-said role="status"></span></form>
<form id="close" data-act="/api/v1/refused" data-confirm="終了しますか"><input name="reason" value="点検">
  <button>終了</button><span data-said role="status"></span></form>
<form id="end" data-act="/api/v1/silences/3" data-method="DELETE" data-keep><input id="kept" name="" value="x">
  <button>解除</button><span data-said role="status"></span></form>
<form id="gone" data-act="/api/v1/nobody"><textarea name="text"></textarea>
  <button>確認</button><span data-said role="status"></span></form>
<form id="odd" data-act="/api/v1/broken"><button>確認</button><span data-said role="status"></span></form>
<form id="above" data-act="/api/v1/publishing" data-needs="approver"><button>公表</button>
  <span data-said role="status"></span></form>
<form id="within" data-act="/api/v1/done" data-needs="operator"><button>記録</button>
  <span data-said role="status"></span></form>
<script src="/acts.js"></script></body></html>"""


class Api:
    """Answers as the API does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []
        self.app = FastAPI()
        self.app.get("/")(self.page)
        self.app.get("/acts.js")(lambda: FileResponse(SCRIPT))
        self.app.get("/api/v1/me")(lambda: {"role": "operator"})
        self.app.get("/login")(lambda: HTMLResponse("sign in"))
        self.app.api_route("/api/v1/{rest:path}", methods=["POST", "DELETE"])(self.answer)

    def page(self) -> HTMLResponse:
        """The page with the forms, and the cookie that goes with the session."""
        made = HTMLResponse(PAGE.format(words=said_words().replace("'", "&#39;")))
        made.set_cookie("mizumori_csrf", "token-of-the-session")
        return made

    async def answer(self, rest: str, request: Request) -> JSONResponse:
        body = await request.body()
        self.asked.append((request.method, rest, json.loads(body) if body else None, dict(request.headers)))
        await asyncio.sleep(0.15)
        if rest == "refused":
            return JSONResponse({"detail": "終了の理由を書いてください", "code": "no_reason"}, 422)
        if rest == "nobody":
            return JSONResponse({"detail": "sign in", "code": "nobody"}, 401)
        return JSONResponse({"detail": [{"loc": "x"}]}, 500) if rest == "broken" else JSONResponse({"ok": True})


@pytest.fixture(scope="module")
def api() -> Api:
    return Api()


@pytest.fixture(scope="module")
def base(api: Api) -> Iterator[str]:
    with served(api.app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, base: str, api: Api) -> Iterator[Page]:
    api.asked.clear()
    made = browser.new_page()
    made.goto(base)
    yield made
    made.close()


def test_a_form_is_sent_once_as_json_of_its_fields_and_says_that_it_is_done(page: Page, api: Api) -> None:
    page.evaluate("document.addEventListener('mizumori:acted', (event) => { window.told = event.detail.path; })")
    page.locator("#note textarea").fill("現地へ向かう")
    page.locator("#note button").dblclick()
    expect(page.locator("#note button")).to_be_disabled()
    expect(page.locator("#note [data-said]")).to_have_text("書きました")
    expect(page.locator("#note button")).to_be_enabled()
    assert page.locator("#note textarea").input_value() == ""
    assert page.evaluate("window.told") == "/api/v1/done"
    [(method, path, body, headers)] = api.asked
    assert (method, path) == ("POST", "done")
    assert body == {
        "text": "現地へ向かう",
        "cleared": "",
        "ends_at": "2026-07-01T18:00:00+09:00",
        "level": 3,
        "whole": True,
        "rules": ["stage"],
        "for_s": 3600,
        "by_itself": 4,
    }
    assert headers["x-csrf-token"] == "token-of-the-session"
    assert headers["accept-language"] == "ja"
    assert headers["content-type"] == "application/json"


def test_what_is_asked_before_can_be_left_and_a_refusal_is_said_and_loses_nothing(page: Page, api: Api) -> None:
    page.locator("#close button").click()
    expect(page.locator("dialog")).to_contain_text("終了しますか")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert api.asked == []
    page.locator("#close input").fill("水が引いた")
    page.locator("#close button").click()
    page.locator("dialog button", has_text="終了").click()
    said = page.locator("#close .said-bad[role=alert]")
    expect(said).to_have_text("終了の理由を書いてください")
    assert page.locator("#close input").input_value() == "水が引いた"
    assert api.asked[0][2] == {"reason": "水が引いた"}


def test_a_deletion_has_no_body_and_keeps_the_fields_where_that_is_asked(page: Page, api: Api) -> None:
    page.locator("#kept").fill("y")
    page.locator("#end button").click()
    expect(page.locator("#end [data-said]")).to_have_text("記録しました。")
    assert [each[:3] for each in api.asked] == [("DELETE", "silences/3", None)]
    assert page.locator("#kept").input_value() == "y"


def test_whoever_is_signed_out_keeps_what_they_wrote_and_signs_in_in_another_tab(page: Page, base: str) -> None:
    page.locator("#gone textarea").fill("半時間かけて書いた文")
    page.locator("#gone button").click()
    expect(page.locator("#gone .said-bad")).to_contain_text("別のタブでサインイン")
    with page.expect_popup() as opened:
        page.locator("#gone .said-bad a").click()
    assert opened.value.url == f"{base}/login?next=%2Faccount"
    assert page.locator("#gone textarea").input_value() == "半時間かけて書いた文"


def test_an_answer_without_a_sentence_and_no_answer_at_all_are_told_apart(page: Page) -> None:
    page.locator("#odd button").click()
    expect(page.locator("#odd .said-bad")).to_contain_text("応答 500")
    page.route("**/api/**", lambda route: route.abort())
    page.locator("#odd button").click()
    expect(page.locator("#odd .said-bad")).to_contain_text("届いたかどうか分かりません")


def test_what_needs_another_role_is_dead_and_says_so_before_anybody_tries(page: Page) -> None:
    expect(page.locator("#above button")).to_be_disabled()
    expect(page.locator("#above [data-said]")).to_have_text("承認者（approver）以上のアカウントが必要です。")
    expect(page.locator("#within button")).to_be_enabled()


def test_a_form_that_turns_into_another_under_the_finger_does_nothing(page: Page, api: Api) -> None:
    page.evaluate("document.getElementById('within').dataset.act = '/api/v1/another'")
    page.locator("#within button").click()
    expect(page.locator("#within .said-bad")).to_contain_text("もう一度押してください")
    assert api.asked == []
    page.wait_for_timeout(800)
    page.locator("#within button").click()
    expect(page.locator("#within [data-said]")).to_have_text("記録しました。")
    assert [each[1] for each in api.asked] == ["another"]
