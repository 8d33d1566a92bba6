"""The crews' page in a real browser, on a small phone, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine

from tests.alerts.crew_desk import CREW, CrewDesk
from tests.alerts.scenes import REGISTRY, RIVER, at
from tests.parts import CHROMIUM_ARGS, chromium

NASTY = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield started
        started.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def crew(database: Engine) -> CrewDesk:
    return CrewDesk(database)


def opened(phone: BrowserContext, base: str, crew: CrewDesk) -> Page:
    page = phone.new_page()
    page.goto(f"{base}/a/{crew.token()}")
    return page


def test_a_crew_answers_with_one_tap_after_the_other(phone: BrowserContext, crew: CrewDesk) -> None:
    with crew.served() as base:
        before = crew.rows()
        page = opened(phone, base, crew)
        expect(page.locator("h1")).to_contain_text("藤井川")
        expect(page.locator(".level")).to_contain_text("危険度4")
        page.reload()
        assert crew.rows() == before
        page.get_by_role("button", name="向かっています").click()
        expect(page.locator(".given")).to_contain_text("受け取りました")
        page.get_by_label("ひとこと").fill("橋の上は通れない")
        page.get_by_role("button", name="現地に到着").click()
        expect(page.locator(".given")).to_contain_text("橋の上は通れない")
        page.reload()
        phone.close()
    assert [each.reply for each in crew.answers.of(crew.incident_id, CREW)] == ["on_my_way", "on_site"]
    assert crew.incident().acknowledged_by == "第一分団"


def test_a_double_click_is_one_answer(phone: BrowserContext, crew: CrewDesk) -> None:
    with crew.served() as base:
        page = opened(phone, base, crew)
        page.get_by_role("button", name="確認しました").dblclick()
        expect(page.locator(".given")).to_contain_text("確認しました")
        phone.close()
    assert crew.answers.count() == 1


def test_going_back_and_pressing_again_is_one_answer(phone: BrowserContext, crew: CrewDesk) -> None:
    with crew.served() as base:
        page = opened(phone, base, crew)
        page.get_by_role("button", name="確認しました").click()
        expect(page.locator(".given")).to_be_visible()
        page.go_back()
        page.get_by_role("button", name="確認しました").click()
        expect(page.locator(".given li")).to_have_count(1)
        phone.close()
    assert crew.answers.count() == 1


def test_the_incident_ends_while_the_page_is_open(phone: BrowserContext, crew: CrewDesk) -> None:
    with crew.served() as base:
        page = opened(phone, base, crew)
        crew.change(closed_at=at(39), level=0)
        page.get_by_role("button", name="対応を完了").click()
        expect(page.locator("h1")).to_contain_text("この件は終わりました")
        phone.close()
    assert crew.answers.count() == 0


def test_the_link_expires_while_the_page_is_open(phone: BrowserContext, crew: CrewDesk) -> None:
    with crew.served() as base:
        page = opened(phone, base, crew)
        crew.clock.minutes += 24 * 60 + 1
        page.get_by_role("button", name="確認しました").click()
        expect(page.locator("h1")).to_contain_text("このリンクの期限は切れました")
        phone.close()
    assert crew.answers.count() == 0


@pytest.mark.parametrize("width", [320, 360, 1366])
def test_the_page_fits_asks_no_other_host_and_makes_no_error(browser: Browser, crew: CrewDesk, width: int) -> None:
    asked: list[str] = []
    errors: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 740})
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    with crew.served() as base:
        page.goto(f"{base}/a/{crew.token()}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="向かっています").click()
        expect(page.locator(".given")).to_be_visible()
        context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(f"{base}/a/") and not url.endswith("/favicon.ico")] == []


def test_the_first_button_is_seen_without_scrolling_and_all_are_large_enough(browser: Browser, crew: CrewDesk) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    with crew.served() as base:
        page.goto(f"{base}/a/{crew.token()}")
        boxes = page.eval_on_selector_all("button", "all => all.map(e => e.getBoundingClientRect().toJSON())")
        context.close()
    assert len(boxes) == 4
    assert min(box["height"] for box in boxes) >= 48
    assert min(box["width"] for box in boxes) >= 48
    assert max(box["bottom"] for box in boxes) <= 740


def test_everything_has_a_name_a_language_and_enough_contrast(browser: Browser, crew: CrewDesk) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    with crew.served() as base:
        page.goto(f"{base}/a/{crew.token()}")
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.locator("h1").count() == 1
        assert page.locator('[lang="en"]').count() > 10
        assert page.evaluate("[...document.querySelectorAll('textarea')].every(e => e.labels.length === 1)")
        assert page.title() == "対応を知らせる / Answer"
        for shown in range(1, 6):
            crew.change(level=shown)
            page.goto(f"{base}/a/{crew.token()}")
            assert page.evaluate(LOWEST_CONTRAST) >= 4.5, shown
        context.close()


LOWEST_CONTRAST = """() => {
  const light = c => c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return Math.min(...[...document.querySelectorAll('main *')].filter(e => [...e.childNodes].some(
    n => n.nodeType === 3 && n.data.trim())).map(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(back(e))];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); }));
}"""


def test_names_and_notes_run_nothing(browser: Browser, crew: CrewDesk) -> None:
    river = RIVER.model_copy(update={"name": {"ja": NASTY, "en": NASTY}})
    crew.registry = REGISTRY.model_copy(update={"stations": {**REGISTRY.stations, "fujii": river}})
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    with crew.served() as base:
        page.goto(f"{base}/a/{crew.token()}")
        page.get_by_label("ひとこと").fill(NASTY)
        page.get_by_role("button", name="確認しました").click()
        expect(page.locator(".given q")).to_have_text(NASTY)
        assert page.title() == "対応を知らせる / Answer"
        assert page.locator("img, script").count() == 0
        context.close()
