"""The values of the page for programs: what the public is told, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet
from dashboard.public.spots import PublicGauge, Spot
from dashboard.public.words import iso_jst


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The values as a file."""
    lasts_s = edition.every_minute.lasts_s
    yield Sheet("data/latest.json", edition.spots, partial(levels, edition), lasts_s)


def levels(edition: Edition) -> bytes:
    """``data/latest.json``: every spot, worst first; times as ISO 8601 with +09:00, stages in metres."""
    board = edition.board
    city = board.registry.city
    return as_json(
        {
            "published_at": iso_jst(board.at),
            "city": {"id": city.id, "municipal_code": city.municipal_code, "name": city.name},
            "demonstration": city.demonstration,
            "drill": city.drill,
            "provisional": True,
            "stations": [_station(spot) for spot in edition.spots],
        }
    )


def _station(spot: Spot) -> dict[str, Any]:
    station = spot.station
    return {
        "id": station.id,
        "kind": station.kind.value,
        "name": station.name,
        "lat": station.lat,
        "lon": station.lon,
        "gauges": [_gauge(gauge) for gauge in spot.gauges],
    }


def _gauge(told: PublicGauge) -> dict[str, Any]:
    return {
        "id": told.gauge.id,
        "state": told.state.value,
        "silent": told.silent,
        "hazard": told.hazard,
        "stage_m": told.stage_m,
        "observed_at": iso_jst(told.observed_at) if told.observed_at else None,
        "trend": told.trend,
    }


def as_json(value: dict[str, Any]) -> bytes:
    """Small, and readable by people who read Japanese."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
