"""The command that writes and serves the public site alone, for a process of its own: who looks at the dashboard never
waits for it."""

from __future__ import annotations

import argparse
from typing import Any

from deploy.commands.context import Context, need_ports
from deploy.commands.serving import public_line, public_port, serve_until_ended
from deploy.services import Service
from deploy.wiring.monitor import monitor_line, monitored
from deploy.wiring.past import open_past
from deploy.wiring.site import site_alone
from deploy.wiring.stores import folder_use, open_stores


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "write and serve the public site alone (public.beside_dashboard = false keeps the dashboard from doing it)"
    commands.add_parser("site", help=text, description=text).set_defaults(run=run_site)


def run_site(context: Context, _: argparse.Namespace) -> int:
    """The publisher with the archive and the copies, and the small server of the folder."""
    settings = context.settings
    port = settings.monitor.site_port
    need_ports(public_port(settings))
    stores = open_stores(settings)
    past = open_past(settings, stores)
    site = site_alone(settings, stores, past.history, context.clock)
    services: list[Service] = [folder_use(settings), past, *site]
    lines = [public_line(settings), *monitor_line(settings, port)]
    return serve_until_ended(monitored(settings, stores, services, "site", port), stores, lines)
