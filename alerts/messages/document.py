"""The message for machines: webhooks, signs, programs of the city (docs/messages.md). Stable: keys are only added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.messages.figures import number_of, time_of
from alerts.messages.runs import Run
from alerts.messages.told import Context
from alerts.records import STAGE, Transition
from ingest.clock import JST
from ingest.stations import Gauge, Registry, Station

SCHEMA = "mizumori.alerts/1"
MOST_ALERTS = 100
"""Of a message for thousands of gauges the worst; ``count`` says how many there are."""


def document(kind: str, told: Sequence[Run], context: Context) -> dict[str, Any]:
    """All runs of a message, in the order in which they are told. Times are Japan's, with their offset."""
    alerts = [_alert(each, context.registry) for each in told[:MOST_ALERTS]]
    city = context.registry.city
    return {
        "schema": SCHEMA,
        "kind": kind,
        "drill": context.drill,
        "demonstration": city.demonstration,
        "city": {"id": city.id, "municipal_code": city.municipal_code, "name": dict(city.name)},
        "sent_at": _time(context.now),
        "level": max((each["level"] for each in alerts), default=0),
        "count": len(told),
        "alerts": alerts,
        "url": url_of(told, context),
    }


def url_of(told: Sequence[Run], context: Context) -> str:
    """The page of the dashboard that shows what is told of: that of the station where there is one."""
    stations = {each.last.station_id for each in told}
    if not context.base_url:
        return ""
    base_url = context.base_url.rstrip("/")
    if len(stations) == 1 and (station_id := stations.pop()) in context.registry.stations:
        return f"{base_url}/station/{station_id}"
    return f"{base_url}/"


def _alert(run: Run, registry: Registry) -> dict[str, Any]:
    last = run.last
    return {
        "rule": last.rule,
        "subject_id": last.subject_id,
        "station": _station(registry.stations.get(last.station_id)),
        "gauge": _gauge(registry.gauges.get(last.subject_id)),
        "level": last.to_level,
        "from_level": run.first.from_level,
        "hazard": last.to_level if last.rule == STAGE else None,
        "cause": str(last.cause),
        "unconfirmed": last.unconfirmed,
        "unverified": last.unverified,
        "maintenance": bool(last.detail.get("maintenance")),
        "stage_m": last.stage_m,
        "rise_m_per_h": number_of(last.detail.get("rise_m_per_h")),
        "rise_window_s": number_of(last.detail.get("window_s")),
        "threshold_m": number_of(last.detail.get("threshold_m")),
        "observed_at": _time(last.observed_at),
        "since": _since(last),
        "incident_id": last.incident_id,
        "transition_ids": [each.id for each in run.transitions],
    }


def _station(station: Station | None) -> dict[str, Any] | None:
    if station is None:
        return None
    where = {"lat": station.lat, "lon": station.lon}
    return {"id": station.id, "kind": str(station.kind), "name": dict(station.name), **where}


def _gauge(gauge: Gauge | None) -> dict[str, Any] | None:
    return None if gauge is None else {"id": gauge.id, "name": dict(gauge.name) if gauge.name else None}


def _time(at: datetime) -> str:
    return at.astimezone(JST).isoformat(timespec="seconds")


def _since(last: Transition) -> str | None:
    since = time_of(last.detail.get("since"))
    return _time(since) if since else None
