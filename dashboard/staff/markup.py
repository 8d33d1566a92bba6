"""Components as HTML, for what a script of ours draws: long lists row by row (``assets/rows.js``), whole sections
(``drawing``). All text is escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

NAMES = {"className": "class", "htmlFor": "for", "dateTime": "datetime", "key": "data-row"}
"""Properties that HTML calls otherwise; all others are the same in small letters."""
VOID = frozenset({"img", "input", "br", "hr"})
LEFT_OUT = frozenset(
    {"children", "n_clicks", "disable_n_clicks", "available_properties", "available_wildcard_properties"}
)


def markup(made: Component | str | float | Iterable[Component | str | float] | None) -> str:
    """HTML of a component with all that is in it. ValueError for what only Dash can draw."""
    return "".join(_written(made))


def tag_of(component: Component) -> str:
    """The name of its element."""
    if isinstance(component, dcc.Link):
        return "a"
    if not type(component).__module__.startswith(f"{html.__name__}."):
        raise ValueError(f"{type(component).__name__} is no plain element: it cannot be written as HTML")
    return type(component).__name__.lower()


def _written(made: Any) -> Iterator[str]:
    if isinstance(made, list | tuple):
        for each in made:
            yield from _written(each)
    elif isinstance(made, Component):
        tag = tag_of(made)
        yield f"<{tag}{''.join(_attributes(made))}>"
        if tag not in VOID:
            yield from _written(getattr(made, "children", None))
            yield f"</{tag}>"
    elif made is not None and not isinstance(made, bool):
        yield escape(str(made), quote=False)


def _attributes(component: Component) -> Iterator[str]:
    if isinstance(component, dcc.Link):
        yield " data-inside"
    for name, value in sorted(vars(component).items()):
        if value is None or value is False or name in LEFT_OUT or name.startswith("_"):
            continue
        if name == "style":
            value = _style(value)
        elif name == "hidden" or value is True:
            value = ""
        yield f' {NAMES.get(name, name.lower())}="{escape(str(value))}"'


def _style(rules: Mapping[str, Any]) -> str:
    return ";".join(f"{_with_hyphens(name)}:{value}" for name, value in rules.items())


def _with_hyphens(name: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name)
