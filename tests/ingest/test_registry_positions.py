from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given

from ingest.registry_files import to_toml
from ingest.registry_files.positions import Path, line_of, lines_of
from ingest.stations import Registry
from tests.ingest.registries import registries

AWKWARD = '''# a comment with [brackets] and key = "value"
title = """
not = "a key"
[not.a.table]
""""" # quotes at the end
path = 'C:\\'
"quoted key" = "a # no comment \\" still text"

[city] # after a header
name = { ja = "市 ] }", en = '[x]' }
outlines = [
  # a comment, with ] and "quotes
  [[1.0, 2.0], [3.0, 4.0]],
  [
    [5.0, 6.0],
  ],
]
a.b.c = 2026-04-01 00:00:00+09:00

[[stations]]
id = "one"
  [[stations.gauges]]
  id = "one-a"
  [[stations.gauges]]
  id = "one-b"
  [stations.extra]
  note = "x"

[[ stations ]]
id = "two"
[["stations".gauges]]
id = "two-a"
levels = { 1 = 2.0, "2" = 3.0 }
'''


def test_text_inside_strings_arrays_and_comments_is_not_taken_for_keys() -> None:
    lines = lines_of(AWKWARD)
    assert ("not",) not in lines
    assert lines["title",] == 2
    assert lines["path",] == 6
    assert lines["quoted key",] == 7
    assert lines["city", "name", "en"] == 10
    assert lines["city", "outlines", 0, 1] == 13
    assert lines["city", "outlines", 1, 0, 1] == 15
    assert lines["city", "a", "b", "c"] == 18


def test_nested_tables_belong_to_the_newest_station_above_them() -> None:
    lines = lines_of(AWKWARD)
    assert lines["stations", 0, "gauges", 1, "id"] == 25
    assert lines["stations", 0, "extra", "note"] == 27
    assert lines["stations", 1, "id"] == 30
    assert lines["stations", 1, "gauges", 0] == 31
    assert lines["stations", 1, "gauges", 0, "levels", "2"] == 33


def test_what_is_not_in_the_file_stands_where_its_surroundings_stand() -> None:
    lines = lines_of(AWKWARD)
    assert line_of(lines, ("stations", 1, "lat")) == 29
    assert line_of(lines, ("nowhere",)) == 1


@given(registries())
def test_every_value_of_any_registry_has_a_line(registry: Registry) -> None:
    text = to_toml(registry)
    lines = lines_of(text)
    for path in _paths(tomllib.loads(text)):
        assert path in lines


def _paths(value: Any, path: Path = ()) -> list[Path]:
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in pairs for found in ((*path, key), *_paths(inner, (*path, key)))]
