"""The only file of this room that speaks MQTT: it enqueues what comes and acknowledges what is durable.

Facts behind it (paho-mqtt 2): with ``manual_ack`` a QoS 1 message is acknowledged only by ``ack``; ``ack`` does
not know which connection a packet number came from, so every connection has an epoch and acknowledgements of
older ones are dropped; an exception in ``on_message`` would end the network thread, so nothing may escape it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.clock import Clock
from ingest.inbox import Arrived, Inbox
from ingest.messages import NO_PROPERTIES, Message
from ingest.pipeline import HEAD_BYTES, LARGEST_ANY_BYTES
from ingest.topics import ALL

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 2 * 24 * 3600
RECEIVE_MAXIMUM = 1000


class MqttSettings(BaseModel):
    """How to reach the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="host name or address of the broker")
    port: int = Field(default=1883, ge=1, le=65535, description="port of the broker")
    protocol: Literal["5", "3.1.1"] = Field(default="5", description="MQTT version; the embedded broker speaks 3.1.1")
    client_id: str = Field(default="mizumori-ingest", min_length=1, description="fixed name of ingest at the broker")
    username: str = Field(default="", description="user at the broker; empty for none")
    password: str = Field(default="", description="password at the broker")
    tls: bool = Field(default=False, description="whether the broker is reached over TLS")
    ca_file: str = Field(default="", description="certificate authority of the broker; empty for the system's")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="seconds between signs of life to the broker")

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the broker's authority")
        return file


class Subscriber:
    """Receives all our topics into an inbox. ``connected`` says whether the subscription stands now."""

    def __init__(self, settings: MqttSettings, inbox: Inbox, clock: Clock) -> None:
        self._settings = settings
        self._inbox = inbox
        self._clock = clock
        self._epoch = 0
        self._stopping = False
        self.connected = False
        self._client = self._new_client()

    def start(self) -> None:
        """Begin to connect in the background; a broker that is away is tried again for ever."""
        settings = self._settings
        if settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_EXPIRY_S
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            self._client.connect_async(
                settings.host, settings.port, settings.keepalive_s, clean_start=False, properties=properties
            )
        else:
            self._client.connect_async(settings.host, settings.port, settings.keepalive_s)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the session stays at the broker and with it what was not acknowledged."""
        self._stopping = True
        self._client.disconnect()
        self._client.loop_stop()

    def _new_client(self) -> Client:
        settings = self._settings
        five = settings.protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if five else False,
            protocol=MQTTv5 if five else MQTTv311,
            manual_ack=True,
        )
        if settings.username:
            client.username_pw_set(settings.username, settings.password)
        if settings.tls:
            client.tls_set(settings.ca_file or None)
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._epoch += 1
        if reason.is_failure:
            log.error("the broker refused the connection: %s", reason)
            return
        log.info("connected to the broker, %s session", "earlier" if flags.session_present else "new")
        client.subscribe([(each, 1) for each in ALL])

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _packet_id: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [str(each) for each in reasons if each.is_failure]
        self.connected = not refused
        if refused:
            log.error("the broker refused the subscription to %s: %s; give this user the right to it", ALL, refused)

    def _on_disconnect(self, *_: Any) -> None:
        self.connected = False
        if not self._stopping:
            log.warning("the connection to the broker is lost; trying again")

    def _on_message(self, client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            self._inbox.put(self._arrived(client, message))
        except Exception:  # an exception here would end the network thread while it still says "connected"
            log.exception("a message could not be taken in; it stays unacknowledged")

    def _arrived(self, client: Client, message: MQTTMessage) -> Arrived:
        acknowledge = partial(self._acknowledge, client, self._epoch, message.mid, message.qos)
        return Arrived(self._message(message), acknowledge)

    def _acknowledge(self, client: Client, epoch: int, packet_id: int, qos: int) -> None:
        """Packet numbers begin anew with a connection: an older one would acknowledge another message."""
        if qos > 0 and epoch == self._epoch:
            client.ack(packet_id, qos)

    def _message(self, message: MQTTMessage) -> Message:
        payload = message.payload
        size = len(payload)
        return Message(
            _topic(message),
            bytes(payload if size <= LARGEST_ANY_BYTES else payload[:HEAD_BYTES]),
            self._clock.now(),
            size,
            message.mid,
            message.dup,
            message.retain,
            _user_properties(message.properties),
        )


def _user_properties(properties: Properties | None) -> Mapping[str, str]:
    pairs = None if properties is None else getattr(properties, "UserProperty", None)
    return dict(pairs) if pairs else NO_PROPERTIES


def _topic(message: MQTTMessage) -> str:
    """The topic, also where it is not UTF-8: such a message is refused later, with its trace."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return repr(message._topic)
