"""The callback of pumps, gates and ponds, and the running times that stand below a hydrograph."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from dashboard.running_bands import PumpCourse, spans
from dashboard.staff import pumps_panel
from dashboard.staff.addresses import page_at
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import Watch
from dashboard.views import StationView
from ingest.equipment.state import patience
from ingest.stations import Quantity


async def equipment(watch: Watch, _: str | None, __: str | None, pathname: str | None) -> Any:
    """The pumps, gates and ponds of the station."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    view = seen.station(here.station_id) if seen and here.station_id else None
    return [] if seen is None or view is None else pumps_panel.equipment(view, here.language, seen.at)


def courses(
    services: StaffServices,
    view: StationView,
    gauge_id: str,
    language: str,
    since: datetime,
    until: datetime,
    steps: int,
) -> list[PumpCourse]:
    """What the pumps did, for the hydrograph of the inner gauge; none for any other. Blocking."""
    equipment_ = view.equipment
    if equipment_ is None or gauge_id != equipment_.inner_id:
        return []
    found = []
    for each in equipment_.pumps:
        course = services.history.course(each.pump.id, since, until, steps, Quantity.RUNNING)
        # Where the course is thinned, its neighbours may stand two steps apart.
        patient = max(patience(each.pump), 2 * course.step)
        name = pumps_panel.machine_name(each, language)
        found.append(PumpCourse(name, spans(course.readings, patient, since, until)))
    return found


def register(app: Dash, watch: Watch) -> None:
    """Bind the callback of this file to an app."""
    news = (Input("news-log", "data"), Input("news-equipment", "data"))
    app.callback(Output("equipment", "children"), *news, State("url", "pathname"))(partial(equipment, watch))
