"""Visits to pages of the site in a browser, with everything that goes wrong there and everything that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

PHONE = (360, 740)
SMALLEST = 320
SHIFTED = """new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 20);
})"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(each => Number(each.tagName[1]))"
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] :
    [...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > width + 1)
        .map(each => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 40)}`).slice(0, 4)"""
LEFT_BY_THE_BROWSER = "net::ERR_ABORTED"
"""A request that ended because the page was left is no fault of the page."""


@dataclass
class Visitor:
    """Somebody with a browser: what they see, what went wrong, and every request that left the browser."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asks)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(f"{self.base}/{path}")
        return self.page

    def resize(self, width: int) -> None:
        """Another width of the screen."""
        self.page.set_viewport_size({"width": width, "height": PHONE[1]})

    def _said(self, message: ConsoleMessage) -> None:
        self.faults.append(f"console: {message.text}")

    def _asks(self, request: Request) -> None:
        """Nothing but files of the site, and nothing told with the request."""
        self.asked.append(request)
        address = urlsplit(request.url)
        here = f"{address.scheme}://{address.netloc}" == self.base
        if not here or request.method != "GET" or address.query or request.post_data:
            self.faults.append(f"asked: {request.method} {request.url} {request.post_data}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_BY_THE_BROWSER:
            self.faults.append(f"{request.url} failed: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.url} was answered {response.status}")


@contextmanager
def visitor(
    browser: Browser, base: str, size: tuple[int, int] = PHONE, *, script: bool = True, **more: Any
) -> Iterator[Visitor]:
    """A phone with nothing of an earlier visit."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=script, **more)
    context.set_default_timeout(10_000)
    try:
        yield Visitor(context.new_page(), base)
    finally:
        context.close()


def wrong_headings(page: Page) -> list[str]:
    """Anything but one h1 that comes first, and then no step left out."""
    levels: list[int] = page.evaluate(HEADINGS)
    jumps = [f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1]
    ones = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"headings are {levels}"]
    return [*ones, *jumps]


def too_wide(page: Page, width: int) -> list[str]:
    """What reaches beyond the right edge of a page that can be moved sideways."""
    return [f"wider than {width}: {each}" for each in page.evaluate(TOO_WIDE, width)]
