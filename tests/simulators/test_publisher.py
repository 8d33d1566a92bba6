"""The publisher against a real Mosquitto."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from simulators.publisher import Broker, BrokerError, Publisher, SendError
from tests.brokers import Mosquitto, free_port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    yield mosquitto
    mosquitto.stop()


class Listener:
    """Keeps what arrives on all topics."""

    def __init__(self, port: int) -> None:
        self.payloads: list[bytes] = []
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#", qos=1)
        self._client.loop_start()
        assert self._ready.wait(5)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.payloads.append(bytes(message.payload))

    def wait_for(self, count: int) -> None:
        """Wait until so many have arrived."""
        until = time.monotonic() + 10
        while len(self.payloads) < count and time.monotonic() < until:
            time.sleep(0.02)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_everything_sent_arrives_and_is_acknowledged(broker: Mosquitto, protocol: Literal["5", "3.1.1"]) -> None:
    listener = Listener(broker.port)
    publisher = Publisher(Broker(port=broker.port, protocol=protocol), max_in_flight=50)
    publisher.connect()
    for number in range(500):
        publisher.send("mizumori/v1/a/gauge/b/reading", str(number).encode())
    assert publisher.flush(10)
    assert (publisher.acknowledged, publisher.refused) == (500, 0)
    listener.wait_for(500)
    assert listener.payloads == [str(number).encode() for number in range(500)]
    publisher.close()
    listener.close()


def test_without_a_broker_the_error_says_where_and_what_to_check() -> None:
    port = free_port()
    with pytest.raises(BrokerError, match=f"127.0.0.1:{port}.*is it running"):
        Publisher(Broker(port=port)).connect(timeout_s=2)


def test_something_that_is_not_a_broker_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        began_s = time.monotonic()
        with pytest.raises(BrokerError, match="does not answer as an MQTT 5 broker"):
            Publisher(Broker(port=port)).connect(timeout_s=0.5)
        assert time.monotonic() - began_s < 5


def test_a_broker_that_wants_a_password_says_so(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path, "allow_anonymous false\n")
    with pytest.raises(BrokerError, match="refuses us: Not authorized"):
        Publisher(Broker(port=mosquitto.port)).connect(timeout_s=5)
    mosquitto.stop()


def test_what_was_sent_while_the_broker_was_away_arrives_when_it_is_back(broker: Mosquitto) -> None:
    publisher = Publisher(Broker(port=broker.port))
    publisher.connect()
    broker.stop()
    for number in range(20):
        publisher.send("t", str(number).encode())
    assert not publisher.flush(0.2)
    broker.start()
    assert publisher.flush(15)
    assert publisher.acknowledged == 20
    publisher.close()


def test_a_broker_that_acknowledges_nothing_holds_the_sender_back(broker: Mosquitto) -> None:
    publisher = Publisher(Broker(port=broker.port), max_in_flight=3, patience_s=0.3)
    publisher.connect()
    broker.process.send_signal(signal.SIGSTOP)
    for _ in range(3):
        publisher.send("t", b"x")
    with pytest.raises(SendError, match="acknowledged nothing"):
        publisher.send("t", b"x")
    broker.process.send_signal(signal.SIGCONT)
    assert publisher.flush(10)
    publisher.close()


def test_a_closed_publisher_takes_nothing_and_keeps_nobody_waiting(broker: Mosquitto) -> None:
    publisher = Publisher(Broker(port=broker.port))
    publisher.connect()
    publisher.close()
    with pytest.raises(SendError, match="closed"):
        publisher.send("t", b"x")
