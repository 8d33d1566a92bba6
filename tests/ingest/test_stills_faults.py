"""Ingest ended at random while readings and pictures come: each of both is kept, and once, and every picture has its
file."""

from __future__ import annotations

import random
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.ingest.camera_files import exif, jpeg, scene
from tests.ingest.faults import Load, Place, a_while, ingest, place, settled
from tests.ingest.faults_report import say
from tests.ingest.mqtt_parts import eventually

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"
PER_S = 40.0


class Pictures:
    """A camera that was cut off and sends a picture of every minute, each once; ``sent`` are those the broker took."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._end = datetime.now(UTC).replace(second=0, microsecond=0)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="camera", clean_session=False)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Pictures:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(20)
        self._client.disconnect()
        self._client.loop_stop()

    def _run(self) -> None:
        picture = scene(64, 48)
        while not self._ended.wait(1 / PER_S):
            taken = f"{self._end - timedelta(minutes=self.sent + 1):%Y:%m:%d %H:%M:%S}"
            data = jpeg(picture, exif=exif(taken, "+00:00"))
            self._client.publish(STILL, data, qos=1).wait_for_publish(20)
            self.sent += 1


def stills_kept(where: Place) -> list[tuple[str, str]]:
    """When each was taken, and its file."""
    with closing(sqlite3.connect(where.database)) as database:
        return database.execute("SELECT taken_at, file FROM stills ORDER BY taken_at").fetchall()


def test_killed_while_pictures_come_everything_is_there_once(tmp_path: Path) -> None:
    dice = random.Random(20260701)
    with place(tmp_path / "place") as where:
        with ingest(where) as first:
            first.stop()
        with Load(where.broker.port, 500.0) as load, Pictures(where.broker.port) as camera:
            for _ in range(2):
                with ingest(where) as child:
                    a_while(dice, 0.3, 1.2)
                    child.kill()
            with ingest(where) as last:
                found = settled(where, load.finish())
                camera.__exit__()
                assert eventually(lambda: len(stills_kept(where)) >= camera.sent, within_s=20)
                last.stop()
        kept = stills_kept(where)
    say(f"2 kill -9: {found}; {camera.sent} pictures sent, {len(kept)} kept")
    assert (found.lost, found.doubled, found.dead_letters) == ((), (), 0)
    assert found.published > 500
    assert len(kept) == len({at for at, _ in kept}) == camera.sent > 50
    assert all((where.folder / "data" / "stills" / file).is_file() for _, file in kept)
