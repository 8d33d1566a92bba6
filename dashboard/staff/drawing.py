"""Sections as one piece of HTML: what a browser draws fast, and what many viewers share.

A tree of Dash components costs the browser's renderer about a millisecond each, at every change, and the server the
making of it for every viewer. A ``Drawing`` is one component, whatever it holds: ``assets/drawing.js`` draws it, and
changes only what differs from what it drew before, so that focus, an open fold and what a script of ours wrote stay.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from dashboard.staff.markup import markup, tag_of


class Drawing(Component):
    """An element with all that is in it, as HTML. Nothing in it is the output or the input of a callback."""

    _namespace = "mizumori_drawing"
    _type = "Drawing"
    _prop_names = ["tag", "html"]  # noqa: RUF012
    _children_props = []  # noqa: RUF012
    _base_nodes = ["children"]  # noqa: RUF012
    _valid_wildcard_attributes = []  # noqa: RUF012
    available_properties = _prop_names
    available_wildcard_properties = []  # noqa: RUF012
    tag: str
    html: str

    def __init__(self, tag: str, html: str) -> None:
        """``html`` is that of the whole element, which is a ``tag``."""
        super().__init__(tag=tag, html=html)  # type: ignore[no-untyped-call]

    def to_plotly_json(self) -> dict[str, Any]:
        """As every component says itself, without looking through what it might have: it is asked for every viewer."""
        return {"props": {"tag": self.tag, "html": self.html}, "type": self._type, "namespace": self._namespace}


def drawn(made: Any) -> Any:
    """Components, or a list of them, each as one ``Drawing``; text and nothing stay as they are. TypeError where one
    holds what only Dash can draw."""
    if isinstance(made, list | tuple):
        return [drawn(each) for each in made]
    if not isinstance(made, Component):
        return made
    return Drawing(tag=tag_of(made), html=markup(made))
