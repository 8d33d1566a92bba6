"""A desk in a storm whose devices have troubles of their own: a gateway out, an empty battery, a heartbeat a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dashboard.staff.services import StaffServices
from ingest.clock import Clock
from ingest.stations import Registry
from tests.dashboard import fakes
from tests.dashboard.staff_fakes import Desk, desk

DRY = "shin-pond"
"""A station whose gauge sends a heartbeat a day while it is dry."""


def health_desk(now: datetime | None = None) -> Desk:
    """The desk, with what its devices said of themselves."""
    at = desk(now)
    city = with_dry_gauge(at.registry.current)
    at.registry.current = at.health.registry = city
    at.health.said = fakes.vitals(at.now)
    at.health.deaf = tuple(f"{each}-01" for each in fakes.UNDER_THE_HILL)
    at.health.dry = f"{DRY}-01"
    at.log.letters = fakes.letters(at.now)
    return at


def with_dry_gauge(city: Registry | None) -> Registry:
    """The city in which one gauge has a dry mode."""
    assert city is not None
    gauge = city.gauges[f"{DRY}-01"].model_copy(update={"dry_interval_s": 86400.0})
    return city.model_copy(update={"gauges": {**city.gauges, gauge.id: gauge}})


def at_clock(at: Desk, clock: Clock) -> StaffServices:
    """The services of a desk with another clock."""
    return replace(at.services, clock=clock)
