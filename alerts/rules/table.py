"""The table of rules: a new one is its file, its settings and its row here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from alerts.rules import (
    battery,
    camera,
    gateway,
    outlook,
    picture,
    pump_fault,
    pump_idle,
    pump_silence,
    pump_vain,
    rise,
    sign,
    silence,
    stage,
    watched,
)
from alerts.rules.course import Course
from alerts.rules.facts import Facts, Found
from alerts.rules.findings import Change, Finding
from alerts.rules.machine import Standing
from alerts.rules.place import Place
from alerts.rules.settings.rules import RulesSettings
from ingest.readings import Reading

OnReading: TypeAlias = Callable[[Reading, Course, Place], Finding | None]
"""What a rule finds in a reading; ``course`` holds it already where it is good. None: nothing to say."""
Detail: TypeAlias = Callable[[Change, Standing, Course, Place], Mapping[str, Any]]
"""What is kept with a transition for its message, besides the detail of the finding."""
OnTick: TypeAlias = Callable[[Facts, RulesSettings], Iterable[Found]]
"""Who is in trouble now, and nobody else; an open alert of a subject that is not named is left.

The general numbers come with it: a rule asks for those of each station itself, and whether it is on there. A subject
may be named twice: for what is sure, and then for a doubt of more."""
Judges: TypeAlias = Callable[[Facts, str, str], bool]
"""Whether anything is known by which a subject (the first) of a station (the second) could be well."""
Watches: TypeAlias = Callable[[Facts, str, str], watched.Unwatched | None]
"""Why a subject (the first) is not watched at a station (the second) any more; None where it is."""


def _nothing_more(*_: object) -> Mapping[str, Any]:
    return {}


def _always(*_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """A rule that is asked at every reading. ``name`` is that of its settings.

    What becomes of its alert when the gauge falls silent: it stands as the last one known (machine.lost), or, where the
    rule only foresees something, it ``lapses`` (machine.lapsed): nobody can foresee anything any more.
    """

    name: str
    find: OnReading
    detail: Detail = _nothing_more
    lapses: bool = False


@dataclass(frozen=True, slots=True)
class TickRule:
    """A rule that is asked from time to time.

    An open alert of a subject that is ``unwatched`` ends with the word why. Else, where the rule does not name it, it
    is left, where it ``judges`` it at all, and stands as the last one known where it does not.
    """

    name: str
    find: OnTick
    judges: Judges = _always
    unwatched: Watches = watched.always


ON_READING: tuple[ReadingRule, ...] = (
    ReadingRule(stage.NAME, stage.find, stage.detail),
    ReadingRule(rise.NAME, rise.find, rise.detail),
    ReadingRule(outlook.NAME, outlook.find, outlook.detail, lapses=True),
)
ON_TICK: tuple[TickRule, ...] = (
    TickRule(silence.NAME, silence.find, unwatched=watched.device),
    TickRule(camera.NAME, camera.find, unwatched=watched.device),
    TickRule(picture.NAME, picture.find, unwatched=watched.device),
    TickRule(battery.NAME, battery.find, unwatched=watched.device),
    TickRule(gateway.NAME, gateway.find),
    TickRule(sign.NAME, sign.find),
    TickRule(pump_idle.NAME, pump_idle.find, pump_idle.judges, pump_idle.unwatched),
    TickRule(pump_vain.NAME, pump_vain.find, pump_vain.judges, pump_vain.unwatched),
    TickRule(pump_fault.NAME, pump_fault.find, unwatched=watched.device),
    TickRule(pump_silence.NAME, pump_silence.find, unwatched=watched.device),
)
NAMES = (*(each.name for each in ON_READING), *(each.name for each in ON_TICK))
