"""``mizumori camera list|show|reference|masks``: how cameras are, their normal day, what of them is private."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.commands.acts import BY
from deploy.commands.columns import columns
from deploy.commands.context import Context, UsageError, jst, say
from deploy.wiring.stores import Stores, open_stores
from ingest.cameras.condition import AWAITED, condition
from ingest.messages import Refused
from ingest.readings import CameraState
from ingest.registry_files import load
from ingest.sight.look import Look
from ingest.sight.reference import has_learned
from ingest.sight.sun import elevation_deg
from ingest.stations import Camera, Registry
from ingest.store.looks import Chosen, Remembered, SqlLooks
from ingest.store.protocol import CameraLatest, Pictured

NOTHING = CameraLatest()
LOOKS_SHOWN = 10
QUALITY = 90


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "how cameras are, the picture of their normal day, what of their pictures is private"
    group = commands.add_parser("camera", help=text, description=text)
    actions = group.add_subparsers(dest="action", required=True, metavar="list|show|reference|masks")
    _action(actions, "list", show_list, "every camera with its condition and its newest still")
    shown = _action(actions, "show", show, "one camera with its last looks and the figures of the newest")
    shown.add_argument("camera", metavar="CAMERA")
    chosen = _action(actions, "reference", choose, "make a still the picture of a camera's normal day")
    chosen.add_argument("camera", metavar="CAMERA")
    chosen.add_argument("--still", metavar="FILE", help="its name, as `camera show` gives it (the newest)")
    chosen.add_argument("--by", required=True, metavar="NAME", help=BY)
    masks = _action(actions, "masks", show_masks, "write a still as residents see it, its masks outlined")
    masks.add_argument("camera", metavar="CAMERA")
    masks.add_argument("out", type=Path, metavar="OUT.jpg")
    masks.add_argument("--still", metavar="FILE", help="its name, as `camera show` gives it (the newest)")
    masks.add_argument("--registry", type=Path, metavar="CITY.toml", help="with the masks of a file yet to be imported")


def _action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def show_list(context: Context, _: argparse.Namespace) -> int:
    """One line a camera."""
    with closing(open_stores(context.settings)) as stores:
        registry, latest = stores.city(), stores.log.cameras()
        chosen = SqlLooks(stores.database).chosen()
        known = SqlLooks(stores.database).remembered(registry.cameras.keys())
        waiting = SqlLooks(stores.database).waiting().stills
    if not registry.cameras:
        raise UsageError("the registry has no cameras: add [[stations.cameras]] to a station and import it")
    now = context.clock.now()
    head = ("camera", "station", "state", "why", "newest still", "public", "masks", "normal day")
    rows = [
        _row(camera, latest.get(camera.id, NOTHING), _normal(chosen.get(camera.id), known.get(camera.id)), now)
        for camera in registry.cameras.values()
    ]
    for line in columns([head, *rows]):
        say(line)
    if waiting:
        say(f"{waiting} stills wait to be looked at")
    return 0


def _row(camera: Camera, latest: CameraLatest, normal: str, now: datetime) -> Sequence[str]:
    found = condition(camera, latest, now)
    seen = (found.silence, *found.faults, found.unjudged)
    why = ", ".join(dict.fromkeys(filter(None, (*seen, found.said, found.asked, _clock(latest)))))
    still = jst(latest.still.taken_at) if latest.still else "none"
    state = "waiting" if found.state is CameraState.ONLINE and found.silence == AWAITED else str(found.state)
    return (
        *(camera.id, camera.station_id, state, why or "-", still),
        *("yes" if camera.public else "no", str(len(camera.masks)), normal),
    )


def _clock(latest: CameraLatest) -> str:
    """What is wrong with the clock that dated its newest still."""
    if latest.still is None or not latest.still.clock_suspect:
        return ""
    return "clock stands still" if latest.still.clock_stands else "clock wrong"


def _normal(chosen: Chosen | None, known: Remembered | None) -> str:
    """Where the normal day of a camera comes from; a few good pictures by day, or under its own light, teach it."""
    if chosen is None:
        return "learned by itself" if known is not None and has_learned(known.memory) else "not learned yet"
    return f"{jst(chosen.still.taken_at)} by {chosen.by}{' (not learned yet)' if chosen.due else ''}"


def show(context: Context, options: argparse.Namespace) -> int:
    """A camera, its newest look with its figures, and those before."""
    with closing(open_stores(context.settings)) as stores:
        camera = _camera(stores.city(), options.camera)
        latest = stores.log.cameras().get(camera.id, NOTHING)
        chosen = SqlLooks(stores.database).chosen().get(camera.id)
        known = SqlLooks(stores.database).remembered([camera.id]).get(camera.id)
        looked = SqlLooks(stores.database).newest(camera.id, LOOKS_SHOWN)
    for line in _lines(camera, latest, _normal(chosen, known), looked, context.clock.now()):
        say(line)
    return 0


def _lines(
    camera: Camera, latest: CameraLatest, normal: str, looked: Sequence[Pictured], now: datetime
) -> Iterator[str]:
    found = condition(camera, latest, now)
    yield f"camera      {camera.id} of {camera.station_id}"
    yield f"state       {found.state}{f': {found.reason}' if found.reason else ''}"
    if clock := _clock(latest):
        yield f"clock       {clock}"
    yield f"heard       {jst(found.heard_at) if found.heard_at else 'never'}"
    yield f"normal day  {normal}"
    yield f"masks       {len(camera.masks)}{', public' if camera.public else ''}"
    if latest.look is not None and latest.look.figures:
        yield "figures     " + "  ".join(f"{name} {value:g}" for name, value in sorted(latest.look.figures.items()))
    if not looked:
        yield "no still was looked at yet"
        return
    yield "the newest looks:"
    yield from columns([(f"  {jst(each.still.taken_at)}", each.still.file, _seen(each.look)) for each in looked])


def _seen(look: Look) -> str:
    if not look.usable:
        return f"cannot be used: {look.refused}"
    standing = ", ".join(sorted(look.faults))
    alone = ", ".join(sorted(look.seen - look.faults))
    unjudged = str(look.unjudged or "")
    return "; ".join(filter(None, (unjudged, standing, alone and f"seen in this one: {alone}"))) or "good"


def choose(context: Context, options: argparse.Namespace) -> int:
    """Make a still the reference; recognition learns it within seconds where the eyes run."""
    with closing(open_stores(context.settings)) as stores:
        registry = stores.city()
        camera = _camera(registry, options.camera)
        picture = _still(stores, camera, options.still)
        station = registry.stations[camera.station_id]
        if elevation_deg(station.lat, station.lon, picture.still.taken_at) <= 0 and not camera.lit:
            raise UsageError(
                f"{picture.still.file} was taken at night ({jst(picture.still.taken_at)} JST), which shows nothing to "
                "compare with: name one of daylight with --still"
            )
        if picture.look.seen and not options.still:
            raise UsageError(
                f"the newest still is {', '.join(sorted(picture.look.seen))}: name a good one with --still, or this "
                f"one ({picture.still.file}) where it is right"
            )
        SqlLooks(stores.database).choose(picture.still, options.by)
    say(f"{picture.still.file} is the normal day of {camera.id} now; it is kept whatever its age")
    say("recognition learns it with its next turn, within seconds where the services run: mizumori camera list")
    return 0


def show_masks(context: Context, options: argparse.Namespace) -> int:
    """Write the preview."""
    with closing(open_stores(context.settings)) as stores:
        camera = _camera(load(options.registry) if options.registry else stores.city(), options.camera)
        if not camera.masks:
            raise UsageError(
                f"{camera.id} has no masks: add masks = [[[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]] to it in the registry"
            )
        file = _still(stores, camera, options.still).still.file
        data = stores.stills.read(file)
    if data is None:
        raise UsageError(f"the file of {file} is gone: name another with --still")
    from ingest.sight.masking import preview  # what reads pictures is loaded where somebody looks at one

    try:
        options.out.write_bytes(preview(data, camera.masks, QUALITY))
    except Refused as refused:
        raise UsageError(f"{file} cannot be opened: {refused.detail}") from refused
    say(f"{options.out}: {file} as residents see it; the outlines are the masks as they are written")
    return 0


def _camera(registry: Registry, camera_id: str) -> Camera:
    camera = registry.cameras.get(camera_id)
    if camera is None:
        known = ", ".join(sorted(registry.cameras)) or "none"
        raise UsageError(f"there is no camera {camera_id} in service; there are: {known}")
    return camera


def _still(stores: Stores, camera: Camera, file: str | None) -> Pictured:
    """The still that is meant: one that was looked at and can be shown."""
    found = SqlLooks(stores.database).picture(camera.id, file)
    if found is None and file:
        raise UsageError(f"{camera.id} has no still {file} that can be shown: mizumori camera show {camera.id}")
    if found is None:
        raise UsageError(f"no still of {camera.id} can be shown yet: wait for one, and see mizumori camera list")
    return found
