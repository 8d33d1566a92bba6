"""The command that looks at stills alone, for a process or a host of its own."""

from __future__ import annotations

import argparse
from typing import Any

from deploy.commands.context import Context
from deploy.commands.serving import serve_until_ended
from deploy.services import Service
from deploy.wiring.eyes import eyes_service
from deploy.wiring.monitor import monitor_line, monitored
from deploy.wiring.stores import folder_use, open_stores


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "look at stills alone (eyes.beside_ingest = false keeps ingest from doing it)"
    commands.add_parser("eyes", help=text, description=text).set_defaults(run=run_eyes)


def run_eyes(context: Context, _: argparse.Namespace) -> int:
    """The eyes alone."""
    settings = context.settings
    port = settings.monitor.eyes_port
    stores = open_stores(settings)
    stores.watched()
    services: list[Service] = [folder_use(settings), eyes_service(settings, stores, context.clock)]
    lines = [f"the eyes look at the stills in {settings.data_folder / 'stills'}", *monitor_line(settings, port)]
    return serve_until_ended(monitored(settings, stores, services, "eyes", port), stores, lines)
