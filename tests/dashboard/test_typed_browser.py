"""What somebody types for the public is not lost: not when the page is drawn anew, nor when their session ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import dashboard.staff
from alerts.public.records import Given, PublicMessage
from dashboard.accounts.actor import Role
from dashboard.i18n import text
from dashboard.public_desk import PublicServices
from dashboard.staff.app import SAID as CLOCK
from tests.alerts.duty import Duty
from tests.dashboard import account_desk
from tests.dashboard.api_house import api_house
from tests.dashboard.message_desk import message_desk

PATIENCE_MS = 20_000
ASSETS = Path(dashboard.staff.__file__).parent / "assets"
TYPED = "藤井川の橋は通れません"


@dataclass
class City:
    """A server with accounts and a desk of public messages."""

    base: str
    accounts: account_desk.House
    public: PublicServices

    def draft(self) -> PublicMessage:
        return self.public.desk.draft("当番", Given(station_ids=("fujii",), gravity=3))

    def end_session(self, login: str = "hana") -> None:
        account = self.accounts.desk.store.account(login)
        assert account is not None
        assert self.accounts.gate.desk.sessions.end(account.id) > 0


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("typed")
    accounts, desks = account_desk.house(folder), []
    accounts.add("hana", Role.APPROVER)
    accounts.add("taro", Role.APPROVER)

    def public(duty: Duty) -> PublicServices:
        desks.append(message_desk(duty))
        return desks[0]

    with api_house(folder, public, accounts.gate) as house:
        yield City(str(house.client.base_url), accounts, desks[0])


@pytest.fixture
def page(browser: Browser, city: City) -> Iterator[Page]:
    context = browser.new_context(base_url=city.base)
    context.set_default_timeout(PATIENCE_MS)
    made = context.new_page()
    made.clock.install()
    made.goto("/login?next=%2Fmessages")
    signs_in(made)
    expect(made.locator("#messages-waiting > *")).to_have_count(1)
    yield made
    context.close()


def signs_in(page: Page, login: str = "hana") -> None:
    page.fill("[name=login]", login)
    page.fill("[name=password]", account_desk.PASSWORD)
    page.locator(".account-card form button").click()


def unfold(page: Page, form: str) -> None:
    page.locator("details", has=page.locator(form)).locator("summary").click()


def test_a_session_that_ends_in_the_middle_of_a_sentence_loses_nothing_of_it(page: Page, city: City) -> None:
    page.goto(f"/messages/{city.draft().id}")
    form = page.locator("form[data-method=PATCH]")
    unfold(page, "form[data-method=PATCH]")
    form.locator("[name=headline_ja]").fill(TYPED)
    city.end_session()
    form.get_by_role("button", name="案を直す").click()
    expect(form.locator(".said-bad")).to_contain_text("書いた内容はこのまま残っています")
    with page.expect_popup() as opened:
        form.get_by_role("link", name="別のタブでサインイン").click()
    signs_in(opened.value)
    opened.value.wait_for_url("**/account")
    assert form.locator("[name=headline_ja]").input_value() == TYPED
    form.get_by_role("button", name="案を直す").click()
    expect(form.locator(".said-bad")).to_have_count(0)
    expect(form.locator("[data-said]")).to_have_text("案を直しました。")
    assert city.public.looks.newest(1)[0].content.texts["ja"].headline == TYPED


def test_what_is_typed_is_there_again_after_the_page_was_loaded_anew_until_it_is_thrown_away(page: Page) -> None:
    page.goto("/messages/new")
    headline, stations = page.locator("[name=headline_ja]"), page.locator("[name=stations]")
    headline.fill(TYPED)
    stations.select_option("fujii")
    page.goto("/en/messages/new")
    expect(page.locator(".act-kept")).to_contain_text("What you had typed is back")
    assert headline.input_value() == TYPED
    assert stations.evaluate("e => [...e.selectedOptions].map(o => o.value)") == ["fujii"]
    expect(page.locator("[data-slot='ja.long']")).to_contain_text(TYPED)
    page.get_by_role("button", name="Throw it away").click()
    page.reload()
    expect(headline).to_be_visible()
    expect(page.locator(".act-kept")).to_have_text("")
    assert headline.input_value() == ""


def test_what_one_person_typed_is_given_to_no_other_who_signs_in_in_that_tab(page: Page, city: City) -> None:
    headline = page.locator("[name=headline_ja]")
    for login in ("hana", "taro", "hana"):
        page.goto("/messages/new")
        if page.locator("[name=login]").count():
            signs_in(page, login)
            page.wait_for_url("**/messages/new")
        expect(headline).to_be_visible()
        assert headline.input_value() == ""
        assert TYPED not in page.evaluate("JSON.stringify(sessionStorage)")
        if login == "hana":
            headline.fill(TYPED)
            assert TYPED in page.evaluate("JSON.stringify(sessionStorage)")
        city.end_session(login)


def test_what_one_person_typed_goes_out_under_no_other_name(page: Page, city: City) -> None:
    page.goto(f"/messages/{city.draft().id}")
    form = page.locator("form[data-method=PATCH]")
    unfold(page, "form[data-method=PATCH]")
    form.locator("[name=headline_ja]").fill(TYPED)
    for login, said in (("taro", "別の人がサインインしています"), ("hana", "案を直しました。")):
        page.context.clear_cookies()
        other = page.context.new_page()
        other.goto("/login?next=%2Faccount")
        signs_in(other, login)
        other.wait_for_url("**/account")
        form.get_by_role("button", name="案を直す").click()
        expect(form.locator("[data-said]")).to_contain_text(said)
        kept = city.public.looks.newest(1)[0]
        changed = [(each.action, each.actor) for each in kept.decisions[1:]]
        assert changed == ([] if login == "taro" else [("edited", "hanaの人")])
    assert kept.content.texts["ja"].headline == TYPED


LONELY = """<!DOCTYPE html><html lang="ja"><body><form data-act="/api/v1/x"><textarea name="text"></textarea></form>
<script>window.dash_clientside = { set_props: (id, props) => { window[id] = Object.assign(window[id] || {}, props); } };
</script><script src="/acts.js"></script><script src="/kept.js"></script><script src="/live.js"></script>
</body></html>"""


class Lonely:
    """A page whose server sends no beats any more. ``status`` is what the page itself is answered with."""

    def __init__(self, page: Page) -> None:
        self.status = 401
        self.page = page
        page.clock.install()
        page.route("**/*", self._answer)
        page.goto("http://house.test/")
        words = {each: text("ja", f"clock.{each}") for each in CLOCK}
        said = {"clock": {"ja": words}, "title": {"ja": "x"}, "alive": "/alive"}
        page.evaluate("said => window.dash_clientside.mizumori.beat(null, '/', said)", said)
        page.evaluate("document.documentElement.dataset.before = 'yes'")

    def _answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name.endswith(".js"):
            route.fulfill(path=ASSETS / name)
        elif name == "alive" or route.request.is_navigation_request():
            route.fulfill(body="OK" if name else LONELY, content_type="text/html")
        else:
            route.fulfill(status=self.status)

    def says(self, word: str) -> None:
        """Some seconds later it says this."""
        self.page.clock.fast_forward(30_000)
        said = text("ja", f"clock.{word}")
        self.page.wait_for_function("said => window['lost-said'].children === said", arg=said)


def test_a_page_that_was_lost_does_not_load_anew_under_the_hands_of_who_writes(browser: Browser) -> None:
    page = browser.new_page()
    lonely = Lonely(page)
    page.locator("textarea").fill(TYPED)
    lonely.says("signed_out")
    way = page.evaluate("window['lost-way']")
    assert (way["href"], way["target"], way["hidden"]) == ("/login?next=%2Faccount", "_blank", False)
    lonely.status = 200
    lonely.says("back")
    assert page.evaluate("window['lost-way'].children") == text("ja", "clock.load_anew")
    assert page.evaluate("document.documentElement.dataset.before") == "yes"
    page.locator("textarea").fill("")
    page.clock.fast_forward(30_000)
    expect(page.locator("html")).not_to_have_attribute("data-before", "yes")
    page.close()


def test_what_is_typed_outlives_what_others_decide_meanwhile(page: Page, city: City) -> None:
    made = city.draft()
    page.goto(f"/messages/{made.id}")
    why, headline = page.locator("[name=why]"), page.locator("form[data-method=PATCH] [name=headline_ja]")
    unfold(page, "[name=why]")
    unfold(page, "form[data-method=PATCH]")
    why.fill("現地の確認を待つ")
    headline.fill(TYPED)
    city.public.desk.approve(made.id, "課長")
    expect(page.locator(".message-state")).to_contain_text("課長")
    assert (why.input_value(), headline.input_value()) == ("現地の確認を待つ", TYPED)
    city.public.desk.edit(made.id, "課長", Given({"ja": {"instruction": "高い所へ"}}))
    form = page.locator("form[data-method=PATCH]")
    expect(form.locator(".act-kept")).to_contain_text("この間に元の内容が変わっています", timeout=PATIENCE_MS)
    assert (why.input_value(), headline.input_value()) == ("現地の確認を待つ", TYPED)
    assert form.locator("[name=instruction_ja]").input_value() == "高い所へ"
    form.get_by_role("button", name="案を直す").click()
    expect(form.locator("[data-said]")).to_have_text("案を直しました。")
    said = city.public.looks.newest(1)[0].content.texts["ja"]
    assert (said.headline, said.instruction) == (TYPED, "高い所へ")


NEEDS = """<!DOCTYPE html><html lang="ja"><body><form data-act="/api/v1/x" data-needs="approver">
<button>発信する</button></form><script src="/acts.js"></script></body></html>"""


def test_a_form_that_is_not_for_somebody_says_so_once_the_server_can_tell_who_they_are(browser: Browser) -> None:
    page, asked = browser.new_page(), []

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "me":
            asked.append(name)
            route.fulfill(status=503 if len(asked) == 1 else 200, body='{"login": "eiko", "role": "viewer"}')
        elif name == "acts.js":
            route.fulfill(path=ASSETS / name)
        else:
            route.fulfill(body=NEEDS, content_type="text/html")

    page.clock.install()
    page.route("**/*", answer)
    with page.expect_response("**/api/v1/me"):
        page.goto("http://house.test/")
    page.wait_for_function("document.querySelector('form').dataset.barred === undefined")
    page.clock.fast_forward(15_000)
    expect(page.locator("button")).to_be_disabled()
    assert len(asked) == 2
    page.close()
