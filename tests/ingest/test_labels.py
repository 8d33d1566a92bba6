from __future__ import annotations

import pytest

from ingest.hazard import TOP
from ingest.labels import advice, label, languages, meaning, staff_note, words
from ingest.stations import City, Registry, StationKind

EVERY = [(kind, hazard, language) for kind in StationKind for hazard in range(TOP + 1) for language in languages()]
ISSUED = (
    *("警報", "注意報", "警戒レベル", "発令", "避難指示", "高齢者等避難", "緊急安全確保", "避難勧告"),
    *("warning", "alert level", "evacuation order", "evacuation instruction", "emergency"),
)
"""Words of what only an authority issues."""
CITY = City(id="x", name={"ja": "市"})


def test_japanese_comes_first_and_english_is_there() -> None:
    assert languages()[0] == "ja"
    assert "en" in languages()


@pytest.mark.parametrize(("kind", "hazard", "language"), EVERY)
def test_every_kind_and_hazard_has_all_its_words(kind: StationKind, hazard: int, language: str) -> None:
    assert all(text.strip() == text and text for text in words(kind, hazard, language))


@pytest.mark.parametrize(("kind", "hazard", "language"), EVERY)
def test_no_words_name_what_an_authority_issues(kind: StationKind, hazard: int, language: str) -> None:
    text = " ".join(words(kind, hazard, language)).lower()
    assert [word for word in ISSUED if word in text] == []


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


@pytest.mark.parametrize("kind", list(StationKind))
def test_dangerous_water_points_residents_to_what_the_city_says(kind: StationKind) -> None:
    assert "市や" in advice(kind, 4, "ja")
    assert "city" in advice(kind, 4, "en")


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
