from __future__ import annotations

import pytest

from ingest.hazard import TOP
from ingest.labels import STAFF_LANGUAGES, advice, label, languages, meaning, staff_note, words
from ingest.stations import City, Registry, StationKind
from tests.easy_japanese import hard_words, long_sentences, unread_kanji
from tests.issued_words import WORDS, issued_words

EVERY = [(kind, hazard, language) for kind in StationKind for hazard in range(TOP + 1) for language in languages()]
HAZARDS = [(kind, hazard) for kind in StationKind for hazard in range(TOP + 1)]
CITY = City(id="x", name={"ja": "市"})
CITY_IN = {
    "ja": "市や",
    "easy": "市（し）や",
    "en": "city",
    "zh": "市政府",
    "ko": "시와",
    "vi": "thành phố",
    "pt": "prefeitura",
}


def test_japanese_comes_first_and_english_is_there() -> None:
    assert languages()[0] == "ja"
    assert "en" in languages()


def test_residents_have_words_in_seven_languages() -> None:
    assert set(languages()) == set(WORDS)


@pytest.mark.parametrize(("kind", "hazard", "language"), EVERY)
def test_every_kind_and_hazard_has_all_its_words(kind: StationKind, hazard: int, language: str) -> None:
    said = words(kind, hazard, language)
    needed = said if language in STAFF_LANGUAGES else (said.name, said.meaning, said.advice)
    assert all(text.strip() == text and text for text in needed)


@pytest.mark.parametrize(("kind", "hazard", "language"), EVERY)
def test_no_words_name_what_an_authority_issues(kind: StationKind, hazard: int, language: str) -> None:
    assert issued_words(" ".join(words(kind, hazard, language)), language) == []


@pytest.mark.parametrize(("kind", "hazard"), HAZARDS)
def test_easy_japanese_is_easy(kind: StationKind, hazard: int) -> None:
    name, meant, advised, _ = words(kind, hazard, "easy")
    text = f"{name}。{meant}{advised}"
    assert (long_sentences(text), unread_kanji(text), hard_words(text)) == ([], [], [])


@pytest.mark.parametrize(("kind", "hazard", "language"), EVERY)
def test_no_note_sends_staff_to_a_camera_that_may_not_exist(kind: StationKind, hazard: int, language: str) -> None:
    note = staff_note(kind, hazard, language)
    assert note.count("カメラ") == note.count("カメラがあれば")
    assert note.count("camera") == note.count("camera where there is one")


def test_an_underpass_with_a_little_water_is_not_called_dry() -> None:
    registry = Registry(city=CITY)
    assert label(registry, StationKind.UNDERPASS, 0, "ja") == "通行に支障のある冠水なし"
    assert label(registry, StationKind.UNDERPASS, 0, "en") == "No flooding that hinders traffic"


@pytest.mark.parametrize("language", languages())
def test_inland_water_is_named_alike_at_waterways_and_pump_stations(language: str) -> None:
    registry = Registry(city=CITY)
    assert len({label(registry, kind, 4, language) for kind in (StationKind.WATERWAY, StationKind.PUMP_STATION)}) == 1


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(StationKind))
def test_each_hazard_of_a_kind_is_told_apart_by_its_name(kind: StationKind, language: str) -> None:
    assert len({words(kind, hazard, language).name for hazard in range(TOP + 1)}) == TOP + 1


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(StationKind))
def test_dangerous_water_points_residents_to_what_the_city_says(kind: StationKind, language: str) -> None:
    assert CITY_IN[language].removesuffix("や" if kind is StationKind.UNDERPASS else "") in advice(kind, 4, language)


def test_a_river_is_named_by_the_official_stages() -> None:
    registry = Registry(city=CITY)
    assert label(registry, StationKind.RIVER, 4, "ja") == "氾濫危険水位に到達"
    assert label(registry, StationKind.RIVER, 2, "ja") == "氾濫注意水位に到達"


def test_the_citys_own_label_wins_in_its_language_only() -> None:
    registry = Registry(city=CITY, labels={"ja": {"river": {4: "橋げたに到達"}}})
    assert label(registry, StationKind.RIVER, 4, "ja") == "橋げたに到達"
    assert label(registry, StationKind.RIVER, 3, "ja") == "避難判断水位に到達"
    assert label(registry, StationKind.RIVER, 4, "en") == "At flood danger level"


def test_a_language_without_words_is_answered_in_english() -> None:
    assert meaning(StationKind.RIVER, 5, "xx") == meaning(StationKind.RIVER, 5, "en")
    assert staff_note(StationKind.UNDERPASS, 5, "xx") == staff_note(StationKind.UNDERPASS, 5, "en")


def test_staff_who_read_a_language_of_residents_get_their_note_in_english() -> None:
    assert staff_note(StationKind.UNDERPASS, 5, "easy") == staff_note(StationKind.UNDERPASS, 5, "en")
