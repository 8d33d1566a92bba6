"""From a decoded picture and what is remembered of its camera to what was seen. Pure."""

from __future__ import annotations

import logging
import math
from dataclasses import replace

from PIL import Image

from ingest.sight.gist import Gist, gist
from ingest.sight.judge import judge
from ingest.sight.memory import Light, from_bytes
from ingest.sight.miniature import miniature
from ingest.sight.reference import with_reference
from ingest.sight.sun import elevation_deg
from ingest.sight.tasks import Seen, Task
from ingest.sight.view import View

log = logging.getLogger(__name__)


def recognised(picture: Image.Image, task: Task) -> Seen:
    """What is seen in a picture. Where it cannot be judged it says so: a fault of ours in the judgement must cost
    nobody the picture."""
    if task.place is None:
        return Seen(memory=task.memory)
    try:
        return _seen(gist(picture, task.clock_area), task, *task.place)
    except Exception as error:  # whatever it is, the picture can be shown
        log.warning("a picture could not be judged: %r", error)
        return Seen(memory=task.memory)


def _seen(found: Gist, task: Task, lat: float, lon: float) -> Seen:
    before, trouble = from_bytes(task.memory)
    if trouble:
        log.warning("%s", trouble)
    if task.rewound:
        before = replace(before, taken_at=None)
    view = View(task.taken_at, elevation_deg(lat, lon, task.taken_at), task.lit)
    if task.learn:
        return Seen(True, memory=with_reference(before, found, _light(view)).to_bytes(), miniature=miniature(found))
    verdict, after = judge(found, before, view)
    return Seen(
        judged=True,
        faults=verdict.faults,
        seen=verdict.seen,
        figures={name: value for name, value in verdict.figures.items() if math.isfinite(value)},
        memory=task.memory if after is before else after.to_bytes(),
        miniature=miniature(found),
        begun_anew=bool(trouble),
    )


def _light(view: View) -> Light:
    return Light.NIGHT if view.night and view.lit else Light.DAY
