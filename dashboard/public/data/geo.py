"""``data/latest.geojson``: one point a gauge (RFC 7946: WGS 84, longitude first), with flat properties for GIS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.public.data.model import GaugeTold, Latest, StationTold
from dashboard.public.data.written import text_of


def whole(head: Latest, features: Iterable[str]) -> bytes:
    """The file. What concerns all of it are foreign members of the collection."""
    of_all = {
        "type": "FeatureCollection",
        "published_at": head.published_at,
        "municipal_code": head.city.municipal_code,
        "city": head.city.name,
        "demonstration": head.demonstration,
        "drill": head.drill,
        "licence": head.licence,
        "attribution": head.attribution,
    }
    return f'{text_of(of_all).removesuffix("}")},"features":[{",".join(features)}]}}\n'.encode()


def features(head: Latest, station: StationTold) -> str:
    """The points of a station, as they stand in the file; there is at least one."""
    return ",".join(text_of(_feature(head, station, each)) for each in station.gauges)


def _feature(head: Latest, station: StationTold, gauge: GaugeTold) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": gauge.id,
        "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]},
        "properties": {
            "municipal_code": head.city.municipal_code,
            "station_id": station.id,
            "name": station.name["ja"],
            **({"name_en": station.name["en"]} if "en" in station.name else {}),
            "kind": station.kind,
            "station_hazard": station.hazard,
            "pumps": station.pumps,
            "gauge_id": gauge.id,
            "state": gauge.state,
            "silent": gauge.silent,
            "hazard": gauge.hazard,
            "hazard_label": None if gauge.hazard_label is None else gauge.hazard_label["ja"],
            "stage_m": gauge.stage_m,
            "observed_at": gauge.observed_at,
            "trend": gauge.trend,
            "provisional": gauge.provisional,
            "demonstration": head.demonstration,
            "drill": head.drill,
            "datum_m": gauge.datum_m,
            **{f"threshold_{each.hazard}_m": each.stage_m for each in gauge.thresholds},
        },
    }
