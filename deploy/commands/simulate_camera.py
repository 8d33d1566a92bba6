"""``mizumori simulate-camera``: the cameras of the registry as a small web server, to be asked for stills."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deploy.commands.context import Context, UsageError, say, wait_for_end
from deploy.commands.registry import read
from deploy.commands.simulated_faults import SIZES, camera_faults, fault_help
from deploy.devices import NO_CAMERAS
from deploy.services import House
from deploy.wiring.stores import open_stores
from ingest.clock import Clock
from ingest.stations import Registry
from simulators.devices import Devices
from simulators.faults import CameraFault, demonstration_faults
from simulators.gauges import Waters
from simulators.http_camera import SNAPSHOT, VIDEO, HttpCamera
from simulators.http_faults import FAULTS
from simulators.http_login import Login
from simulators.scene import HD, Size
from simulators.storm import demonstration_storm


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "serve stills of the registry's cameras in a simulated storm over HTTP, for cameras that are asked"
    command = commands.add_parser("simulate-camera", help=text, description=text)
    command.add_argument("--registry", type=Path, help="registry file; else the registry of the data folder")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, default=8090, help="port to listen on (8090)")
    command.add_argument("--auth", choices=("none", "basic", "digest"), default="none", help="how to sign in (none)")
    command.add_argument("--username", default="viewer", help="user (viewer)")
    command.add_argument("--password", default="", help="password")
    command.add_argument("--misbehave", choices=tuple(FAULTS), default="", help="do this at every request")
    command.add_argument("--fault", action="append", default=[], metavar="CAMERA=FAULT", help=fault_help())
    command.add_argument("--size", choices=SIZES, default=next(iter(SIZES)), help="width and height of the stills")
    command.set_defaults(run=simulate_camera)


def simulate_camera(context: Context, options: argparse.Namespace) -> int:
    """A storm that begins now, seen by all cameras, until Ctrl-C."""
    if options.auth != "none" and not options.password:
        raise UsageError(f"--auth {options.auth} needs a password: add --password WORD")
    registry = _registry(context, options.registry)
    if not registry.cameras:
        raise UsageError("there is no camera in this registry: add one, or name another file with --registry")
    faults = camera_faults(options.fault, registry, context.clock.now())
    camera = HttpCamera(
        pictures(registry, context.clock, faults, SIZES[options.size]),
        context.clock.now,
        options.host,
        _port(options.port),
        Login(options.auth, options.username, options.password),
        options.misbehave,
    )
    ended = wait_for_end()
    with House([camera]):
        for camera_id in registry.cameras:
            say(f"{camera.url(camera_id, SNAPSHOT)}  {camera.url(camera_id, VIDEO)}")
        say(f"{len(registry.cameras)} cameras answer. Stop with Ctrl-C.")
        ended.wait()
    return 0


def pictures(
    registry: Registry, clock: Clock, faults: Mapping[str, CameraFault] = NO_CAMERAS, size: Size = HD
) -> Callable[[str], bytes | None]:
    """The still of each camera as its storm and its faults show it now; the empty name is the first camera."""
    storm = demonstration_storm(clock.now())
    plan = demonstration_faults(registry, storm).with_cameras(faults)
    devices = Devices(Waters(registry, storm), plan, size)

    def picture(camera_id: str) -> bytes | None:
        camera = registry.cameras[camera_id or next(iter(registry.cameras))]
        sent = devices.camera_messages(camera, clock.now())
        return next((each.payload for each in sent if each.topic.endswith("/still")), None)

    return picture


def _port(port: int) -> int:
    if not 0 <= port <= 65535:
        raise UsageError(f"there is no port {port}: write a number up to 65535")
    return port


def _registry(context: Context, file: Path | None) -> Registry:
    if file is not None:
        return read(file)
    stores = open_stores(context.settings)
    try:
        return stores.city()
    finally:
        stores.close()
