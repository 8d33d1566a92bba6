"""Whatever a desk refuses, the pages can say in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import alerts
from alerts.cap.fault import Fault
from alerts.issued import WrongIssue
from alerts.public.records import Refused
from dashboard.i18n import LANGUAGES, catalogue
from dashboard.public_words import refusal, wrong_issue

ALERTS = Path(alerts.__file__).parent
FILES = [*ALERTS.glob("public/*.py"), ALERTS / "store" / "public.py"]
NAMED = re.compile(r"raise Refused\(\s*(?:f?\"[^\"]*\"|sentence)\s*,\s*\"(\w+)\"", re.DOTALL)
OF_FAULT = re.compile(r"Fault\(\s*(?:f?\"[^\"]*\"|sentence)\s*,\s*\"(\w+)\"")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_has_a_name_has_words(language: str) -> None:
    names = {name for file in FILES for name in NAMED.findall(file.read_text("utf-8"))}
    faults = {name for file in ALERTS.glob("cap/*.py") for name in OF_FAULT.findall(file.read_text("utf-8"))}
    assert {"held", "unconfirmed", "lower", "approvals", "changed", "still_high"} <= names
    assert {"official", "unissued", "orders", "long_headline"} <= faults
    words = catalogue(language)
    assert [each for each in names - {"faults"} if f"desk.refused.{each}" not in words] == []
    assert [each for each in faults if f"desk.fault.{each}" not in words] == []


def test_faults_are_said_with_the_language_that_they_are_about() -> None:
    wrong = Fault("ja-JP: its headline says 洪水警報", "official", word="警報", languages="ja-JP, en-US")
    why = Refused("…", "faults", faults=(wrong, "something that only a mistake of ours could cause"))
    assert refusal(why, "ja").startswith("日本語：英語：「警報」は気象庁だけが")
    assert refusal(why, "en").endswith("something that only a mistake of ours could cause")


def test_what_has_no_words_is_said_in_its_own_sentence() -> None:
    assert refusal(Refused("a sentence"), "ja") == "a sentence"
    assert wrong_issue(WrongIssue("a sentence", "nothing_of_ours"), "ja") == "a sentence"
