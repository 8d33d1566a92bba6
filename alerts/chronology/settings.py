"""What the chronology says of settings: what changed since they were recorded last, without secrets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.chronology.words import line
from alerts.records import Entry

SECRET = ("password", "token", "secret", "key", "database", "url", "headers", "user")
"""Parts of names whose values are left out: a password, or an address that may hold one."""
MOST_CHANGES = 50


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by dotted name, in the values that JSON knows; those that may hold a secret are left out."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if any(part in name.lower() for part in SECRET):
            continue
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = _without_secrets(value)
    return found


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [flat(each) if isinstance(each, Mapping) else each for each in value]
    return value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is another: ``alerts.digest_s: 60.0 → 30.0``."""
    names = sorted(before.keys() | after.keys())
    return [
        f"{name}: {_shown(before, name)} → {_shown(after, name)}"
        for name in names
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]


def settings_entry(at: datetime, last: Entry | None, now: Mapping[str, Any]) -> Entry | None:
    """The line of a start with these settings; None where they are as they were. ``last`` is the line before it."""
    if last is None:
        return line(at, "setting", "settings_first", {"settings": dict(now)})
    found = changes(last.detail.get("settings", {}), now)
    if not found:
        return None
    return line(at, "setting", "settings", {"changes": found[:MOST_CHANGES], "settings": dict(now)})


def _shown(values: Mapping[str, Any], name: str) -> str:
    return str(values[name]) if name in values else "-"
