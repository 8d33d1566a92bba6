from __future__ import annotations

import contextlib
import copy
import tempfile
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from ingest.registry_files import Mistake, RegistryMistakes, load
from tests.ingest.registries import texts

EXAMPLES = (Path(__file__).parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")
GOOD: dict[str, Any] = tomllib.loads(EXAMPLES.split("```toml\n")[1].split("```")[0])
values = st.recursive(
    texts
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats()
    | st.sampled_from([date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in pairs for found in ((value, key), *_places(inner))]


@given(st.data())
def test_a_file_of_any_shape_is_a_registry_or_a_list_of_mistakes(data: st.DataObject) -> None:
    document = copy.deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(range(len(_places(document)))).map(_places(document).__getitem__))
        holder[key] = data.draw(values)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.toml"
        file.write_text(tomli_w.dumps(document), encoding="utf-8")
        lines = len(file.read_text(encoding="utf-8").split("\n"))
        for mistake in _mistakes(file):
            assert 1 <= mistake.line <= lines
            assert mistake.message


def _mistakes(file: Path) -> tuple[Mistake, ...]:
    try:
        load(file)
    except RegistryMistakes as error:
        return error.mistakes or (Mistake(file.name, 0, ""),)
    return ()


@given(st.sampled_from(["stations", "gauges", "cameras", "thresholds", "sensors"]), st.binary(max_size=200))
def test_a_table_of_any_bytes_is_read_or_a_list_of_mistakes(table: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{table}.csv").write_bytes(content)
        document = GOOD | {"tables": {table: f"{table}.csv"}}
        (Path(folder) / "city.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
        with contextlib.suppress(RegistryMistakes):
            assert load(Path(folder) / "city.toml").stations
