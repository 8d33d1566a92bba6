"""The situation of the whole city in one look: what is worst, and how many spots are how. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from dashboard.public.edition import Edition
from dashboard.public.pages.verdict import title
from dashboard.public.spots import Group, Spot
from dashboard.public.words import Words


@dataclass(frozen=True, slots=True)
class Situation:
    """``worst`` is the worst spot, None where there is none; ``as_bad`` is how many are as bad, itself among them, and
    known as well as it is. ``counts`` is how many spots are in each group."""

    worst: Spot | None
    as_bad: int
    counts: Mapping[Group, int]

    @property
    def not_low(self) -> int:
        """How many spots are not known to be low."""
        return self.counts[Group.ATTENTION] + self.counts[Group.UNKNOWN]


@dataclass(frozen=True)
class Summary:
    """The situation in words: the worst hazard (None where none is known), a title and sentences.

    Of a danger the title says what it means, and ``label`` what its level is called. ``last_known`` says that the
    worst is no more than the last known state of a gauge.
    """

    hazard: int | None
    title: str
    lines: Sequence[str]
    last_known: bool = False
    label: str = ""


def situation(edition: Edition) -> Situation:
    """That of an edition, found once for all pages."""
    return edition.once(_situation)


def _situation(edition: Edition) -> Situation:
    listed = edition.spots
    counted = Counter(spot.group for spot in listed)
    return Situation(listed[0] if listed else None, _as_bad(listed), {group: counted[group] for group in Group})


def _as_bad(listed: Sequence[Spot]) -> int:
    if not listed:
        return 0
    first = listed[0]
    same = takewhile(lambda spot: spot.hazard == first.hazard, listed)
    return sum(spot.last_known == first.last_known for spot in same)


def summary(now: Situation, words: Words) -> Summary:
    """What is the worst now, and how many spots are in danger or not known."""
    count = now.counts
    unknown = [words.t("summary.unknown", count=count[Group.UNKNOWN])] if count[Group.UNKNOWN] else []
    if now.worst is None:
        return Summary(None, words.t("summary.no_spot"), [words.t("summary.no_spot_text")])
    if count[Group.ATTENTION]:
        counts = [words.t("summary.attention", count=count[Group.ATTENTION]), *unknown]
        return _danger(now.worst, now.as_bad, counts, words)
    if unknown:
        return Summary(None, words.t("summary.not_known"), [words.t("summary.not_known_text"), *unknown])
    return Summary(0, words.t("summary.low"), [words.t("summary.low_text", count=count[Group.LOW])])


def _danger(spot: Spot, as_bad: int, counts: Sequence[str], words: Words) -> Summary:
    hazard = spot.hazard or 0
    said = {"name": words.marked(spot.station.name), "others": as_bad - 1}
    more = "_more" if said["others"] else ""
    label = title(spot, words)
    if spot.last_known and spot.worst.observed_at:
        text = words.rich(f"summary.worst_last_known{more}", **said, time=words.time(spot.worst.observed_at))
        checked = [words.t("state.newer_checked")] if spot.worst.checked else []
        return Summary(hazard, words.t("summary.last_known", label=label), [text, *checked, *counts], last_known=True)
    text = words.rich(f"summary.worst{more}", **said)
    if spot.by_pumps is not None:
        return Summary(hazard, label, [text, *counts])
    return Summary(hazard, words.meaning(spot.station.kind, hazard), [text, *counts], label=label)
