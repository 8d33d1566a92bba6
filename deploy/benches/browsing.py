"""A real browser that opens the overview: how long until it is useful, what came over the wire, and when it changes.

Needs Playwright, which is no part of an installed Mizumori, and the system's Chromium; ``chromium`` says why not.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from deploy.benches.family import NotTold, family, name_of

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
USEFUL = """() => document.querySelector("a.row") && document.querySelector("#map .map-mark")
    && document.querySelector("#waiting").children.length > 0"""
PLAIN = """() => document.querySelector("#there")"""
SHOWN = """([station, wanted]) => new Promise((told, failed) => {
    const shown = () => document.querySelector(`#stations a[href$="/station/${station}"]`)?.textContent ?? "no row";
    const there = () => shown().includes(wanted);
    const over = setTimeout(() => failed(new Error(`${wanted} was not shown, but ${shown()}`)), %d);
    const say = () => { clearTimeout(over); told(Date.now()); };
    if (there()) { say(); return; }
    // The list's own element may be another by then.
    new MutationObserver((_, seen) => { if (there()) { seen.disconnect(); say(); } })
        .observe(document.body, { subtree: true, childList: true, characterData: true });
})"""
WITHIN_MS = 60_000
SHOWN_WITHIN_S = 20.0


class NoBrowser(Exception):
    """Why no browser is asked."""


class NotShown(Exception):
    """The browser did not show in time what was waited for, in its own words."""


@dataclass
class Visit:
    """A visit: seconds until the page was useful, CPU seconds of the browser until then, and kilobytes over the wire,
    those of the WebSocket not among them, because tabs share it behind the page's back."""

    useful_s: float = 0.0
    cpu_s: float = 0.0
    wire_kb: float = 0.0
    elements: int = 0
    errors: list[str] = field(default_factory=list)


def chromium() -> str:
    """The path of the system's Chromium; NoBrowser says what is missing."""
    if find_spec("playwright") is None:
        raise NoBrowser("Playwright is not installed: pip install playwright")
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        raise NoBrowser("there is no Chromium on this machine: apt install chromium")
    return found


@contextmanager
def browser(cookie: str, url: str) -> Iterator[BrowserContext]:
    """A browser with the session of ``cookie`` and nothing in its store."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        context = opened.new_context(viewport={"width": 1366, "height": 768})
        pairs = (each.partition("=") for each in cookie.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": url} for name, _, value in pairs])
        try:
            yield context
        finally:
            opened.close()


def visited(context: BrowserContext, address: str, useful: str = USEFUL) -> tuple[Visit, Page]:
    """Open a page until it is useful."""
    visit, page = Visit(), context.new_page()
    received: list[float] = []
    page.on("console", lambda said: visit.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    wire: Any = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    began_s, cpu_s = time.monotonic(), _cpu_s()
    page.goto(address, wait_until="commit")
    with _in_time():
        page.wait_for_function(useful, polling="raf", timeout=WITHIN_MS)
    visit.useful_s = time.monotonic() - began_s
    visit.cpu_s = _cpu_s() - cpu_s
    page.wait_for_timeout(1_500)
    visit.wire_kb = sum(received) / 1000
    visit.elements = page.evaluate("() => document.querySelectorAll('*').length")
    return visit, page


def shown_after_s(page: Page, station_id: str, wanted: str, publish: Callable[[], float]) -> float:
    """Publish, and how many seconds later the station's row of the list shows what is ``wanted``. ``publish`` gives the
    second since 1970 at which it did."""
    script = SHOWN % (SHOWN_WITHIN_S * 1000)
    page.evaluate(
        "(asked) => { window.benchShown = (" + script + ")(asked); window.benchShown.catch(() => 0); }",
        [station_id, wanted],
    )
    published_s = publish()
    with _in_time():
        shown_ms: float = page.evaluate("() => window.benchShown")
    return shown_ms / 1000 - published_s


@contextmanager
def _in_time() -> Iterator[None]:
    from playwright.sync_api import Error

    try:
        yield
    except Error as error:
        raise NotShown(error.message.splitlines()[0]) from error


def _cpu_s() -> float:
    """CPU seconds of all processes of the browser; not a number where the system does not say."""
    try:
        return sum(each.cpu_s for each in family(os.getpid()) if name_of(each.pid).startswith("chrom"))
    except NotTold:
        return float("nan")
