"""Checks of the cameras that are asked: each is asked once, and what it answers is judged and thrown away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from deploy.monitor.signs import Check, State
from ingest.decoders.still import decode
from ingest.devices import Camera, Pull
from ingest.messages import Message, Refused
from ingest.pull.fetch import Fetched
from ingest.pull.freshness import Age, Served, judged
from ingest.pull.vain import Cause, Vain

AT_ONCE = 32


class Fetches(Protocol):
    """What asks a camera."""

    def fetch(self, pull: Pull) -> Fetched:
        """The still at an address; raises Vain."""
        ...


def camera_checks(cameras: Sequence[Camera], fetcher: Fetches, now: datetime) -> Iterable[Check]:
    """One sentence for each camera that gives no picture, and one for all; none where no camera is asked."""
    asked = [each for each in cameras if each.pull is not None]
    if not asked:
        return
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(lambda camera: _look(camera, fetcher, now), asked))
    wrong = [each for each in found if each is not None]
    well = f"{len(asked) - len(wrong)} of {len(asked)} cameras that are asked answer with a picture"
    yield Check("cameras", State.DEGRADED if wrong else State.OK, well)
    yield from wrong


def _look(camera: Camera, fetcher: Fetches, now: datetime) -> Check | None:
    """What is wrong with a camera; None where nothing is."""
    name = f"camera {camera.id}"
    assert camera.pull is not None
    try:
        fetched = fetcher.fetch(camera.pull)
        decode(Message("", fetched.data, now, len(fetched.data)))
    except Vain as vain:
        ours = vain.cause in (Cause.NO_CREDENTIAL, Cause.BAD_ADDRESS)
        return Check(name, State.FAILED if ours else State.DEGRADED, vain.sentence)
    except Refused as refused:
        return Check(name, State.DEGRADED, f"it answers, and with no picture ({refused.detail}): is the path right?")
    served = Served("", fetched.modified_at, fetched.served_at)
    if judged(served, None, now, camera.interval_s).age is Age.OLD:
        return Check(name, State.DEGRADED, "its web server answers an old file: look at what writes it")
    return None
