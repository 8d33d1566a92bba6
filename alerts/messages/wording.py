"""From a run to the parts of its message: the section of the catalogue that fits, with its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.messages.catalogue import filled, lines
from alerts.messages.runs import Run
from alerts.messages.scene import Scene
from alerts.messages.told import Context, Situation
from alerts.messages.words import words_of

INSTEAD = {
    Situation.UNCONFIRMED: Situation.RISE,
    Situation.CONFIRMED: Situation.RISE,
    Situation.FLAPPING: Situation.RISE,
    Situation.STILL: Situation.RISE,
    Situation.FALL: Situation.OVER,
    Situation.REVISED: Situation.OVER,
}
"""Whose words a situation takes where a rule has none for it."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Parts:
    """A message in its parts, each filled. ``brief`` stands in order of what may be left out last."""

    scene: Scene
    sign: str
    headline: str
    glance: tuple[str, ...]
    brief: tuple[str, ...]
    facts: tuple[str, ...]
    note: tuple[str, ...]
    words: Mapping[str, str]
    lead: tuple[str, ...] = ()

    @property
    def catalogue(self) -> dict[str, Any]:
        """The words of the language."""
        return self.scene.catalogue


def parts_of(run: Run, context: Context, language: str) -> Parts:
    """The parts of the message about one run."""
    scene = Scene(run, context, language)
    section, words = section_of(scene), words_of(scene)
    words = {**words, "name": section.get("name", scene.catalogue["rules"][OTHER]["name"])}
    headline = filled(section["headline"], words) or filled(section.get("headline_unknown", "{name}"), words)
    words["headline"] = headline

    def several(key: str) -> tuple[str, ...]:
        return tuple(lines(section.get(key, ()), words))

    return Parts(
        scene=scene,
        sign=filled(section["sign"], words),
        headline=headline,
        glance=several("glance"),
        brief=several("brief"),
        facts=several("facts"),
        note=several("note"),
        words=words,
    )


def section_of(scene: Scene) -> dict[str, Any]:
    """The words of the rule with those of the situation over them; those of any rule where it has none."""
    rules = scene.catalogue["rules"]
    own = rules.get(scene.last.rule, rules[OTHER])
    found = _situation(own, scene.situation) or _situation(rules[OTHER], scene.situation)
    return {**own, **(found or rules[OTHER][Situation.RISE])}


def _situation(section: Mapping[str, Any], situation: Situation) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = section.get(situation) or section.get(INSTEAD.get(situation, situation))
    return found


def marks(context: Context, catalogue: Mapping[str, Any], parts: Sequence[Parts] = ()) -> str:
    """What must stand before everything else: a drill, demonstration data, work on the gauge."""
    found = [
        ("mark_drill", context.drill),
        ("mark_demonstration", context.registry.city.demonstration),
        ("mark_maintenance", bool(parts) and all(bool(each.scene.detail.get("maintenance")) for each in parts)),
    ]
    return "".join(str(catalogue[key]) for key, holds in found if holds)
