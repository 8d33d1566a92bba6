"""Sirens and road signs over MQTT: the only file of this room that speaks it.

A command is published with QoS 1 and never retained; the broker's PUBACK is "accepted". What the device then does it
says on ``<topic>/state``, which goes to ``on_feedback`` (alerts/channels/signs.py).

paho keeps what was not acknowledged and publishes it again on its next connection. A command that was given up must not
come back so: after a time-out the client is thrown away with what it holds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from alerts.channels.channel import ChannelError
from alerts.channels.mqtt_settings import SignSettings
from alerts.channels.signs import (
    STATE,
    Command,
    SignState,
    heard,
    highest,
    read_report,
    reported,
    stage_levels,
    told,
)
from alerts.records import Delivery

log = logging.getLogger(__name__)

NOBODY_LISTENS = 16
"""Reason code of a PUBACK (MQTT 5.0, 3.4.2.1): the broker took it, and no device has subscribed to that topic."""
RECONNECT_S = (1, 10)
OnFeedback = Callable[[SignState], None]


def _told_nobody(sign: SignState) -> None:
    del sign


class _Pending:
    """One command that waits for its PUBACK."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.reason: ReasonCode | None = None


class Signs:
    """Commands to signs. ``on_feedback`` is called with a sign's state after every command and report, in the thread
    of the network or of the worker, one call at a time; it must return soon and not raise. ``known`` is what each sign
    was told and said before the start: nobody is called back for it."""

    idempotent = True

    def __init__(
        self,
        settings: SignSettings,
        now: Callable[[], datetime],
        on_feedback: OnFeedback | None = None,
        known: Iterable[SignState] = (),
    ) -> None:
        self._settings = settings
        self._now = now
        self._on_feedback = on_feedback or _told_nobody
        self._signs = {each.topic: each for each in known}
        self._changing = threading.Lock()
        self._sending = threading.Lock()
        self._pending: dict[int, _Pending] = {}
        self._ready = threading.Event()
        self._refusal = ""
        self._closed = False
        self._turns: dict[str, threading.Lock] = {}
        self._client = self._new_client()
        self._begin(self._client)

    def send(self, delivery: Delivery) -> str:
        """Publish the command and wait for the broker's PUBACK."""
        with self._turn_of(delivery.address):
            self._command_in_turn(delivery)
        return ""

    def _turn_of(self, topic: str) -> threading.Lock:
        """One command at a time for one sign: what is newer must stay so on the way."""
        with self._changing:
            return self._turns.setdefault(topic, threading.Lock())

    def _command_in_turn(self, delivery: Delivery) -> None:
        sign = self._heard(delivery)
        if delivery.drill and highest(sign, drill=False):
            raise ChannelError("the sign shows a real level, which no drill may change", permanent=True)
        command = self._command(delivery, sign)
        # Before it is published: the sign may answer sooner than the broker, and what did not get through differs too.
        self._change(command.topic, lambda before: told(before, command, command.issued_at))
        self._publish(command)

    def _heard(self, delivery: Delivery) -> SignState:
        """The sign after what the message says: known though the command should not get through."""
        found = stage_levels(delivery.data.get("alerts"))
        if not found:
            raise ChannelError(
                "this message tells of no water level, and nothing else moves a sign: route only the rule stage to it",
                permanent=True,
            )
        with self._changing:
            known = self._signs.get(delivery.address, SignState(delivery.address))
            sign = heard(known, found, delivery.created_at or delivery.due_at, drill=delivery.drill)
            if sign is None:
                raise ChannelError("the sign has been told something newer since", permanent=True)
            if sign != known:
                self._signs[delivery.address] = sign
                self._on_feedback(sign)
        return sign

    @property
    def connected(self) -> bool:
        """Whether the broker can be told something now."""
        return self._ready.is_set()

    def signs(self) -> list[SignState]:
        """Every sign that is known from before the start, or was told something or reported since."""
        with self._changing:
            return list(self._signs.values())

    def close(self) -> None:
        """Disconnect."""
        self._closed = True
        _retire(self._client)

    def _command(self, delivery: Delivery, sign: SignState) -> Command:
        """What the sign is to show now: not what the message said when it was written."""
        level = highest(sign, drill=delivery.drill)
        now = self._now()
        expires_at = now + timedelta(seconds=self._settings.valid_s)
        return Command(
            topic=delivery.address,
            key=delivery.key,
            state=self._settings.state_at(level),
            level=level,
            issued_at=now,
            expires_at=min(expires_at, delivery.expires_at) if delivery.expires_at else expires_at,
            drill=delivery.drill,
            gauges=tuple(sorted(stage_levels(delivery.data.get("alerts")))),
        )

    def _publish(self, command: Command) -> None:
        if not self._ready.wait(self._settings.timeout_s):
            raise ChannelError(self._refusal or "the broker of the signs cannot be reached")
        pending, client = _Pending(), self._client
        with self._sending:  # the PUBACK may come before publish has said which number it has
            client.subscribe(f"{command.topic}/{STATE}", 1)
            sent = client.publish(
                command.topic, command.payload(), qos=1, retain=False, properties=self._expiry(command)
            )
            self._pending[sent.mid] = pending
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS or not pending.answered.wait(self._settings.timeout_s):
            self._replace(client)
            raise ChannelError("the broker of the signs did not acknowledge the command", unknown=True)
        _check(pending.reason)

    def _expiry(self, command: Command) -> Properties | None:
        """With MQTT 5 the broker itself throws away what it could not deliver in time."""
        if self._settings.protocol != "5":
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = max(1, int((command.expires_at - self._now()).total_seconds()))
        return properties

    def _new_client(self) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            protocol=MQTTv5 if settings.protocol == "5" else MQTTv311,
            clean_session=None if settings.protocol == "5" else True,
        )
        client.reconnect_delay_set(*RECONNECT_S)
        client.connect_timeout = settings.timeout_s
        if settings.username:
            client.username_pw_set(settings.username, settings.password)
        if settings.tls:
            client.tls_set(settings.ca_file or None)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _begin(self, client: Client) -> None:
        client.connect_async(self._settings.host, self._settings.port, self._settings.keepalive_s)
        client.loop_start()

    def _replace(self, client: Client) -> None:
        """A new client in the place of one that holds commands nobody wants any more."""
        with self._sending:
            if client is not self._client or self._closed:
                return
            self._ready.clear()
            self._pending.clear()
            self._client = self._new_client()
            self._begin(self._client)
        threading.Thread(target=_retire, args=(client,), name="signs-retired", daemon=True).start()

    def _on_connect(
        self, client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            self._refusal = f"the broker of the signs refused the connection: {reason}"
            log.error("%s", self._refusal)
            return
        with self._changing:
            topics = {*self._settings.reports, *(f"{topic}/{STATE}" for topic in self._signs)}
        client.subscribe([(each, 1) for each in sorted(topics)])
        self._refusal = ""
        self._ready.set()

    def _on_disconnect(self, client: Client, *_told: Any) -> None:
        if client is self._client:
            self._ready.clear()

    def _on_publish(
        self, client: Client, _userdata: Any, packet_id: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        with self._sending:
            pending = self._pending.pop(packet_id, None) if client is self._client else None
        if pending is not None:
            pending.reason = reason
            pending.answered.set()

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            report = read_report(message.topic, bytes(message.payload), self._now(), message.retain)
            if report is None:
                log.warning("a report of a sign on %s cannot be read", message.topic)
                return
            self._change(report.topic, lambda sign: reported(sign, report))
        except Exception:  # an exception here would end the network thread
            log.exception("a report of a sign on %s", message.topic)

    def _change(self, topic: str, step: Callable[[SignState], SignState]) -> None:
        with self._changing:
            sign = step(self._signs.get(topic, SignState(topic)))
            self._signs[topic] = sign
            self._on_feedback(sign)


def _check(reason: ReasonCode | None) -> None:
    """What a PUBACK of MQTT 5 says; one of 3.1.1 always says success."""
    if reason is None:
        return
    if reason.value == NOBODY_LISTENS:
        raise ChannelError("no device listens on that topic: it is not connected, or the topic is wrong")
    if reason.is_failure:
        raise ChannelError(f"the broker of the signs refused the command: {reason}")


def _retire(client: Client) -> None:
    client.disconnect()
    client.loop_stop()
