"""A section is made once for all viewers who see the same of it, not once a viewer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from dash.exceptions import PreventUpdate

from dashboard.staff.drawing import drawn
from dashboard.staff.watch import Watch
from ingest.clock import JST

MOST_KEPT = 64
"""Of a section: by language, filter and the last changes. Who asks for more gets it made anew."""

Section = Callable[..., Awaitable[Any]]


def shared(watch: Watch, section: Section, form: Callable[[Any], Any] = drawn) -> Section:
    """A callback that answers with what was made for the same arguments before, as ``form`` gives it.

    The first argument is the token of the section's news, which names its last change; before there are news nothing is
    answered: they come at once, and the section would be made twice. Not for what depends on who asks.
    """
    return partial(_answer, watch, section, form, OrderedDict())


async def _answer(
    watch: Watch, section: Section, form: Callable[[Any], Any], kept: OrderedDict[tuple[Any, ...], Any], *given: Any
) -> Any:
    if given[0] is None:
        raise PreventUpdate
    picture = await watch.latest()
    # Names and thresholds are the city's, and change without the section's news; times are told without their date on
    # the day itself alone.
    key = (*given, picture.tokens.get("city"), picture.at.astimezone(JST).date())
    if key in kept:
        kept.move_to_end(key)
        return kept[key]
    made = kept[key] = form(await section(*given))
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
    return made


def plain(made: Any) -> Any:
    """What is no component but data for a script stays as it is."""
    return made
