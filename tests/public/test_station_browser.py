"""The pages of stations, cameras and levels on a phone, as the built-in server gives them, with its strict policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dashboard.public.words.languages import JA, ON_BY_DEFAULT, Language
from tests.axe import grave_faults
from tests.public.fakes import NOW, SetClock, Site, served

PAGES = ("stations/hongo-bridge.html", "stations/asahi-bridge.html", "cameras.html", "levels.html")
PHONE = {"width": 360, "height": 740}
LETTERS = """all => Math.min(...all.map(each =>
    parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a))"""
OUTSIDE = """all => all.filter(each => each.getBoundingClientRect().right > innerWidth).length"""
SHIFTS = """new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A city in a storm, of another day: its clock runs at another speed, so its pages are not old."""
    site = Site(tmp_path_factory.mktemp("site"), clock=SetClock(NOW, 60.0))
    site.publish()
    with served(site.folder) as address:
        yield address


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ON_BY_DEFAULT, ids=lambda each: each.code)
def test_on_a_phone_nothing_is_cut_off_moves_or_is_refused_by_the_policy(
    phone: Page, base: str, language: Language
) -> None:
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    for path in PAGES if language is JA else PAGES[:1]:
        phone.goto(f"{base}/{language.folder}{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert phone.evaluate(SHIFTS) == 0, path
    assert said == []


@pytest.mark.parametrize("language", ON_BY_DEFAULT, ids=lambda each: each.code)
def test_the_letters_of_a_hydrograph_are_large_enough_and_inside(phone: Page, base: str, language: Language) -> None:
    phone.goto(f"{base}/{language.folder}stations/hongo-bridge.html")
    assert phone.eval_on_selector_all(".graph text", LETTERS) >= 11
    assert phone.eval_on_selector_all(".graph text", OUTSIDE) == 0


@pytest.mark.parametrize("path", PAGES[1:])
def test_axe_finds_nothing_grave(phone: Page, base: str, path: str) -> None:
    phone.goto(f"{base}/{path}")
    for each in phone.locator("details").all():
        each.evaluate("each => { each.open = true; }")
    assert grave_faults(phone) == []


def test_without_a_script_the_table_of_the_day_opens(browser: Browser, base: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{base}/stations/hongo-bridge.html")
    rows = page.locator("#hours-hongo-bridge-01 tbody tr")
    assert not rows.first.is_visible()
    page.locator("#open-hours-hongo-bridge-01").click()
    assert rows.first.is_visible()
    assert rows.count() == 24
    context.close()
