"""What must be true of gauges' sensors beyond their own values: models, channels, one place for a device."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest

from pydantic import ValidationError

from ingest.clock import JST
from ingest.decoders import MODELS
from ingest.decoders.decoded import Observed
from ingest.registry_files.entries import Entry
from ingest.registry_files.mistakes import Mistake
from ingest.sensing import fits
from ingest.sensors import Reads, Sensor
from ingest.stations import Gauge, Registry

_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clash:
    """A sensor of ``gauge_id`` that has the device and channel of a sensor of another gauge at the same time."""

    gauge_id: str
    sensor: Sensor
    other: str

    def __str__(self) -> str:
        channel = f" with channel {self.sensor.channel}" if self.sensor.channel else ""
        return (
            f"the device {self.sensor.device}{channel} is at {self.other} at the same time: "
            f"write a sensor for {self.other} that begins when this one was moved, or the channel of each"
        )


@dataclass(frozen=True, slots=True)
class _Term:
    """The time from ``since`` until ``until`` during which a sensor is a gauge's."""

    gauge_id: str
    sensor: Sensor
    since: datetime
    until: datetime


def sensor_mistakes(entry: Entry) -> Iterator[Mistake]:
    """What is wrong with the sensors of a gauge whose values are right."""
    begun: set[datetime] = set()
    for index, data in enumerate(entry.data.get("sensors", ())):
        sensor, spot = Sensor.model_validate(data), ("sensors", index)
        for key, message in _mistaken(sensor):
            yield entry.mistake(message, (*spot, key))
        if sensor.valid_from in begun:
            yield entry.mistake(f"two sensors begin at {sensor.valid_from.isoformat()}: keep one of them", spot)
        begun.add(sensor.valid_from)


def device_mistakes(gauges: Mapping[str, tuple[Entry, Gauge]]) -> Iterator[Mistake]:
    """Every device that is at two gauges at once, told at the later of its sensors."""
    for clash in clashes(gauge for _, gauge in gauges.values()):
        entry, _ = gauges[clash.gauge_id]
        found = (Sensor.model_validate(data).valid_from for data in entry.data["sensors"])
        index = next(index for index, since in enumerate(found) if since == clash.sensor.valid_from)
        yield entry.mistake(str(clash), ("sensors", index, "device"))


def conflicts(merged: Registry) -> list[str]:
    """What an import and the sensors that outlive it do not agree in, in sentences; pure."""
    found = [sentence for gauge in merged.gauges.values() if gauge.sensors for sentence in _incomplete(gauge)]
    found += [f"gauge {clash.gauge_id}: {clash}" for clash in clashes(merged.gauges.values())]
    return found


def clashes(gauges: Iterable[Gauge]) -> Iterator[Clash]:
    """Sensors of different gauges with the same device and channel whose times overlap; the later of each two."""
    terms: dict[tuple[str, str], list[_Term]] = {}
    for gauge in gauges:
        for term in _terms(gauge):
            if term.sensor.device:
                terms.setdefault((term.sensor.device, _channel(term.sensor)), []).append(term)
    for same in terms.values():
        latest: _Term | None = None
        for term in sorted(same, key=lambda each: each.since):
            if latest and latest.gauge_id != term.gauge_id and term.since < latest.until:
                yield Clash(term.gauge_id, term.sensor, latest.gauge_id)
            latest = term if latest is None or term.until >= latest.until else latest


def _terms(gauge: Gauge) -> Iterator[_Term]:
    ordered = sorted(gauge.sensors, key=lambda each: each.valid_from)
    for sensor, successor in zip_longest(ordered, ordered[1:]):
        yield _Term(gauge.id, sensor, sensor.valid_from, successor.valid_from if successor else _END)


def _channel(sensor: Sensor) -> str:
    model = MODELS.get(sensor.model)
    return sensor.channel or (model.channel if model else "")


def _mistaken(sensor: Sensor) -> Iterator[tuple[str, str]]:
    """The keys of a sensor that do not go together, each with a sentence."""
    model = MODELS.get(sensor.model)
    if sensor.model and model is None:
        yield "model", f"the model `{sensor.model}` is not known; {_advice(sensor.model)}"
        return
    if model and sensor.channel and sensor.channel not in model.water:
        channels = ", ".join(model.water)
        yield "channel", f"a {model.name} has no channel `{sensor.channel}` for water: write one of {channels}"
        return
    channel = _channel(sensor)
    number = Observed(0.0, channel=channel)
    if channel and not fits(number, sensor.reads):
        able = " or ".join(f'reads = "{each}"' for each in Reads if fits(number, each)) or "another channel"
        whose = f" of a {model.name}" if model else ""
        yield "reads", f"the channel {channel}{whose} is not a {sensor.reads}: write {able}"


def _advice(model: str) -> str:
    near = difflib.get_close_matches(model, MODELS, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(sorted(MODELS)) or 'none'}"


def _incomplete(gauge: Gauge) -> Iterator[str]:
    try:
        Gauge.model_validate(gauge.model_dump())
    except ValidationError as error:
        sensors = ", ".join(f"{each.valid_from.astimezone(JST):%Y-%m-%d}" for each in gauge.sensors)
        for each in error.errors():
            yield f"gauge {gauge.id}: {each['msg']} (its sensors, kept ones too, begin on {sensors})"
