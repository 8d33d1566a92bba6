"""From the number of a sensor to stage: metres above the gauge zero, to the millimetre. Pure."""

from __future__ import annotations

from datetime import datetime

from ingest.decoders.decoded import Observed
from ingest.roster import Watched
from ingest.stations import Reads, Sensor


def sensor_at(gauge: Watched, at: datetime) -> Sensor | None:
    """The sensor in force at ``at``: the last that has begun, before all of them the first; None without any."""
    begun = [each for each in gauge.sensors if each.valid_from <= at]
    return begun[-1] if begun else (gauge.sensors[0] if gauge.sensors else None)


def stage_m(observed: Observed, gauge: Watched, at: datetime) -> float:
    """What a number means at ``at``, rounded so that a tie with a threshold stays a tie after the addition."""
    del at
    if gauge.reads is Reads.BELOW_CROWN and gauge.crown_m is not None:
        return round(gauge.crown_m + observed.value, 3)
    return round(observed.value, 3)
