"""How an alert is kept: as one JSON text for its standing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from alerts.rules.machine import Standing


@dataclass(frozen=True, slots=True)
class Alert:
    """The alert of one rule and one subject. ``told`` is the level that people were told of last."""

    station_id: str
    standing: Standing = field(default_factory=Standing)
    told: int = 0


_STANDING = TypeAdapter(Standing)


def to_json(standing: Standing) -> str:
    """The standing as it is kept."""
    return _STANDING.dump_json(standing, exclude_defaults=True).decode()


def from_json(text: str) -> Standing:
    """The standing as it was kept; pydantic's ValidationError where it is of another shape.

    One from before there was ``sure`` is as sure as it was confirmed.
    """
    standing = _STANDING.validate_json(text)
    return standing if standing.unconfirmed else replace(standing, sure=standing.level)
