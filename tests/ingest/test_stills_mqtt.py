"""Bad pictures, too many of them, slow disks, over real brokers, while levels flow: none of those is lost or late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import Engine

from deploy.broker import EmbeddedBroker
from ingest.cameras import intake
from ingest.lanes import MOST_STILL_BYTES, MOST_STILLS
from ingest.mqtt import Line
from ingest.mqtt_settings import MqttSettings
from ingest.readings import Still
from ingest.store import rows
from ingest.store.log import SqlLog
from ingest.store.stills import StillFolder
from ingest.store.tables import stills
from ingest.stripping import strip
from tests.brokers import Mosquitto, free_port
from tests.ingest.camera_files import bomb, jpeg, jpeg_bomb, png, scene, talkative
from tests.ingest.faults_report import say
from tests.ingest.mqtt_parts import Ingest, Sender, eventually, numbers_kept
from tests.ingest.stores import database

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"
STRANGER = "mizumori/v1/fujii/camera/nobody/still"
Protocol = Literal["5", "3.1.1"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    broker = Mosquitto(folder / "broker", "allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n")
    try:
        yield broker.port
    finally:
        broker.stop()


@contextmanager
def embedded(_: Path) -> Iterator[int]:
    port = free_port()
    broker = EmbeddedBroker(port)
    broker.start()
    try:
        yield port
    finally:
        broker.stop()


class Levels:
    """A gauge that reports 100 times a second while it is entered; ``sent`` are the numbers."""

    def __init__(self, port: int) -> None:
        self.sent: list[int] = []
        self._sender = Sender(port)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Levels:
        self._sender.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(20)
        self._sender.__exit__()

    def _run(self) -> None:
        while not self._ended.wait(0.01):
            self._sender.stages([number := len(self.sent) + 1])
            self.sent.append(number)


class Camera:
    """A camera that dates its stills by the user property, as MQTT 5 can."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.max_inflight_messages_set(500)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, data: bytes, times: list[datetime]) -> None:
        """The same picture at several times, as fast as the line takes it."""
        sent = []
        for at in times:
            said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            said.UserProperty = [("taken_at", at.isoformat())]
            sent.append(self._client.publish(STILL, data, qos=1, properties=said))
        for each in sent:
            each.wait_for_publish(60)


def kept(engine: Engine) -> list[Still]:
    with engine.connect() as connection:
        return [rows.still_of(row) for row in connection.execute(stills.select().order_by(stills.c.seq))]


def refused(engine: Engine) -> dict[str, int]:
    return dict(SqlLog(engine).dead_letters().counts)


class Watch:
    """Looks again and again at what waits in the lane of the stills."""

    def __init__(self, ingest: Ingest) -> None:
        self.most_messages = self.most_bytes = 0
        self._inbox = ingest.stills
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ended.wait(0.002):
            self.most_messages = max(self.most_messages, len(self._inbox))
            self.most_bytes = max(self.most_bytes, self._inbox._bytes_in - self._inbox._bytes_out)


BAD = {
    "cut off": (jpeg(scene())[:-300], "unreadable_image"),
    "of the wrong format": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(5_000), "unreadable_image"),
    "a page of a web server": (b"<html>404</html>", "unreadable_image"),
    "empty": (b"", "unreadable_image"),
    "a bomb": (bomb(), "oversized"),
    "a bomb in a JPEG": (jpeg_bomb(), "oversized"),
    "five megabytes": (jpeg(scene()) + bytes(5_000_000), "oversized"),
    "of eight pixels": (jpeg(scene(8, 8)), "unreadable_image"),
}


@pytest.mark.parametrize(("broker", "protocol"), [(mosquitto, "5"), (embedded, "3.1.1")])
def test_bad_pictures_leave_their_reason_and_levels_flow_on(
    engine: Engine, tmp_path: Path, broker: Callable[[Path], Iterator[int]], protocol: Protocol
) -> None:
    with broker(tmp_path) as port:  # type: ignore[attr-defined]
        settings = MqttSettings(port=port, protocol=protocol)
        with Ingest(engine, tmp_path, settings):
            with Sender(port) as camera, Levels(port) as levels:
                for data, _ in BAD.values():
                    camera.send(STILL, data)
                camera.send(STRANGER, jpeg(scene()))
                camera.send(STILL, talkative())
                camera.send(STILL, png())
                assert eventually(lambda: sum(refused(engine).values()) == len(BAD) + 1 and len(kept(engine)) == 2)
            assert eventually(lambda: numbers_kept(engine) == levels.sent)
    reasons = [reason for _, reason in BAD.values()]
    assert refused(engine) == {each: reasons.count(each) for each in set(reasons)} | {"unknown_device": 1}
    for still, sent in zip(kept(engine), (talkative(), png()), strict=True):
        assert StillFolder(tmp_path / "stills").read(still.file) == strip(sent).data
        assert still.size_bytes == len(strip(sent).data)


def test_a_thousand_stills_in_a_second_from_one_camera_are_ten_and_levels_flow_on(
    engine: Engine, tmp_path: Path
) -> None:
    picture = jpeg(scene(1280, 720), 60)
    with mosquitto(tmp_path) as port, Ingest(engine, tmp_path, MqttSettings(port=port)) as ingest:
        with Levels(port) as levels, Sender(port) as camera, Watch(ingest) as watch:
            began_s = time.monotonic()
            camera.send_all(STILL, [picture] * 1_000)
            assert eventually(lambda: len(kept(engine)) + sum(refused(engine).values()) == 1_000, within_s=20)
            took_s = time.monotonic() - began_s
        assert eventually(lambda: numbers_kept(engine) == levels.sent)
        turned_away = ingest.lanes.turned_away
    say(
        f"1,000 stills of {len(picture) // 1000} kB at once: {took_s:.1f} s, at most {watch.most_messages} waiting, "
        f"{watch.most_bytes / 1e6:.0f} MB; {turned_away} turned away; {len(levels.sent)} levels meanwhile"
    )
    assert len(kept(engine)) in (10, 20)  # twenty where the minute changed meanwhile
    assert set(refused(engine)) <= {"too_many", "overloaded"}
    assert watch.most_messages <= MOST_STILLS
    assert watch.most_bytes <= MOST_STILL_BYTES + len(picture)


def test_the_backlog_of_a_day_comes_in_whole_at_the_speed_of_the_line(engine: Engine, tmp_path: Path) -> None:
    picture, end = jpeg(scene(1280, 720), 50), datetime.now(UTC).replace(microsecond=0)
    times = [end - timedelta(minutes=each) for each in range(1_440, 0, -1)]
    with mosquitto(tmp_path) as port, Ingest(engine, tmp_path, MqttSettings(port=port)) as ingest:
        with Levels(port) as levels, Camera(port) as camera, Watch(ingest) as watch:
            began_s = time.monotonic()
            camera.send(picture, times)
            assert eventually(lambda: len(kept(engine)) + sum(refused(engine).values()) == 1_440, within_s=30)
            took_s = time.monotonic() - began_s
        assert eventually(lambda: numbers_kept(engine) == levels.sent)
    say(f"1,440 stills of {len(picture) // 1000} kB: {took_s:.1f} s, at most {watch.most_messages} waiting")
    assert refused(engine) == {}
    assert [each.taken_at for each in kept(engine)] == times


class SlowDisk:
    """A folder whose disk takes its time over every picture."""

    def __init__(self, folder: Path, each_s: float) -> None:
        self._folder = StillFolder(folder / "stills")
        self.each_s = each_s

    def write(self, file: str, data: bytes) -> None:
        time.sleep(self.each_s)
        self._folder.write(file, data)


def test_a_slow_disk_for_pictures_costs_pictures_and_no_level(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE_S", 1.5)
    slow, end = SlowDisk(tmp_path, 1.0), datetime.now(UTC).replace(microsecond=0)
    times = [end - timedelta(minutes=each) for each in range(60, 0, -1)]
    with mosquitto(tmp_path) as port, Ingest(engine, tmp_path, MqttSettings(port=port), images=slow) as ingest:
        with Levels(port) as levels:
            with Camera(port) as camera:
                camera.send(jpeg(scene()), times)
            most = 0
            until = time.monotonic() + 15.0
            while time.monotonic() < until and len(kept(engine)) + sum(refused(engine).values()) < 60:
                assert len(levels.sent) - len(numbers_kept(engine)) < 60
                most = max(most, ingest.subscriber.unacknowledged)
                time.sleep(0.1)
        assert eventually(lambda: numbers_kept(engine) == levels.sent)
        assert eventually(lambda: ingest.subscriber.unacknowledged == 0)
    say(f"1 s a picture: {len(kept(engine))} of 60 kept, {refused(engine)}, at most {most} unacknowledged")
    assert len(kept(engine)) + sum(refused(engine).values()) == 60
    assert set(refused(engine)) == {"overloaded"}


def test_pictures_and_levels_are_acknowledged_in_the_order_in_which_they_came(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from the broker's side of the line: the numbers of the PUBACKs grow as those of what was sent."""
    slow, acknowledged = SlowDisk(tmp_path, 0.05), list[int]()
    with mosquitto(tmp_path) as port, Ingest(engine, tmp_path, MqttSettings(port=port), images=slow):
        send = Line.acknowledge_together

        def noted(line: Line, packet_ids: Sequence[int]) -> None:
            acknowledged.extend(packet_ids)
            send(line, packet_ids)

        monkeypatch.setattr(Line, "acknowledge_together", noted)
        with Levels(port), Sender(port) as camera:
            for number in range(8):
                camera.send(STILL, jpeg(scene(64, 48, seed=number)))
                time.sleep(0.05)
            assert eventually(lambda: len(kept(engine)) == 8)
    assert len(acknowledged) > 30
    assert acknowledged == sorted(acknowledged)
