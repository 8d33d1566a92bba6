"""What cameras say of themselves, from the bytes to how they are; a camera that dies is offline at once."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine

from deploy.broker import EmbeddedBroker
from ingest.cameras.condition import CameraCondition, condition
from ingest.mqtt_settings import MqttSettings
from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.readings import CameraReport, CameraState, CameraVitals
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from tests.brokers import Mosquitto, free_port
from tests.ingest.camera_files import jpeg, scene
from tests.ingest.cities import NOON, message, small_city, small_roster
from tests.ingest.mqtt_parts import Ingest, eventually
from tests.ingest.stores import database, look_at_all

STATUS = "mizumori/v1/fujii/camera/fujii-cam/status"
STILL = "mizumori/v1/fujii/camera/fujii-cam/still"
CAMERA = small_city().cameras["fujii-cam"]
WILL = json.dumps({"state": "offline", "reason": "connection lost"})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


def report(said: Any, **more: Any) -> CameraReport:
    """The one report of a payload."""
    kept = interpret(message(STATUS, json.dumps(said), **more), small_roster(), ClockLimits())
    assert not kept.dead_letters, kept.dead_letters
    return kept.reports[0]


def test_a_camera_says_how_it_is_inside() -> None:
    said = {"fps": 4.5, "temperature_c": -7, "storage_pct": 80, "battery_pct": 72.5, "battery_v": 12.4}
    assert report({"state": "online", **said}).vitals == CameraVitals(4.5, -7, 80, 72.5, 12.4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fps", -1),
        ("fps", "fast"),
        ("temperature_c", 2_000),
        ("temperature_c", True),
        ("storage_pct", 255),
        ("storage_pct", [80]),
        ("battery_pct", 101),
        ("battery_pct", None),
        ("battery_v", {"v": 12}),
        ("battery_v", 1e300),
        ("reason", 7),
    ],
)
def test_a_strange_value_loses_only_itself(name: str, value: object) -> None:
    found = report({"state": "degraded", "fps": 5, "battery_v": 12, name: value})
    assert found.state is CameraState.DEGRADED
    good = {"fps": 5.0, "battery_v": 12.0}
    good.pop(name, None)
    assert found.vitals == CameraVitals(**good)


def test_a_reason_of_any_length_and_kind_is_one_that_can_be_shown() -> None:
    assert report({"state": "degraded", "reason": "雪で\nレンズが\0曇り" + "x" * 5_000}).reason.startswith(
        "雪で レンズが 曇りxx"
    )
    assert len(report({"state": "degraded", "reason": "x" * 5_000}).reason) == 200


@pytest.mark.parametrize(
    "payload", ["", "[]", '"online"', '{"state": "fine"}', "{}", '{"state": "online", "observed_at": "yesterday"}']
)
def test_without_a_state_or_with_a_time_that_is_none_it_is_refused(payload: str) -> None:
    kept = interpret(message(STATUS, payload), small_roster(), ClockLimits())
    assert [each.reason for each in kept.dead_letters] == ["malformed"]


def at(minute: float) -> str:
    return (NOON + timedelta(minutes=minute)).isoformat()


def how(engine: Engine, now: datetime) -> CameraCondition:
    """The camera as whoever reads the log finds it."""
    return condition(CAMERA, SqlLog(engine).cameras().get(CAMERA.id), now)


def keep(engine: Engine, *reports: CameraReport) -> None:
    SqlAppender(engine).append(Batch(reports=reports))


def said_of(engine: Engine) -> str:
    latest = SqlLog(engine).cameras()[CAMERA.id].report
    assert latest is not None
    return latest.reason


@pytest.mark.parametrize("together", [True, False])
def test_what_was_said_before_and_comes_late_or_again_does_not_take_the_place_of_what_is_newer(
    engine: Engine, together: bool
) -> None:
    now = report({"state": "degraded", "reason": "now", "observed_at": at(0)})
    late = report(
        {"state": "online", "reason": "before", "observed_at": at(-10)}, received_at=NOON + timedelta(seconds=5)
    )
    batches = [[now, late, now]] if together else [[now], [late], [now]]
    for batch in batches:
        keep(engine, *batch)
    assert said_of(engine) == "now"
    keep(
        engine,
        report({"state": "online", "reason": "later", "observed_at": at(1)}, received_at=NOON + timedelta(minutes=1)),
    )
    assert said_of(engine) == "later"


def test_a_camera_whose_clock_ran_ahead_is_heard_again_when_that_is_put_right(engine: Engine) -> None:
    keep(engine, report({"state": "degraded", "reason": "ahead", "observed_at": at(4)}))
    keep(
        engine,
        report({"state": "online", "reason": "right", "observed_at": at(1)}, received_at=NOON + timedelta(minutes=1)),
    )
    assert said_of(engine) == "right"


def test_what_the_broker_has_kept_of_a_camera_long_silent_is_no_sign_of_life(engine: Engine) -> None:
    kept = report({"state": "online", "observed_at": at(-600)}, retained=True)
    keep(engine, kept)
    assert how(engine, NOON).state is CameraState.OFFLINE
    assert how(engine, NOON).reason == "no_heartbeat"


Broker = Literal["mosquitto", "embedded"]


@contextmanager
def broker(kind: Broker, folder: Path) -> Iterator[MqttSettings]:
    if kind == "mosquitto":
        mosquitto = Mosquitto(folder / "broker")
        try:
            yield MqttSettings(port=mosquitto.port)
        finally:
            mosquitto.stop()
    else:
        service = EmbeddedBroker(port := free_port())
        service.start()
        try:
            yield MqttSettings(port=port, protocol="3.1.1")
        finally:
            service.stop()


class Camera:
    """A camera with a last will, as docs/cameras.md says."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="fujii-cam")
        self._client.will_set(STATUS, WILL, qos=1, retain=True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def says(self, state: str) -> None:
        now = datetime.now(UTC).isoformat()
        self._client.publish(
            STATUS, json.dumps({"state": state, "observed_at": now}), qos=1, retain=True
        ).wait_for_publish(5)

    def sends(self) -> None:
        self._client.publish(STILL, jpeg(scene(64, 48)), qos=1).wait_for_publish(5)

    def dies(self) -> None:
        """As when its power fails: the line breaks without a word."""
        self._client.loop_stop()
        line = self._client.socket()
        assert isinstance(line, socket.socket)
        line.shutdown(socket.SHUT_RDWR)
        line.close()

    def leaves(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_a_camera_that_dies_is_offline_at_once_and_comes_back(engine: Engine, tmp_path: Path, kind: Broker) -> None:
    def becomes(state: CameraState, silence: str = "") -> Callable[[], bool]:
        def so() -> bool:
            look_at_all(engine)
            found = how(engine, datetime.now(UTC))
            return found.state is state and found.silence == silence

        return so

    with broker(kind, tmp_path) as settings, Ingest(engine, tmp_path, settings):
        camera = Camera(settings.port)
        camera.sends()
        camera.says("online")
        assert eventually(becomes(CameraState.ONLINE))
        camera.dies()
        assert eventually(becomes(CameraState.OFFLINE), within_s=3.0)
        assert how(engine, datetime.now(UTC)).reason == "connection lost"
        again = Camera(settings.port)
        again.says("online")
        assert eventually(becomes(CameraState.ONLINE))
        again.leaves()


def test_a_last_will_of_yesterday_does_not_come_again_with_every_connection(engine: Engine, tmp_path: Path) -> None:
    with broker("mosquitto", tmp_path) as settings:
        with Ingest(engine, tmp_path, settings):
            camera = Camera(settings.port)
            camera.says("online")
            camera.dies()
            assert eventually(lambda: SqlLog(engine).marks().report_seq == 2)
        with Ingest(engine, tmp_path, settings) as second:
            assert eventually(lambda: second.subscriber.connected)
            again = Camera(settings.port)
            again.sends()
            assert eventually(lambda: SqlLog(engine).marks().still_seq == 1)
            assert SqlLog(engine).marks().report_seq == 2
            again.leaves()
