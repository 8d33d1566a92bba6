"""Several runs in one message: counted, the worst first, by station; falls and what is not heard apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from alerts.messages.catalogue import one_line, texts
from alerts.messages.layout import LEAST_TEXT, TWO_SMS, blocks, shortened
from alerts.messages.runs import DOWNWARDS, Run
from alerts.messages.told import Context
from alerts.messages.wording import Parts, marks, parts_of
from alerts.records import STAGE
from alerts.rules.findings import Cause
from ingest.stations import named

MOST_LINES = 20
UNHEARD = frozenset({"silence", "gateway", "camera"})
PUMPS_OF = frozenset({"pump_idle", "pump_vain", "pump_fault", "pump_silence"})
HAZARDS, PUMPS, SILENT, OTHERS, FALLS = GROUPS = ("hazards", "pumps", "silent", "others", "falls")
"""In this order they stand in the message."""


@dataclass(frozen=True, slots=True)
class Digest:
    """All runs, the worst first, and of the ``MOST_LINES`` worst the words; these stand by station."""

    told: Sequence[Run]
    listed: Sequence[Parts]
    context: Context
    language: str

    @classmethod
    def of(cls, told: Sequence[Run], context: Context, language: str) -> Digest:
        """The digest of some runs."""
        ordered = worst_first(told)
        listed = by_station(ordered[:MOST_LINES])
        return cls(ordered, [parts_of(each, context, language) for each in listed], context, language)

    @property
    def catalogue(self) -> dict[str, Any]:
        """The words of the language."""
        return texts(self.language)

    @property
    def subject(self) -> str:
        """How bad at the worst, how many, where, and the counts."""
        return str(self.catalogue["digest"]["subject"].format_map(self._words()))

    def long_body(self, url: str, *, personal: bool) -> str:
        """A line a run under the heading of its group; what is more is counted."""
        own = self.catalogue["digest"]
        middle = [[own["head"].format_map(self._words())]]
        for name, members in groupby(self.listed, key=lambda each: group_of(each.scene.run)):
            middle.append([own[name], *(_line(each) for each in members)])
        if len(self.told) > len(self.listed):
            middle.append([own["more"].format(count=len(self.told) - len(self.listed))])
        return blocks(self.context, self.catalogue, middle, url, personal=personal)

    def short_body(self, url: str, *, personal: bool) -> str:
        """At most two joined text messages: how bad, the counts, where; the link stays whole."""
        del personal
        drill = self.catalogue["mark_drill_end"] if self.context.drill else ""
        end = "".join(f" {each}" for each in (url, drill) if each)
        text = str(self.catalogue["digest"]["brief"].format_map(self._words()))
        return shortened(text, max(LEAST_TEXT, TWO_SMS - len(end))) + end

    def _words(self) -> dict[str, object]:
        own = self.catalogue["digest"]
        return {
            "marks": marks(self.context, self.catalogue, self.listed),
            "city": one_line(named(self.context.registry.city.name, self.language)),
            "count": len(self.told),
            "counts": self.catalogue["list_separator"].join(_counts(self.told, own)),
            "worst": _worst(self.listed[0], own),
            "places": self._places(own),
        }

    def _places(self, own: dict[str, str]) -> str:
        first = self.listed[0].scene
        name = first.station_name or first.place
        others = {each.last.station_id for each in self.told} - {first.last.station_id}
        return own["places_more"].format(place=name) if others else name


def group_of(run: Run) -> str:
    """Which of the groups a run belongs to. The last known danger of a gauge that fell silent stays a danger."""
    last = run.last
    if last.cause == Cause.UNWATCHED or "unwatched" in last.detail:
        return OTHERS  # it has neither fallen nor ended well
    if last.to_level < run.first.from_level or last.cause in DOWNWARDS:
        return FALLS
    if last.rule == STAGE:
        return HAZARDS
    if last.rule in PUMPS_OF:
        return PUMPS
    return SILENT if last.rule in UNHEARD or last.unverified else OTHERS


def worst_first(told: Sequence[Run]) -> list[Run]:
    """By group, then by level; what came last first among equals."""
    return sorted(told, key=lambda run: (GROUPS.index(group_of(run)), -run.level, -run.last.id))


def by_station(ordered: Sequence[Run]) -> list[Run]:
    """The same with those of a station together, in the place of its worst."""
    first: dict[tuple[str, str], int] = {}
    for place, run in enumerate(ordered):
        first.setdefault((group_of(run), run.last.station_id), place)
    return sorted(ordered, key=lambda run: first[group_of(run), run.last.station_id])


def _line(parts: Parts) -> str:
    words = {"sign": parts.sign, "place": parts.scene.place, "brief": " ".join(parts.brief)}
    return str(parts.catalogue["item"].format_map(words)).rstrip()


def _counts(told: Sequence[Run], own: dict[str, str]) -> Iterator[str]:
    """How many of each level and group; what is not confirmed is counted apart."""
    groups = [group_of(each) for each in told]
    hazards = [each.last for each, group in zip(told, groups, strict=True) if group == HAZARDS]
    for level in range(5, 0, -1):
        if count := sum(each.to_level == level and not each.unconfirmed for each in hazards):
            yield own["count_hazard"].format(level=level, count=count)
    if count := sum(each.unconfirmed for each in hazards):
        yield own["count_unconfirmed"].format(count=count)
    for name in (PUMPS, SILENT, OTHERS, FALLS):
        if count := groups.count(name):
            yield own[f"count_{name}"].format(count=count)


def _worst(parts: Parts, own: dict[str, str]) -> str:
    group, last = group_of(parts.scene.run), parts.scene.last
    if group == HAZARDS:
        return own["worst_hazard_unconfirmed" if last.unconfirmed else "worst_hazard"].format(level=last.to_level)
    return parts.sign
