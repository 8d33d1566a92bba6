"""One client of paho: how it connects, acknowledges in one piece, shows signs of life and is put out of service.

Facts behind it (paho-mqtt 2): with ``manual_ack`` a QoS 1 message is acknowledged only by ``ack``; ``ack`` knows not
which connection a packet number came from, so every connection has an order of its own, and what is acknowledged of
older ones is dropped (ingest/order.py); an exception in a callback ends the network thread while it still says
"connected".
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from struct import Struct

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.mqtt_settings import MqttSettings
from ingest.order import Order

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 2 * 24 * 3600
RECEIVE_MAXIMUM = 2000
"""So many messages the broker sends ahead of their acknowledgements."""
PRESSED = 600
"""From so many on the levels could soon be held up: a broker is often set to send fewer ahead than it is asked for."""
RECONNECT_S = (1, 10)
PUBACK_TYPE, PUBACK_BYTES = 0x40, 2
PUBACK = Struct("!BBH")
"""A PUBACK that reports success is the same in MQTT 3.1.1 and 5: type, length, packet number (MQTT 5.0, 3.4)."""


class Line(Client):
    """A client of paho that shows how its network thread fares, and connects only while it may.

    ``order`` is that of the connection that stands now, ``turned_s`` when its network thread last turned and
    ``connected_s`` when the broker last answered, both by the monotonic clock.
    """

    def __init__(self, settings: MqttSettings, may_connect: Callable[[], bool]) -> None:
        five = settings.protocol == "5"
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if five else False,
            protocol=MQTTv5 if five else MQTTv311,
            manual_ack=True,
        )
        if settings.username:
            self.username_pw_set(settings.username, settings.password)
        if settings.tls:
            self.tls_set(settings.ca_file or None)
        self.reconnect_delay_set(*RECONNECT_S)
        self.order = Order()
        self.ended = threading.Event()
        self.turned_s = self.connected_s = time.monotonic()
        self._settings = settings
        self._may_connect = may_connect

    def begin(self) -> None:
        """Connect in the background."""
        settings = self._settings
        where = (settings.host, settings.port, settings.keepalive_s)
        if settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_EXPIRY_S
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            self.connect_async(*where, clean_start=False, properties=properties)
        else:
            self.connect_async(*where)
        self.loop_start()

    def listen(self, topics: Sequence[str]) -> None:
        """Subscribe. With MQTT 5 a broker that knows our session does not send again what it retains: a last will of
        yesterday would make a camera offline at every connection."""
        if self._settings.protocol == "5":
            new_ones = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self.subscribe([(each, new_ones) for each in topics])
        else:
            self.subscribe([(each, 1) for each in topics])

    def settle(self) -> None:
        """Send the acknowledgements that are due, in order; one thread at a time."""
        if due := self.order.due():
            self.acknowledge_together(due)
            self.order.sent()

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
