"""``mizumori alert silence`` and ``mizumori alert maintenance``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from alerts.chronology.words import rule_name
from alerts.incidents.mute_desk import MuteDesk
from alerts.incidents.muting import covers
from alerts.records import Incident, Maintenance, Silence, may_never_wait
from alerts.rules.table import NAMES
from alerts.store.incidents import incidents_of
from alerts.store.mutes import maintenance_since, silences_since
from deploy.commands.acts import BY, acting, action
from deploy.commands.columns import columns
from deploy.commands.context import Context, jst, say
from deploy.commands.times import length, moment
from deploy.wiring.desk import mute_desk
from deploy.wiring.stores import Stores


def add_silence(actions: Any) -> None:
    """``silence add|list|end``."""
    text = "mute messages for a time; never those of hazard 4 and 5"
    parts = actions.add_parser("silence", help=text, description=text)
    parts = parts.add_subparsers(dest="part", required=True, metavar="add|list|end")
    add = action(parts, "add", silence_add, "begin a silence; without --station or --rule it is for all of them")
    add.add_argument("--station", action="append", default=[], metavar="ID", help="only this one; may be repeated")
    add.add_argument("--rule", action="append", default=[], metavar="RULE", help=f"only one of {', '.join(NAMES)}")
    _with_terms(add)
    action(parts, "list", silence_list, "the silences that have not ended")
    end = action(parts, "end", silence_end, "end a silence before its time")
    end.add_argument("silence", type=int)
    end.add_argument("--by", required=True, metavar="NAME", help=BY)


def add_maintenance(actions: Any) -> None:
    """``maintenance add|list|extend|end``."""
    text = "work on gauges (休止): the public sees no level of theirs, staff see it marked"
    parts = actions.add_parser("maintenance", help=text, description=text)
    parts = parts.add_subparsers(dest="part", required=True, metavar="add|list|extend|end")
    add = action(parts, "add", maintenance_add, "begin work on a station's gauges")
    add.add_argument("station")
    add.add_argument("--gauge", action="append", default=[], metavar="ID", help="only this one; may be repeated")
    _with_terms(add)
    action(parts, "list", maintenance_list, "the work that has not ended")
    extend = action(parts, "extend", maintenance_extend, "let the work end at another time")
    end = action(parts, "end", maintenance_end, "the work is done")
    for each in (extend, end):
        each.add_argument("maintenance", type=int)
        each.add_argument("--by", required=True, metavar="NAME", help=BY)
    _with_end(extend)


def _with_terms(made: Any) -> None:
    _with_end(made)
    made.add_argument("--from", dest="begins", metavar="TIME", help="when it begins, in Japan's time; else now")
    made.add_argument("--reason", required=True)
    made.add_argument("--by", required=True, metavar="NAME", help=BY)


def _with_end(made: Any) -> None:
    end = made.add_mutually_exclusive_group(required=True)
    end.add_argument("--for", dest="lasts", metavar="LENGTH", help="how long: 90min, 2h, 3d")
    end.add_argument(
        "--until", dest="ends", metavar="TIME", help="in Japan's time: 2026-07-01T18:00, or 18:00 for today"
    )


def silence_add(context: Context, options: argparse.Namespace) -> int:
    """Begin a silence, and say what it does not mute."""
    begins_at, ends_at = _terms(context, options)
    asked = Silence(options.by, options.reason, begins_at, ends_at, tuple(options.station), tuple(options.rule))
    with _desk(context) as desk:
        made = desk.begin_silence(asked)
    say(f"silence {made.id} from {jst(made.begins_at)} to {jst(made.ends_at)}; hazard 4 and 5 break it")
    for each in _covered(context, made):
        loud = may_never_wait(each.rule, each.level)
        said = "is told all the same" if loud else "is muted"
        say(f"  incident {each.id} ({rule_name(each.rule, 'en')}, {each.station_id}, {each.level}) {said}")
    return 0


def silence_list(context: Context, _: argparse.Namespace) -> int:
    """One line a silence."""
    now = context.clock.now()
    with _stores(context) as stores, stores.database.connect() as connection:
        found = silences_since(connection, now)
    rows = [(str(each.id), *_span(each, now), _scope(each), each.author, each.reason) for each in found]
    _say_table(("number", "state", "from", "to", "of", "by", "reason"), rows, "no silence")
    return 0


def silence_end(context: Context, options: argparse.Namespace) -> int:
    """End one before its time."""
    with _desk(context) as desk:
        ended = desk.end_silence(options.silence, options.by)
    say(f"silence {ended.id} ended at {jst(ended.ends_at)}; what still stands is told now")
    return 0


def maintenance_add(context: Context, options: argparse.Namespace) -> int:
    """Begin work."""
    begins_at, ends_at = _terms(context, options)
    asked = Maintenance(options.station, options.by, options.reason, begins_at, ends_at, tuple(options.gauge))
    with _desk(context) as desk:
        made = desk.begin_maintenance(asked)
    say(f"maintenance {made.id} of {_gauges(made)} from {jst(made.begins_at)} to {jst(made.ends_at)}")
    say("the public sees no level of it; staff are told of hazard 4 and 5 only, marked as work on the gauge")
    return 0


def maintenance_list(context: Context, _: argparse.Namespace) -> int:
    """One line a maintenance."""
    now = context.clock.now()
    with _stores(context) as stores, stores.database.connect() as connection:
        found = maintenance_since(connection, now)
    rows = [(str(each.id), *_span(each, now), _gauges(each), each.author, each.reason) for each in found]
    _say_table(("number", "state", "from", "to", "of", "by", "reason"), rows, "no work goes on")
    return 0


def maintenance_extend(context: Context, options: argparse.Namespace) -> int:
    """Let it end at another time."""
    now = context.clock.now()
    ends_at = now + length(options.lasts, "--for") if options.lasts else moment(options.ends, now, "--until")
    with _desk(context) as desk:
        longer = desk.extend_maintenance(options.maintenance, ends_at, options.by)
    say(f"maintenance {longer.id} goes on until {jst(longer.ends_at)}")
    return 0


def maintenance_end(context: Context, options: argparse.Namespace) -> int:
    """The work is done."""
    with _desk(context) as desk:
        ended = desk.end_maintenance(options.maintenance, options.by)
    say(f"maintenance {ended.id} ended at {jst(ended.ends_at)}; the gauge counts again")
    return 0


def _terms(context: Context, options: argparse.Namespace) -> tuple[datetime, datetime]:
    now = context.clock.now()
    begins_at = moment(options.begins, now, "--from") if options.begins else now
    if options.lasts:
        return begins_at, begins_at + length(options.lasts, "--for")
    return begins_at, moment(options.ends, now, "--until")


def _desk(context: Context) -> AbstractContextManager[MuteDesk]:
    return acting(context, lambda stores: mute_desk(context.settings.alerts, stores, context.clock))


def _stores(context: Context) -> AbstractContextManager[Stores]:
    return acting(context, lambda stores: stores)


def _covered(context: Context, made: Silence) -> list[Incident]:
    """The open incidents that it is about, from its beginning on."""
    with _stores(context) as stores, stores.database.connect() as connection:
        found = incidents_of(connection)
    return [each for each in found if covers(made, each.station_id, each.rule, made.begins_at)]


def _span(each: Silence | Maintenance, now: datetime) -> tuple[str, str, str]:
    return "in force" if each.begins_at <= now else "planned", jst(each.begins_at), jst(each.ends_at)


def _scope(each: Silence) -> str:
    return f"{', '.join(each.station_ids) or 'all stations'}; {', '.join(each.rules) or 'all rules'}"


def _gauges(each: Maintenance) -> str:
    return f"{each.station_id}: {', '.join(each.gauge_ids) or 'all gauges'}"


def _say_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    for text in columns([head, *rows]) if rows else [nothing]:
        say(text)
