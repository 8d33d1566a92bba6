"""A section is made once for all viewers who see the same of it, not once a viewer: drawn once, written as JSON once.

What is shared must hang on nothing but what the page asks with. So it is made as nobody: in a context of its own, in
which there is no reader, no request and no connection.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State
from dash.exceptions import PreventUpdate
from plotly.io.json import to_json_plotly  # type: ignore[import-untyped]

from dashboard.staff.drawing import drawn
from dashboard.staff.watch import Watch
from ingest.clock import JST

MOST_KEPT = 64
"""Of a section: by language, filter and the last changes. Who asks for more gets it made anew."""
NEWS = "news-"
"""What the ids of the stores begin with that hold the token of a section's last change."""

Section = Callable[..., Awaitable[Any]]
Form = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A section that was made: for Dash, and as the answer that Dash would write, in JSON."""

    value: Any
    answer: str


class Shared:
    """One section of a page, as a callback. Before there are news nothing is answered: they come at once, and the
    section would be made twice."""

    def __init__(self, watch: Watch, section: Section, output: Output, given: Sequence[Input | State], form: Form):
        self._watch, self._section, self._form = watch, section, form
        self._at = (str(output.component_id), output.component_property)
        self._asks = [(str(each.component_id), each.component_property) for each in given]
        # Names and thresholds are the city's, and change without the section's news.
        self._news = ("city", *(name.removeprefix(NEWS) for name, _ in self._asks if name.startswith(NEWS)))
        self._kept: OrderedDict[tuple[str | None, ...], asyncio.Task[Made]] = OrderedDict()
        self.makings = 0

    @property
    def output(self) -> str:
        """Its name in what a page asks."""
        return ".".join(self._at)

    async def answer(self, *given: str | None) -> Any:
        """What Dash is to answer."""
        return (await self.made(given)).value

    async def made(self, given: Sequence[str | None]) -> Made:
        """What was made for the same question since its last change, or is being made; PreventUpdate before there are
        news. Which change is the last is what the server knows, not what the page has heard."""
        if given[0] is None:
            raise PreventUpdate
        picture = await self._watch.latest()
        values = (value for value, (name, _) in zip(given, self._asks, strict=True) if not name.startswith(NEWS))
        # Times are told without their date on the day itself alone.
        key = (*values, *map(picture.tokens.get, self._news), str(picture.at.astimezone(JST).date()))
        if key not in self._kept:
            self._keep(key, given)
        self._kept.move_to_end(key)
        # Somebody who goes away takes it from nobody else.
        return await asyncio.shield(self._kept[key])

    def _keep(self, key: tuple[str | None, ...], given: Sequence[str | None]) -> None:
        task = asyncio.create_task(self._make(given), context=Context())
        self._kept[key] = task
        task.add_done_callback(partial(self._drop_failed, key))
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _drop_failed(self, key: tuple[str | None, ...], task: asyncio.Task[Made]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._kept.get(key) is task:
            del self._kept[key]

    async def _make(self, given: Sequence[str | None]) -> Made:
        self.makings += 1
        value = self._form(await self._section(*given))
        name, prop = self._at
        said = {"status": "ok", "data": {"multi": True, "response": {name: {prop: value}}}}
        return Made(value, str(to_json_plotly(said)))

    def given_in(self, payload: Mapping[str, Any]) -> list[str | None] | None:
        """What a page asks with, in the order of the callback; None where that is not what the callback asks for."""
        asked = [each for part in ("inputs", "state") for each in payload.get(part) or ()]
        if [(each.get("id"), each.get("property")) for each in asked] != self._asks:
            return None
        values = [each.get("value") for each in asked]
        return values if all(value is None or isinstance(value, str) for value in values) else None


class Sharing:
    """The shared sections of an app, by their output. What is not declared here is not shared."""

    def __init__(self, app: Dash, watch: Watch) -> None:
        self._app, self._watch = app, watch
        self.sections: dict[str, Shared] = {}

    def share(self, output: Output, *given: Input | State, section: Section, form: Form = drawn) -> None:
        """Bind a section to an app: news first, inputs before states; ``form`` gives what a browser gets of it.

        ``section`` takes the values of ``given``, and must not hang on who asks.
        """
        shared = Shared(self._watch, section, output, given, form)
        self.sections[shared.output] = shared
        self._app.callback(output, *given)(shared.answer)


def plain(made: Any) -> Any:
    """What is no component but data for a script stays as it is."""
    return made
