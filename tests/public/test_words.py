"""The catalogues of the public site: alike in every language, honest about what a sensor knows, and easy where they
say so."""

from __future__ import annotations

import re
import string

import pytest

from dashboard.public.words import Words, catalogue
from dashboard.public.words.catalogues import is_draft
from dashboard.public.words.languages import LANGUAGES
from tests.easy_japanese import hard_words, long_sentences, unread_kanji
from tests.issued_words import issued_words
from tests.public.fakes import NOW, one_station

CODES = [each.code for each in LANGUAGES]
MARKUP = ("<strong>", "</strong>", "<em>", "</em>", "<br>")
OF_AUTHORITIES = ("issued.", "notes.orders", "difference.")
"""Texts that speak of what authorities issue, and may name it; all others speak of sensors."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"<[^>]+>", text))


@pytest.mark.parametrize("language", CODES)
def test_every_language_has_exactly_the_texts_of_japanese(language: str) -> None:
    """The drafts too: what one lacked would stop the publication of a city that switched it on."""
    own, first = set(catalogue(language)), set(catalogue("ja"))
    assert (first - own, own - first) == (set(), set())


@pytest.mark.parametrize("language", CODES)
def test_every_text_has_the_values_and_the_markup_of_japanese(language: str) -> None:
    first = catalogue("ja")
    assert {key for key, text in catalogue(language).items() if fields(text) != fields(first[key])} == set()
    assert {key for key, text in catalogue(language).items() if tags(text) != tags(first[key])} == set()
    assert {key for key, text in catalogue(language).items() if not set(tags(text)) <= set(MARKUP)} == set()
    assert all(text.strip() == text and text for text in catalogue(language).values())


@pytest.mark.parametrize("language", CODES)
def test_no_text_about_sensors_speaks_of_what_an_authority_issues(language: str) -> None:
    of_sensors = {key: text for key, text in catalogue(language).items() if not key.startswith(OF_AUTHORITIES)}
    assert {key: found for key, text in of_sensors.items() if (found := issued_words(text, language))} == {}


@pytest.mark.parametrize("language", [code for code in CODES if code != "ja"])
def test_an_issued_level_is_called_what_the_authorities_call_it(language: str) -> None:
    """Else the test before would be blind in this language."""
    assert issued_words(catalogue(language)["issued.level_4"], language) != []


@pytest.mark.parametrize("key", sorted(set(catalogue("easy")) - {"date.months"}))
def test_easy_japanese_is_easy(key: str) -> None:
    text = catalogue("easy")[key]
    assert (long_sentences(text), unread_kanji(text), hard_words(text)) == ([], [], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("川（かわ）へ行（い）かないでください。", ([], [], [])),
        ("川へ行（い）かないでください。", ([], ["川"], [])),
        ("7月1日 {count}時", ([], [], [])),
        ("水（みず）が出（で）るおそれがあります。", ([], [], ["おそれ"])),
    ],
)
def test_the_rule_of_easy_japanese_finds_what_is_hard(text: str, found: tuple[list[str], ...]) -> None:
    assert (long_sentences(text), unread_kanji(text), hard_words(text)) == found


def test_the_rule_of_easy_japanese_does_not_count_readings_and_finds_a_long_sentence() -> None:
    short = "外（そと）が危（あぶ）ないときは、建物（たてもの）の高（たか）い階（かい）へ行（い）ってください。"
    assert long_sentences(short) == []
    assert len(long_sentences(short.replace("。", "ので、" + short))) == 1


@pytest.mark.parametrize("language", CODES)
def test_a_catalogue_says_whether_a_speaker_has_read_it(language: str) -> None:
    assert is_draft(language) == (language in ("zh", "ko", "vi", "pt"))


@pytest.mark.parametrize(
    ("code", "today", "earlier"),
    [
        ("ja", "2026年7月1日 10:42", "6月30日 10:42"),
        ("easy", "2026年7月1日 10:42", "6月30日 10:42"),
        ("en", "1 Jul 2026, 10:42", "30 Jun 10:42"),
        ("zh", "2026年7月1日 10:42", "6月30日 10:42"),
        ("ko", "2026년 7월 1일 10:42", "6월 30일 10:42"),
        ("vi", "10:42 ngày 1 tháng 7 năm 2026", "10:42 ngày 30 tháng 6"),
        ("pt", "1 de julho de 2026, 10:42", "30 de junho, 10:42"),
    ],
)
def test_times_are_written_as_the_language_does(code: str, today: str, earlier: str) -> None:
    words = words_in(code)
    assert (words.long_time(NOW), words.time(NOW)) == (today, "10:42")
    assert words.time(NOW.replace(month=6, day=30)) == earlier


@pytest.mark.parametrize(("code", "said"), [("ja", "4.20"), ("easy", "4.20"), ("vi", "4,20"), ("pt", "4,20")])
def test_a_fraction_has_the_mark_of_the_language(code: str, said: str) -> None:
    assert words_in(code).metres(4.2) == said


@pytest.mark.parametrize("language", CODES)
def test_a_page_says_that_its_times_are_japans(language: str) -> None:
    named = {"ja": "日本時間", "easy": "日本（にほん）の時間", "en": "Japan", "zh": "日本时间"}
    others = {"ko": "일본 시간", "vi": "giờ Nhật Bản", "pt": "do Japão"}
    assert (named | others)[language] in catalogue(language)["now.zone"]


NAMES = {"ja": "藤井川 木ノ庄", "ja-Hira": "ふじいがわ きのしょう", "en": "Fujii River, Kinosho"}


@pytest.mark.parametrize(
    ("code", "names", "name", "lang"),
    [
        ("ja", NAMES, "藤井川 木ノ庄", "ja"),
        ("easy", NAMES, "藤井川 木ノ庄", "ja"),
        ("easy", NAMES | {"easy": "ふじいがわ"}, "ふじいがわ", "ja"),
        ("zh", NAMES, "Fujii River, Kinosho", "en"),
        ("zh", NAMES | {"zh": "藤井河"}, "藤井河", "zh-Hans"),
        ("zh", NAMES | {"zh": "x", "zh-Hans": "藤井河"}, "藤井河", "zh-Hans"),
        ("ko", {"ja": "大橋"}, "大橋", "ja"),
        ("pt", NAMES | {"pt": "Rio Fujii"}, "Rio Fujii", "pt-BR"),
        ("en", {"ja": "大橋"}, "大橋", "ja"),
    ],
)
def test_a_name_is_the_nearest_there_is_and_says_its_language(
    code: str, names: dict[str, str], name: str, lang: str
) -> None:
    assert (words_in(code).name(names), words_in(code).name_lang(names)) == (name, lang)


def test_easy_japanese_has_the_reading_above_each_part_of_a_name() -> None:
    said = words_in("easy").whole(NAMES)
    assert said == (
        "<ruby>藤井川<rp>（</rp><rt>ふじいがわ</rt><rp>）</rp></ruby> "
        "<ruby>木ノ庄<rp>（</rp><rt>きのしょう</rt><rp>）</rp></ruby>"
    )


def test_a_reading_that_does_not_fit_the_parts_of_a_name_is_left_out() -> None:
    assert "ruby" not in words_in("easy").whole(NAMES | {"ja-Hira": "ふじいがわきのしょう"})
    assert "ruby" not in words_in("ja").whole(NAMES)


def words_in(code: str) -> Words:
    """The words of a language for a small city, at 10:42 in Japan."""
    return Words(next(each for each in LANGUAGES if each.code == code), one_station(), NOW)
