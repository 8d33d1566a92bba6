"""The only file of this room that speaks MQTT: it enqueues what comes and acknowledges what is durable.

Facts behind it (paho-mqtt 2): with ``manual_ack`` a QoS 1 message is acknowledged only by ``ack``; ``ack`` does
not know which connection a packet number came from, so every connection has an epoch and acknowledgements of
older ones are dropped; an exception in a callback ends the network thread while it still says "connected", so a
second thread watches the first from outside and puts a new client in its place (ingest/watchdog.py).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from struct import Struct
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.clock import Clock
from ingest.inbox import Arrived, Inbox
from ingest.messages import NO_PROPERTIES, Message
from ingest.mqtt_settings import MqttSettings
from ingest.pipeline import HEAD_BYTES, LARGEST_ANY_BYTES
from ingest.topics import ALL
from ingest.watchdog import Signs, ailment

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 2 * 24 * 3600
RECEIVE_MAXIMUM = 2000
LOOK_EVERY_S = 0.5
RECONNECT_S = (1, 10)
TAKEN_OVER = 142
"""MQTT 5, reason code of a DISCONNECT: another client came with the same client id."""
OFTEN_LOST, OFTEN_S = 8, 60.0
"""So many connections lost in that time look like another client with our client id (Mosquitto 2.0 gives no reason)."""
DUEL_PAUSE_S = 15.0
"""Pause before the session is claimed back, so that two who were set up alike do not throw each other out for ever."""
STOP_WITHIN_S = 5.0
PUBACK_TYPE, PUBACK_BYTES = 0x40, 2
PUBACK = Struct("!BBH")
"""A PUBACK that reports success is the same in MQTT 3.1.1 and 5: type, length, packet number (MQTT 5.0, 3.4)."""


class Line(Client):
    """A client of paho that shows how its network thread fares, and connects only while it may."""

    def __init__(self, settings: MqttSettings, may_connect: Callable[[], bool]) -> None:
        five = settings.protocol == "5"
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if five else False,
            protocol=MQTTv5 if five else MQTTv311,
            manual_ack=True,
        )
        self.reconnect_delay_set(*RECONNECT_S)
        self.ended = threading.Event()
        self.turned_s = self.connected_s = time.monotonic()
        self._may_connect = may_connect

    def acknowledge_together(self, packet_ids: Sequence[int]) -> None:
        """Send several PUBACKs, in order, as one piece.

        paho's own ``ack`` wakes its thread and calls the system once for each, which costs more than everything that
        ingest does with a reading. There is no public way for several, so this uses the queue that ``ack`` uses.
        """
        packets = b"".join(PUBACK.pack(PUBACK_TYPE, PUBACK_BYTES, each) for each in packet_ids)
        self._packet_queue(PUBACK_TYPE, packets, packet_ids[-1], 1)

    def loop_misc(self) -> MQTTErrorCode:
        """paho's own, once in every turn of the network thread: a sign of life."""
        self.turned_s = time.monotonic()
        return super().loop_misc()

    def reconnect(self) -> MQTTErrorCode:
        """Another attempt to connect, where one is wanted; paho takes the OSError for a broker that is away."""
        self.turned_s = time.monotonic()
        if not self._may_connect():
            raise ConnectionAbortedError("not to be connected now")
        return super().reconnect()

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """What the network thread runs. How it ends is logged; that it ended is seen by whoever watches."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception:
            log.exception("the network thread of MQTT ended")
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.ended.set()

    def retire(self, within_s: float) -> None:
        """Disconnect and end the network thread, waiting for it no longer than this: it may hang for ever."""
        try:
            self.disconnect()
        finally:
            threading.Thread(target=self.loop_stop, name="mqtt-retired", daemon=True).start()
            self.ended.wait(within_s)


class Subscriber:
    """Receives the topics of the settings into an inbox. ``connected`` says whether the subscription stands now.

    ``held`` is asked before every connection: with a standby, whether this ingest holds the lease.
    ``replaced``, ``taken_over`` and ``sessions_lost`` count, since the start: network threads that were put out of
    service by the watchdog, connections that another client with our client id ended, sessions that the broker forgot.
    """

    def __init__(
        self, settings: MqttSettings, inbox: Inbox, clock: Clock, held: Callable[[], bool] = lambda: True
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._clock = clock
        self._held = held
        self._epochs = count(1)
        self._epoch = 0
        self._due: list[int] = []
        # Of a thread that died paho writes in whichever thread acknowledges, and from there calls _on_disconnect.
        self._acknowledging = threading.RLock()
        self._stopping = threading.Event()
        self._had_session = False
        self._not_before_s = 0.0
        self._lost_s: deque[float] = deque(maxlen=OFTEN_LOST)
        self.connected = False
        self.replaced = self.taken_over = self.sessions_lost = 0
        self._line = self._new_line()
        self._watcher = threading.Thread(target=self._watch, name="mqtt-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to connect in the background; a broker that is away is tried again for ever."""
        self._begin(self._line)
        self._watcher.start()

    def stop(self) -> None:
        """Disconnect; the session stays at the broker and with it what was not acknowledged."""
        self._stopping.set()
        if self._watcher.ident is not None:
            self._watcher.join()
        self._line.retire(STOP_WITHIN_S)

    def _new_line(self) -> Line:
        settings = self._settings
        line = Line(settings, self._may_connect)
        if settings.username:
            line.username_pw_set(settings.username, settings.password)
        if settings.tls:
            line.tls_set(settings.ca_file or None)
        line.on_connect = self._on_connect
        line.on_subscribe = self._on_subscribe
        line.on_disconnect = self._on_disconnect
        line.on_message = self._on_message
        return line

    def _begin(self, line: Line) -> None:
        settings = self._settings
        if settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_EXPIRY_S
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            line.connect_async(
                settings.host, settings.port, settings.keepalive_s, clean_start=False, properties=properties
            )
        else:
            line.connect_async(settings.host, settings.port, settings.keepalive_s)
        line.loop_start()

    def _may_connect(self) -> bool:
        return not self._stopping.is_set() and time.monotonic() >= self._not_before_s and self._held()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self._replace_if_dead()
            except Exception:  # the top of a loop that must outlive whatever it finds
                log.exception("the network thread could not be looked after; it is tried again")

    def _replace_if_dead(self) -> None:
        found = ailment(self._signs(), self._settings.watchdog_s)
        if found is None:
            return
        log.error("%s; a new one takes its place, and nothing that was not acknowledged is lost", found)
        self.replaced += 1
        self.connected = False
        new = self._new_line()
        with self._acknowledging:
            old, self._line = self._line, new
            self._next_epoch()
        try:
            old.retire(within_s=0.0)
        finally:
            self._begin(self._line)

    def _signs(self) -> Signs:
        now_s, line = time.monotonic(), self._line
        bare = line.is_connected() and not self.connected
        return Signs(
            ended=line.ended.is_set(),
            silent_s=now_s - line.turned_s,
            unsubscribed_s=now_s - line.connected_s if bare else 0.0,
            waits_for_room=self._inbox.full,
        )

    def _on_connect(
        self, client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if client is not self._line:
            client.disconnect()
            return
        self._next_epoch()
        self._line.connected_s = time.monotonic()
        if reason.is_failure:
            log.error("the broker refused the connection: %s", reason)
            return
        self._say_session(flags.session_present)
        client.subscribe([(each, 1) for each in self._settings.topics])
        others = [each for each in ALL if each not in self._settings.topics]
        if others:  # a session that began before the work was split still holds them
            client.unsubscribe(others)

    def _say_session(self, present: bool) -> None:
        log.info("connected to the broker, %s session", "earlier" if present else "new")
        if self._had_session and not present:
            self.sessions_lost += 1
            log.error("the broker has forgotten our session, and with it what it had not delivered yet")
        self._had_session = True

    def _on_subscribe(
        self, client: Client, _userdata: Any, _packet_id: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        if client is not self._line:
            return
        refused = [str(each) for each in reasons if each.is_failure]
        self.connected = not refused
        if refused:
            topics = ", ".join(self._settings.topics)
            log.error("the broker refused the subscription to %s: %s; give this user the right to it", topics, refused)

    def _on_disconnect(
        self, client: Client, _userdata: Any, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if client is not self._line:
            return
        self.connected = False
        self._next_epoch()
        if self._stopping.is_set():
            return
        log.warning("the connection to the broker is lost (%s); trying again", reason)
        self._lost_s.append(time.monotonic())
        often = len(self._lost_s) == OFTEN_LOST and self._lost_s[-1] - self._lost_s[0] < OFTEN_S
        if often or reason.value == TAKEN_OVER:
            self._step_back()

    def _step_back(self) -> None:
        self.taken_over += 1
        self._lost_s.clear()
        self._not_before_s = time.monotonic() + DUEL_PAUSE_S
        log.error(
            "it seems that another client connects as %s and takes over the session: two ingesters may share a client "
            "id only with the same database, where one of them stands by (docs/durability.md); trying again in %.0f s",
            self._settings.client_id,
            DUEL_PAUSE_S,
        )

    def _on_message(self, client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            arrived = self._arrived(message)
            if client is self._line:  # a thread that was replaced and comes to life again is not to repeat anything
                self._inbox.put(arrived)
        except Exception:  # an exception here would end the network thread while it still says "connected"
            log.exception("a message could not be taken in; it stays unacknowledged")

    def _arrived(self, message: MQTTMessage) -> Arrived:
        acknowledge = partial(self._acknowledge, self._epoch, message.mid, message.qos)
        return Arrived(self._message(message), acknowledge)

    def _acknowledge(self, epoch: int, packet_id: int, qos: int) -> None:
        """Packet numbers begin anew with a connection: an older one would acknowledge another message."""
        with self._acknowledging:
            if qos > 0 and epoch == self._epoch:
                self._due.append(packet_id)

    def settle(self) -> None:
        """Send the acknowledgements that are due, in order."""
        with self._acknowledging:
            due, self._due = self._due, []
            if due:
                self._line.acknowledge_together(due)

    def _next_epoch(self) -> None:
        """From here on nothing of the connection before is acknowledged; what was due on it will come again."""
        with self._acknowledging:
            self._epoch = next(self._epochs)
            self._due = []

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
