"""The uplink message of The Things Stack, version 3, Community and Industries.

``v3/{application}/devices/{device}/up``: JSON, in which what is zero or empty is left out.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.decoders.decoded import Uplink
from ingest.decoders.lorawan import Counter, FramePayload, Port, Reception, eui, heard_by, refuse_another
from ingest.decoders.own_json import explain
from ingest.messages import Message, Refusal, Refused


class Part(BaseModel):
    """A part of the message; what we do not know of it is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class GatewayIds(Part):
    """The names of a gateway."""

    gateway_id: str = ""


class Forwarder(Part):
    """The gateway behind the Packet Broker, which itself is no gateway."""

    forwarder_gateway_id: str = ""


class Gateway(Part):
    """What one gateway heard."""

    gateway_ids: GatewayIds = GatewayIds()
    packet_broker: Forwarder = Forwarder()
    rssi: float | None = None
    snr: float | None = None

    def reception(self) -> Reception:
        """In our words. A signal-to-noise ratio of 0 is left out like all that is zero."""
        gateway = self.packet_broker.forwarder_gateway_id or self.gateway_ids.gateway_id
        snr_db = 0.0 if self.snr is None and self.rssi is not None else self.snr
        return Reception(gateway.lower(), self.rssi, snr_db)


class EndDevice(Part):
    """The names of a device; one that was activated by personalisation may have no EUI."""

    device_id: str
    eui: Annotated[str | None, AfterValidator(lambda text: text and eui(text)), Field(validation_alias="dev_eui")] = (
        None
    )


class UplinkMessage(Part):
    """The uplink itself."""

    frm_payload: FramePayload = b""
    f_port: Port = 0
    f_cnt: Counter = 0
    received_at: AwareDatetime | None = None
    rx_metadata: list[Gateway] = []


class Envelope(Part):
    """The whole message."""

    end_device_ids: EndDevice
    uplink_message: UplinkMessage | None = None
    received_at: AwareDatetime | None = None
    simulated: bool = False


def decode(message: Message) -> Uplink:
    """The uplink of the message; its device is the EUI, or the device's identifier where it has none.

    Joins, downlink events and the like, uplinks without payload, and those that the console simulates, are refused as
    such: a rehearsal must not pass for water.
    """
    try:
        envelope = Envelope.model_validate_json(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    device, uplink = envelope.end_device_ids, envelope.uplink_message
    refuse_another(device.device_id, message.topic.split("/")[3])
    if envelope.simulated:
        raise Refused(Refusal.NO_MEASUREMENT, "an uplink that the console of the network simulates")
    if uplink is None or not uplink.frm_payload:
        detail = "no payload: a join, a downlink's event, or an uplink of network commands"
        raise Refused(Refusal.NO_MEASUREMENT, detail)
    heard = heard_by(each.reception() for each in uplink.rx_metadata)
    at = uplink.received_at or envelope.received_at
    return Uplink(device.eui or device.device_id, uplink.frm_payload, uplink.f_port, at, uplink.f_cnt, heard)
