"""From the validator's findings in a people file to sentences that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from alerts.people.hours import Day, Hours
from alerts.people.matters import Form, GroupKind
from alerts.people.models import Address, Contact, Group, Route, Section
from ingest.registry_files.sentences import unknown_key
from ingest.stations import StationKind

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "id": 'id = "duty-desk"',
        "name": 'name = { ja = "当番", en = "Duty desk" }',
        "addresses": 'addresses = [{ channel = "email", address = "duty@example.jp" }]',
        "channel": 'channel = "email"',
        "address": 'address = "duty@example.jp"',
        "min_level": "min_level = 2",
        "members": 'members = ["duty-desk"]',
        "groups": 'groups = ["duty"]',
        "rules": 'rules = ["stage"]',
        "stations": 'stations = ["fujii-minari"]',
        "areas": 'areas = ["美ノ郷"]',
        "channels": 'channels = ["email"]',
        "hours": 'hours = [{ days = ["fri", "holiday"], begins = "17:15", ends = "08:30" }]',
        "holidays": "holidays = [2026-05-03, 2026-05-04]",
        "away": "away = true",
        "away_until": "away_until = 2026-08-17T08:30:00+09:00",
    }
)
_MODELS: Mapping[Section, type[BaseModel]] = MappingProxyType(
    {Section.CONTACTS: Contact, Section.GROUPS: Group, Section.ROUTES: Route}
)
_INSIDE: Mapping[str, type[BaseModel]] = MappingProxyType({"addresses": Address, "hours": Hours})
_ID = "write small letters a-z, digits, - and _, at most 64, the first a letter or digit"


def sentence(section: Section, detail: ErrorDetails) -> str:
    """One finding in an entry, in the words of its author."""
    keys = [each for each in detail["loc"] if isinstance(each, str)]
    key = keys[-1] if keys else ""
    match detail["type"]:
        case "missing":
            return f"`{key}` is missing: add {_example(section, key)}"
        case "extra_forbidden":
            model = _INSIDE[keys[0]] if len(keys) > 1 and keys[0] in _INSIDE else _MODELS[section]
            return unknown_key(key, model.model_fields)
        case "value_error":
            reason = str(detail["ctx"]["error"])
            return f"`{key}`: {reason}" if key else reason
        case "enum" | "literal_error":
            return f"`{key}` cannot be {_shown(detail['input'])}: write one of {', '.join(_choices(section, key))}"
        case "string_pattern_mismatch" if key != "role" and key != "department":
            return f"`{key}` cannot be {_shown(detail['input'])}: {_ID}"
        case _:
            return f"`{key}` cannot be {_shown(detail['input'])}: write for example {_example(section, key)}"


def _example(section: Section, key: str) -> str:
    if key == "kind" or key == "kinds":
        value = f'"{next(iter(_choices(section, key)))}"'
        return f"{key} = [{value}]" if key == "kinds" else f"{key} = {value}"
    return EXAMPLES.get(key, f'{key} = "…"')


def _choices(section: Section, key: str) -> Iterable[str]:
    if key == "kind" and section is Section.GROUPS:
        return tuple(GroupKind)
    return {"kinds": tuple(StationKind), "form": tuple(Form), "days": tuple(Day), "language": ("ja", "en")}[key]


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else str(value)
