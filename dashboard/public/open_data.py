"""The values of the page for programs: what the public is told, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from dashboard.public.pages import Edition
from dashboard.public.spots import PublicGauge, Spot, spots
from dashboard.public.words import iso_jst, stamp


def levels(edition: Edition) -> bytes:
    """``levels.json``: every spot, worst first; times as ISO 8601 with +09:00, stages in metres."""
    board = edition.board
    city = board.registry.city
    return _json(
        {
            "published_at": iso_jst(board.at),
            "city": {"id": city.id, "municipal_code": city.municipal_code, "name": city.name},
            "demonstration": city.demonstration,
            "drill": city.drill,
            "provisional": True,
            "stations": [_station(spot) for spot in spots(board)],
        }
    )


def freshness(edition: Edition) -> bytes:
    """``freshness.json``: the stamp that every page carries, and after how many real seconds that is old."""
    return _json(
        {
            "published_at": stamp(edition.board.at),
            "stale_after_s": edition.settings.stale_after_s,
            "clock_speed": edition.clock_speed,
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


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
