"""From the message of a device, as it sent it or as its network server hands it on, to what its gauges observed. Pure.

Who decodes is said by the registry: the sensor of the gauge names its model, and by its identifier a device at a
network server is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ingest.decoders import MODELS, NETWORKS
from ingest.decoders.decoded import Decoded, Heard, Measured, Model, Observed, Unmeasured, Uplink
from ingest.messages import Message, Refusal, Refused
from ingest.roster import Mounted, Roster, Watched
from ingest.sensing import chosen, sensor_at, serving
from ingest.topics import Network

NOTHING_HEARD = Heard()


def of_network(network: Network, message: Message, roster: Roster) -> list[tuple[Watched, Sequence[Decoded]]]:
    """What each gauge that the device measures for takes from a network server's message; Refused where none does."""
    uplink = NETWORKS[network](message)
    at = uplink.at or message.received_at
    gauges = roster.devices.get(uplink.device)
    if gauges is None:
        raise Refused(Refusal.UNKNOWN_DEVICE, f"no sensor in the registry has the device {uplink.device}")
    found: list[tuple[Watched, Sequence[Decoded]]] = []
    for gauge in serving(uplink.device, gauges, at):
        measured = _model(gauge, sensor_at(gauge, at)).decode(uplink.payload, uplink.f_port)
        found.append((gauge, [*_of_water(measured, gauge, uplink, at), *_heard(measured, uplink.heard)]))
    return found


def of_device(message: Message, gauge: Watched) -> Sequence[Decoded]:
    """What a device's own message says, decoded as the model of its gauge's sensor."""
    at = message.received_at
    measured = _model(gauge, sensor_at(gauge, at)).decode(message.payload, 0)
    return [*_of_water(measured, gauge, None, at), *_heard(measured, NOTHING_HEARD)]


def wanted(
    said: Sequence[Decoded], gauge: Watched, counted_at: Callable[[datetime | None], datetime]
) -> Sequence[Decoded]:
    """Of everything that a message says, what counts for the gauge: the channel of the sensor at each one's time.

    ``counted_at`` gives the time that counts for what the device says it is: a wrong clock chooses no sensor.
    """
    observed: dict[Mounted | None, list[Observed]] = {}
    others: list[Decoded] = []
    for item in said:
        if isinstance(item, Observed):
            observed.setdefault(sensor_at(gauge, counted_at(item.device_at)), []).append(item)
        else:
            others.append(item)
    return [*(each for sensor, items in observed.items() for each in chosen(items, sensor, _default(sensor))), *others]


def _default(sensor: Mounted | None) -> str:
    model = MODELS.get(sensor.model) if sensor is not None else None
    return model.channel if model is not None else ""


def _model(gauge: Watched, sensor: Mounted | None) -> Model:
    model = MODELS.get(sensor.model) if sensor is not None else None
    if model is None:
        raise Refused(Refusal.UNKNOWN_DEVICE, f"the sensor of {gauge.id} names no model that decodes such a message")
    return model


def _of_water(measured: Sequence[Measured], gauge: Watched, uplink: Uplink | None, at: datetime) -> list[Decoded]:
    """The number of the gauge's channel, from each measurement that has one or says why it has none.

    A measurement with neither is of something else: an alarm of the temperature, a device's word about its battery.
    """
    said: list[Decoded] = []
    for each in measured:
        sensor = sensor_at(gauge, each.at or at)
        channel = (sensor.channel if sensor is not None else "") or _default(sensor)
        if channel in each.values:
            # The frame counter is that of the uplink, not of what the device had stored before.
            seq = uplink.seq if uplink is not None and each.at is None else None
            device_at = each.at or (uplink.at if uplink is not None else None)
            said.append(Observed(each.values[channel], device_at, seq, channel=channel, tilted=each.tilted))
        elif channel in each.missing:
            said.append(Unmeasured(channel, each.missing[channel]))
    return said


def _heard(measured: Sequence[Measured], heard: Heard) -> list[Heard]:
    """What the network heard, and what the device adds: its battery, and the signal of a mobile network."""
    for each in measured:
        heard = replace(
            heard,
            battery_pct=heard.battery_pct if each.battery_pct is None else each.battery_pct,
            battery_v=heard.battery_v if each.battery_v is None else each.battery_v,
            rssi_dbm=heard.rssi_dbm if each.rssi_dbm is None else each.rssi_dbm,
        )
    return [] if heard == NOTHING_HEARD else [heard]
