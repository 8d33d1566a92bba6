"""Tries a broker for a moment: reachable, credentials good, subscription allowed. It leaves no session behind."""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.mqtt_settings import MqttSettings


@dataclass(frozen=True, slots=True)
class Trial:
    """How far it came, and what the other side said where it did not come through."""

    reached: bool = False
    admitted: bool = False
    subscribed: bool = False
    said: str = ""


def try_broker(settings: MqttSettings, within_s: float = 5.0) -> Trial:
    """Connect with the settings of ingest under a name of its own, subscribe, and leave again."""
    attempt = _Attempt(settings)
    try:
        attempt.client.connect(settings.host, settings.port, keepalive=10)
    except ssl.SSLError as error:
        return Trial(reached=True, said=f"TLS failed: {error.reason or error}")
    except OSError as error:
        return Trial(said=str(error.strerror or error))
    attempt.client.loop_start()
    try:
        attempt.over.wait(within_s)
    finally:
        attempt.client.disconnect()
        attempt.client.loop_stop()
    return attempt.trial


class _Attempt:
    def __init__(self, settings: MqttSettings) -> None:
        self.trial = Trial(reached=True, said="it took the connection and says nothing: is it an MQTT broker?")
        self.over = threading.Event()
        self._topics = settings.topics
        five = settings.protocol == "5"
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"mizumori-doctor-{secrets.token_hex(4)}",
            clean_session=None if five else True,
            protocol=MQTTv5 if five else MQTTv311,
        )
        if settings.username:
            self.client.username_pw_set(settings.username, settings.password)
        if settings.tls:
            self.client.tls_set(settings.ca_file or None)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._end(Trial(reached=True, said=str(reason)))
            return
        self.trial = Trial(reached=True, admitted=True, said="it does not answer the subscription")
        client.subscribe([(each, 0) for each in self._topics])

    def _on_subscribe(
        self, _client: Client, _data: Any, _packet_id: int, reasons: Sequence[ReasonCode], _properties: Any
    ) -> None:
        refused = [str(each) for each in reasons if each.is_failure]
        self._end(Trial(reached=True, admitted=True, subscribed=not refused, said=", ".join(refused)))

    def _end(self, trial: Trial) -> None:
        self.trial = trial
        self.over.set()
