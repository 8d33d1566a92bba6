"""The uplink event of ChirpStack: version 4, and version 3, whose topic is the same.

``application/{application}/device/{devEui}/event/up``: JSON, in which what is zero or empty is left out.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.decoders.decoded import Uplink
from ingest.decoders.lorawan import Counter, FramePayload, Port, Reception, eui, heard_by, refuse_another
from ingest.decoders.own_json import explain
from ingest.messages import Message, Refusal, Refused

DeviceEui = Annotated[str, AfterValidator(eui)]


class Part(BaseModel):
    """A part of the event; what we do not know of it is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class Gateway(Part):
    """What one gateway heard."""

    gateway: Annotated[str, Field(validation_alias=AliasChoices("gatewayId", "gatewayID"))] = ""
    rssi: float | None = None
    snr: Annotated[float | None, Field(validation_alias=AliasChoices("snr", "loRaSNR"))] = None

    def reception(self) -> Reception:
        """In our words. A signal-to-noise ratio of 0 is left out like all that is zero."""
        try:
            gateway = eui(self.gateway)
        except ValueError:
            gateway = self.gateway
        return Reception(gateway, self.rssi, 0.0 if self.snr is None and self.rssi is not None else self.snr)


class DeviceInfo(Part):
    """Version 4 names the device here."""

    eui: Annotated[DeviceEui, Field(validation_alias="devEui")]


class Event(Part):
    """The event."""

    device_info: Annotated[DeviceInfo | None, Field(validation_alias="deviceInfo")] = None
    eui: Annotated[DeviceEui | None, Field(validation_alias="devEUI")] = None
    data: FramePayload = b""
    port: Annotated[Port, Field(validation_alias="fPort")] = 0
    counter: Annotated[Counter, Field(validation_alias="fCnt")] = 0
    time: AwareDatetime | None = None
    gateways: Annotated[list[Gateway], Field(validation_alias="rxInfo")] = []


def decode(message: Message) -> Uplink:
    """The uplink of the message. A join, a status and the like, and an uplink without payload, are refused as such."""
    try:
        event = Event.model_validate_json(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    device = event.device_info.eui if event.device_info else event.eui
    if device is None:
        raise Refused(Refusal.MALFORMED, "deviceInfo.devEui: the event names no device")
    refuse_another(device, message.topic.split("/")[3])
    if not event.data:
        detail = "no payload: a join, a status, an acknowledgement, or an uplink of network commands"
        raise Refused(Refusal.NO_MEASUREMENT, detail)
    heard = heard_by(each.reception() for each in event.gateways)
    return Uplink(device, event.data, event.port, event.time, event.counter, heard)
