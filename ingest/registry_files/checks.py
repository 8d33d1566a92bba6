"""From entries to stations, gauges and cameras, and what must be true between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from ingest.hazard import TOP, default_levels
from ingest.registry_files.entries import OBSERVED, Entry, Place, Section
from ingest.registry_files.instruments import device_mistakes, sensor_mistakes
from ingest.registry_files.mistakes import Mistake
from ingest.registry_files.pumps import start_mistakes
from ingest.registry_files.sentences import EXAMPLES, mistakes_of, odd_values, unknown_key
from ingest.registry_files.texts import fault_of, name_mistakes
from ingest.registry_files.waters import upstream_mistakes
from ingest.sensors import Sensor
from ingest.stations import Camera, City, Gate, Gauge, Pump, Station, StationKind, ThresholdSet

Item = Station | Gauge | Camera | Pump | Gate
Version = TypeVar("Version", ThresholdSet, Sensor)
Labels = dict[str, dict[str, dict[int, str]]]

MODELS: Mapping[Section, type[Item]] = MappingProxyType(
    {
        Section.STATION: Station,
        Section.GAUGE: Gauge,
        Section.CAMERA: Camera,
        Section.PUMP: Pump,
        Section.GATE: Gate,
    }
)
"""What an entry of a section becomes."""
_THRESHOLDS = f"thresholds, for example {EXAMPLES['thresholds']}"
_LEVELS_FROM: Mapping[StationKind, str] = MappingProxyType(
    {
        StationKind.RIVER: f"a gauge of a river needs {_THRESHOLDS}",
        StationKind.WATERWAY: f"it needs bank_m, the depth to the bank in metres, or {_THRESHOLDS}",
        StationKind.PUMP_STATION: f"it needs bank_m, the depth to the bank in metres, or {_THRESHOLDS}",
        StationKind.RETENTION_POND: f"it needs {EXAMPLES['stage_volume']} or {_THRESHOLDS}",
        StationKind.UNDERPASS: f"it needs {_THRESHOLDS}",
    }
)


def city_of(document: Mapping[str, Any], top: Place, mistakes: list[Mistake]) -> City | None:
    """The city, or None with the mistakes that it has."""
    data = document.get("city")
    if not isinstance(data, dict):
        message = 'add the city: [city] and below it id = "onomichi" and name = { ja = "尾道市", en = "Onomichi" }'
        mistakes.append(top.mistake(message, ("city",)))
        return None
    entry = Entry(Section.CITY, data, top.inside("city"))
    mistakes += [*odd_values(entry), *name_mistakes(entry)]
    try:
        return City.model_validate(data)
    except ValidationError as error:
        mistakes += mistakes_of(entry, error, City)
    return None


def labels_of(found: Any, place: Place, mistakes: list[Mistake]) -> Labels:
    """The city's own labels by language, kind and hazard."""
    labels: Labels = {}
    for language, kinds in _tables_in(found, (), place, mistakes):
        for kind, texts in _tables_in(kinds, (language,), place, mistakes):
            if kind not in list(StationKind):
                mistakes.append(place.mistake(unknown_key(kind, StationKind), (language, kind)))
            spot = place.inside(language, kind)
            labels.setdefault(language, {})[kind] = dict(_texts(texts, spot, mistakes))
    return labels


def _tables_in(found: Any, spot: tuple[str, ...], place: Place, mistakes: list[Mistake]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items() if isinstance(found, dict) else ():
        if isinstance(value, dict):
            yield key, value
        else:
            message = 'labels stand below language and kind: [labels.ja.river] and below it 4 = "…"'
            mistakes.append(place.mistake(message, (*spot, key)))


def _texts(texts: Mapping[str, Any], place: Place, mistakes: list[Mistake]) -> Iterator[tuple[int, str]]:
    for hazard, text in texts.items():
        if hazard not in map(str, range(TOP + 1)):
            mistakes.append(place.mistake(f"`{hazard}` is not a hazard: labels are for the hazards 0 to 5", (hazard,)))
        elif not isinstance(text, str) or not text.strip():
            mistakes.append(place.mistake(f'the label of hazard {hazard} is a text: {hazard} = "…"', (hazard,)))
        elif found := fault_of(text):
            mistakes.append(place.mistake(f"the label of hazard {hazard} {found}", (hazard,)))
        else:
            yield int(hazard), text


def built(entries: Sequence[Entry], unread: AbstractSet[str], top: Place, mistakes: list[Mistake]) -> list[Item]:
    """The items that the entries describe. ``unread`` names tables that could not be read: nothing is missed there."""
    found = [(entry, _item(entry, mistakes)) for entry in entries]
    mistakes += _twice(entries)
    mistakes += _lonely(entries, unread)
    mistakes += _unplaced(entries, unread)
    if not entries and not unread:
        mistakes.append(top.mistake("there is no station: write [[stations]] above each station"))
    kinds = {item.id: item.kind for _, item in found if isinstance(item, Station)}
    for entry, item in found:
        if isinstance(item, Gauge):
            mistakes += _thresholds(entry, item, kinds.get(item.station_id), unread)
            mistakes += sensor_mistakes(entry)
    mistakes += _together(found, unread)
    return [item for _, item in found if item is not None]


def _together(found: Sequence[tuple[Entry, Item | None]], unread: AbstractSet[str]) -> Iterator[Mistake]:
    gauges = {item.id: (entry, item) for entry, item in found if isinstance(item, Gauge)}
    yield from device_mistakes(gauges)
    if not unread & {"stations", "gauges", "thresholds"}:
        yield from start_mistakes(found)
    if "stations" not in unread:
        stations = [item for _, item in found if isinstance(item, Station)]
        yield from upstream_mistakes([entry for entry, _ in found], stations)


def _item(entry: Entry, mistakes: list[Mistake]) -> Item | None:
    mistakes += [*odd_values(entry), *name_mistakes(entry)]
    model = MODELS[entry.section]
    try:
        item = model.model_validate(entry.data)
    except ValidationError as error:
        mistakes += mistakes_of(entry, error, model)
        return None
    return _in_order(item) if isinstance(item, Gauge) else item


def _in_order(gauge: Gauge) -> Gauge:
    update = {"thresholds": _sorted_in_utc(gauge.thresholds), "sensors": _sorted_in_utc(gauge.sensors)}
    return gauge.model_copy(update=update)


def _sorted_in_utc(versions: Iterable[Version]) -> tuple[Version, ...]:
    in_utc = (each.model_copy(update={"valid_from": each.valid_from.astimezone(UTC)}) for each in versions)
    return tuple(sorted(in_utc, key=lambda each: each.valid_from))


def _twice(entries: Iterable[Entry]) -> Iterator[Mistake]:
    first: dict[tuple[Section, str], Place] = {}
    for entry in entries:
        if entry.id is None:
            continue
        section = Section.GAUGE if entry.section in OBSERVED else entry.section
        other = first.setdefault((section, entry.id), entry.place)
        if other is not entry.place:
            yield entry.mistake(f"this id is taken already ({other.file}, line {other.inside('id').line})", ("id",))


def _lonely(entries: Sequence[Entry], unread: AbstractSet[str]) -> Iterator[Mistake]:
    if unread & {"gauges", "cameras", "pumps", "gates"}:
        return
    watched = {entry.data.get("station_id") for entry in entries}
    for entry in entries:
        if entry.section is Section.STATION and entry.id is not None and entry.id not in watched:
            yield entry.mistake("it has neither a gauge nor a camera: add [[stations.gauges]] or [[stations.cameras]]")


def _unplaced(entries: Sequence[Entry], unread: AbstractSet[str]) -> Iterator[Mistake]:
    if "stations" in unread:
        return
    stations = {entry.id for entry in entries if entry.section is Section.STATION}
    for entry in entries:
        station = entry.data.get("station_id")
        if entry.section is Section.STATION or not entry.place.is_row or station in stations:
            continue
        if station is None:
            yield entry.mistake("the column `station` is empty: write the id of its station")
        else:
            yield entry.mistake(f"there is no station `{station}`: write the id of a station of this registry")


def _thresholds(entry: Entry, gauge: Gauge, kind: StationKind | None, unread: AbstractSet[str]) -> Iterator[Mistake]:
    if kind is not None and not gauge.thresholds and "thresholds" not in unread and not default_levels(kind, gauge):
        yield entry.mistake(f"nothing says at which stage danger begins: {_LEVELS_FROM[kind]}")
    begun = set()
    for index, each in enumerate(entry.data.get("thresholds", ())):
        if not each["levels"]:
            yield entry.mistake(f"this threshold set is empty: write {EXAMPLES['levels']}", ("thresholds", index))
        if any(not gauge.min_m <= float(stage_m) <= gauge.max_m for stage_m in each["levels"].values()):
            range_m = f"{gauge.min_m:g} to {gauge.max_m:g} m"
            message = (
                f"a threshold lies outside of the gauge's range of {range_m}: widen min_m and max_m to what it measures"
            )
            yield entry.mistake(message, ("thresholds", index))
        since = ThresholdSet.model_validate(each).valid_from
        if since in begun:
            message = f"two threshold sets begin at {since.isoformat()}: keep one of them"
            yield entry.mistake(message, ("thresholds", index))
        begun.add(since)
