"""What a line of the chronology says, in Japanese as it is kept and in English when it is handed out. Pure.

A line keeps its words in Japanese, and in ``detail`` under ``line`` the name of its template with the values: from
these it is said in another language. A line without a template is handed out in the words that it has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.records import OF_HAZARD, STAGE, Entry, Transition
from ingest.clock import JST
from ingest.metres import shown_m

LANGUAGES = ("ja", "en")
STAFF = "ja"
"""The language of the city's staff, in which the lines are kept."""


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """The words of a language."""
    return tomllib.loads(files("alerts").joinpath("chronology", f"{language}.toml").read_text(encoding="utf-8"))


def line(
    at: datetime,
    kind: str,
    name: str,
    values: Mapping[str, object],
    *,
    actor: str = "",
    station_id: str = "",
    incident_id: int | None = None,
    ref_id: int | None = None,
) -> Entry:
    """An entry of a template; times among the values are written in ISO 8601."""
    detail: dict[str, Any] = {"line": name}
    detail |= {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
    return Entry(at, kind, said(name, detail, STAFF), actor, station_id, incident_id, ref_id, detail)


def of_transition(transition: Transition, incident_id: int | None = None) -> Entry:
    """The line of a transition. ``transition.id`` is given already, by ``add_transitions``."""
    values = {
        "rule": transition.rule,
        "subject_id": transition.subject_id,
        "from_level": transition.from_level,
        "to_level": transition.to_level,
        "cause": str(transition.cause),
        "stage_m": transition.stage_m,
        "observed_at": transition.observed_at,
        "unconfirmed": transition.unconfirmed,
        "unverified": transition.unverified,
        "live": transition.live,
        "muted": transition.muted,
    }
    return line(
        transition.recorded_at,
        "transition",
        "transition",
        values,
        station_id=transition.station_id,
        incident_id=incident_id or transition.incident_id,
        ref_id=transition.id or None,
    )


def text_of(entry: Entry, language: str) -> str:
    """What a line says in a language."""
    if language == STAFF or "line" not in entry.detail:
        return entry.text
    return said(str(entry.detail["line"]), entry.detail, language)


def kind_name(kind: str, language: str) -> str:
    """What a kind of line is called."""
    return str(catalogue(language)["kinds"].get(kind, kind))


def rule_name(rule: str, language: str) -> str:
    """What a rule is called."""
    return str(catalogue(language)["rules"].get(rule, rule))


def rule_names() -> tuple[str, ...]:
    """Every rule, by the name of its settings."""
    return tuple(catalogue(STAFF)["rules"])


def level_name(level: int, language: str, rule: str = STAGE) -> str:
    """What a level is called: never an issued alert level, and hazard only where a rule tells that of the water."""
    name = "level_0" if not level else "level" if rule in OF_HAZARD else "matter"
    return str(catalogue(language)[name]).format(level=level)


def said(name: str, detail: Mapping[str, Any], language: str) -> str:
    """A template filled from the values of a line."""
    words = catalogue(language)
    template = words["lines"].get(name)
    if template is None:
        return name
    return str(template).format_map(_Shown({**detail, **_names(detail, words, language)}, words)).strip()


class _Shown(dict[str, Any]):
    """The values as people read them; one that a later version of the program no longer writes is left out."""

    def __init__(self, values: Mapping[str, Any], words: Mapping[str, Any]) -> None:
        super().__init__({key: _shown(key, value, words) for key, value in values.items()})

    def __missing__(self, key: str) -> str:
        return "?"


def _names(detail: Mapping[str, Any], words: Mapping[str, Any], language: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    rule = str(detail.get("rule", STAGE))
    for key in ("level", "from_level", "to_level"):
        if key in detail:
            found[key.removesuffix("_level") + "_name"] = level_name(int(detail[key]), language, rule)
    if "rule" in detail:
        found["rule_name"] = rule_name(str(detail["rule"]), language)
    if "cause" in detail:
        found["cause_name"] = words["causes"].get(detail["cause"], detail["cause"])
        found["marks"] = _marks(detail, words)
        stage_m = detail.get("stage_m")
        found["stage"] = "" if stage_m is None else words["stage"].format(stage_m=shown_m(float(stage_m)))
    if "headlines" in detail:
        found["headline"] = detail["headlines"].get(language) or detail["headlines"].get(STAFF, "")
        found["act_name"] = words["public_acts"].get(detail.get("act"), detail.get("act"))
    return found


def _marks(detail: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    marks = [words[name] for name in ("unconfirmed", "unverified") if detail.get(name)]
    if not detail.get("live", True):
        marks.append(words["not_live"])
    if detail.get("muted"):
        marks.append(words["muted"].format(muted=detail["muted"]))
    return "".join(marks)


EMPTY = {"places": "all_stations", "rules": "all_rules", "gauges": "all_gauges"}
"""What an empty list of a line means."""
TIMES = frozenset({"begins", "ends", "since", "until", "happened_at", "issued_at"})


def _shown(key: str, value: Any, words: Mapping[str, Any]) -> Any:
    if key == "groups" and not value:
        return words["groups"]["concerned"]
    if isinstance(value, list | tuple):
        names = [words["rules"].get(each, each) if key == "rules" else each for each in value]
        return words["separator"].join(map(str, names)) if names else words.get(EMPTY.get(key, ""), "")
    if key in TIMES and isinstance(value, str):
        return jst(datetime.fromisoformat(value))
    return value


def jst(at: datetime) -> str:
    """A time as people in Japan read it."""
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M}"
