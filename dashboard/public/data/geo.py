"""``data/latest.geojson``: one point a gauge (RFC 7946: WGS 84, longitude first), with flat properties for GIS."""

from __future__ import annotations

from typing import Any

from dashboard.public.data.model import GaugeTold, Latest, StationTold
from dashboard.public.data.written import as_json


def rendered(latest: Latest) -> bytes:
    """The file. What concerns all of it are foreign members of the collection."""
    return as_json(
        {
            "type": "FeatureCollection",
            "published_at": latest.published_at,
            "municipal_code": latest.city.municipal_code,
            "city": latest.city.name,
            "demonstration": latest.demonstration,
            "drill": latest.drill,
            "licence": latest.licence,
            "attribution": latest.attribution,
            "features": [_feature(latest, station, gauge) for station in latest.stations for gauge in station.gauges],
        }
    )


def _feature(latest: Latest, station: StationTold, gauge: GaugeTold) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": gauge.id,
        "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]},
        "properties": {
            "municipal_code": latest.city.municipal_code,
            "station_id": station.id,
            "name": station.name["ja"],
            **({"name_en": station.name["en"]} if "en" in station.name else {}),
            "kind": station.kind,
            "gauge_id": gauge.id,
            "state": gauge.state,
            "silent": gauge.silent,
            "hazard": gauge.hazard,
            "hazard_label": None if gauge.hazard_label is None else gauge.hazard_label["ja"],
            "stage_m": gauge.stage_m,
            "observed_at": gauge.observed_at,
            "trend": gauge.trend,
            "provisional": gauge.provisional,
            "demonstration": latest.demonstration,
            "drill": latest.drill,
            "datum_m": gauge.datum_m,
            **{f"threshold_{each.hazard}_m": each.stage_m for each in gauge.thresholds},
        },
    }
