"""What ingest receives: it enqueues what comes and acknowledges what is durable.

A network thread that died still looks connected, so a second thread watches the first from outside and puts a new
client in its place (ingest/watchdog.py).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.clock import Clock
from ingest.duel import PAUSE_S, Duel
from ingest.inbox import Arrived
from ingest.messages import NO_PROPERTIES, Message
from ingest.mqtt.line import PRESSED, Line
from ingest.mqtt_settings import MqttSettings
from ingest.order import Order, Ticket
from ingest.pipeline import HEAD_BYTES, LARGEST_ANY_BYTES
from ingest.topics import ALL
from ingest.watchdog import Signs, ailment

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
TAKEN_OVER = 142
"""MQTT 5, reason code of a DISCONNECT: another client came with the same client id."""
STOP_WITHIN_S = 5.0


class Entrance(Protocol):
    """Where messages go in: an inbox, or several as lanes (ingest/lanes.py)."""

    @property
    def full(self) -> bool:
        """Whether the network thread has to wait before it may hand over another message."""
        ...

    def put(self, arrived: Arrived) -> None:
        """Take a message in; waits where there is no room."""
        ...


def nothing_to_acknowledge() -> None:
    """What is done for a message that the broker wants no word about (QoS 0)."""


class Subscriber:
    """Receives the topics of the settings into an entrance. ``connected`` says whether the subscription stands now.

    ``held`` is asked before every connection: with a standby, whether this ingest holds the lease.
    ``replaced``, ``taken_over`` and ``sessions_lost`` count, since the start: network threads that were put out of
    service by the watchdog, connections that another client with our client id ended, sessions that the broker forgot.
    """

    def __init__(
        self, settings: MqttSettings, entrance: Entrance, clock: Clock, held: Callable[[], bool] = lambda: True
    ) -> None:
        self._settings = settings
        self._entrance = entrance
        self._clock = clock
        self._held = held
        # Of a thread that died paho writes in whichever thread acknowledges, and from there calls _on_disconnect.
        self._acknowledging = threading.RLock()
        self._stopping = threading.Event()
        self._had_session = False
        self._duel = Duel()
        self.connected = False
        self.replaced = self.sessions_lost = 0
        self._line = self._new_line()
        self._watcher = threading.Thread(target=self._watch, name="mqtt-watchdog", daemon=True)

    @property
    def taken_over(self) -> int:
        """How often another client with our client id was found at work."""
        return self._duel.taken_over

    @property
    def unacknowledged(self) -> int:
        """Messages that the broker has sent and has no word about yet."""
        return len(self._line.order)

    @property
    def pressed(self) -> bool:
        """Whether so much is unacknowledged that the broker may soon send nothing more."""
        return self.unacknowledged > PRESSED

    def start(self) -> None:
        """Begin to connect in the background; a broker that is away is tried again for ever."""
        self._line.begin()
        self._watcher.start()

    def stop(self) -> None:
        """Disconnect; the session stays at the broker and with it what was not acknowledged."""
        self._stopping.set()
        if self._watcher.ident is not None:
            self._watcher.join()
        self._line.retire(STOP_WITHIN_S)

    def _new_line(self) -> Line:
        line = Line(self._settings, self._may_connect)
        line.on_connect = self._on_connect
        line.on_subscribe = self._on_subscribe
        line.on_disconnect = self._on_disconnect
        line.on_message = self._on_message
        return line

    def _may_connect(self) -> bool:
        return not self._stopping.is_set() and self._duel.may_connect(time.monotonic()) and self._held()

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
        try:
            old.retire(within_s=0.0)
        finally:
            self._line.begin()

    def _signs(self) -> Signs:
        now_s, line = time.monotonic(), self._line
        bare = line.is_connected() and not self.connected
        return Signs(
            ended=line.ended.is_set(),
            silent_s=now_s - line.turned_s,
            unsubscribed_s=now_s - line.connected_s if bare else 0.0,
            waits_for_room=self._entrance.full,
        )

    def _on_connect(
        self, client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if client is not self._line:
            client.disconnect()
            return
        self._begin_order()
        self._line.connected_s = time.monotonic()
        if reason.is_failure:
            log.error("the broker refused the connection: %s", reason)
            return
        self._say_session(flags.session_present)
        self._line.listen(self._settings.topics)
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
        self._begin_order()
        if self._stopping.is_set():
            return
        log.warning("the connection to the broker is lost (%s); trying again", reason)
        if self._duel.lost(time.monotonic(), reason.value == TAKEN_OVER):
            log.error(
                "it seems that another client connects as %s and takes over the session: two ingesters may share a "
                "client id only with the same database, where one of them stands by (docs/durability.md); trying again "
                "in %.0f s",
                self._settings.client_id,
                PAUSE_S,
            )

    def _on_message(self, client: Client, _userdata: Any, message: MQTTMessage) -> None:
        line = self._line
        if client is not line:  # a thread that was replaced and comes to life again is not to repeat anything
            return
        ticket = line.order.ticket(message.mid) if message.qos else None
        try:
            self._entrance.put(self._arrived(message, ticket))
        except Exception:  # an exception here would end the network thread while it still says "connected"
            log.exception("a message could not be taken in; it stays unacknowledged")
            if ticket is not None:
                ticket.withdraw()

    def _arrived(self, message: MQTTMessage, ticket: Ticket | None) -> Arrived:
        return Arrived(self._message(message), nothing_to_acknowledge if ticket is None else ticket.close)

    def settle(self) -> None:
        """Send the acknowledgements that are due, in order."""
        with self._acknowledging:
            self._line.settle()

    def _begin_order(self) -> None:
        """From here on nothing of the connection before is acknowledged; what was due on it will come again."""
        with self._acknowledging:
            self._line.order = Order()

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
