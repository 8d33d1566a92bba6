"""What a message stands on, asked anew whenever somebody decides about it: the state may have changed since. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.public.records import Content, Refused, Step


@dataclass(frozen=True, slots=True)
class Grounds:
    """A station now. ``level`` is that of the gauge behind the message, ``highest`` of any gauge of its stations;
    ``maintenance`` names the work that goes on there. ``stale`` says why no rule may act on the gauge by itself."""

    level: int = 0
    highest: int = 0
    unconfirmed: bool = False
    unverified: bool = False
    maintenance: str = ""
    stale: str = ""


def check(step: Step, content: Content, grounds: Grounds, draft_from: int, despite: str = "") -> None:
    """Raise Refused where a message must not be decided upon. ``despite`` is why a person gives an all-clear although a
    gauge still says otherwise. What people wrote without a gauge stands on what they know."""
    if step is Step.ALL_CLEAR:
        _check_all_clear(grounds, draft_from, despite)
    elif content.hazard is not None and step is not Step.CANCEL:
        _check_sensor(content.hazard, grounds)


def _check_sensor(hazard: int, grounds: Grounds) -> None:
    if grounds.maintenance:
        sentence = f"the gauge is being worked on ({grounds.maintenance}): what it says is held from the public"
        raise Refused(sentence, "held", work=grounds.maintenance)
    if grounds.unconfirmed:
        sentence = "the gauge's value is unconfirmed: have it confirmed, or write a message without the gauge"
        raise Refused(sentence, "unconfirmed")
    if grounds.level < hazard:
        sentence = f"the gauge stands at hazard {grounds.level} now, not {hazard}: withdraw or edit the draft"
        raise Refused(sentence, "lower", level=grounds.level, hazard=hazard)


def _check_all_clear(grounds: Grounds, draft_from: int, despite: str) -> None:
    if despite.strip():
        return
    if grounds.highest >= draft_from:
        sentence = f"a gauge stands at hazard {grounds.highest}: wait, or say with --despite why it is over"
        raise Refused(sentence, "still_high", level=grounds.highest)
    if grounds.unverified:
        sentence = "a gauge is silent, its level is the last one known: look on site, and say so with --despite"
        raise Refused(sentence, "silent")
    if grounds.unconfirmed:
        sentence = "a gauge says more, unconfirmed: wait, or say with --despite why it is over"
        raise Refused(sentence, "says_more")
