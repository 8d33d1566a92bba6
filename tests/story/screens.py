"""Browsers at the night: where somebody is signed in, with everything written down that goes wrong on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, Route, sync_playwright

from tests.parts import CHROMIUM_ARGS, chromium
from tests.story.night import Night

DESK, PHONE = (1366, 768), (360, 740)
DRAWN = """() => !document.querySelector('#react-entry-point')
    || document.querySelector('#page')?.childElementCount && document.querySelector('.freshness.live')"""
QUIET = """() => new Promise(done => {
    let timer = setTimeout(done, 400);
    const watching = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 400); });
    watching.observe(document.body, {childList: true, subtree: true});
    setTimeout(done, 5000);
})"""
"""What is told of later, as figures and pictures are, changes the page once more after it is drawn."""
LEFT_BY_THE_BROWSER = "net::ERR_ABORTED"
"""A request that ended because the page was left is no fault of the page."""


@dataclass
class Screen:
    """A page of a browser, and what went wrong on it: errors of its console, requests that failed."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self, address: str) -> Page:
        """Go to an address and wait until the page is drawn and changes no more."""
        self.page.goto(address)
        self.page.wait_for_function(DRAWN)
        self.page.evaluate(QUIET)
        return self.page

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_BY_THE_BROWSER:
            self.faults.append(f"{request.method} {request.url} failed: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.request.method} {response.url} was answered {response.status}")


@contextmanager
def browsing() -> Iterator[Browser]:
    """The system's Chromium."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


def screen(browser: Browser, base: str, size: tuple[int, int] = DESK, language: str = "ja") -> Screen:
    """A screen of nobody."""
    context = browser.new_context(
        base_url=base, viewport={"width": size[0], "height": size[1]}, locale=language, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    return Screen(context.new_page())


def screen_of(browser: Browser, night: Night, login: str, size: tuple[int, int] = DESK, language: str = "ja") -> Screen:
    """A screen where somebody has signed in."""
    made = screen(browser, night.staff, size, language)
    with night.signed_in(login) as client:
        cookies = [{"name": each.name, "value": each.value or "", "url": night.staff} for each in client.cookies.jar]
    made.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    return made


def at_the_time_of(context: BrowserContext, now: datetime) -> None:
    """Let browser and answers have the time of the house: the public page compares the two with its own."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "date": format_datetime(now, usegmt=True)})

    context.clock.set_fixed_time(now)
    context.route("**/*", answer)
