"""Sections as HTML: what it says, what it refuses, and that many viewers share the making of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from hypothesis import given
from hypothesis import strategies as st

from dashboard.staff import words
from dashboard.staff.drawing import Drawing, drawn
from dashboard.staff.pieces import with_data
from dashboard.staff.sharing import shared
from dashboard.staff.watch import Watch
from ingest.clock import TrueClock
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import desk


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


def test_many_viewers_share_one_making_and_a_change_is_made_anew() -> None:
    made = desk()
    watch, calls = Watch(made.services), []

    async def section(token: str | None, search: str | None) -> Any:
        calls.append((token, search))
        return html.P(f"{token}{search}")

    answer = shared(watch, section)

    async def asked() -> list[Any]:
        first = [await answer("t1", "") for _ in range(100)]
        return [*first, await answer("t1", "?kind=river"), await answer("t2", "")]

    found = asyncio.run(asked())
    assert calls == [("t1", ""), ("t1", "?kind=river"), ("t2", "")]
    assert found[0] is found[99]
    assert [each.html for each in found[-2:]] == ["<p>t1?kind=river</p>", "<p>t2</p>"]


def test_before_there_are_news_nothing_is_made() -> None:
    async def section(_: str | None, __: str) -> Any:
        raise AssertionError("it was made")

    async def asked() -> Any:
        return await shared(Watch(desk().services), section)(None, "")

    with pytest.raises(PreventUpdate):
        asyncio.run(asked())


def test_a_name_that_the_registry_changes_is_seen_without_news_of_the_water() -> None:
    made = desk()
    watch, calls = Watch(made.services), []

    async def section(token: str | None) -> Any:
        calls.append(token)
        return ""

    answer = shared(watch, section)

    async def asked() -> None:
        await answer("t")
        city = made.registry.current
        assert city is not None
        made.registry.current = city.model_copy(
            update={"city": city.city.model_copy(update={"name": {"ja": "別の市"}})}
        )
        made.log.registry_revision += 1
        made.log.add(reading("mizue", 1.0, made.now - timedelta(seconds=1)))
        watch.picture = watch.look()
        await answer("t")

    asyncio.run(asked())
    assert calls == ["t", "t"]


def test_a_piece_of_yesterday_is_made_anew_with_its_dates() -> None:
    night = datetime(2026, 7, 1, 14, 59, tzinfo=UTC)
    times = [night]
    watch = Watch(replace(desk(night).services, clock=TrueClock(lambda: times[-1])))

    async def section(_: str | None) -> Any:
        return html.P(words.near_time(night, times[-1]))

    answer = shared(watch, section)

    async def asked() -> list[str]:
        first = await answer("t")
        before = watch.picture
        times.append(night + timedelta(minutes=2))
        watch.picture = watch.look()
        assert before is not None
        assert watch.picture.tokens["devices"] != before.tokens["devices"], "who has the page open is told too"
        return [first.html, (await answer("t")).html]

    assert asyncio.run(asked()) == ["<p>23:59</p>", "<p>07/01 23:59</p>"]
