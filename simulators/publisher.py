"""The only file of this room that speaks MQTT: publishing with QoS 1 and a bounded number of messages in flight.

paho keeps messages that were not acknowledged and sends them again on the next connection, so the bound is also
the most that can wait while the broker is away.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Literal

from paho.mqtt.client import Client, ConnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.delivery import Sender, SendError

__all__ = ["Broker", "BrokerError", "Publisher", "SendError", "Sender"]


class BrokerError(Exception):
    """The broker cannot be reached or refuses us; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Broker:
    """How to reach the broker. An empty ``client_id`` lets the broker choose one, an empty ``username`` sends none."""

    host: str = "127.0.0.1"
    port: int = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: str = ""
    username: str = ""
    password: str = ""
    tls: bool = False
    ca_file: str = ""
    keepalive_s: int = 30


class Publisher:
    """Publishes with QoS 1. Safe to use from several threads; connects again by itself once it was connected.

    ``max_in_flight`` bounds what is not acknowledged yet: ``send`` waits for room, at most ``patience_s``.
    """

    def __init__(self, broker: Broker, max_in_flight: int = 200, patience_s: float = 10.0) -> None:
        self._broker = broker
        self._max_in_flight = max_in_flight
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._accepted = False
        self._refusal = ""
        self._closed = False
        self._in_flight = 0
        self._acknowledged = 0
        self._refused = 0
        self._client = self._new_client()

    @property
    def acknowledged(self) -> int:
        """Messages that the broker has taken."""
        return self._acknowledged

    @property
    def refused(self) -> int:
        """Messages that the broker has refused (MQTT 5 only, for example for want of permission)."""
        return self._refused

    def connect(self, timeout_s: float = 10.0) -> None:
        """Connect and wait until the broker has accepted us. Raises BrokerError with what to check."""
        where = f"{self._broker.host}:{self._broker.port}"
        try:
            self._client.connect_timeout = timeout_s
            self._client.connect(self._broker.host, self._broker.port, self._broker.keepalive_s)
        except OSError as error:
            raise BrokerError(
                f"no MQTT broker answers at {where} ({error}): is it running, and is the port right?"
            ) from error
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(lambda: self._accepted or bool(self._refusal), timeout_s)
            if self._accepted:
                return
        self.close()
        if self._refusal:
            raise BrokerError(f"the MQTT broker at {where} refuses us: {self._refusal}")
        raise BrokerError(f"what listens at {where} does not answer as an MQTT {self._broker.protocol} broker")

    def send(self, topic: str, payload: bytes) -> None:
        """Hand over one message. Raises SendError where no room comes free in time, or after closing."""
        self._take_room()
        info = self._client.publish(topic, payload, qos=1)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            self._answered(0, 0)
            raise SendError(f"the message for {topic} could not be queued: {info.rc.name}")

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything handed over is answered; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_flight == 0, timeout_s)

    def close(self) -> None:
        """Disconnect. What is not acknowledged by now is not waited for: flush first."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._client.disconnect()
        self._client.loop_stop()

    def _new_client(self) -> Client:
        broker = self._broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            protocol=MQTTv5 if broker.protocol == "5" else MQTTv311,
        )
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set(broker.ca_file or None)
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        return client

    def _take_room(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._in_flight < self._max_in_flight, self._patience_s)
            if self._closed:
                raise SendError("the publisher is closed")
            if self._in_flight >= self._max_in_flight:
                raise SendError(f"the broker has acknowledged nothing for {self._patience_s:g} s")
            self._in_flight += 1

    def _on_connect(
        self, _client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        with self._changed:
            self._accepted = not reason.is_failure
            self._refusal = str(reason) if reason.is_failure else ""
            self._changed.notify_all()

    def _on_publish(
        self, _client: Client, _userdata: Any, _mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        failed = reason.is_failure
        self._answered(acknowledged=int(not failed), refused=int(failed))

    def _answered(self, acknowledged: int, refused: int) -> None:
        with self._changed:
            self._in_flight -= 1
            self._acknowledged += acknowledged
            self._refused += refused
            self._changed.notify_all()
