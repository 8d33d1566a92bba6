"""What a registry holds, and what is no mistake in it but should be known before a flood. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.stations import Names, Registry


def contents(registry: Registry) -> str:
    """How much a registry holds, in one line."""
    counts = {
        "station": len(registry.stations),
        "gauge": len(registry.gauges),
        "camera": len(registry.cameras),
        "pump": len(registry.pumps),
        "gate": len(registry.gates),
    }
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())


def remarks(registry: Registry) -> Iterator[str]:
    """A sentence for every station whose pumps nobody can judge, and for every area that is spelt in two ways: it says
    what comes of it, and what to write."""
    yield from _pumps(registry)
    yield from _areas(registry)


def _pumps(registry: Registry) -> Iterator[str]:
    for station_id in dict.fromkeys(each.station_id for each in registry.pumps.values()):
        if registry.inner_gauge_of(station_id) is None:
            yield (
                f"station {station_id} has pumps and no inner gauge, so nobody is told when it is flooded and they "
                'stand still: write role = "inner" at the gauge on the side that they drain, or add that gauge'
            )


def _areas(registry: Registry) -> Iterator[str]:
    told = registry.areas
    for station in registry.stations.values():
        if station.area and station.area != told[station.area["ja"]]:
            one, other = (_spelt(each) for each in (told[station.area["ja"]], station.area))
            yield (
                f"the area {station.area['ja']} is spelt in two ways, and pages and feeds take the first: {one}; "
                f"write the same at station {station.id}, which has {other}"
            )


def _spelt(names: Names) -> str:
    return ", ".join(f'{language} = "{text}"' for language, text in names.items())
