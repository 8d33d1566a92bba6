"""The report as people read it on a screen. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerts.chronology.words import jst
from alerts.records import Transition
from alerts.rules.findings import UNTOLD
from deploy.backtest.night import Night
from deploy.backtest.report import Held, Lead, changes, held, leads, summary

MOST_HELD = 20


def lines(night: Night) -> Iterator[str]:
    """The transitions in their order, how early people were told, what was held, and the night in numbers."""
    yield "Transitions (time of observation, JST)"
    found = [each for each in changes(night.transitions) if each.cause not in UNTOLD]
    yield from map(_transition, found) if found else ("  none",)
    yield ""
    yield "Told before a hazard was reached"
    yield from _leads(leads(night))
    yield ""
    yield from _held(held(night.readings))
    yield ""
    yield from _numbers(night)


def _transition(each: Transition) -> str:
    mark = "▲" if each.to_level > each.from_level else "▼" if each.to_level < each.from_level else "•"
    stage = "" if each.stage_m is None else f"  {each.stage_m:.3f} m"
    said = [name for name, holds in (("unconfirmed", each.unconfirmed), ("last known", each.unverified)) if holds]
    said += [] if each.live else ["late"]
    more = f"  ({', '.join(said)})" if said else ""
    where = f"{each.rule} {each.subject_id}"
    return f"  {jst(each.observed_at)}  {where:<40} {mark} {each.from_level}→{each.to_level}  {each.cause}{stage}{more}"


def _leads(found: Sequence[Lead]) -> Iterator[str]:
    if not found:
        yield "  no gauge reached hazard 3, 4 or 5"
    for each in found:
        at = f"  {jst(each.reached_at)}  {each.gauge:<30} hazard {each.hazard}: "
        if each.lead_min is None:
            yield at + "nobody was told"
        elif each.lead_min >= 0:
            yield at + f"told {each.lead_min:g} min before, by the rule of {each.rule}"
        else:
            yield at + f"told {-each.lead_min:g} min after, by the rule of {each.rule}"


def _held(found: Sequence[Held]) -> Iterator[str]:
    yield f"Readings that were not simply believed: {len(found)}"
    for each in found[:MOST_HELD]:
        why = ", ".join(each.reasons) or "no reason given"
        yield f"  {jst(each.at)}  {each.gauge:<30} {each.stage_m:.3f} m  {each.quality} ({why}), then {each.became}"
    if len(found) > MOST_HELD:
        yield f"  and {len(found) - MOST_HELD} more: --json lists all of them"


def _numbers(night: Night) -> Iterator[str]:
    numbers = summary(night)
    refused = sum(numbers["refused"].values())
    yield f"{numbers['gauges']} gauges, {numbers['readings']} readings, {refused} refused"
    rules = ", ".join(f"{name} {count}" for name, count in numbers["transitions_by_rule"].items()) or "none"
    yield f"{numbers['transitions']} transitions: {rules}"
    rises = ", ".join(f"{level}: {count}" for level, count in numbers["rises_by_level"].items() if count) or "none"
    yield f"rises of the stage to hazard … {rises}"
    told = ", ".join(f"{name} {count}" for name, count in numbers["messages_by_recipient"].items()) or "nobody is told"
    yield f"{numbers['messages']} messages: {told}"
