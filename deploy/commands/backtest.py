"""``mizumori backtest``: a recorded flood through the rules as they are set, before they are trusted."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from alerts.channels.table import CHANNELS
from alerts.engine.settings import AlertSettings
from alerts.people import Address, Contact, Directory, Group, GroupKind, Known, People, PeopleMistakes, Route
from alerts.people import load as load_people
from alerts.rules.table import NAMES
from deploy.backtest.night import Chain, backtest
from deploy.backtest.report import document
from deploy.backtest.screen import lines
from deploy.commands.context import Context, UsageError, say
from deploy.commands.recordings import rows_of
from deploy.commands.registry import read
from ingest.stations import Registry

SAY_EVERY_S = 5.0


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "run recorded readings through quality control, rules and messages by their own clock; nothing is sent"
    command = commands.add_parser("backtest", help=text, description=text)
    command.add_argument("file", type=Path, metavar="READINGS.csv", help="observed_at,gauge,stage_m[,received_at]")
    command.add_argument("--registry", type=Path, required=True, metavar="CITY.toml", help="stations and thresholds")
    command.add_argument("--people", type=Path, metavar="PEOPLE.toml", help="who is told; else one who hears of all")
    command.add_argument("--hysteresis", type=float, metavar="METRES", help="in place of what is set, everywhere")
    command.add_argument("--hold", type=float, metavar="SECONDS", help="in place of what is set, everywhere")
    command.add_argument("--json", action="store_true", help="print the whole report as JSON")
    command.set_defaults(run=run)


def run(context: Context, options: argparse.Namespace) -> int:
    """Run it and print the report."""
    registry = read(options.registry)
    rows = rows_of(options.file, registry, _aside)
    settings = context.settings
    chain = Chain(
        alerts=_with_options(settings.alerts, options.hysteresis, options.hold),
        health=settings.health,
        clocks=settings.ingest.clock_limits,
        directory=Directory(_people(options.people, registry), 1),
    )
    night = backtest(rows, registry, chain, _Said().progress)
    if options.json:
        say(json.dumps(document(night), ensure_ascii=False, indent=1))
    else:
        for line in lines(night):
            say(line)
    return 0


def _with_options(settings: AlertSettings, hysteresis_m: float | None, hold_s: float | None) -> AlertSettings:
    """The settings with a general hysteresis and hold, before which those of kinds and stations step back; a flapping
    alert is not frozen then, for it is the bare thresholds that are asked for."""
    if hysteresis_m is None and hold_s is None:
        return settings
    for name, value in (("--hysteresis", hysteresis_m), ("--hold", hold_s)):
        if value is not None and not 0 <= value < 1e6:
            raise UsageError(f"{name} is a number from 0 on")
    given = {"hysteresis_m": hysteresis_m, "hold_s": hold_s, "flap_turns": 0}
    changed = {name: value for name, value in given.items() if value is not None}
    stage = settings.rules.stage
    layers = {
        layer: {name: {key: each for key, each in own.items() if key not in changed} for name, own in found.items()}
        for layer, found in (("kinds", stage.kinds), ("stations", stage.stations))
    }
    rules = settings.rules.model_copy(update={"stage": stage.model_copy(update={**changed, **layers})})
    return settings.model_copy(update={"rules": rules})


def _people(file: Path | None, registry: Registry) -> People:
    if file is None:
        return _duty()
    try:
        return load_people(file, Known(registry, NAMES, CHANNELS, _any_address))
    except PeopleMistakes as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _duty() -> People:
    """One who hears of everything, so that the report shows every message."""
    name = {"ja": "当番", "en": "Duty"}
    return People(
        contacts=(Contact(id="duty", name=name, addresses=(Address(channel="logfile", address="backtest"),)),),
        groups=(Group(id="duty", name=name, kind=GroupKind.STAFF, members=("duty",)),),
        routes=(Route(id="everything", groups=("duty",), min_level=1),),
    )


def _any_address(_channel: str, _address: str) -> None:
    """Nothing is sent."""


def _aside(text: str) -> None:
    """What is no part of the report."""
    print(text, file=sys.stderr, flush=True)


class _Said:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._next_s = time.monotonic() + SAY_EVERY_S

    def progress(self, done: int, of: int) -> None:
        """Called after every step."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + SAY_EVERY_S
            _aside(f"{done} of {of} readings")
