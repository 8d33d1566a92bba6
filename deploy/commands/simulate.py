"""The commands that act as devices: simulate, replay, publish."""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.drills import DrillSettings
from alerts.engine.ledger import NAME as READINGS
from dashboard.accounts.settings import AccountSettings
from deploy.commands.announcer import Announcer, changes_the_stage, line
from deploy.commands.context import Context, UsageError, jst, say, wait_for_end
from deploy.commands.recordings import rows_of
from deploy.commands.registry import read
from deploy.commands.serving import need_no_drill
from deploy.commands.simulated_faults import (
    SIZES,
    camera_faults,
    fault_help,
    need_sending,
    pump_fault_help,
    pump_faults,
    split,
)
from deploy.devices import Fleet
from deploy.drills import alerts_of_drill
from deploy.schedule import Job
from deploy.services import House, Worker
from deploy.settings import Settings
from deploy.standby import StandbyIngest
from deploy.stopwatch import Stopwatch
from deploy.wiring.house import device_publisher, whole_house
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import Clock, ScaledClock
from ingest.pull.settings import CameraSettings
from ingest.stations import Registry
from ingest.store.past.settings import PastSettings
from simulators.fleet import sending
from simulators.publisher import BrokerError
from simulators.replay import Row, run_replay, shift
from simulators.storm import demonstration_storm

CATCH_UP_WITHIN_S = 120.0
LOWEST_PORT, HIGHEST_PORT = 18050, 32000
LAG_S = 10.0
NO_ACCOUNTS = AccountSettings(enabled=False)
"""A replay is looked at on this machine, and nothing that is done there reaches anybody."""
"""Real seconds by which a replay on a busy machine may lag behind its clock."""


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "publish a simulated storm for all devices of the registry to the broker of the settings"
    command = commands.add_parser("simulate", help=text, description=text)
    command.add_argument("--registry", type=Path, help="registry file; else the registry of the data folder")
    command.add_argument(
        "--fault", action="append", default=[], metavar="DEVICE=FAULT", help=fault_help() + pump_fault_help()
    )
    command.add_argument("--size", choices=SIZES, default=next(iter(SIZES)), help="width and height of the stills")
    command.set_defaults(run=simulate)
    text = "replay a recorded flood into a house of its own, on a clock scaled by --speed"
    command = commands.add_parser("replay", help=text, description=text)
    command.add_argument("file", type=Path, help="CSV: observed_at,gauge,stage_m[,received_at]")
    command.add_argument("--registry", type=Path, required=True, help="registry file of the recorded gauges")
    command.add_argument("--speed", type=_speed, default=60.0, help="recorded seconds per real second (60)")
    command.add_argument("--data", type=Path, help="folder for the replay's data, empty or new; else a temporary one")
    command.add_argument("--exit", action="store_true", help="end after the last reading; else the pages stay")
    command.set_defaults(run=replay)
    text = "publish a recorded flood into a running system, shifted to the present, at true speed"
    command = commands.add_parser("publish", help=text, description=text)
    command.add_argument("file", type=Path, help="CSV: observed_at,gauge,stage_m[,received_at]")
    command.add_argument("--registry", type=Path, help="registry file; else the registry of the data folder")
    command.set_defaults(run=publish)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1_000_000:
        raise argparse.ArgumentTypeError("write a number above 0 and at most 1000000")
    return speed


def simulate(context: Context, options: argparse.Namespace) -> int:
    """A storm that begins now, until Ctrl-C."""
    registry = _registry(context.settings, options.registry)
    now = context.clock.now()
    of_cameras, of_pumps = split(options.fault, registry)
    cameras, pumps = camera_faults(of_cameras, registry, now), pump_faults(of_pumps, registry, now)
    pulled = context.settings.cameras.pull
    need_sending(cameras, registry, pulled=pulled)
    storm = demonstration_storm(now)
    fleet = Fleet(context.settings, registry, storm, context.clock, None, cameras, SIZES[options.size], pumps)
    ended = wait_for_end()
    try:
        with House([fleet]):
            say(_publishing(registry, pulled=pulled))
            ended.wait()
    except BrokerError as error:
        raise UsageError(str(error)) from error
    return 0


def _publishing(registry: Registry, *, pulled: bool) -> str:
    machines, cameras = len(registry.pumps) + len(registry.gates), len(sending(registry, pulled=pulled))
    also = f", {machines} pumps and gates" if machines else ""
    asked = len(registry.cameras) - cameras
    by_http = f" {asked} more cameras are asked for their stills: mizumori simulate-camera." if asked else ""
    return f"{len(registry.gauges)} gauges and {cameras} cameras{also} publish.{by_http} Stop with Ctrl-C."


def publish(context: Context, options: argparse.Namespace) -> int:
    """A recording, moved to the present."""
    registry = _registry(context.settings, options.registry)
    rows = shift(rows_of(options.file, registry, say), context.clock.now())
    ended = wait_for_end()
    publisher = device_publisher(context.settings)
    try:
        publisher.connect()
        say(f"{len(rows)} readings from {jst(rows[0].due_at)} to {jst(rows[-1].due_at)} Japan time")
        sent = run_replay(rows, registry, publisher, context.clock, ended, say)
        publisher.flush(CATCH_UP_WITHIN_S)
    except BrokerError as error:
        raise UsageError(str(error)) from error
    finally:
        publisher.close()
    return 0 if sent == len(rows) else 1


def replay(context: Context, options: argparse.Namespace) -> int:
    """A house of its own: broker, fresh databases and pages on free ports, and the recording's clock."""
    need_no_drill(context.settings)
    registry = read(options.registry)
    rows = rows_of(options.file, registry, say)
    with tempfile.TemporaryDirectory(prefix="mizumori-replay-") as temporary:
        settings = own_house(context.settings, options.data or Path(temporary), options.speed)
        watch = Stopwatch(time.monotonic)
        clock = ScaledClock(rows[0].due_at - timedelta(seconds=options.speed), options.speed, watch.elapsed_s, 0.0)
        whole = _replay(settings, registry, rows, clock, watch, stay=not options.exit)
    if not whole:
        raise UsageError("not every reading of the recording was kept: see the messages above")
    return 0


def own_house(settings: Settings, data: Path, speed: float) -> Settings:
    """The settings of a replay: the rules as set, everything else its own, and nobody who is told.

    A real second of delay is ``speed`` seconds of the recording: it must not make a reading look wrongly dated.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise UsageError(f"{data} is not an empty folder: a replay needs a folder of its own")
    ports = free_ports(3)
    return settings.model_copy(
        update={
            "data_folder": data,
            "drill": DrillSettings(),
            "past": PastSettings(),
            "alerts": alerts_of_drill(settings.alerts),
            "cameras": CameraSettings(pull=False),
            "database": "",
            "ingest": settings.ingest.model_copy(
                update={"clock_behind_s": settings.ingest.clock_behind_s + LAG_S * speed}
            ),
            "broker": settings.broker.model_copy(update={"embedded": True, "port": ports[0]}),
            "dashboard": settings.dashboard.model_copy(update={"port": ports[1], "accounts": NO_ACCOUNTS}),
            "public": settings.public.model_copy(
                update={"host": "127.0.0.1", "port": ports[2], "folder": "", "beside_dashboard": True}
            ),
        }
    )


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, below those that systems give to outgoing connections."""
    found: list[int] = []
    for port in range(LOWEST_PORT, HIGHEST_PORT):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise UsageError(f"there are not {count} free ports between {LOWEST_PORT} and {HIGHEST_PORT}")


def _replay(
    settings: Settings, registry: Registry, rows: Sequence[Row], clock: Clock, watch: Stopwatch, *, stay: bool
) -> bool:
    """Whether every reading was kept, or the user ended it."""
    stores = open_stores(settings)
    stores.registry.apply(registry, clock.now(), "replay")
    services = whole_house(
        settings, stores, clock, [Job("announcer", 0.5, Announcer(stores, clock, every_s=10.0).turn)]
    )
    ingest = next(each for each in services if isinstance(each, StandbyIngest))
    ended = wait_for_end()
    try:
        with House(services):
            say(
                f"Replay at {clock.speed:g} times true speed; staff dashboard http://127.0.0.1:{settings.dashboard.port}/"
            )
            say(f"public page http://127.0.0.1:{settings.public.port}/  broker 127.0.0.1:{settings.broker.port}")
            watch.start()
            _send_all(settings, rows, registry, clock, ended)
            whole = _catch_up(stores, ingest, len(rows), ended)
            watch.stop()
            _report(stores, ingest)
            if stay and not ended.is_set():
                say("The replay is over and its clock stands still; the pages stay until Ctrl-C.")
                ended.wait()
    finally:
        stores.close()
    return whole or ended.is_set()


def _send_all(
    settings: Settings, rows: Sequence[Row], registry: Registry, clock: Clock, ended: threading.Event
) -> None:
    publisher = device_publisher(settings)
    publisher.connect()

    def work(stop: threading.Event) -> None:
        run_replay(rows, registry, publisher, clock, stop, say)

    worker = Worker("replay", work)
    worker.start()
    while not worker.join(0.1):
        if ended.is_set():
            worker.stop()
    publisher.flush(CATCH_UP_WITHIN_S)
    publisher.close()


def _catch_up(stores: Stores, ingest: StandbyIngest, sent: int, ended: threading.Event) -> bool:
    """Wait until ingest has taken everything that was sent and the rule has considered it; whether that came true."""
    until = time.monotonic() + CATCH_UP_WITHIN_S
    while time.monotonic() < until and not ended.wait(0.1):
        taken = ingest.counts.messages >= sent
        if taken and stores.alerts.cursor(READINGS) == stores.log.marks().reading_seq:
            return True
    return False


def _report(stores: Stores, ingest: StandbyIngest) -> None:
    counts = ingest.counts
    say(f"readings kept: {counts.readings}  repeats: {counts.duplicates}  dead letters: {counts.dead_letters}")
    for reason, count in stores.log.dead_letters().counts.items():
        say(f"dead letters, {reason}: {count}")
    transitions = stores.alerts.transitions_after(0)
    changes = [each for each in transitions if changes_the_stage(each)]
    say(f"transitions: {len(changes)}  of other rules, of holds and of silence: {len(transitions) - len(changes)}")
    for transition in changes:
        say("  " + line(stores, transition))


def _registry(settings: Settings, file: Path | None) -> Registry:
    if file is not None:
        return read(file)
    stores = open_stores(settings)
    try:
        return stores.city()
    finally:
        stores.close()
