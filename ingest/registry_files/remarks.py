"""What a registry holds, and what is no mistake in it but should be known before a flood. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.stations import Registry


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
    """A sentence for every station whose pumps nobody can judge: it says what is not told there, and what to write."""
    for station_id in dict.fromkeys(each.station_id for each in registry.pumps.values()):
        if registry.inner_gauge_of(station_id) is None:
            yield (
                f"station {station_id} has pumps and no inner gauge, so nobody is told when it is flooded and they "
                'stand still: write role = "inner" at the gauge on the side that they drain, or add that gauge'
            )
