"""All pages in all languages, of a city in a storm whose names are in Japanese alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashboard.public import pages
from dashboard.public.settings import PublicSettings
from dashboard.public.words.languages import LANGUAGES, Language
from ingest.stations import Registry
from tests.dashboard import fake_city
from tests.dashboard.fakes import storm
from tests.public.fakes import NOW, Site, board_of, edition, served

VOID = {"meta", "link", "br", "img", "input", "hr", "col", "source", "wbr"}
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
READ = dict.fromkeys((each.code for each in LANGUAGES), "read by a speaker")
ALL = PublicSettings(languages=tuple(READ), reviewed=READ)


class Spoken(HTMLParser):
    """The text of a page with the language that it is marked as; not its title, where no part can be marked."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("lang") or self._open[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1][0] != "title":
            self.texts.append((self._open[-1][1], data))


@cache
def all_pages() -> dict[str, str]:
    """Every page of the site by its path."""
    told = replace(edition(board_of(only_japanese(fake_city.registry(NOW)), storm(NOW))), languages=ALL.spoken)
    return {sheet.path: sheet.render().decode() for sheet in pages.sheets(told) if sheet.path.endswith(".html")}


def only_japanese(registry: Registry) -> Registry:
    """A registry whose names are in Japanese alone, all stations in one area, all gauges named."""
    stations = {
        key: each.model_copy(update={"name": {"ja": each.name["ja"]}, "area": {"ja": "みなと地区"}})
        for key, each in registry.stations.items()
    }
    gauges = {key: each.model_copy(update={"name": {"ja": "ダム側"}}) for key, each in registry.gauges.items()}
    return registry.model_copy(update={"stations": stations, "gauges": gauges})


def pages_in(language: Language) -> Iterator[tuple[str, str]]:
    folders = tuple(each.folder for each in LANGUAGES if each.folder)
    for path, html in all_pages().items():
        if path.startswith(language.folder) if language.folder else not path.startswith((*folders, "404")):
            yield path, html


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_every_page_says_its_language_and_marks_what_is_in_another(language: Language) -> None:
    found = list(pages_in(language))
    assert any(path.endswith("index.html") for path, _ in found)
    for path, html in found:
        spoken = Spoken(html).texts
        assert f'<html lang="{language.tag}"' in html[:200], path
        assert {text for tag, text in spoken if tag != "ja" and KANA.search(text)} == set(), path
        assert any(tag == language.tag for tag, _ in spoken), path


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_no_value_is_left_out_of_a_sentence_and_every_language_has_the_same_pages(language: Language) -> None:
    found = dict(pages_in(language))
    assert {path.removeprefix(language.folder) for path in found} == {path for path, _ in pages_in(LANGUAGES[0])}
    assert {path for path, html in found.items() if re.search(r"\{[a-z_]+\}", html)} == set()


def test_a_page_finds_a_japanese_name_that_is_not_marked() -> None:
    assert Spoken('<html lang="vi"><p>x <b lang="ja">ア</b><br>イ</p></html>').texts == [
        ("vi", "x "),
        ("ja", "ア"),
        ("vi", "イ"),
    ]


def test_long_words_and_readings_fit_the_smallest_phone(browser: Browser, tmp_path: Path) -> None:
    Site(tmp_path, PublicSettings(languages=("ja", "easy", "vi", "pt"), reviewed=READ)).publish()
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page, wide = context.new_page(), []
    with served(tmp_path) as base:
        for folder, name in product(("easy", "vi", "pt"), ("index.html", "levels.html", "stations/hongo-bridge.html")):
            page.goto(f"{base}/{folder}/{name}")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(f"{folder}/{name}")
    context.close()
    assert wide == []
