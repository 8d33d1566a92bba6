"""The command that runs ingest alone. It loads no page and no channel: that is most of what a process weighs."""

from __future__ import annotations

import argparse
from typing import Any

from deploy.commands.context import Context, need_ports
from deploy.commands.serving import broker_port, serve_until_ended
from deploy.wiring.ingest_alone import ingest_alone
from deploy.wiring.monitor import monitor_line, monitored
from deploy.wiring.stores import open_stores


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "run ingest alone"
    commands.add_parser("ingest", help=text, description=text).set_defaults(run=run_ingest)


def run_ingest(context: Context, _: argparse.Namespace) -> int:
    """Ingest and the forwarder, with the embedded broker where it is on."""
    settings = context.settings
    port = settings.monitor.port
    need_ports(broker_port(settings))
    stores = open_stores(settings)
    stores.watched()
    services = ingest_alone(settings, stores, context.clock)
    broker = settings.broker_reached
    lines = [f"ingest listens to the broker at {broker.host}:{broker.port}", *monitor_line(settings, port)]
    return serve_until_ended(monitored(settings, stores, services, "ingest", port), stores, lines)
