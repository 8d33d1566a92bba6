"""Every kind of page in every language, in a browser on a phone, with and without JavaScript, in the middle of a storm.

The kinds are found in the folder of the site: whoever adds a page finds it walked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import Browser

from dashboard.public.words.languages import LANGUAGES, ON_BY_DEFAULT
from tests.axe import grave_faults
from tests.public.fakes import served
from tests.public.stormy_city import DANGER, FORMER, MAINTAINED, NEVER, SILENT, STOPPED, SUSPECT, StormyCity
from tests.public.visits import PHONE, SHIFTED, SMALLEST, Visitor, too_wide, visitor, wrong_headings

STATIONS = (
    DANGER,
    SILENT,
    STOPPED,
    MAINTAINED,
    SUSPECT.removesuffix("-stage"),
    NEVER.removesuffix("-depth"),
    "pond-minari",
    FORMER,
)
"""One in every state, one with an old picture, and one at which nothing is observed any more."""
FOLDERS = {each.code: each.folder for each in ON_BY_DEFAULT}
TAGS = {each.code: each.tag for each in LANGUAGES}
DESK = 1366
MOST_SHIFTED = 0.0
SAME_IN_EVERY_LANGUAGE = ("color-contrast",)
"""What takes long where every kanji has its reading, and is looked at in the other languages."""


def pages(site: Path, language: str) -> list[str]:
    """One page of each kind; in Japanese the stations in all of their states."""
    folder = FOLDERS[language]
    own = sorted(each.name for each in (site / folder).glob("*.html"))
    areas = sorted(each.name for each in (site / folder / "areas").glob("*.html"))
    stations = STATIONS if language == "ja" else STATIONS[:1]
    found = [*own, f"areas/{areas[0]}", *(f"stations/{each}.html" for each in stations)]
    return [f"{folder}{each}" for each in found]


@pytest.mark.parametrize("language", FOLDERS)
def test_no_page_has_a_fault_on_a_phone(stormy: StormyCity, browser: Browser, language: str) -> None:
    """axe, console, requests, headings, language, widths, and that nothing moves while it loads."""
    wrong = dict(_walked(stormy, browser, language, script=True))
    assert len(wrong) >= 10
    assert {page: faults for page, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize("language", FOLDERS)
def test_no_page_has_a_fault_without_javascript(stormy: StormyCity, browser: Browser, language: str) -> None:
    wrong = dict(_walked(stormy, browser, language, script=False))
    assert {page: faults for page, faults in wrong.items() if faults} == {}


def _walked(stormy: StormyCity, browser: Browser, language: str, *, script: bool) -> Iterator[tuple[str, list[str]]]:
    with visitor(browser, stormy.address, script=script) as phone:
        for path in pages(stormy.site, language):
            yield path, list(_wrong_at(phone, path, TAGS[language], script=script))


def _wrong_at(phone: Visitor, path: str, tag: str, *, script: bool) -> Iterator[str]:
    phone.faults.clear()
    phone.resize(PHONE[0])
    page = phone.open(path)
    if script:
        yield from grave_faults(page, without=SAME_IN_EVERY_LANGUAGE if path.startswith("easy/") else ())
        if (shifted := page.evaluate(SHIFTED)) > MOST_SHIFTED:
            yield f"moved by {shifted} while it was loaded"
    for width in (PHONE[0], SMALLEST, DESK):
        phone.resize(width)
        yield from too_wide(page, width)
    yield from wrong_headings(page)
    if (lang := page.locator("html").get_attribute("lang")) != tag:
        yield f"lang is {lang}"
    yield from phone.faults


def test_every_link_leads_to_something_that_is_there(stormy: StormyCity) -> None:
    files = {each.relative_to(stormy.site).as_posix() for each in stormy.site.rglob("*") if each.is_file()}
    parsed = {each: Links.of(stormy.site / each) for each in sorted(files) if each.endswith(".html")}
    broken = [
        (page, link)
        for page, found in parsed.items()
        for link in sorted(found.links)
        if not _leads(urljoin(f"http://here/{page}", link), files, parsed)
    ]
    assert sum(len(each.links) for each in parsed.values()) > 1000
    assert broken == []


def _leads(address: str, files: set[str], parsed: dict[str, Links]) -> bool:
    if not address.startswith("http://here/"):
        return address.startswith("https://")
    plain, anchor = urldefrag(address.removeprefix("http://here/"))
    path = f"{plain}index.html" if plain.endswith("/") or not plain else unquote(plain)
    return path in files and (not anchor or unquote(anchor) in parsed[path].anchors)


class Links(HTMLParser):
    """Where a page leads, what it loads, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()

    @classmethod
    def of(cls, file: Path) -> Links:
        """Those of a file."""
        made = cls()
        made.feed(file.read_text(encoding="utf-8"))
        return made

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag of the page."""
        given = dict(attrs)
        self.links |= {given[name] or "" for name in ("href", "src") if name in given}
        if given.get("id"):
            self.anchors.add(given["id"] or "")


FAULTY = """<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><h1>a</h1><h3>b</h3>
<img src="http://127.0.0.1:9/x.jpg"><a href="missing.html#x"></a><script>1</script>
<svg width="500" height="10"></svg></body></html>"""


def test_the_walk_finds_faults_where_there_are_some(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(FAULTY)
    with served(tmp_path) as base, visitor(browser, base) as phone:
        found = "\n".join(_wrong_at(phone, "", "ja", script=True))
    for fault in ("image-alt", "link-name", "wider than 360", "wider than 320", "h3 follows h1", "lang is en"):
        assert fault in found
    for fault in ("asked: GET http://127.0.0.1:9/x.jpg", "Content Security Policy", "inline script"):
        assert fault in found
