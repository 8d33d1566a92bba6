"""``mizumori chronology export|add``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alerts.chronology.export import FORMATS, Handed
from alerts.chronology.words import LANGUAGES, catalogue, kind_name
from alerts.store.chronology import SqlChronology, Wanted
from alerts.store.incidents import incident
from deploy.commands.acts import BY, acting, action
from deploy.commands.context import Context, UsageError, say
from deploy.commands.times import moment
from deploy.wiring.desk import desk
from deploy.wiring.stores import Stores
from ingest.stations import named


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "the chronology: everything that happened, in order"
    chronology = commands.add_parser("chronology", help=text, description=text)
    actions = chronology.add_subparsers(dest="action", required=True, metavar="export|add")
    made = action(actions, "export", export, "hand it out as CSV (for Excel), HTML (to print) or JSON")
    made.add_argument("--from", dest="since", metavar="TIME", help="from this time of Japan on: 2026-07-01T18:00")
    made.add_argument("--to", dest="until", metavar="TIME", help="before this time of Japan")
    made.add_argument("--incident", type=int, metavar="NUMBER", help="of one incident")
    made.add_argument("--station", action="append", default=[], metavar="ID", help="of a station; may be repeated")
    made.add_argument("--kind", action="append", default=[], metavar="KIND", help="of a kind; may be repeated")
    made.add_argument("--format", choices=[*FORMATS], default="csv")
    made.add_argument("--language", choices=LANGUAGES, default="ja")
    made.add_argument("--output", type=Path, metavar="FILE", help="else to the screen")
    made = action(actions, "add", add, "write a line by hand")
    made.add_argument("text")
    made.add_argument("--by", required=True, metavar="NAME", help=BY)
    made.add_argument("--station", default="", metavar="ID", help="the station that it is about")
    made.add_argument("--at", metavar="TIME", help="when it happened, in Japan's time, if not now")


def export(context: Context, options: argparse.Namespace) -> int:
    """Write it to a file or to the screen."""
    kinds = catalogue("en")["kinds"]
    if strange := [each for each in options.kind if each not in kinds]:
        raise UsageError(f"--kind {strange[0]}: write one of {', '.join(kinds)}")
    now = context.clock.now()
    wanted = Wanted(
        since=moment(options.since, now, "--from") if options.since else None,
        until=moment(options.until, now, "--to") if options.until else None,
        incident_id=options.incident,
        station_ids=options.station,
        kinds=options.kind,
    )
    with acting(context, lambda stores: stores) as stores:
        chronology = SqlChronology(stores.database)
        pieces = FORMATS[options.format](chronology.whole(wanted), _handed(context, stores, options, wanted))
        _write(pieces, options.output)
        if options.output:
            say(f"{options.output}: {chronology.count(wanted)} lines")
    return 0


def _handed(context: Context, stores: Stores, options: argparse.Namespace, wanted: Wanted) -> Handed:
    registry, language = stores.city(), options.language
    narrowed = [kind_name(each, language) for each in options.kind]
    for station_id in options.station:
        if station_id not in registry.stations:
            raise UsageError(f"--station {station_id}: there is no such station; mizumori levels shows them")
        narrowed.append(named(registry.stations[station_id].name, language))
    if options.incident is not None:
        with stores.database.connect() as connection:
            if incident(connection, options.incident) is None:
                raise UsageError(f"--incident {options.incident}: there is none; mizumori alert list --all shows them")
        narrowed.append(catalogue(language)["incident_name"].format(incident_id=options.incident))
    drill = context.settings.drill.enabled
    return Handed(language, registry, context.clock.now(), wanted.since, wanted.until, narrowed, drill)


def _write(pieces: Iterable[str], output: Path | None) -> None:
    if output is None:
        for each in pieces:
            sys.stdout.buffer.write(each.encode())
        sys.stdout.buffer.flush()
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(f"{output} cannot be written ({error.strerror}): name another file") from error


def add(context: Context, options: argparse.Namespace) -> int:
    """Write a line by hand."""
    at = moment(options.at, context.clock.now(), "--at") if options.at else None
    with acting(context, lambda stores: stores) as stores:
        if options.station and options.station not in stores.city().stations:
            raise UsageError(f"--station {options.station}: there is no such station; mizumori levels shows them")
        desk(context.settings.alerts, stores, context.clock).enter(options.by, options.text, options.station, at)
    say("written")
    return 0
