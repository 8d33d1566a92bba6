"""Components as HTML, for long lists that a script draws row by row (``assets/rows.js``). All text is escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from dash import dcc
from dash.development.base_component import Component

NAMES: Mapping[str, str] = {"className": "class", "href": "href", "title": "title", "role": "role", "type": "type"}
"""Properties that rows have, with their names in HTML; ``data-`` and ``aria-`` ones are taken as they are."""
LEFT_OUT = frozenset({"children", "key"})
ON_OFF = frozenset({"hidden"})


def markup(component: Component | str | float | Iterable[Component | str | float] | None) -> str:
    """HTML of a component with all that is in it. ValueError for a property that no row has had so far: it needs a line
    in ``NAMES``."""
    return "".join(_pieces(component))


def _pieces(found: object) -> Iterator[str]:
    if found is None:
        return
    if isinstance(found, Component):
        yield from _element(found)
    elif isinstance(found, str | int | float):
        yield escape(str(found))
    elif isinstance(found, Iterable):
        for each in found:
            yield from _pieces(each)
    else:
        raise ValueError(f"{type(found).__name__} cannot be written as HTML")


def _element(found: Component) -> Iterator[str]:
    given = found.to_plotly_json()  # type: ignore[no-untyped-call]
    inside = isinstance(found, dcc.Link)
    name = "a" if inside else str(given["type"]).lower()
    yield f"<{name}{' data-inside' if inside else ''}"
    yield from (_attribute(key, value) for key, value in given["props"].items() if key not in LEFT_OUT)
    yield ">"
    yield from _pieces(given["props"].get("children"))
    yield f"</{name}>"


def _attribute(key: str, value: object) -> str:
    if key in ON_OFF:
        return f" {key}" if value else ""
    name = key if key.startswith(("data-", "aria-")) else NAMES.get(key)
    if name is None:
        raise ValueError(f"{key} cannot be written as HTML: add it to NAMES")
    return f' {name}="{escape(str(value))}"'
