"""What is said of a spot in one look: the same wherever large letters tell of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.public.spots import PublicGauge, Spot, State
from dashboard.public.words import Words

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``hazard`` gives colour and shape, None where none is known; ``past`` says that it was only the last known.

    ``title`` is short; ``lines`` say what it means, ``advice`` what to do (empty where that is not known).
    """

    hazard: int | None
    title: str
    lines: Sequence[str]
    advice: str = ""
    past: bool = False

    @property
    def sign(self) -> str:
        """The name of its shape."""
        return UNKNOWN if self.hazard is None or self.past else str(self.hazard)


def verdict(spot: Spot, words: Words) -> Verdict:
    """Of the station: its worst gauge, or its pumps where these make it worse."""
    told, hazard, kind = spot.worst, spot.hazard, spot.station.kind
    lines = list(_lines(spot, words))
    if hazard is None:
        return Verdict(None, words.t(f"state.{told.state}"), lines)
    advice = words.advice(kind, hazard)
    if spot.last_known:
        return Verdict(hazard, words.t("state.last_known"), lines, advice if hazard else "", past=True)
    return Verdict(hazard, title(spot, words), lines, advice)


def title(spot: Spot, words: Words) -> str:
    """What the level of a spot is called. What pumps make of it is no stage of the water, and never called one."""
    if spot.by_pumps is not None:
        return words.t("pumps.stopped" if spot.by_pumps.stopped else "pumps.unknown")
    if spot.hazard is None:
        return words.t(f"state.{spot.worst.state}")
    return words.label(spot.station.kind, spot.hazard)


def _lines(spot: Spot, words: Words) -> Iterator[str]:
    told, kind = spot.worst, spot.station.kind
    if spot.last_known:
        yield words.t("summary.last_known", label=title(spot, words))
        if told.observed_at is not None:
            yield words.t("state.last_known_text", time=words.time(told.observed_at))
        if told.checked:
            yield words.t("state.newer_checked")
        yield words.t("state.last_known_warning")
    if spot.by_pumps is not None:
        yield words.t("pumps.text")
    elif spot.hazard is not None and not spot.last_known:
        yield words.meaning(kind, spot.hazard)
    elif spot.hazard is None:
        yield from unknown_lines(told, words)


def unknown_lines(told: PublicGauge, words: Words) -> Iterator[str]:
    """Why no level is told of a gauge."""
    if told.state is State.LAST_KNOWN and told.observed_at is not None:
        yield words.t("state.last_known_text", time=words.time(told.observed_at))
        return
    yield words.t(f"state.{told.state}_text")
    if told.state is State.BEING_CHECKED and told.silent:
        yield words.t("state.being_checked_silent")
