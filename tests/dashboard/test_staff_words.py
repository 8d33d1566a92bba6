"""Addresses, catalogues and the way times and ages are said."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

import dashboard.staff
from dashboard.i18n import LANGUAGES, catalogue, known, text
from dashboard.staff import words
from dashboard.staff.addresses import Page, hours_in, page_at

PAGES = [Page(), Page("en"), Page().station("hongo-bridge"), Page("en").station("hongo-bridge")]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_found_again_at_its_own_address(page: Page) -> None:
    assert page_at(page.path()) == page


@pytest.mark.parametrize("page", PAGES)
def test_the_other_language_keeps_the_page(page: Page) -> None:
    other = page.other_language()
    assert other.language != page.language
    assert other.station_id == page.station_id
    assert other.other_language() == page


@pytest.mark.parametrize("path", ["/station/", "/station/../x", "/station/<script>", "/english", "/en/x", "/station/A"])
def test_other_addresses_are_no_page(path: str) -> None:
    assert not page_at(path).found


@pytest.mark.parametrize(
    ("search", "hours"),
    [("?h=72", 72), ("?h=6", 6), ("?h=24", 24), ("?h=8760", 8760), ("?h=9999", 6), ("", 6), (None, 6)],
)
def test_only_the_offered_ranges_are_taken(search: str | None, hours: int) -> None:
    assert hours_in(search) == hours


def test_both_catalogues_have_the_same_words() -> None:
    keys = [set(catalogue(language)) for language in LANGUAGES]
    assert keys[0] == keys[1]


def test_both_catalogues_take_the_same_values() -> None:
    for key, words_ in catalogue("ja").items():
        assert _fields(words_) == _fields(catalogue("en")[key]), key


def _fields(words_: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(words_) if field}


def test_every_word_that_the_staff_app_asks_for_is_there() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(dashboard.staff.__file__).parent.glob("*.py"))
    asked = set(re.findall(r'text\([\w.]+, "([a-z_]+\.[a-z_]+)"', source))
    assert len(asked) > 30
    assert asked <= set(catalogue("ja"))


def test_our_messages_never_call_themselves_a_warning_of_the_authorities() -> None:
    assert not [key for key, words_ in catalogue("ja").items() if "警報" in words_]


def test_a_reason_that_no_catalogue_knows_is_shown_as_it_is() -> None:
    assert known("ja", "camera_reason", "lens dirty") == "lens dirty"
    assert known("ja", "camera_reason", "no_heartbeat") == "応答なし"


def test_a_word_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("ja", "no.such")


def test_times_are_those_of_japan() -> None:
    at = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    assert words.clock_time(at) == "00:30"
    assert words.near_time(at, datetime(2026, 7, 1, 14, 0, tzinfo=UTC)) == "07/02 00:30"
    assert words.near_time(at, datetime(2026, 7, 1, 15, 40, tzinfo=UTC)) == "00:30"


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "<1 min ago"), (59, "59 min ago"), (96, "1 h 36 min ago"), (4320, "3 d ago")]
)
def test_ages_are_said_in_the_unit_that_fits(minutes: int, said: str) -> None:
    assert words.age("en", minutes) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.001, "5分"), (0.53, "30分"), (0.97, "1時間"), (1.2, "1時間"), (1.6, "1時間半"), (2.9, "3時間")],
)
def test_a_rough_span_is_no_finer_than_it_is_known(hours: float, said: str) -> None:
    assert words.rough_span("ja", hours) == said


def test_a_stage_below_a_threshold_is_never_shown_as_at_it() -> None:
    assert words.stage(2.896) == "2.89"
    assert words.stage(2.9) == "2.90"


def test_no_change_has_no_minus_sign() -> None:
    assert words.rise(-0.004) == "+0.00"
    assert words.rise(-0.006) == "-0.01"


def test_japanese_words_have_japanese_brackets_and_colons() -> None:
    assert not [key for key, words_ in catalogue("ja").items() if re.search(r"[():]", words_)]
