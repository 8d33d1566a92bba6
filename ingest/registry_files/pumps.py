"""What must be true between a pump and the gauge whose stage should start it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.hazard import Levels, default_levels
from ingest.registry_files.entries import Entry
from ingest.registry_files.mistakes import Mistake
from ingest.stations import Device, Gauge, Pump, Station, StationKind, inner_of


def start_mistakes(found: Sequence[tuple[Entry, Station | Device | None]]) -> Iterator[Mistake]:
    """A sentence for each ``start_m`` that no flood reaches: nobody would ever be told that its pump stands still."""
    items = [item for _, item in found]
    kinds = {each.id: each.kind for each in items if isinstance(each, Station)}
    gauges: dict[str, list[Gauge]] = defaultdict(list)
    for each in items:
        if isinstance(each, Gauge):
            gauges[each.station_id].append(each)
    for entry, item in found:
        if not isinstance(item, Pump) or item.start_m is None or item.station_id not in kinds:
            continue
        inner = inner_of(gauges[item.station_id])
        top_m = None if inner is None else _top_m(kinds[item.station_id], inner)
        if top_m is not None and item.start_m > top_m:
            yield entry.mistake(
                f"start_m {item.start_m:g} lies above the highest threshold of the inner gauge ({top_m:g}): write the "
                "stage of that gauge, in metres, from which the pump should surely run",
                ("start_m",),
            )


def _top_m(kind: StationKind, gauge: Gauge) -> float | None:
    """The highest threshold that a gauge ever has; None where it has none."""
    levels: list[Levels] = [each.levels for each in gauge.thresholds] or [default_levels(kind, gauge)]
    return max((stage_m for each in levels for stage_m in each.values()), default=None)
