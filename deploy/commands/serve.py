"""The commands that run services: demo, run, ingest, alerts, dashboard."""

from __future__ import annotations

import argparse
import logging
from datetime import datetime, timedelta
from typing import Any

from deploy.commands.announcer import Announcer
from deploy.commands.context import Context, need_ports, say
from deploy.commands.serving import broker_port, need_no_drill, public_line, public_port, serve_until_ended
from deploy.demo import demonstration
from deploy.devices import Fleet
from deploy.schedule import Job
from deploy.services import Service
from deploy.settings import Settings
from deploy.wiring.accounts import demonstration_accounts, without_codes
from deploy.wiring.alerts import alert_services
from deploy.wiring.clockwork import schedule
from deploy.wiring.health import health_job
from deploy.wiring.house import whole_house
from deploy.wiring.monitor import monitor_line, monitored
from deploy.wiring.pages import staff_server
from deploy.wiring.past import open_past
from deploy.wiring.people import demonstration_people
from deploy.wiring.site import site_alone
from deploy.wiring.stores import Stores, folder_use, open_stores
from ingest.registry_files import load
from simulators.storm import demonstration_storm

log = logging.getLogger(__name__)

PAST = timedelta(hours=6)


def add_to(commands: Any) -> None:
    """The commands of this file."""
    for name, run, text in (
        ("demo", demo, "run everything with a simulated storm over a demonstration city"),
        ("run", run_all, "run everything of one host without the simulator"),
        ("alerts", run_alerts, "run the alert rules and the deliveries alone"),
        ("dashboard", run_dashboard, "run the staff dashboard and the public site alone"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)


def demo(context: Context, _: argparse.Namespace) -> int:
    """Everything, with a storm; a folder that was used before goes on where it stopped."""
    settings = without_codes(with_answers(context.settings))
    need_no_drill(settings)
    need_all_ports(settings)
    stores = open_stores(settings)
    if stores.registry.registry() is None:
        stores.registry.apply(load(demonstration("city.toml")), context.clock.now(), "demonstration")
        say("The demonstration city is imported. Its stations, thresholds and storm are made up.")
    if not stores.people.directory().revision:
        stores.people.apply(demonstration_people(settings.data_folder), "demonstration", context.clock.now())
    accounts = list(demonstration_accounts(settings, stores))
    announcer = Announcer(stores, context.clock)
    services: list[Service] = [
        *whole_house(settings, stores, context.clock, [Job("announcer", 1.0, announcer.turn)]),
        _storm_over(settings, stores, context),
    ]
    port = settings.monitor.port
    lines = [*addresses(settings), *monitor_line(settings, port), _messages_line(stores), *accounts]
    return serve_until_ended(monitored(settings, stores, services, "demo", port), stores, lines)


def run_all(context: Context, _: argparse.Namespace) -> int:
    """Everything of one host."""
    need_all_ports(context.settings)
    stores = open_stores(context.settings)
    stores.city()
    if context.settings.broker.embedded:
        log.warning("the embedded broker is for trying out: it keeps nothing while it is stopped; see broker.embedded")
    settings, port = context.settings, context.settings.monitor.port
    services = monitored(settings, stores, whole_house(settings, stores, context.clock), "run", port)
    return serve_until_ended(services, stores, [*addresses(settings), *monitor_line(settings, port)])


def run_alerts(context: Context, _: argparse.Namespace) -> int:
    """The rule and the outboxes."""
    settings, port = context.settings, context.settings.monitor.alerts_port
    stores = open_stores(context.settings)
    stores.city()
    services: list[Service] = [
        folder_use(context.settings),
        *alert_services(settings, stores, context.clock),
        schedule([health_job(settings, stores, context.clock)]),
    ]
    lines = [_messages_line(stores), *monitor_line(settings, port)]
    return serve_until_ended(monitored(settings, stores, services, "alerts", port), stores, lines)


def run_dashboard(context: Context, _: argparse.Namespace) -> int:
    """The pages."""
    settings, port = context.settings, context.settings.monitor.dashboard_port
    need_ports(_page_ports(settings))
    stores = open_stores(settings)
    stores.city()
    past = open_past(settings, stores)
    services: list[Service] = [
        folder_use(settings),
        past,
        staff_server(settings, stores, past.history, context.clock),
    ]
    if settings.public.beside_dashboard:
        services += site_alone(settings, stores, past.history, context.clock)
    services = monitored(settings, stores, services, "dashboard", port)
    return serve_until_ended(services, stores, [*page_lines(settings), *monitor_line(settings, port)])


def with_answers(settings: Settings) -> Settings:
    """In the demonstration crews answer on this machine, where it is not set otherwise."""
    answers = settings.alerts.answers
    url = answers.url or f"http://{answers.host}:{answers.port}"
    alerts = settings.alerts.model_copy(update={"answers": answers.model_copy(update={"enabled": True, "url": url})})
    return settings.model_copy(update={"alerts": alerts})


def _storm_over(settings: Settings, stores: Stores, context: Context) -> Service:
    """The storm goes on from the day of the first import, so a restart continues it."""
    begun = stores.registry.revisions(limit=1_000_000)[-1].at
    return Fleet(
        settings, stores.city(), demonstration_storm(begun), context.clock, _since(stores, context.clock.now())
    )


def _since(stores: Stores, now: datetime) -> datetime:
    """From when on the past is filled in: where the last run stopped, six hours at the most."""
    newest = max((each.reading.observed_at for each in stores.log.latest().values()), default=now - PAST)
    return max(now - PAST, newest - timedelta(minutes=10))


def need_all_ports(settings: Settings) -> None:
    """Refuse to start where a port of the house is taken."""
    answers = answer_ports(settings) if settings.alerts.answers.enabled else []
    need_ports([*broker_port(settings), *_page_ports(settings), *answers])


def _page_ports(settings: Settings) -> list[tuple[str, str, int]]:
    staff = ("dashboard", settings.dashboard.host, settings.dashboard.port)
    return [staff, *(public_port(settings) if settings.public.beside_dashboard else [])]


def answer_ports(settings: Settings) -> list[tuple[str, str, int]]:
    """The port of the crews' endpoint, as the variable of its setting names it."""
    answers = settings.alerts.answers
    return [("alerts__answers", answers.host, answers.port)]


def addresses(settings: Settings) -> list[str]:
    """Where everything is reached, for the screen."""
    broker = settings.broker_reached
    return [
        *page_lines(settings),
        *([answers_line(settings)] if settings.alerts.answers.enabled else []),
        f"  MQTT broker      {broker.host}:{broker.port}",
        f"  data             {settings.data_folder}",
    ]


def page_lines(settings: Settings) -> list[str]:
    """Where the pages are seen, for the screen."""
    staff = f"  staff dashboard  http://{settings.dashboard.host}:{settings.dashboard.port}/"
    return [staff, *([public_line(settings)] if settings.public.beside_dashboard else [])]


def answers_line(settings: Settings) -> str:
    """Where crews answer, for the screen."""
    answers = settings.alerts.answers
    sent = f"as {answers.url} in messages" if answers.url else "no links are sent: set alerts.answers.url"
    return f"  crews' answers   http://{answers.host}:{answers.port}/  ({sent})"


def _messages_line(stores: Stores) -> str:
    people = stores.people.directory().people
    told = [address for each in people.contacts for address in each.addresses]
    files = list(dict.fromkeys(each.address for each in told if each.channel == "logfile"))
    if not told:
        return "  messages         nobody is told: run mizumori people import PEOPLE.toml"
    return f"  messages         {', '.join(files)}" if files else f"  messages         to {len(told)} addresses"
