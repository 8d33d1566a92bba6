"""From a decoded picture and what is remembered of its camera to what was seen. Pure."""

from __future__ import annotations

import logging
import math
from dataclasses import replace

from PIL import Image

from ingest.sight.gist import Gist, gist
from ingest.sight.judge import judge
from ingest.sight.look import PictureFault, Unjudged
from ingest.sight.memory import Light, from_bytes
from ingest.sight.miniature import miniature
from ingest.sight.reference import with_reference
from ingest.sight.sun import elevation_deg
from ingest.sight.tasks import Seen, Task
from ingest.sight.view import Verdict, View

log = logging.getLogger(__name__)


def recognised(picture: Image.Image, task: Task) -> Seen:
    """What is seen in a picture. Where it cannot be judged it says so: a fault of ours in the judgement must cost
    nobody the picture."""
    if task.place is None:
        return _unjudged(task, Unjudged.NOT_JUDGED)
    try:
        found = gist(picture, task.clock_area)
    except ValueError:
        return _unjudged(task, Unjudged.TOO_SMALL)
    except Exception as error:  # as below
        return _failed(task, error)
    try:
        return _seen(found, task, *task.place)
    except Exception as error:  # whatever it is, the picture can be shown
        return _failed(task, error)


def _failed(task: Task, error: Exception) -> Seen:
    log.warning("a picture could not be judged: %r", error)
    return _unjudged(task, Unjudged.NOT_JUDGED)


def _unjudged(task: Task, why: Unjudged) -> Seen:
    """What stood before stands on: a picture that says nothing ends no fault."""
    before, _ = from_bytes(task.memory)
    return Seen(faults=before.standing, memory=task.memory, unjudged=why)


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
        unjudged=Unjudged.DARK_NIGHT if _is_dark_night(verdict, found, view) else None,
    )


def _is_dark_night(verdict: Verdict, found: Gist, view: View) -> bool:
    """Whether it is as dark as a fault would be, at an hour at which that is none."""
    return PictureFault.DARK in verdict.withheld and found.light[2] < view.thresholds.dark_below


def _light(view: View) -> Light:
    return Light.NIGHT if view.night and view.lit else Light.DAY
