"""From the numbers of a message to stage: which of them counts, and what it means at its time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from ingest.clock import JST
from ingest.decoders.decoded import STAGE_CHANNEL, Observed
from ingest.messages import Refusal, Refused
from ingest.roster import Mounted, Watched
from ingest.sensors import Reads, Sensor
from ingest.stations import Gauge
from ingest.units import GRAVITY_M_PER_S2, METRES_PER, PASCALS_PER, is_other, unit_of

HIGHEST_M = 10_000.0
"""No gauge on Earth stands higher or deeper: such a stage is no measurement."""


AnySensor = TypeVar("AnySensor", Mounted, Sensor)

_PLAIN = ("", STAGE_CHANNEL)
_STAGES = (Reads.STAGE, Reads.BELOW_CROWN)


def sensor_at(gauge: Watched, at: datetime) -> Mounted | None:
    """The sensor of a gauge in force at ``at``: see ``latest``."""
    return latest(gauge.sensors, at)


def latest(sensors: Sequence[AnySensor], at: datetime) -> AnySensor | None:
    """Of sensors, the oldest first, the last that has begun, before all of them the first; None without any."""
    for sensor in reversed(sensors):
        if sensor.valid_from <= at:
            return sensor
    return sensors[0] if sensors else None


def stage_m(observed: Observed, gauge: Watched, at: datetime) -> float:
    """What a number means at ``at``: metres above the gauge zero, rounded so that a tie with a threshold stays a tie.

    Raises ``Refused`` where the message states a unit that does not fit, and where the stage cannot be one.
    """
    sensor = sensor_at(gauge, at) if gauge.sensors else None
    if sensor is None:
        value = observed.value
        if observed.unit or observed.channel not in _PLAIN:
            value *= _factor(observed, METRES_PER, "", gauge.id)
        raw_m = gauge.crown_m + value if gauge.reads is Reads.BELOW_CROWN and gauge.crown_m is not None else value
    else:
        raw_m = _converted_m(observed, gauge, sensor)
    if not -HIGHEST_M <= raw_m <= HIGHEST_M:
        raise Refused(Refusal.IMPOSSIBLE, _impossible(observed, raw_m))
    return round(raw_m, 3)


def measured(stage_m: float, gauge: Watched | Gauge, sensor: Mounted | Sensor) -> float:
    """What a sensor gives at a stage, in metres or pascals: the way back from ``stage_m``, for simulated devices."""
    raw_m = stage_m - sensor.offset_m
    height_m = sensor.height_m or 0.0
    match sensor.reads:
        case Reads.DISTANCE:
            return height_m - raw_m
        case Reads.DEPTH:
            return raw_m - height_m
        case Reads.PRESSURE:
            return (raw_m - height_m) * sensor.density_kg_per_m3 * GRAVITY_M_PER_S2 + sensor.offset_pa
        case Reads.BELOW_CROWN:
            return raw_m - (gauge.crown_m or 0.0)
        case Reads.ELEVATION:
            return raw_m + (gauge.datum_m or 0.0)
        case _:
            return raw_m


def serving(device: str, gauges: Sequence[Watched], at: datetime) -> tuple[Watched, ...]:
    """The gauges that a device measures for at ``at``, of those that have, had or will have it: ``Roster.devices``.

    Raises ``Refused`` by name for a device that was replaced by then, or is not mounted yet. What a replaced device
    observed before is taken, however late it comes; the first sensor of a gauge counts from the beginning of time.
    """
    found = tuple(each for each in gauges if _begun(each, at) and _in_force(device, each, at))
    found = found or _first_of(device, gauges, at)
    if not found:
        raise Refused(Refusal.UNKNOWN_DEVICE, _not_serving(device, gauges, at))
    return found


def chosen(observed: Sequence[Observed], sensor: Mounted | Sensor | None, default: str = "") -> Sequence[Observed]:
    """Those numbers of a message that are the sensor's: one, or several where a message brings several times.

    The sensor's own ``channel`` decides, else ``default``, the usual one of its model, else that it is the only one
    that fits what the sensor reads; a number without a name counts. Raises ``Refused`` with the channels that are
    there where none fits or several do, and where a message says "stage" of what is a distance, depth or pressure.
    """
    if all(each.channel in _PLAIN for each in observed):
        if sensor and sensor.reads not in _STAGES and any(each.channel for each in observed):
            detail = f"the message says {STAGE_CHANNEL}, and the sensor gives its {sensor.reads}: send that as value"
            raise Refused(Refusal.MALFORMED, detail)
        return observed
    wanted = (sensor.channel if sensor else "") or default
    reads = sensor.reads if sensor else Reads.STAGE
    channels = {each.channel for each in observed if (each.channel == wanted if wanted else fits(each, reads))}
    if len(channels) != 1:
        raise Refused(Refusal.MALFORMED, _unclear(observed, channels, wanted, reads))
    return [each for each in observed if each.channel in channels]


def fits(observed: Observed, reads: Reads) -> bool:
    """Whether what a number's unit and channel say it is can be what a sensor reads; where they say nothing, it can."""
    unit = observed.unit or unit_of(observed.channel)
    if unit or is_other(observed.channel):
        known = PASCALS_PER if reads is Reads.PRESSURE else METRES_PER
        return unit in known and _named_for(observed.channel, reads)
    return _named_for(observed.channel, reads)


def _named_for(channel: str, reads: Reads) -> bool:
    measure = channel.partition("_")[0]
    return measure == reads or measure not in ("distance", "depth", "pressure") or _is_depth_as_stage(measure, reads)


def _is_depth_as_stage(measure: str, reads: Reads) -> bool:
    """A depth is a stage where the sensor lies at the gauge zero."""
    return measure == "depth" and reads is Reads.STAGE


def _converted_m(observed: Observed, gauge: Watched, sensor: Mounted) -> float:
    factors = PASCALS_PER if sensor.reads is Reads.PRESSURE else METRES_PER
    value = observed.value * _factor(observed, factors, sensor.unit, gauge.id)
    match sensor.reads:
        case Reads.DISTANCE:
            raw_m = (sensor.height_m or 0.0) - value
        case Reads.DEPTH:
            raw_m = (sensor.height_m or 0.0) + value
        case Reads.PRESSURE:
            column_m = (value - sensor.offset_pa) / (sensor.density_kg_per_m3 * GRAVITY_M_PER_S2)
            raw_m = (sensor.height_m or 0.0) + column_m
        case Reads.BELOW_CROWN:
            raw_m = (gauge.crown_m or 0.0) + value
        case Reads.ELEVATION:
            raw_m = value - (gauge.datum_m or 0.0)
        case _:
            raw_m = value
    return raw_m + sensor.offset_m


def _factor(observed: Observed, factors: Mapping[str, float], of_sensor: str, gauge_id: str) -> float:
    """What one of a number's unit is in SI: the message's own word counts, then its channel's, then the sensor's."""
    unit = observed.unit or unit_of(observed.channel) or of_sensor
    if not unit:
        return 1.0
    factor = factors.get(unit)
    if factor is None:
        known = ", ".join(factors)
        detail = f'the message states "{unit[:20]}", and the sensor of {gauge_id} gives one of {known}'
        raise Refused(Refusal.IMPOSSIBLE, detail)
    return factor


def _impossible(observed: Observed, raw_m: float) -> str:
    unit = observed.unit or unit_of(observed.channel) or "the unit of the registry"
    return f"{observed.value:g} would be a stage of {raw_m:g} m, beyond {HIGHEST_M:g} m: is it in {unit}?"


def _unclear(observed: Iterable[Observed], channels: Iterable[str], wanted: str, reads: Reads) -> str:
    there = ", ".join(dict.fromkeys(each.channel or "one without a name" for each in observed))
    if wanted:
        return f"the message has no channel {wanted}, but {there}: is the model of the sensor right?"
    which = "several channels" if list(channels) else "no channel"
    return f"the message has {which} for {reads} among {there}: name one as the sensor's `channel`"


def _first_of(device: str, gauges: Sequence[Watched], at: datetime) -> tuple[Watched, ...]:
    """The gauges that began with a device, before it was anywhere."""
    began = min((each.valid_from for gauge in gauges for each in gauge.sensors if each.device == device), default=at)
    return tuple(each for each in gauges if at < began == each.sensors[0].valid_from and _in_force(device, each, at))


def _begun(gauge: Watched, at: datetime) -> bool:
    return bool(gauge.sensors) and gauge.sensors[0].valid_from <= at


def _in_force(device: str, gauge: Watched, at: datetime) -> bool:
    sensor = sensor_at(gauge, at)
    return sensor is not None and sensor.device == device


def _not_serving(device: str, gauges: Sequence[Watched], at: datetime) -> str:
    """Why: it is not known, it was replaced since, or it is not mounted yet."""
    ends = [(after.valid_from, gauge.id, after.device) for gauge in gauges for after in _successors(device, gauge, at)]
    begins = [(each.valid_from, gauge.id) for gauge in gauges for each in gauge.sensors if each.device == device]
    if ends:
        since, gauge_id, successor = max(ends)
        by = successor or "a sensor without a device identifier"
        return f"the device {device} was replaced at {gauge_id} by {by} on {_day(since)}"
    if begins:
        since, gauge_id = min(begins)
        return f"the device {device} measures at {gauge_id} from {_day(since)} on, and this was observed before"
    return f"the device {device} is no gauge's sensor in the registry"


def _successors(device: str, gauge: Watched, at: datetime) -> Iterator[Mounted]:
    """The sensors that took the place of a device by ``at``."""
    for before, after in pairwise(gauge.sensors):
        if before.device == device != after.device and after.valid_from <= at:
            yield after


def _day(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M} JST"
