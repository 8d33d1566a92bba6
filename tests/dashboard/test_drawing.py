"""Sections as HTML: what it says, and what it refuses."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from dash import dcc, html
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from dashboard.staff.drawing import Drawing, drawn
from dashboard.staff.pieces import with_data


def test_an_element_is_written_with_its_attributes_and_all_that_is_in_it() -> None:
    made = html.Div(
        [html.B("1 < 2"), None, "&", 3, html.Img(alt='a "b"'), html.Label("x", htmlFor="y")],
        className="row",
        key="7",
        hidden=True,
        style={"fontWeight": 700},
    )
    found = drawn(with_data(made, still="c1"))
    assert (type(found), found.tag) == (Drawing, "div")
    assert found.html == (
        '<div class="row" data-still="c1" hidden="" data-row="7" style="font-weight:700"><b>1 &lt; 2</b>&amp;3'
        '<img alt="a &quot;b&quot;"><label for="y">x</label></div>'
    )


def test_a_drawing_says_itself_as_every_component_does() -> None:
    found = drawn(html.P("x"))
    assert found.to_plotly_json() == Component.to_plotly_json(found)  # type: ignore[no-untyped-call]


def test_a_link_inside_the_app_says_so() -> None:
    assert drawn(dcc.Link("there", href="/x?a=1&b=2")).html == '<a data-inside href="/x?a=1&amp;b=2">there</a>'


def test_what_only_dash_can_draw_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Graph is no plain element"):
        drawn(html.Div([dcc.Graph()]))


class Read(HTMLParser):
    """The text and the titles that a browser would read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | None] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@given(st.text(alphabet="<>&\"'=/ 水a", min_size=1))
def test_no_name_breaks_out_of_its_place(name: str) -> None:
    read = Read()
    read.feed(drawn(html.P(name, title=name)).html)
    read.close()
    assert read.found[0] == name
    assert "".join(each or "" for each in read.found[1:]) == name
