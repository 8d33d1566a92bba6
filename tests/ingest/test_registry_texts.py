"""Names and labels that feeds and tables of the city could not hold are refused where they come in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.registry_files.texts import fault_of
from tests.ingest import test_registry_files as toml
from tests.ingest import test_registry_tables as tables


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("東\x0b町", "U+000B"),
        ("東\n町", "U+000A"),
        ("東\t町", "U+0009"),
        ("東\x00", "U+0000"),
        ("東\x85", "U+0085"),
        ("東\u2028町", "U+2028"),
        ("東\ufffe", "U+FFFE"),
    ],
)
def test_a_control_character_in_a_name_is_refused_with_its_number(tmp_path: Path, text: str, code: str) -> None:
    written = toml.GOOD.replace('en = "Fujii River"', f"en = {json.dumps(text)}")
    (found,) = toml.mistakes(tmp_path, written)
    line = toml.line(written, 'name = { ja = "藤井川"')
    assert found.startswith(f"city.toml:{line}: station fujii: `name.en` holds the control character {code} ")
    assert "write a space there" in found


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", " ="])
def test_a_name_that_a_table_would_work_out_is_refused(tmp_path: Path, first: str) -> None:
    written = toml.GOOD.replace('ja = "藤井川"', f"ja = \"{first}cmd|'/C calc'!A0\"")
    (found,) = toml.mistakes(tmp_path, written)
    assert f"`name.ja` begins with {first.strip()}, which a spreadsheet takes for a formula: write it without" in found


@pytest.mark.parametrize("text", ["藤井川 三成", "A-1 (B+C) @ D = 5", "1号橋", "O'Brien", "🌊", "ー", "が\u3099"])
def test_marks_inside_of_a_name_are_its_own(text: str) -> None:
    assert fault_of(text) == ""


def test_the_city_its_gauges_and_labels_are_held_to_the_same(tmp_path: Path) -> None:
    written = toml.GOOD.replace('id = "fujii-g"', 'id = "fujii-g"\nname = { ja = "=橋" }').replace("水守市", "@水守市")
    found = toml.mistakes(tmp_path, written + '\n[labels.ja.river]\n4 = "+あふれそう"\n5 = "川\\u000bあふれた"\n')
    said = [each.split(": ", 1)[1].split(",")[0] for each in found]
    assert said == [
        "city mizu: `name.ja` begins with @",
        "gauge fujii-g: `name.ja` begins with =",
        "the label of hazard 4 begins with +",
        "the label of hazard 5 holds the control character U+000B (a line break or tab of a cell",
    ]


def test_a_cell_of_a_table_is_named_by_its_column(tmp_path: Path) -> None:
    rows = tables.STATIONS.replace("美ノ郷", "美\x0bノ郷")
    (found,) = tables.mistakes(tmp_path, stations=rows)
    assert found.startswith("stations.csv:2: station fujii: `area_ja` holds the control character U+000B")
