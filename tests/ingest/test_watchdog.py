"""The network thread watched from outside: killed, hung and cut off for real, against a real broker."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import ValidationError
from sqlalchemy import Engine

from ingest import duel
from ingest.inbox import Arrived, Inbox
from ingest.mqtt import Subscriber
from ingest.mqtt_settings import MqttSettings
from ingest.watchdog import Signs, ailment
from tests.brokers import Mosquitto
from tests.ingest.mqtt_parts import CLOCK, Ingest, Proxy, Sender, eventually, numbers_kept
from tests.ingest.stores import database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "broker", "allow_anonymous true\nmax_queued_messages 0\n")
    yield broker
    broker.stop()


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        (Signs(), None),
        (Signs(silent_s=9.0, unsubscribed_s=9.0), None),
        (Signs(ended=True), "ended"),
        (Signs(silent_s=11.0), "not turned for 11 s"),
        (Signs(silent_s=11.0, waits_for_room=True), None),
        (Signs(ended=True, waits_for_room=True), "ended"),
        (Signs(unsubscribed_s=11.0), "subscription"),
    ],
)
def test_a_thread_is_judged_by_its_signs_of_life(signs: Signs, words: str | None) -> None:
    found = ailment(signs, patience_s=10.0)
    assert found is None if words is None else found is not None and words in found


def test_a_network_thread_that_dies_is_replaced_and_no_reading_is_lost(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Ingest(engine, tmp_path, MqttSettings(port=mosquitto.port)) as ingest, Sender(mosquitto.port) as sender:
        sender.stages(range(100))
        assert eventually(lambda: len(numbers_kept(engine)) == 100)

        def fall_over(*_: object) -> None:
            raise RuntimeError("the network thread dies of this message")

        ingest.subscriber._line.on_message = fall_over
        sender.stages(range(100, 200))
        assert eventually(lambda: len(numbers_kept(engine)) == 200)
        sender.stages(range(200, 300))
        assert eventually(lambda: len(numbers_kept(engine)) == 300)
    assert numbers_kept(engine) == list(range(300))
    assert (ingest.subscriber.replaced, ingest.subscriber.sessions_lost) == (1, 0)
    assert "the network thread has ended; a new one takes its place" in caplog.text


def test_acknowledging_on_a_dead_line_whose_broker_is_gone_holds_up_nobody(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """paho then writes in the thread that acknowledges, notices there that the line is cut, and says so from there."""
    monkeypatch.setattr(Subscriber, "_replace_if_dead", lambda _: None)
    with Ingest(engine, tmp_path, MqttSettings(port=mosquitto.port)) as ingest, Sender(mosquitto.port) as sender:
        subscriber = ingest.subscriber

        def fall_over(*_: object) -> None:
            raise RuntimeError("the network thread dies of this message")

        subscriber._line.on_message = fall_over
        sender.stages([1])
        assert subscriber._line.ended.wait(5)
        mosquitto.stop()

        def acknowledge() -> None:
            for _ in range(3):
                subscriber._line.order.ticket(1).close()
                subscriber.settle()

        worker = threading.Thread(target=acknowledge, daemon=True)
        worker.start()
        worker.join(5)
        assert not worker.is_alive()
        assert not subscriber.connected
        mosquitto.start()


class Hanging(Inbox):
    """An inbox in which the network thread gets stuck at one message until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck_at = -1
        self.arrived = 0
        self.let_go = threading.Event()

    def put(self, arrived: Arrived) -> None:
        self.arrived += 1
        if self.arrived == self.stuck_at:
            self.let_go.wait(30)
            return  # as the lock of a dead thread: what waited for it never gets in
        super().put(arrived)


def test_a_network_thread_that_hangs_is_replaced_and_no_reading_is_lost(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    inbox = Hanging()
    inbox.stuck_at = 51
    settings = MqttSettings(port=mosquitto.port, watchdog_s=2)
    with Ingest(engine, tmp_path, settings, inbox) as ingest, Sender(mosquitto.port) as sender:
        sender.stages(range(200))
        assert eventually(lambda: len(numbers_kept(engine)) == 200)
        inbox.let_go.set()
        sender.stages(range(200, 250))
        assert eventually(lambda: len(numbers_kept(engine)) == 250)
        time.sleep(0.2)
    assert numbers_kept(engine) == list(range(250))
    assert ingest.subscriber.replaced == 1


def test_a_line_that_goes_dead_without_being_closed_is_noticed_within_two_keepalives(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with Proxy(mosquitto.port) as proxy, Sender(mosquitto.port) as sender:
        with Ingest(engine, tmp_path, MqttSettings(port=proxy.port, keepalive_s=5)) as ingest:
            sender.stages(range(10))
            assert eventually(lambda: len(numbers_kept(engine)) == 10)
            proxy.go_dead()
            begun = time.monotonic()
            sender.stages(range(10, 60))
            assert eventually(lambda: len(numbers_kept(engine)) == 60, within_s=20)
            assert time.monotonic() - begun <= 2 * 5 + 8
        assert proxy.connections == 2
    assert numbers_kept(engine) == list(range(60))
    assert ingest.subscriber.replaced == 0  # paho's own pings see it; the watchdog is for what they do not see


def test_a_stranger_with_our_client_id_is_named_and_not_fought_for_ever(
    engine: Engine,
    mosquitto: Mosquitto,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duel, "OFTEN_LOST", 2)
    with Ingest(engine, tmp_path, MqttSettings(port=mosquitto.port)) as ingest:
        stranger = Client(CallbackAPIVersion.VERSION2, client_id="mizumori-ingest", clean_session=False)
        stranger.connect("127.0.0.1", mosquitto.port)
        stranger.loop_start()
        assert eventually(lambda: ingest.subscriber.taken_over == 1, within_s=20)
        assert eventually(stranger.is_connected)
        time.sleep(2.5)
        assert stranger.is_connected()
        assert not ingest.subscriber.connected
        stranger.disconnect()
        stranger.loop_stop()
    assert "another client connects as mizumori-ingest" in caplog.text


def test_a_broker_that_says_session_taken_over_is_believed_at_once() -> None:
    """Mosquitto 2.0 only closes the connection; what other brokers say is said here by hand."""
    accepted = bytes((0x20, 3, 0, 0, 0))
    taken_over = bytes((0xE0, 2, 142, 0))
    connections = 0
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(2.5)
        subscriber = Subscriber(MqttSettings(port=broker.getsockname()[1]), Inbox(), CLOCK)
        subscriber.start()
        with suppress(TimeoutError):
            while True:
                line, _ = broker.accept()
                connections += 1
                with line:
                    line.recv(1000)
                    line.sendall(accepted)
                    line.recv(1000)
                    line.sendall(taken_over)
                assert eventually(lambda: subscriber.taken_over == 1)
        subscriber.stop()
    assert connections == 1


@pytest.mark.parametrize(
    "topics",
    [
        "mizumori/v1/+/gauge/#, v3/+/devices/+/up",
        ["mizumori/v1/+/gauge/#", "mizumori/v1/+/camera/#"],
        "mizumori/v1/fujii/#,mizumori/v1/under/#",
    ],
)
def test_the_work_can_be_split_by_topic(topics: str | list[str]) -> None:
    assert len(MqttSettings.model_validate({"topics": topics}).topics) == 2


@pytest.mark.parametrize(
    ("topics", "words"),
    [
        ("mizumori/v1/#,mizumori/v1/+/gauge/#", "overlap"),
        ("mizumori/v1/fujii/#,mizumori/+/fujii", "overlap"),
        ("$share/two/mizumori/v1/#", "split by topic"),
        ("mizumori/#/gauge", "no topic filter"),
        ("mizumori/v1+/gauge", "no topic filter"),
        ("", "no topic filter"),
        ([], "at least 1 item"),
    ],
)
def test_topics_that_would_count_twice_or_cannot_be_subscribed_are_refused(topics: str | list[str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        MqttSettings.model_validate({"topics": topics})
