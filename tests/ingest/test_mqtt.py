"""Ingest against real brokers: Mosquitto with MQTT 5, and the embedded broker with 3.1.1, as a stranger uses them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import Engine, select

from deploy.broker import EmbeddedBroker
from deploy.services import IngestService, Lane
from ingest.clock import TrueClock
from ingest.inbox import Inbox
from ingest.mqtt import Subscriber
from ingest.mqtt_settings import MqttSettings
from ingest.quality import ClockLimits
from ingest.receiver import Receiver
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Appended, Appender, Batch, Unavailable
from ingest.store.stills import StillFolder
from ingest.store.tables import stills
from tests.brokers import Mosquitto, free_port
from tests.ingest.camera_files import jpeg, scene
from tests.ingest.cities import small_roster
from tests.ingest.mqtt_parts import Sender
from tests.ingest.stores import database, newest_letters
from tests.parts import program

TOPIC = "mizumori/v1/fujii/gauge/fujii-01/reading"
CLOCK = TrueClock(lambda: datetime.now(UTC))


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


@pytest.fixture
def embedded() -> Iterator[int]:
    port = free_port()
    broker = EmbeddedBroker(port)
    broker.start()
    yield port
    broker.stop()


class Held:
    """An appender that can be made to refuse everything, as a full disk does."""

    def __init__(self, engine: Engine) -> None:
        self._real = SqlAppender(engine)
        self.full = False

    def append(self, batch: Batch) -> Appended:
        if self.full:
            raise OSError(28, "No space left on device")
        return self._real.append(batch)


def ingest(engine: Engine, folder: Path, settings: MqttSettings, appender: Appender | None = None) -> IngestService:
    inbox, roster = Inbox(), small_roster()
    kept_by = appender or SqlAppender(engine)
    receiver = Receiver(inbox, lambda: roster, kept_by, StillFolder(folder / "stills"), ClockLimits())
    return IngestService(Subscriber(settings, inbox, CLOCK), Lane("ingest", inbox, receiver))


def eventually(what: Callable[[], bool], within_s: float = 10.0) -> bool:
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class Sends(Protocol):
    def __call__(self, payload: str, *more: str, topic: str = TOPIC) -> None: ...


def stranger(port: int) -> Sends:
    """Publishes with mosquitto_pub, as somebody who read docs/mqtt.md would."""
    tool = program("mosquitto_pub")

    def send(payload: str, *more: str, topic: str = TOPIC) -> None:
        command = [tool, "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, *more]
        subprocess.run(command if "-n" in more else [*command, "-m", payload], check=True, timeout=10)

    return send


def count(engine: Engine) -> int:
    return len(SqlLog(engine).readings_after(0, 1_000_000))


def test_a_stranger_publishes_to_mosquitto(engine: Engine, mosquitto: Mosquitto, tmp_path: Path) -> None:
    check_a_stranger(engine, tmp_path, MqttSettings(port=mosquitto.port))


def test_a_stranger_publishes_to_the_embedded_broker(engine: Engine, embedded: int, tmp_path: Path) -> None:
    check_a_stranger(engine, tmp_path, MqttSettings(port=embedded, protocol="3.1.1"))


def check_a_stranger(engine: Engine, folder: Path, settings: MqttSettings) -> None:
    service = ingest(engine, folder, settings)
    service.start()
    send = stranger(settings.port)
    now = datetime.now(UTC).isoformat()
    send(json.dumps({"stage_m": 2.5, "observed_at": now}))
    send('{"stage_m": NaN}')
    send('{"stage_m": 2.5}', topic="mizumori/v1/fujii/gauge/nobody/reading")
    send('{"state": "online"}', topic="mizumori/v1/fujii/camera/fujii-cam/status")
    send("", "-n")
    log = SqlLog(engine)
    assert eventually(lambda: sum(log.dead_letters().counts.values()) == 3)
    assert eventually(lambda: count(engine) == 1)
    assert eventually(lambda: "fujii-cam" in log.cameras())
    service.stop()
    assert log.dead_letters().counts == {"malformed": 2, "unknown_device": 1}


def test_a_stranger_listens_on_the_embedded_broker(embedded: int) -> None:
    check_a_listener(embedded)


def test_a_stranger_listens_on_mosquitto(mosquitto: Mosquitto) -> None:
    check_a_listener(mosquitto.port)


def check_a_listener(port: int) -> None:
    tool = program("mosquitto_sub")
    command = [tool, "-h", "127.0.0.1", "-p", str(port), "-t", "mizumori/v1/#", "-C", "1", "-W", "10", "-q", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        time.sleep(0.5)
        stranger(port)('{"stage_m": 1.5}')
        heard, _ = listener.communicate(timeout=15)
    assert heard.strip() == '{"stage_m": 1.5}'


def test_ten_megabytes_leave_a_trace_and_hold_nobody_up(engine: Engine, mosquitto: Mosquitto, tmp_path: Path) -> None:
    check_ten_megabytes(engine, tmp_path, MqttSettings(port=mosquitto.port))


def test_ten_megabytes_through_the_embedded_broker(engine: Engine, embedded: int, tmp_path: Path) -> None:
    check_ten_megabytes(engine, tmp_path, MqttSettings(port=embedded, protocol="3.1.1"))


def check_ten_megabytes(engine: Engine, folder: Path, settings: MqttSettings) -> None:
    service = ingest(engine, folder, settings)
    service.start()
    large = folder / "large"
    large.write_bytes(b"x" * 10_000_000)
    tool = program("mosquitto_pub")
    subprocess.run([tool, "-p", str(settings.port), "-q", "1", "-t", TOPIC, "-f", str(large)], check=True, timeout=30)
    stranger(settings.port)('{"stage_m": 2.5}')
    assert eventually(lambda: count(engine) == 1)
    service.stop()
    letter = newest_letters(engine)[0]
    assert (letter.reason, letter.size_bytes, len(letter.head)) == ("oversized", 10_000_000, 4096)


def test_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_nothing_is_missing(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    appender = Held(engine)
    appender.full = True
    first = ingest(engine, tmp_path, MqttSettings(port=mosquitto.port), appender)
    first.start()
    sender = Client(CallbackAPIVersion.VERSION2)
    sender.connect("127.0.0.1", mosquitto.port)
    sender.loop_start()
    published = [sender.publish(TOPIC, f'{{"stage_m": {each / 1000}}}', qos=1) for each in range(300)]
    for each in published:
        each.wait_for_publish(10)
    assert count(engine) == 0
    first.lanes[0].receiver.abandon()
    first.stop()
    second = ingest(engine, tmp_path, MqttSettings(port=mosquitto.port))
    second.start()
    assert eventually(lambda: count(engine) == 300)
    time.sleep(0.3)
    second.stop()
    sender.disconnect()
    sender.loop_stop()
    stages = [each.stage_m for each in SqlLog(engine).readings_after(0)]
    assert sorted(stages) == [each / 1000 for each in range(300)]


class CutOff:
    """An appender whose process dies between the commit and the acknowledgement."""

    def __init__(self, engine: Engine) -> None:
        self._real = SqlAppender(engine)

    def append(self, batch: Batch) -> Appended:
        self._real.append(batch)
        raise Unavailable("the process ends here")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_cut_off_between_commit_and_acknowledgement_nothing_counts_twice(
    protocol: Literal["5", "3.1.1"], engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """Alike readings without a time are the hard case: only the broker's packet number tells them apart."""
    settings = MqttSettings(port=mosquitto.port, protocol=protocol)
    first = ingest(engine, tmp_path, settings, CutOff(engine))
    first.start()
    send = stranger(mosquitto.port)
    for _ in range(5):
        send('{"stage_m": 1.0}')
    assert eventually(lambda: count(engine) > 0)
    first.lanes[0].receiver.abandon()
    first.stop()
    second = ingest(engine, tmp_path, settings)
    second.start()
    assert eventually(lambda: second.counts.messages == 5)
    second.stop()
    assert second.counts.duplicates >= 1
    assert count(engine) == 5


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_cut_off_between_commit_and_acknowledgement_no_picture_is_there_twice(
    protocol: Literal["5", "3.1.1"], engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """The same picture twice would look like that of a frozen camera."""
    settings = MqttSettings(port=mosquitto.port, protocol=protocol)
    first = ingest(engine, tmp_path, settings, CutOff(engine))
    first.start()
    with Sender(mosquitto.port) as camera:
        for number in range(3):
            camera.send("mizumori/v1/fujii/camera/fujii-cam/still", jpeg(scene(64, 48, seed=number)))
    assert eventually(lambda: SqlLog(engine).marks().still_seq > 0)
    first.lanes[0].receiver.abandon()
    first.stop()
    second = ingest(engine, tmp_path, settings)
    second.start()
    assert eventually(lambda: second.counts.messages == 3)
    second.stop()
    with engine.connect() as connection:
        files = connection.scalars(select(stills.c.file)).all()
    assert len({each[-16:] for each in files}) == len(files) == 3


def test_what_comes_while_ingest_is_away_is_there_when_it_is_back(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = MqttSettings(port=mosquitto.port)
    service = ingest(engine, tmp_path, settings)
    service.start()
    service.stop()
    stranger(mosquitto.port)(json.dumps({"stage_m": 3.25, "observed_at": datetime.now(UTC).isoformat()}))
    again = ingest(engine, tmp_path, settings)
    again.start()
    assert eventually(lambda: count(engine) == 1)
    again.stop()


def test_the_broker_may_restart(engine: Engine, mosquitto: Mosquitto, tmp_path: Path) -> None:
    service = ingest(engine, tmp_path, MqttSettings(port=mosquitto.port))
    service.start()
    mosquitto.stop()
    mosquitto.start()
    send = stranger(mosquitto.port)

    def arrives() -> bool:
        send('{"stage_m": 1.0}')
        return count(engine) > 0

    assert eventually(arrives, within_s=20)
    service.stop()


@pytest.mark.parametrize(("code", "stands"), [(1, True), (135, False)])
def test_a_refused_subscription_is_said_and_does_not_count_as_connected(
    code: int, stands: bool, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber = Subscriber(MqttSettings(), Inbox(), CLOCK)
    answer = ReasonCode(PacketTypes.SUBACK, identifier=code)
    subscriber._on_subscribe(subscriber._line, None, 1, [answer], None)
    assert subscriber.connected is stands
    assert ("refused the subscription" in caplog.text) is not stands


def test_names_with_control_characters_or_not_utf8_do_not_end_the_network_thread(
    engine: Engine, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    service = ingest(engine, tmp_path, MqttSettings(port=mosquitto.port))
    service.start()
    send = stranger(mosquitto.port)
    send("x", topic="mizumori/v1/<script>alert(1)<script>/gauge/x/reading")
    send("x", topic="mizumori/v1/水/gauge/門/reading")
    send('{"stage_m": 1.0}')
    assert eventually(lambda: count(engine) == 1)
    service.stop()
    assert SqlLog(engine).dead_letters().counts == {"unknown_device": 2}
