"""Several runs in one message: counted, the worst first, by station; falls and what is not heard apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from alerts.dispatch.runs import Run
from alerts.messages.catalogue import one_line, texts
from alerts.messages.layout import LEAST_TEXT, TWO_SMS, blocks, shortened
from alerts.messages.told import Context, Situation
from alerts.messages.wording import Parts, marks
from alerts.records import STAGE
from ingest.stations import named

MOST_LINES = 20
UNHEARD = frozenset({"silence", "gateway", "camera"})
DOWN = frozenset({Situation.FALL, Situation.OVER, Situation.CLOSED})
GROUPS = ("hazards", "silent", "others", "falls")
"""In this order they stand in the message."""


def worst_first(told: Sequence[Run]) -> list[Run]:
    """By group, then stations by their worst level, within a station the worst first; the newer first of equals."""
    worst: dict[tuple[int, str], int] = {}
    for each in told:
        key = (_rank(each), each.last.station_id)
        worst[key] = max(worst.get(key, 0), each.level)

    def place(run: Run) -> tuple[int, int, str, int, int]:
        key = (_rank(run), run.last.station_id)
        return (key[0], -worst[key], key[1], -run.level, -run.last.id)

    return sorted(told, key=place)


def group_of(run: Run) -> str:
    """Which of the groups a run belongs to."""
    last = run.last
    if last.to_level < run.first.from_level or last.cause in ("fall", "closed"):
        return "falls"
    if last.rule in UNHEARD or last.unverified:
        # The last known danger of a gauge that fell silent is a danger, not a fault.
        return "hazards" if last.rule == STAGE else "silent"
    return "hazards" if last.rule == STAGE else "others"


def _rank(run: Run) -> int:
    return GROUPS.index(group_of(run))


def subject_of(parts: Sequence[Parts], context: Context, language: str) -> str:
    """How bad at the worst, how many, where, and the counts."""
    catalogue = texts(language)
    words = _words(parts, context, catalogue)
    return str(catalogue["digest"]["subject"].format_map(words))


def long_body(parts: Sequence[Parts], context: Context, language: str, url: str, *, personal: bool) -> str:
    """A line a run under the heading of its group, at most ``MOST_LINES``; the rest is counted."""
    catalogue = texts(language)
    own, words = catalogue["digest"], _words(parts, context, catalogue)
    middle = [[own["head"].format_map(words)]]
    for name, members in groupby(parts[:MOST_LINES], key=lambda each: group_of(each.scene.run)):
        middle.append([own[name], *(_line(each) for each in members)])
    if len(parts) > MOST_LINES:
        middle.append([own["more"].format(count=len(parts) - MOST_LINES)])
    return blocks(context, catalogue, middle, url, personal=personal)


def short_body(parts: Sequence[Parts], context: Context, language: str, url: str, *, personal: bool = False) -> str:
    """At most two joined text messages; the counts and the link stay whole where they can."""
    del personal
    catalogue = texts(language)
    end = "".join(f" {each}" for each in (url, catalogue["mark_drill"].strip() if context.drill else "") if each)
    text = str(catalogue["digest"]["brief"].format_map(_words(parts, context, catalogue)))
    return shortened(text, max(LEAST_TEXT, TWO_SMS - len(end))) + end


def _line(parts: Parts) -> str:
    scene = parts.scene
    return str(parts.catalogue["item"].format(sign=parts.sign, place=scene.place, brief=" ".join(parts.brief)).rstrip())


def _words(parts: Sequence[Parts], context: Context, catalogue: dict[str, Any]) -> dict[str, object]:
    return {
        "marks": marks(context, catalogue, parts),
        "city": one_line(named(context.registry.city.name, parts[0].scene.language)),
        "count": len(parts),
        "counts": catalogue["list_separator"].join(_counts(parts, catalogue["digest"])),
        "worst": _worst(parts[0], catalogue["digest"]),
        "places": _places(parts, catalogue["digest"]),
    }


def _counts(parts: Sequence[Parts], own: dict[str, str]) -> Iterable[str]:
    """How many of each level and group; what is not confirmed is counted apart."""
    runs = [each.scene.run for each in parts]
    hazards = [each.last for each in runs if group_of(each) == "hazards"]
    for level in range(5, 0, -1):
        if count := sum(each.to_level == level and not each.unconfirmed for each in hazards):
            yield own["count_hazard"].format(level=level, count=count)
    if count := sum(each.unconfirmed for each in hazards):
        yield own["count_unconfirmed"].format(count=count)
    for name in GROUPS[1:]:
        if count := sum(group_of(each) == name for each in runs):
            yield own[f"count_{name}"].format(count=count)


def _worst(parts: Parts, own: dict[str, str]) -> str:
    group = group_of(parts.scene.run)
    if group == "hazards":
        key = "worst_hazard_unconfirmed" if parts.scene.last.unconfirmed else "worst_hazard"
        return own[key].format(level=parts.scene.last.to_level)
    return own["worst_fall"] if group == "falls" else own["worst_other"] if group == "others" else parts.sign


def _places(parts: Sequence[Parts], own: dict[str, str]) -> str:
    first = parts[0].scene
    name = first.station_name or first.place
    others = {each.scene.last.station_id for each in parts} - {first.last.station_id}
    return own["places_more"].format(place=name) if others else name
