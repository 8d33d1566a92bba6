"""Which languages the public site speaks, and how its pages say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.public.pages.missing import missing_page
from dashboard.public.settings import PublicSettings
from dashboard.public.words import catalogue
from dashboard.public.words.furigana import with_furigana
from dashboard.public.words.languages import EASY, EN, LANGUAGES, Language, for_search
from deploy.settings import SettingsError, read_settings
from ingest.readings import Quality
from tests.public.fakes import Site, board_of, edition, html_of, log_of, one_station, overview

DRAFTS = ["zh", "ko", "vi", "pt"]
LOG = [("bridge-1", 4.2, 5, Quality.GOOD)]


def test_japanese_easy_japanese_and_english_are_on_by_default() -> None:
    assert [each.code for each in PublicSettings().spoken] == ["ja", "easy", "en"]


@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_that_nobody_has_read_stops_the_start_and_says_what_to_write(code: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[public]\nlanguages = ["ja", "{code}"]\n')
    with pytest.raises(SettingsError) as refused:
        read_settings(file, {})
    assert "\n" not in str(refused.value)
    assert f"{catalogue(code)['language']} ({code}) are a draft that nobody has reviewed" in str(refused.value)
    assert f'[public.reviewed] {code} = "…"' in str(refused.value)


@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_is_shown_once_the_city_says_who_has_read_it(code: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    text = f'[public]\nlanguages = ["{code}", "ja"]\n[public.reviewed]\n{code} = "国際交流協会 2026-11-20"\n'
    file.write_text(text)
    assert [each.code for each in read_settings(file, {}).public.site.spoken] == ["ja", code]


def test_who_reviewed_must_not_be_empty() -> None:
    with pytest.raises(ValueError, match="nobody has reviewed"):
        PublicSettings(languages=("ja", "ko"), reviewed={"ko": " "})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"languages": ("en",)}, 'languages needs "ja"'),
        ({"languages": ("ja", "fr")}, "'fr' is no language of the public site: write some of ja, easy, en, zh"),
        ({"reviewed": {"pt-BR": "x"}}, "'pt-BR' is no language"),
    ],
)
def test_a_language_that_cannot_be_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        PublicSettings.model_validate(given)


def speaking(codes: list[str]) -> PublicSettings:
    """Settings with these languages on."""
    return PublicSettings(languages=tuple(codes), reviewed=dict.fromkeys(DRAFTS, "国際交流協会 2026-11-20"))


def alternates(html: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_its_language_and_names_every_other_in_its_own_words(language: Language) -> None:
    told = edition(board_of(one_station(), log_of(*LOG)), settings=speaking([each.code for each in LANGUAGES]))
    html = overview(told, language.code)
    assert html.startswith(f'<!DOCTYPE html>\n<html lang="{language.tag}">')
    links = re.findall(r'<a href="[^"]+" lang="([^"]+)" hreflang="([^"]+)"[^>]*>([^<]+)</a>', html)
    assert links == [(each.tag, each.tag, catalogue(each.code)["language"]) for each in LANGUAGES]


def test_search_engines_are_told_of_one_page_a_tag_and_of_easy_japanese_by_its_link_alone() -> None:
    told = edition(board_of(one_station(), log_of(*LOG)), settings=speaking(["ja", "easy", "en", "pt"]))
    assert alternates(overview(told, "ja")) == {"ja": "./", "en": "en/", "pt-BR": "pt/"}
    assert alternates(overview(told, "pt")) == {"ja": "../", "en": "../en/", "pt-BR": "../pt/"}
    assert for_search((EASY, EN)) == (EASY, EN)


def test_without_easy_japanese_or_english_their_pages_are_gone(site: Site) -> None:
    site.publish()
    assert {"index.html", "easy/index.html", "en/index.html"} <= pages_of(site)
    fewer = Site(site.folder, settings=speaking(["ja", "vi"]))
    fewer.publish()
    assert {page for page in pages_of(fewer) if page.endswith("index.html")} == {"index.html", "vi/index.html"}


def pages_of(site: Site) -> set[str]:
    return {each.relative_to(site.folder).as_posix() for each in site.folder.rglob("*.html")}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_easy_japanese_has_its_readings_above_the_kanji_and_none_in_titles_and_attributes() -> None:
    html = html_of(one_station(demonstration=True), log_of(*LOG), "easy")
    assert "<ruby>川<rp>（</rp><rt>かわ</rt><rp>）</rp></ruby>" in html
    assert "ruby" not in "".join(re.findall(r"<title>.*?</title>|<meta[^>]*>|=\"[^\"]*\"", html))
    assert "<ruby>" not in html_of(one_station(), log_of(*LOG), "ja")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a title="川（かわ）">', '<a title="川（かわ）">'),
        ('<a title="川（かわ）が高（たか）い" id="a">川</a>', '<a title="川（かわ）が高（たか）い" id="a">川</a>'),
        ("<title>川（かわ）</title>", "<title>川（かわ）</title>"),
        ("<text x='1'>川（かわ）</text>", "<text x='1'>川（かわ）</text>"),
        ('<img src="a" alt="川（かわ）の 写真（しゃしん）">', '<img src="a" alt="川の 写真">'),
        ('<nav aria-label="水（みず）（いま）"></nav>', '<nav aria-label="水（いま）"></nav>'),
        ('<p data-x="川（かわ）"></p>', '<p data-x="川（かわ）"></p>'),
        ("<p>逃（に）げる</p>", "<p><span><ruby>逃<rp>（</rp><rt>に</rt><rp>）</rp></ruby>げる</span></p>"),
        ("警戒（3）", "警戒（3）"),
        ("ポンプ（ぽんぷ）", "ポンプ（ぽんぷ）"),
    ],
)
def test_a_reading_is_set_above_kanji_in_the_text_of_a_page(html: str, said: str) -> None:
    assert with_furigana(html) == said


def test_a_name_in_another_language_than_the_page_says_which() -> None:
    told = edition(
        board_of(one_station(name={"ja": "大橋", "ko": "오하시"}), log_of()), settings=speaking(["ja", "vi"])
    )
    assert '<span lang="ja"><span class="whole">大橋</span></span>' in overview(told, "vi")
    assert '<span lang="en">Mizumori</span>' not in overview(told, "en")


def test_a_citys_own_label_is_shown_in_its_language() -> None:
    labels = {"easy": {"river": {4: "橋（はし）に水（みず）がつきそう"}}}
    registry = one_station().model_copy(update={"labels": labels})
    assert "橋<rp>（</rp><rt>はし</rt>" in html_of(registry, log_of(*LOG), "easy")
    assert "橋（はし）" not in html_of(registry, log_of(*LOG), "ja")


def test_the_missing_page_speaks_each_language_that_is_on_in_its_own_tag() -> None:
    told = edition(board_of(one_station(), log_of()), settings=speaking(["ja", "easy", "zh"]))
    html = missing_page(told).decode()
    assert re.findall(r'<section lang="([^"]+)">', html) == ["ja", "ja", "zh-Hans"]
    assert catalogue("zh")["missing.title"] in html
