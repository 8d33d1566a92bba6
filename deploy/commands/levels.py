"""``mizumori levels``: every station's present stage, hazard, quality and age."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from dashboard.views import Board, GaugeView, StationView
from deploy.commands.announcer import board_now
from deploy.commands.columns import columns
from deploy.commands.context import Context, say
from deploy.wiring.stores import open_stores
from ingest.metres import shown_m
from ingest.stations import named


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "show every station's present stage, hazard, quality and age"
    command = commands.add_parser("levels", help=text, description=text)
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=levels)


def levels(context: Context, options: argparse.Namespace) -> int:
    """Print the board, worst first."""
    stores = open_stores(context.settings)
    try:
        view = board_now(stores, context.clock.now())
    finally:
        stores.close()
    if options.json:
        say(json.dumps([_record(station, gauge) for station, gauge in _gauges(view)], ensure_ascii=False, indent=2))
    else:
        for line in table(view):
            say(line)
    return 0


def _gauges(view: Board) -> Iterator[tuple[StationView, GaugeView]]:
    return ((station, gauge) for station in view.stations for gauge in station.gauges)


def _record(station: StationView, gauge: GaugeView) -> dict[str, object]:
    shown = gauge.shown
    return {
        "station": station.station.id,
        "gauge": gauge.gauge.id,
        "name": named(station.station.name, "ja"),
        "kind": station.station.kind,
        "stage_m": gauge.stage_m,
        "hazard": gauge.hazard if shown else None,
        "quality": shown.quality if shown else "missing",
        "observed_at": shown.observed_at.isoformat() if shown else None,
        "age_s": round(gauge.age_s, 1) if gauge.age_s is not None else None,
        "silent": gauge.silent,
        "maintenance": gauge.maintenance is not None,
        "sensor_fault": gauge.sensor_fault,
    }


def table(view: Board) -> list[str]:
    """The board as lines of equal columns."""
    rows: list[tuple[str, ...]] = [("hazard", "stage", "age", "quality", "gauge", "station")]
    rows += [_row(station, gauge) for station, gauge in _gauges(view)]
    return columns(rows)


def _row(station: StationView, gauge: GaugeView) -> tuple[str, ...]:
    name = named(station.station.name, "ja")
    if gauge.shown is None:
        return ("-", "-", "-", "missing", gauge.gauge.id, name)
    return (
        str(gauge.hazard),
        f"{shown_m(gauge.shown.stage_m)} m",
        age(gauge.age_s or 0.0),
        _quality(gauge),
        gauge.gauge.id,
        name,
    )


def _quality(gauge: GaugeView) -> str:
    """How far the stage is to be relied on, in a word."""
    marks = {"work": gauge.maintenance is not None or gauge.held_over, "silent": gauge.silent}
    marks["fault"] = gauge.sensor_fault
    raised = [name for name, is_so in marks.items() if is_so]
    return raised[0] if raised else str(gauge.shown.quality if gauge.shown else "missing")


def age(age_s: float) -> str:
    """An age in the largest unit that says enough."""
    for size_s, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if age_s >= size_s:
            return f"{age_s / size_s:.0f} {unit}"
    return f"{age_s:.0f} s"
