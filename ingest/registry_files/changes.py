"""What an import would change, and how the thresholds and sensors of the past outlive it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from ingest.registry_files.entries import VERSIONED, Section
from ingest.sensors import Sensor
from ingest.stations import Gauge, Registry, ThresholdSet

Key = tuple[Section, str]
Document = dict[str, Any]
"""An item as JSON-ready values, without those that are the default."""

Version = TypeVar("Version", ThresholdSet, Sensor)

_WIDTH = 60


class Action(StrEnum):
    """What happens to an item; what is missing from a new file is retired, never deleted."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of an item; None where it was or is absent."""

    name: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.name}: {_shown(self.old)} → {_shown(self.new)}"


@dataclass(frozen=True, slots=True)
class Change:
    """One item that an import adds, changes or retires; ``str`` is one line for it and one for each field."""

    action: Action
    section: Section
    id: str
    fields: tuple[FieldChange, ...] = ()

    def __str__(self) -> str:
        head = f"{self.action} {self.section} {self.id}"
        return "\n".join([head, *(f"    {each}" for each in self.fields)])


def diff(old: Registry | None, new: Registry) -> list[Change]:
    """What becomes of every item when ``new`` takes the place of ``old``; pure, in the order of the registries.

    Threshold sets and sensors are compared by ``valid_from``. To see what an import does, compare with the merged
    registry.
    """
    return compare({} if old is None else documents(old), documents(new))


def compare(before: Mapping[Key, Document], after: Mapping[Key, Document]) -> list[Change]:
    """The same on documents."""
    found = [_change(key, before.get(key), document) for key, document in after.items()]
    gone = [Change(Action.RETIRED, *key) for key in before if key not in after]
    return [change for change in found if change is not None] + gone


def documents(registry: Registry) -> dict[Key, Document]:
    """Every item of a registry by section and id; labels by ``language.kind``."""
    found: dict[Key, Document] = {(Section.CITY, "city"): _document(registry.city)}
    found |= {(Section.STATION, each.id): _document(each) for each in registry.stations.values()}
    found |= {(Section.GAUGE, each.id): _document(each) for each in registry.gauges.values()}
    found |= {(Section.CAMERA, each.id): _document(each) for each in registry.cameras.values()}
    found |= {(Section.PUMP, each.id): _document(each) for each in registry.pumps.values()}
    found |= {(Section.GATE, each.id): _document(each) for each in registry.gates.values()}
    for language, kinds in registry.labels.items():
        for kind, texts in kinds.items():
            found[Section.LABELS, f"{language}.{kind}"] = {str(hazard): text for hazard, text in texts.items()}
    return found


def merge_past(old: Registry, new: Registry, at: datetime) -> Registry:
    """``new``, imported at ``at``, with the threshold sets and sensors of ``old`` that it does not replace.

    One of the same ``valid_from`` is replaced, every other one that has been in force is kept, so an alert of the
    past can still be judged by the thresholds of its day, and a late reading by the sensor that took it. What never
    was in force can be taken back.
    """
    gauges = {
        gauge.id: with_past(gauge, old.gauges[gauge.id], at) if gauge.id in old.gauges else gauge
        for gauge in new.gauges.values()
    }
    return new.model_copy(update={"gauges": gauges})


def with_past(gauge: Gauge, past: Gauge, at: datetime) -> Gauge:
    """A gauge with what was in force of another before ``at`` and it does not replace, by ``valid_from``."""
    thresholds = _versions(past.thresholds, gauge.thresholds, at)
    sensors = _versions(past.sensors, gauge.sensors, at)
    return gauge.model_copy(update={"thresholds": thresholds, "sensors": sensors})


def _versions(past: Iterable[Version], new: Iterable[Version], at: datetime) -> tuple[Version, ...]:
    versions = {each.valid_from: each for each in past if each.valid_from <= at}
    versions |= {each.valid_from: each for each in new}
    return tuple(versions[since] for since in sorted(versions))


def _document(item: BaseModel) -> Document:
    return item.model_dump(mode="json", exclude_defaults=True)


def _change(key: Key, old: Document | None, new: Document) -> Change | None:
    if old is None:
        return Change(Action.ADDED, *key)
    before, after = dict(_flat(old)), dict(_flat(new))
    fields = tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    )
    return Change(Action.CHANGED, *key, fields) if fields else None


def _flat(document: Document, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        if key in VERSIONED:
            for each in value:
                yield from _flat_version(key, each)
        elif isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _flat_version(key: str, version: Document) -> Iterator[tuple[str, Any]]:
    since = f"{key} from {version['valid_from']}"
    if key == "thresholds":
        yield from _flat(version["levels"], f"{since}, hazard ")
        return
    yield since, "begins"
    yield from _flat({name: value for name, value in version.items() if name != "valid_from"}, f"{since}, ")


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = str(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
