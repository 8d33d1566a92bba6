"""``mizumori drill``: a house of drills beside the real one (訓練)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alerts.chronology.words import line
from alerts.drills import Allowed
from alerts.store.chronology import enter
from dashboard.accounts.store import SqlAccounts
from deploy.commands.announcer import Announcer
from deploy.commands.context import Context, UsageError, say
from deploy.commands.recordings import rows_of
from deploy.commands.registry import author
from deploy.commands.serve import addresses, need_all_ports
from deploy.commands.serving import serve_until_ended
from deploy.devices import Fleet, RecordedDevices
from deploy.drills import accounts_of, copied_from, drill_house, of_house, put_aside
from deploy.folder_lock import InUse
from deploy.schedule import Job
from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.channels import OUTBOX
from deploy.wiring.house import whole_house
from deploy.wiring.monitor import monitor_line, monitored
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import Clock
from ingest.store.tables import writing
from simulators.replay import Row, shift
from simulators.storm import demonstration_storm

TO_RECIPIENTS = "訓練を実際の宛先に送ります"
TO_SIGNS = "訓練で実際の標識とサイレンを動かします"
BY = "drill"


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "run a drill: everything of one host in a folder of its own, with the registry and people of the real house"
    command = commands.add_parser("drill", help=text, description=text)
    command.add_argument("--new", action="store_true", help="put the data of the last drill aside and begin anew")
    command.add_argument("--replay", type=Path, metavar="FILE", help="a recorded flood for water; else a made-up storm")
    command.add_argument(
        "--send-to-real-recipients",
        metavar="SENTENCE",
        help=f"with drill.real_recipients = true: messages go out, marked 【訓練】; the sentence is {TO_RECIPIENTS}",
    )
    command.add_argument(
        "--move-real-signs", metavar="SENTENCE", help=f"besides that: sirens and road signs too; {TO_SIGNS}"
    )
    command.set_defaults(run=drill)


def drill(context: Context, options: argparse.Namespace) -> int:
    """Copy what is in service in the real house, and run beside it."""
    settings, now = drill_house(context.written), context.clock.now()
    allowed = allowed_by(settings, options.send_to_real_recipients, options.move_real_signs)
    need_all_ports(settings)
    registry, people = copied_from(context.written)
    rows = shift(rows_of(options.replay, registry, say), now) if options.replay else None
    if options.new:
        _put_aside(settings, context)
    stores = open_stores(settings)
    stores.registry.apply(of_house(registry, settings), now, BY)
    stores.people.apply(people, BY, now)
    SqlAccounts(stores.database).take_over(accounts_of(context.written), now)
    with writing(stores.database) as connection:
        enter(connection, line(now, "drill", _began(allowed), {}, actor=author()))
    services = monitored(
        settings, stores, _services(settings, stores, context.clock, allowed, rows), "drill", settings.monitor.port
    )
    lines = [_reach(settings, allowed), *addresses(settings), *monitor_line(settings, settings.monitor.port)]
    return serve_until_ended(services, stores, lines)


def allowed_by(settings: Settings, recipients: str | None, signs: str | None) -> Allowed:
    """What was said explicitly; UsageError where it was said half or with other words."""
    _exactly("--send-to-real-recipients", recipients, TO_RECIPIENTS)
    _exactly("--move-real-signs", signs, TO_SIGNS)
    if recipients and not settings.drill.real_recipients:
        raise UsageError("--send-to-real-recipients needs drill.real_recipients = true in the settings as well")
    if signs and not recipients:
        raise UsageError("--move-real-signs needs --send-to-real-recipients as well")
    return Allowed(recipients=bool(recipients), signs=bool(signs))


def _exactly(option: str, given: str | None, sentence: str) -> None:
    if given is not None and given != sentence:
        raise UsageError(f'{option} must be given with this sentence, and no other: "{sentence}"')


def _services(
    settings: Settings, stores: Stores, clock: Clock, allowed: Allowed, rows: Sequence[Row] | None
) -> list[Service]:
    announcer = Job("announcer", 1.0, Announcer(stores, clock).turn)
    registry = stores.city()
    water: Service
    if rows is None:
        water = Fleet(settings, registry, demonstration_storm(clock.now()), clock, since=None)
    else:
        water = RecordedDevices(settings, registry, rows, clock, say)
    return [*whole_house(settings, stores, clock, [announcer], allowed), water]


def _put_aside(settings: Settings, context: Context) -> None:
    try:
        target = put_aside(settings.data_folder, context.clock.now())
    except InUse as error:
        raise UsageError(f"a drill runs already ({error}): end it first") from error
    if target is not None:
        say(f"the last drill is kept in {target}")


def _reach(settings: Settings, allowed: Allowed) -> str:
    if allowed.signs:
        return "【訓練】DRILL. Messages go to the REAL recipients, and REAL signs and sirens are moved."
    if allowed.recipients:
        return "【訓練】DRILL. Messages go to the REAL recipients, marked; signs and sirens stay still."
    return f"【訓練】DRILL. Nothing is sent; what would have gone out is in {settings.data_folder / OUTBOX}"


def _began(allowed: Allowed) -> str:
    """The line of the chronology."""
    if allowed.signs:
        return "drill_began_signs"
    return "drill_began_recipients" if allowed.recipients else "drill_began"
