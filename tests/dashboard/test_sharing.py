"""Sections that viewers share: made and written once, as nobody, always the newest; and nothing else is answered so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash import Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate

from dashboard.accounts.actor import Role
from dashboard.staff import words
from dashboard.staff.drawing import Drawing, drawn
from dashboard.staff.reader import RememberReader, reads_as
from dashboard.staff.sharing import Shared, Sharing
from dashboard.staff.watch import Watch
from ingest.clock import TrueClock
from tests.dashboard.api_house import PEOPLE
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import desk

NEWS, SEARCH = Input("news-stations", "data"), State("url", "search")
STILL = Input("news-public", "data")
"""Has no news of its own: nobody writes to the public."""


@dataclass
class Looked:
    """A watch in the hands of a test, and a section that says what it was asked and counts how often it was written."""

    watch: Watch
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)
    written: int = 0

    def changes(self, *sections: str) -> None:
        """These have news."""
        picture = self.watch.look()
        at = f"{len(self.asked)}/{datetime.now(UTC).isoformat()}"
        self.watch.picture = replace(picture, tokens={**picture.tokens, **dict.fromkeys(sections, at)})

    async def section(self, token: str | None, search: str | None) -> Any:
        self.asked.append((token, search))
        await asyncio.sleep(0)
        return html.P(f"{len(self.asked)}{search}")

    def form(self, made: Any) -> Any:
        whole, looked = drawn(made), self

        class Counted(Drawing):
            def to_plotly_json(self) -> dict[str, Any]:
                looked.written += 1
                return super().to_plotly_json()

        return Counted(tag=whole.tag, html=whole.html)

    def shared(self, section: Callable[..., Any] | None = None) -> Shared:
        return Shared(self.watch, section or self.section, Output("stations", "children"), (NEWS, SEARCH), self.form)


@pytest.fixture
def looked() -> Looked:
    made = Looked(Watch(desk().services))
    made.watch.picture = made.watch.look()
    made.watch._next_look_s = float("inf")
    return made


def test_a_hundred_viewers_at_once_are_one_making_and_one_writing(looked: Looked) -> None:
    shared = looked.shared()

    async def asked() -> list[Any]:
        return await asyncio.gather(*(shared.made(("t", "")) for _ in range(100)))

    found = asyncio.run(asked())
    assert (looked.asked, looked.written, shared.makings) == ([("t", "")], 1, 1)
    assert all(each is found[0] for each in found)
    assert '"stations":{"children":{"props":{"tag":"p","html":"' in found[0].answer


def test_another_filter_and_a_change_are_made_anew(looked: Looked) -> None:
    shared = looked.shared()

    async def asked() -> list[str]:
        found = [await shared.answer("t", ""), await shared.answer("t", "?kind=river")]
        looked.changes("stations")
        return [each.html for each in (*found, await shared.answer("t2", ""))]

    assert asyncio.run(asked()) == ["<p>1</p>", "<p>2?kind=river</p>", "<p>3</p>"]


def test_what_concerns_another_section_makes_nothing_anew(looked: Looked) -> None:
    shared = looked.shared()

    async def asked() -> None:
        for _ in range(2):
            await shared.answer("t", "")
            looked.changes("alerts")

    asyncio.run(asked())
    assert shared.makings == 1


def test_a_viewer_who_was_away_and_asks_with_old_news_gets_the_newest(looked: Looked) -> None:
    shared = looked.shared()

    async def asked() -> list[str]:
        old = await shared.answer("old", "")
        looked.changes("stations")
        return [old.html, (await shared.answer("old", "")).html]

    assert asyncio.run(asked()) == ["<p>1</p>", "<p>2</p>"]


def test_news_that_nobody_told_change_nothing_of_what_the_others_get(looked: Looked) -> None:
    shared = looked.shared()

    async def asked() -> list[str]:
        await shared.answer("of tomorrow", "")
        looked.changes("stations")
        return [(await shared.answer("of tomorrow", "")).html]

    assert asyncio.run(asked()) == ["<p>2</p>"]


def test_somebody_who_goes_away_takes_it_from_nobody_else(looked: Looked) -> None:
    async def asked() -> Any:
        go_on = asyncio.Event()

        async def section(*_: str | None) -> Any:
            await go_on.wait()
            return html.P("there")

        shared = looked.shared(section)
        first, second = (asyncio.create_task(shared.answer("t", "")) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0.01)
        go_on.set()
        return (await second).html

    assert asyncio.run(asked()) == "<p>there</p>"


def test_what_failed_is_tried_again(looked: Looked) -> None:
    tries: list[int] = []

    async def section(*_: str | None) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not now")
        return html.P("there")

    shared = looked.shared(section)

    async def asked() -> Any:
        with pytest.raises(ValueError, match="not now"):
            await shared.answer("t", "")
        await asyncio.sleep(0)
        return (await shared.answer("t", "")).html

    assert asyncio.run(asked()) == "<p>there</p>"


def test_what_is_shared_is_made_as_nobody_whoever_asks_first(looked: Looked) -> None:
    async def section(*_: str | None) -> Any:
        return html.P(str(reads_as(Role.VIEWER)))

    found: list[Any] = []

    async def app(*_: Any) -> None:
        found.append((reads_as(Role.ADMINISTRATOR), (await looked.shared(section).answer("t", "")).html))

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    scope = {"type": "websocket", "state": {"actor": PEOPLE["admin"]}}
    asyncio.run(RememberReader(app)(scope, nothing, nothing))
    assert found == [(True, "<p>False</p>")]


def test_before_there_are_news_nothing_is_made(looked: Looked) -> None:
    with pytest.raises(PreventUpdate):
        asyncio.run(looked.shared().answer(None, ""))
    assert looked.asked == []


def test_a_name_that_the_registry_changes_is_seen_without_news_of_the_water() -> None:
    made = desk()
    watch, calls = Watch(made.services), []

    async def section(token: str | None, _: str | None) -> Any:
        calls.append(token)
        return ""

    shared = Shared(watch, section, Output("stations", "children"), (STILL, SEARCH), drawn)

    async def asked() -> None:
        await shared.answer("t", "")
        city = made.registry.current
        assert city is not None
        made.registry.current = city.model_copy(
            update={"city": city.city.model_copy(update={"name": {"ja": "別の市"}})}
        )
        made.log.registry_revision += 1
        made.log.add(reading("mizue", 1.0, made.now - timedelta(seconds=1)))
        watch.picture = watch.look()
        await shared.answer("t", "")

    asyncio.run(asked())
    assert calls == ["t", "t"]


def test_a_piece_of_yesterday_is_made_anew_with_its_dates() -> None:
    night = datetime(2026, 7, 1, 14, 59, tzinfo=UTC)
    times = [night]
    watch = Watch(replace(desk(night).services, clock=TrueClock(lambda: times[-1])))

    async def section(*_: str | None) -> Any:
        return html.P(words.near_time(night, times[-1]))

    shared = Shared(watch, section, Output("stations", "children"), (STILL, SEARCH), drawn)

    async def asked() -> list[str]:
        first = await shared.answer("t", "")
        before = watch.picture
        times.append(night + timedelta(minutes=2))
        watch.picture = watch.look()
        assert before is not None
        assert watch.picture.tokens["devices"] != before.tokens["devices"], "who has the page open is told too"
        return [first.html, (await shared.answer("t", "")).html]

    assert asyncio.run(asked()) == ["<p>23:59</p>", "<p>07/01 23:59</p>"]


@pytest.mark.parametrize(
    "payload",
    [
        {"inputs": [], "state": []},
        {"inputs": [{"id": "news-stations", "property": "data", "value": "t"}]},
        {
            "inputs": [{"id": "news-alerts", "property": "data", "value": "t"}],
            "state": [{"id": "url", "property": "search", "value": ""}],
        },
        {
            "inputs": [{"id": "news-stations", "property": "data", "value": ["t"]}],
            "state": [{"id": "url", "property": "search", "value": ""}],
        },
    ],
)
def test_a_question_that_is_none_of_the_callback_is_not_answered(looked: Looked, payload: dict[str, Any]) -> None:
    assert looked.shared().given_in(payload) is None


def test_what_is_not_declared_is_not_shared() -> None:
    async def section(_: str | None) -> str:
        return "everybody's"

    app = Dash("t", add_log_handler=False)
    sharing = Sharing(app, Watch(desk().services))
    app.callback(Output("own", "children"), NEWS)(lambda _: "mine")
    sharing.share(Output("all", "children"), NEWS, section=section)
    assert list(app.callback_map) == ["own.children", "all.children"]
    assert list(sharing.sections) == ["all.children"]
