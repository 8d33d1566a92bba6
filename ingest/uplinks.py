"""From the message of a device, as it sent it or as its network server hands it on, to what its gauges observed. Pure.

Who decodes is said by the registry: the sensor of the gauge names its model, and by its identifier a device at a
network server is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ingest.decoders import MODELS, NETWORKS
from ingest.decoders.decoded import Decoded, Heard, Measured, Model, Observed
from ingest.messages import Message, Refusal, Refused
from ingest.roster import Roster, Watched
from ingest.sensing import chosen, sensor_at, serving
from ingest.stations import Sensor
from ingest.topics import Network

NOTHING_HEARD = Heard()


def of_network(network: Network, message: Message, roster: Roster) -> list[tuple[Watched, Sequence[Decoded]]]:
    """What each gauge that the device measures for takes from a network server's message; Refused where none does."""
    uplink = NETWORKS[network](message)
    at = uplink.at or message.received_at
    gauges = roster.devices.get(uplink.device)
    if gauges is None:
        raise Refused(Refusal.UNKNOWN_DEVICE, f"no sensor in the registry has the device {uplink.device}")
    found = []
    for gauge in serving(uplink.device, gauges, at):
        measured = _model(gauge, sensor_at(gauge, at)).decode(uplink.payload, uplink.f_port)
        found.append((gauge, wanted(_said(measured, uplink.at, uplink.seq, uplink.heard), gauge, at)))
    return found


def of_device(message: Message, gauge: Watched) -> Sequence[Decoded]:
    """What a device's own message says, decoded as the model of its gauge's sensor."""
    model = _model(gauge, sensor_at(gauge, message.received_at))
    return _said(model.decode(message.payload, 0), None, None, NOTHING_HEARD)


def wanted(said: Sequence[Decoded], gauge: Watched, at: datetime) -> Sequence[Decoded]:
    """Of everything that a message says, what counts for the gauge: the channel of the sensor at each one's time."""
    observed: dict[Sensor | None, list[Observed]] = {}
    others: list[Decoded] = []
    for item in said:
        if isinstance(item, Observed):
            observed.setdefault(sensor_at(gauge, item.device_at or at), []).append(item)
        else:
            others.append(item)
    return [*(each for sensor, items in observed.items() for each in chosen(items, sensor, _default(sensor))), *others]


def _default(sensor: Sensor | None) -> str:
    model = MODELS.get(sensor.model) if sensor is not None else None
    return model.channel if model is not None else ""


def _model(gauge: Watched, sensor: Sensor | None) -> Model:
    model = MODELS.get(sensor.model) if sensor is not None else None
    if model is None:
        raise Refused(Refusal.UNKNOWN_DEVICE, f"the sensor of {gauge.id} names no model that decodes such a message")
    return model


def _said(measured: Sequence[Measured], at: datetime | None, seq: int | None, heard: Heard) -> list[Decoded]:
    said: list[Decoded] = [
        Observed(value, each.at or at, seq, channel=channel)
        for each in measured
        for channel, value in each.values.items()
    ]
    battery = next((each for each in measured if each.battery_pct is not None or each.battery_v is not None), None)
    if battery is not None:
        heard = replace(heard, battery_pct=battery.battery_pct, battery_v=battery.battery_v)
    return said if heard == NOTHING_HEARD else [*said, heard]
