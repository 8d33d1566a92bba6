"""Who builds which kind of place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.stations import StationKind
from simulators.drawing.places.place import Place, Plan
from simulators.drawing.places.pump_station import pump_station
from simulators.drawing.places.retention_pond import retention_pond
from simulators.drawing.places.river import river
from simulators.drawing.places.underpass import underpass
from simulators.drawing.places.waterway import waterway

BUILDERS: Mapping[StationKind, Callable[[Plan], Place]] = {
    StationKind.RIVER: river,
    StationKind.WATERWAY: waterway,
    StationKind.UNDERPASS: underpass,
    StationKind.PUMP_STATION: pump_station,
    StationKind.RETENTION_POND: retention_pond,
}
"""Each builds the world of its kind; the staff itself is not among the faces."""
