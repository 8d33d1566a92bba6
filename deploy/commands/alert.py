"""``mizumori alert``: incidents at the command line; silences and maintenance stand in mutes.py."""

from __future__ import annotations

import argparse
import json
from contextlib import AbstractContextManager
from typing import Any

from alerts.chronology.words import rule_name, text_of
from alerts.incidents.desk import Desk
from alerts.records import Incident
from alerts.store.chronology import SqlChronology, Wanted
from alerts.store.incidents import incident, incidents_of
from deploy.commands.acts import BY, acting, action
from deploy.commands.columns import columns
from deploy.commands.context import Context, UsageError, jst, say
from deploy.commands.mutes import add_maintenance, add_silence
from deploy.wiring.desk import desk
from deploy.wiring.stores import open_stores
from ingest.clock import JST
from ingest.stations import Registry, named


def add_to(commands: Any) -> None:
    """The commands of this file."""
    alert = commands.add_parser("alert", help="incidents: acknowledge, note, assign, close; silences and maintenance")
    actions = alert.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_listing(actions)
    _add_acts(actions)
    add_silence(actions)
    add_maintenance(actions)


def _add_listing(actions: Any) -> None:
    made = action(actions, "list", show_list, "the open incidents, worst first")
    made.add_argument("--all", action="store_true", help="the closed ones too, newest first")
    made.add_argument("--station", metavar="ID", help="of one station")
    made.add_argument("--limit", type=int, default=100, metavar="N", help="at most so many")
    made.add_argument("--json", action="store_true", help="as JSON")
    made = action(actions, "show", show_one, "one incident with its lines of the chronology")
    made.add_argument("incident", type=int)


def _add_acts(actions: Any) -> None:
    made = _by_hand(actions, "ack", acknowledge, "acknowledge an incident at its present level; a rise above asks anew")
    made.add_argument("--level", type=int, choices=range(1, 6), help="the level that you saw, if not the present one")
    made = _by_hand(actions, "note", note, "write something down about an incident")
    made.add_argument("text")
    made = _by_hand(actions, "assign", assign, "give an incident to somebody")
    made.add_argument("to", help='a name; "" for nobody')
    made = _by_hand(actions, "close", close, "end an incident; the next reading at a level raises it again")
    made.add_argument("--reason", required=True)
    _by_hand(actions, "escalate", escalate, "tell the next groups at once")


def _by_hand(actions: Any, name: str, run: Any, text: str) -> Any:
    made = action(actions, name, run, text)
    made.add_argument("incident", type=int)
    made.add_argument("--by", required=True, metavar="NAME", help=BY)
    return made


def show_list(context: Context, options: argparse.Namespace) -> int:
    """One line an incident."""
    stores = open_stores(context.settings)
    try:
        with stores.database.connect() as connection:
            found = incidents_of(connection, station_id=options.station, closed=options.all, limit=options.limit)
        registry = stores.city()
    finally:
        stores.close()
    if options.station and not found and options.station not in registry.stations:
        raise UsageError(f"there is no station {options.station}: mizumori levels shows those that there are")
    if options.json:
        say(json.dumps([_record(each) for each in found], ensure_ascii=False, indent=2))
    elif found:
        for text in table(found, registry):
            say(text)
    else:
        say("no incident" if options.all else "no open incident; --all shows those that have ended")
    return 0


def table(found: list[Incident], registry: Registry) -> list[str]:
    """Incidents as lines of equal columns."""
    head = ("number", "level", "state", "since", "rule", "station", "acknowledged", "assigned")
    return columns([head, *(_row(each, registry) for each in found)])


def _row(each: Incident, registry: Registry) -> tuple[str, ...]:
    station = registry.stations.get(each.station_id)
    peak = f" (max {each.peak_level})" if each.peak_level > each.level else ""
    return (
        str(each.id),
        f"{each.level}{peak}",
        state_of(each),
        jst(each.opened_at),
        rule_name(each.rule, "en"),
        named(station.name, "ja") if station else each.station_id or "-",
        each.acknowledged_by or "-",
        each.assigned_to or "-",
    )


def state_of(each: Incident) -> str:
    """Where an incident stands, in a word."""
    if not each.open:
        return "closed"
    doubts = " unverified" if each.unverified else " unconfirmed" if each.unconfirmed else ""
    return ("WAITS" if each.waits else "taken") + doubts


def show_one(context: Context, options: argparse.Namespace) -> int:
    """Everything about an incident."""
    stores = open_stores(context.settings)
    try:
        with stores.database.connect() as connection:
            found = incident(connection, options.incident)
        if found is None:
            raise UsageError(f"there is no incident {options.incident}: mizumori alert list --all shows them")
        for text in table([found], stores.city()):
            say(text)
        if found.escalate_at is not None:
            say(f"others are told at {jst(found.escalate_at)} unless somebody acknowledges")
        if found.closed_at is not None:
            say(f"closed at {jst(found.closed_at)} by {found.closed_by or 'its rule'}{_why(found)}")
        for entry in SqlChronology(stores.database).whole(Wanted(incident_id=found.id)):
            local = entry.at.astimezone(JST)
            say(f"{local:%m-%d %H:%M:%S}  {entry.actor or '-'}: {text_of(entry, 'ja')}")
    finally:
        stores.close()
    return 0


def _why(found: Incident) -> str:
    return f": {found.close_reason}" if found.close_reason else ""


def acknowledge(context: Context, options: argparse.Namespace) -> int:
    """Take an incident on."""
    with _desk(context) as at_desk:
        taken = at_desk.acknowledge(options.incident, options.by, options.level)
    say(f"incident {taken.id}: acknowledged at {taken.acknowledged_level} by {taken.acknowledged_by}")
    if taken.waits:
        say(f"it stands at {taken.level} now and still waits for an acknowledgement of that")
    return 0


def note(context: Context, options: argparse.Namespace) -> int:
    """Write a note."""
    with _desk(context) as at_desk:
        at_desk.note(options.incident, options.by, options.text)
    say(f"incident {options.incident}: noted")
    return 0


def assign(context: Context, options: argparse.Namespace) -> int:
    """Give it to somebody."""
    with _desk(context) as at_desk:
        given = at_desk.assign(options.incident, options.to, options.by)
    say(f"incident {given.id}: assigned to {given.assigned_to or 'nobody'}")
    return 0


def close(context: Context, options: argparse.Namespace) -> int:
    """End it by a person's word."""
    with _desk(context) as at_desk:
        done = at_desk.close(options.incident, options.by, options.reason)
    say(f"incident {done.incident.id}: closed by {done.incident.closed_by}")
    if done.still:
        say(f"{', '.join(done.still)} is still above the threshold: the next reading raises it again")
        say("if work goes on there, mizumori alert maintenance add marks it")
    return 0


def escalate(context: Context, options: argparse.Namespace) -> int:
    """Tell the next ones at once."""
    with _desk(context) as at_desk:
        at_desk.escalate(options.incident, options.by)
    say(f"incident {options.incident}: the next groups are told as soon as the alerts service looks")
    return 0


def _desk(context: Context) -> AbstractContextManager[Desk]:
    return acting(context, lambda stores: desk(context.settings.alerts, stores, context.clock))


def _record(each: Incident) -> dict[str, Any]:
    times = ("opened_at", "acknowledged_at", "escalate_at", "remind_at", "closed_at")
    values = {name: getattr(each, name) for name in Incident.__dataclass_fields__}
    return {**values, **{name: values[name].isoformat() if values[name] else None for name in times}}
