"""``mizumori bench``: measurements on this machine, as a table and as JSON. They work in folders of their own."""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.benches import alerts, cameras, dashboard, dashboard_figures, own_mosquitto, public
from deploy.benches.family import NotTold
from deploy.benches.influxd import OwnInfluxd
from deploy.benches.ingest import Plan, table
from deploy.benches.ingest import measure as measure_ingest
from deploy.benches.past import load, measure
from deploy.commands.context import Context, UsageError, say
from deploy.commands.simulate import free_ports
from deploy.wiring.past import open_past
from deploy.wiring.stores import open_stores
from ingest.store.past.settings import InfluxSettings, PastSettings


def add_to(commands: Any) -> None:
    """The measurements of this file."""
    text = "measure how fast this machine is"
    benches = commands.add_parser("bench", help=text, description=text).add_subparsers(required=True, metavar="WHAT")
    text = "measure how fast the past catches up after it was away, and how far behind live readings are"
    past = benches.add_parser("past", help=text, description=text)
    past.add_argument("--backlog", type=count, default=100_000, help="readings that wait (100000; an hour is 1800000)")
    past.add_argument("--rate", type=positive, default=500.0, help="live readings a second (500)")
    past.add_argument("--gauges", type=count, default=3_000, help="gauges that they come from (3000)")
    past.add_argument("--influxd", help="program of InfluxDB 1.8 to start for this; without it the past is SQLite")
    past.add_argument("--json", type=Path, help="file to write the figures to as well")
    past.set_defaults(run=bench_past)
    text = "measure how much ingest makes durable beside a subscriber that does nothing, and how fast"
    ingest = benches.add_parser("ingest", help=text, description=text)
    ingest.add_argument("--gauges", type=count, nargs="+", default=[100, 3_000, 30_000], help="(100 3000 30000)")
    ingest.add_argument("--messages", type=count, default=60_000, help="readings a round at full speed (60000)")
    ingest.add_argument("--rounds", type=count, default=3, help="rounds, of which the median counts (3)")
    ingest.add_argument(
        "--rate", type=positive, default=500.0, help="readings a second while delays are measured (500)"
    )
    ingest.add_argument("--seconds", type=positive, default=20.0, help="for how long (20)")
    ingest.add_argument("--json", type=Path, help="file to write the figures to as well")
    ingest.set_defaults(run=bench_ingest)
    text = "measure what cameras cost, and whether the levels notice them"
    eyes = benches.add_parser("cameras", help=text, description=text)
    eyes.add_argument("--cameras", type=count, default=300, help="(300)")
    eyes.add_argument("--per-minute", type=positive, default=1.0, help="stills a minute of each (1)")
    eyes.add_argument("--gauges", type=count, default=3_000, help="gauges beside them (3000)")
    eyes.add_argument("--rate", type=positive, default=500.0, help="their readings a second (500)")
    eyes.add_argument("--seconds", type=positive, default=60.0, help="for how long, with and without cameras (60)")
    eyes.add_argument("--rounds", type=count, default=2, help="how often, of which the median counts (2)")
    eyes.add_argument("--burst", type=count, default=300, help="stills at full speed (300)")
    eyes.add_argument("--json", type=Path, help="file to write the figures to as well")
    eyes.set_defaults(run=bench_cameras)
    text = "measure how soon people are told, of one gauge and of a storm over all of them"
    told = benches.add_parser("alerts", help=text, description=text)
    told.add_argument("--gauges", type=count, default=20_000, help="gauges while the delay is measured (20000)")
    told.add_argument("--rate", type=positive, default=500.0, help="their readings a second (500)")
    told.add_argument("--seconds", type=positive, default=60.0, help="for how long (60)")
    told.add_argument("--storm", type=count, default=3_000, help="gauges that cross at once (3000)")
    told.add_argument("--recipients", type=count, default=1_000, help="recipients of the storm (1000)")
    told.add_argument("--json", type=Path, help="file to write the figures to as well")
    told.set_defaults(run=bench_alerts)
    _add_dashboard(benches)
    _add_public(benches)


def _add_dashboard(benches: Any) -> None:
    text = "measure the staff dashboard: the first screen, a changed screen, many viewers, a year of readings"
    pages = benches.add_parser("dashboard", help=text, description=text)
    plan = dashboard.Plan()
    pages.add_argument("--stations", type=count, default=plan.stations, help=f"({plan.stations})")
    pages.add_argument("--gauges", type=count, default=plan.gauges, help=f"({plan.gauges})")
    pages.add_argument("--cameras", type=count, default=plan.cameras, help=f"({plan.cameras})")
    pages.add_argument("--danger", type=count, default=plan.danger, help=f"stations above a threshold ({plan.danger})")
    pages.add_argument("--viewers", type=count, default=plan.viewers, help=f"at once ({plan.viewers})")
    pages.add_argument(
        "--rate", type=positive, default=plan.changes_per_s, help=f"changed stations a second ({plan.changes_per_s:g})"
    )
    pages.add_argument("--seconds", type=positive, default=plan.seconds, help=f"for how long ({plan.seconds:g})")
    pages.add_argument("--published", type=count, default=plan.published, help=f"changed screens ({plan.published})")
    pages.add_argument(
        "--year", type=count, default=plan.year_minutes, help=f"minutes of the long past ({plan.year_minutes})"
    )
    pages.add_argument("--no-browser", action="store_true", help="leave out what needs Playwright and Chromium")
    pages.add_argument("--json", type=Path, help="file to write the figures to as well")
    pages.set_defaults(run=bench_dashboard)


def _add_public(benches: Any) -> None:
    text = "measure the public site: written from scratch, a changed station, its first page, what nginx hands out"
    site = benches.add_parser("public", help=text, description=text)
    plan = public.Plan()
    site.add_argument("--stations", type=count, default=plan.stations, help=f"({plan.stations})")
    site.add_argument("--danger", type=count, default=plan.danger, help=f"stations above a threshold ({plan.danger})")
    site.add_argument("--changes", type=count, default=plan.changes, help=f"changed stations ({plan.changes})")
    site.add_argument("--readings", type=count, default=plan.readings, help=f"on their way to a file ({plan.readings})")
    site.add_argument("--seconds", type=positive, default=plan.seconds, help=f"of requests, thrice ({plan.seconds:g})")
    site.add_argument("--json", type=Path, help="file to write the figures to as well")
    site.set_defaults(run=bench_public)


def count(text: str) -> int:
    """A whole number from 1, of an argument."""
    return int(_positive(int(text)))


def positive(text: str) -> float:
    """A number above 0, of an argument."""
    return _positive(float(text))


def _positive(number: float) -> float:
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{number} cannot be measured: write a number above 0")
    return number


def bench_past(context: Context, options: argparse.Namespace) -> int:
    """Load a backlog, let the past return, and say how it went; 1 where a reading was lost or doubled."""
    with (
        TemporaryDirectory(prefix="mizumori-bench-") as temporary,
        _server(options, Path(temporary)) as server,
    ):
        past = PastSettings(kind="influxdb", influxdb=InfluxSettings(url=server.url)) if server else PastSettings()
        chosen = {"data_folder": Path(temporary), "database": "", "past": past}
        settings = context.settings.model_copy(update=chosen)
        stores = open_stores(settings)
        opened = open_past(settings, stores)
        try:
            say(f"loading {options.backlog} readings of {options.gauges} gauges …")
            load(stores.database, options.backlog, options.rate, options.gauges)
            say("the past returns, and live readings go on coming …")
            returns = server.start if server else None
            report = measure(stores.database, opened.past, returns, options.gauges, options.rate)
        finally:
            opened.stop()
            stores.close()
    for name, value in report.as_json.items():
        say(f"  {name:<18} {value:,.2f}" if isinstance(value, float) else f"  {name:<18} {value}")
    if options.json:
        options.json.write_text(json.dumps(report.as_json, indent=1) + "\n", encoding="utf-8")
    return 1 if report.lost or report.doubled else 0


def bench_ingest(_: Context, options: argparse.Namespace) -> int:
    """Devices publish to a Mosquitto of its own; 1 where a reading was lost."""
    program = own_mosquitto.program()
    if program is None:
        raise UsageError("this needs a real broker: install Mosquitto, for example apt install mosquitto")
    plan = Plan(tuple(options.gauges), options.messages, options.rounds, options.rate, options.seconds)
    with TemporaryDirectory(prefix="mizumori-bench-") as temporary:
        broker = own_mosquitto.OwnMosquitto(program, Path(temporary), free_ports(1)[0])
        rows = measure_ingest(plan, broker, Path(temporary), say)
    for line in table(rows):
        say(line)
    if options.json:
        options.json.write_text(json.dumps([each.as_json for each in rows], indent=1) + "\n", encoding="utf-8")
    return 1 if any(each.lost for each in rows) else 0


def bench_alerts(_: Context, options: argparse.Namespace) -> int:
    """The real service and a web server that is told; 1 where a message was lost or came twice."""
    plan = alerts.Plan(
        gauges=options.gauges,
        per_s=options.rate,
        seconds=options.seconds,
        storm=options.storm,
        recipients=options.recipients,
    )
    with TemporaryDirectory(prefix="mizumori-bench-") as temporary:
        found = alerts.measure(plan, Path(temporary), say)
    for line in alerts.table(found):
        say(line)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")
    return 1 if any(each.unserved if isinstance(each, alerts.Storm) else each.lost for each in found) else 0


def bench_cameras(_: Context, options: argparse.Namespace) -> int:
    """Gauges and cameras publish to a Mosquitto of its own; 1 where a still or a reading was lost."""
    program = own_mosquitto.program()
    if program is None:
        raise UsageError("this needs a real broker: install Mosquitto, for example apt install mosquitto")
    plan = cameras.Plan(
        cameras=options.cameras,
        per_minute=options.per_minute,
        gauges=max(options.gauges, options.cameras),
        rate_per_s=options.rate,
        seconds=options.seconds,
        rounds=options.rounds,
        burst=options.burst,
    )
    with TemporaryDirectory(prefix="mizumori-bench-") as temporary:
        broker = own_mosquitto.OwnMosquitto(program, Path(temporary), free_ports(1)[0])
        try:
            found = cameras.Bench(plan, broker, Path(temporary)).run(say)
        except NotTold as error:
            raise UsageError(str(error)) from error
    for line in cameras.table(found):
        say(line)
    if options.json:
        options.json.write_text(json.dumps(found.as_json, indent=1) + "\n", encoding="utf-8")
    return 1 if found.lost or found.levels_lost else 0


def bench_dashboard(_: Context, options: argparse.Namespace) -> int:
    """The dashboard of a large city in a house of its own; 1 where a peak was lost or something went wrong."""
    program = own_mosquitto.program()
    if program is None:
        raise UsageError("this needs a real broker: install Mosquitto, for example apt install mosquitto")
    plan = dashboard.Plan(
        stations=options.stations,
        gauges=max(options.gauges, options.stations),
        cameras=min(options.cameras, options.stations),
        danger=min(options.danger, options.stations),
        viewers=options.viewers,
        changes_per_s=options.rate,
        seconds=options.seconds,
        published=options.published,
        year_minutes=options.year,
        browser=not options.no_browser,
    )
    with TemporaryDirectory(prefix="mizumori-bench-") as temporary:
        broker_port, *ports = free_ports(4)
        broker = own_mosquitto.OwnMosquitto(program, Path(temporary), broker_port)
        try:
            found = dashboard.Bench(plan, broker, Path(temporary), ports).run(say)
        except NotTold as error:
            raise UsageError(str(error)) from error
    for line in dashboard_figures.table(found):
        say(line)
    if options.json:
        options.json.write_text(json.dumps(found.as_json, indent=1) + "\n", encoding="utf-8")
    return 1 if found.errors or found.value("year_peaks_lost") else 0


def bench_public(_: Context, options: argparse.Namespace) -> int:
    """The public site of a large city; 1 where a reading did not come to its page."""
    plan = public.Plan(
        stations=options.stations,
        danger=min(options.danger, options.stations),
        changes=options.changes,
        readings=options.readings,
        seconds=options.seconds,
    )
    with TemporaryDirectory(prefix="mizumori-bench-") as temporary:
        found = public.Bench(plan, Path(temporary), free_ports(4)).run(say)
    for line in dashboard_figures.table(found):
        say(line)
    if options.json:
        options.json.write_text(json.dumps(found.as_json, indent=1) + "\n", encoding="utf-8")
    return 1 if found.errors else 0


@contextmanager
def _server(options: argparse.Namespace, folder: Path) -> Iterator[OwnInfluxd | None]:
    """The server of its own, which is away again once it has its database; None for SQLite."""
    if options.influxd is None:
        yield None
        return
    program = shutil.which(options.influxd)
    if program is None:
        raise UsageError(f"there is no program {options.influxd}: docs/past.md says how InfluxDB 1.8 is installed")
    port, inner = free_ports(2)
    server = OwnInfluxd(Path(program), folder / "influxdb", port, inner)
    try:
        server.start()
        server.make_database()
        server.stop()
        yield server
    finally:
        server.stop()
