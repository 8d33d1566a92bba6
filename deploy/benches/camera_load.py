"""The cameras of a measurement, as programs of their own: their pictures, and the sending of them.

``python -m deploy.benches.camera_load draw FOLDER CAMERAS`` draws a stock of stills;
``python -m deploy.benches.camera_load publish FOLDER PORT CAMERAS COUNT PER_S`` publishes from it, as fast as it can
where PER_S is 0.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.wiring.clockwork import machine_time
from ingest.clock import JST
from ingest.stations import Camera, StationKind
from simulators.cameras import still
from simulators.publisher import Broker, Publisher
from simulators.scene import Scene, Weather

VIEWS, FRAMES = 6, 5
DRAWN_AT = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
EXIF_TIME = "%Y:%m:%d %H:%M:%S"
IN_FLIGHT = 20


def cameras_of(cameras: int) -> list[Camera]:
    """One camera at each of the first stations of the city of the measurement."""
    return [Camera(id=f"c{number:05}", station_id=f"s{number:05}", interval_s=60) for number in range(cameras)]


def draw(folder: Path, cameras: int) -> None:
    """Draw the stock: so many views, no more than cameras, each in several pictures of moving water."""
    folder.mkdir(parents=True, exist_ok=True)
    for view in range(min(VIEWS, cameras)):
        for frame in range(FRAMES):
            picture = still(_scene(view, frame), DRAWN_AT)
            (folder / f"{view}-{frame}.jpg").write_bytes(picture)


def _scene(view: int, frame: int) -> Scene:
    kinds = list(StationKind)
    return Scene(
        kind=kinds[view % len(kinds)],
        station_id=f"s{view}",
        camera_id=f"view-{view}",
        stage_m=1.0 + 0.1 * view + 0.01 * frame,
        bottom_m=0.0,
        top_m=5.0,
        levels={},
        at=DRAWN_AT + timedelta(minutes=frame),
        weather=Weather(rain_mm_per_h=5.0 * (view % 3)),
    )


def publish(folder: Path, port: int, cameras: int, count: int, per_s: float) -> None:
    """Publish so many stills, the cameras in turn, each dated now; returns when the broker has taken them all."""
    views = range(min(VIEWS, cameras))
    stock = [[(folder / f"{view}-{frame}.jpg").read_bytes() for frame in range(FRAMES)] for view in views]
    publisher = Publisher(Broker(port=port), max_in_flight=IN_FLIGHT, patience_s=120.0)
    publisher.connect()
    began_s = time.monotonic()
    for number in range(count):
        if per_s:
            time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
        publisher.send(*message(number, cameras, stock, machine_time()))
    publisher.flush(120.0)
    publisher.close()


def message(number: int, cameras: int, stock: Sequence[Sequence[bytes]], at: datetime) -> tuple[str, bytes]:
    """The topic and bytes of the ``number``-th still. Its time in EXIF, which has a fixed length, is set to ``at``; two
    stills of a camera are a second apart at least, so that none is taken for the other."""
    camera, turn = number % cameras, number // cameras
    drawn = DRAWN_AT.astimezone(JST).strftime(EXIF_TIME).encode()
    taken = (at + timedelta(seconds=turn)).astimezone(JST).strftime(EXIF_TIME).encode()
    data = stock[camera % len(stock)][turn % FRAMES].replace(drawn, taken)
    return f"mizumori/v1/s{camera:05}/camera/c{camera:05}/still", data


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        draw(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        publish(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]))
