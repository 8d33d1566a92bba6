"""Simple rules that a text in やさしい日本語 keeps, after the guideline of the Immigration Services Agency and the
Agency for Cultural Affairs (2020): short sentences, every kanji with its reading, no double negation, plain verbs.
"""

from __future__ import annotations

import re

LONGEST_SENTENCE = 32
"""Characters of a sentence, its readings and the values that are filled in not counted."""
READING = re.compile(r"([一-鿿々]+)（([ぁ-ゖー]+)）")
KANJI = re.compile(r"[一-鿿々]+")
COUNTED = re.compile(r"(?:(?<=[0-9])|(?<=\}))[年月日時分]")
"""年, 月 and 日 after a figure: everybody who lives in Japan reads them."""
HARD = re.compile(
    r"ないわけ|なくもない|ないことはない|なければなりません|おそれ|のみ|および|または|直ちに|ただちに|すみやか"
)
"""Double negations, and words of offices that have a plain one."""


def without_readings(text: str) -> str:
    """What a reader sees on the line: no readings and nothing for the values."""
    return re.sub(r"\{[^}]*\}|<[^>]+>", "", READING.sub(r"\1", text))


def long_sentences(text: str) -> list[str]:
    """The sentences that are longer than LONGEST_SENTENCE."""
    found = re.split(r"(?<=[。！？])|\n", without_readings(text))
    return [each for each in found if len(each.strip()) > LONGEST_SENTENCE]


def unread_kanji(text: str) -> list[str]:
    """The kanji that no reading in parentheses follows."""
    return KANJI.findall(COUNTED.sub("", READING.sub("", text)))


def hard_words(text: str) -> list[str]:
    """Double negations and words that have a plainer one."""
    return HARD.findall(text)
