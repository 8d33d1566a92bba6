"""The command that serves the crews' answers alone, or makes every link void."""

from __future__ import annotations

import argparse
from typing import Any

from deploy.commands.context import Context, UsageError, need_ports, say
from deploy.commands.serve import answer_ports, answers_line
from deploy.commands.serving import serve_until_ended
from deploy.services import Service
from deploy.wiring.answers import answer_server, secret_file
from deploy.wiring.stores import folder_use, open_stores


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "serve the links by which crews answer, apart from everything else"
    command = commands.add_parser("answers", help=text, description=text)
    command.add_argument("--rotate", action="store_true", help="make every link that was sent void, and end")
    command.set_defaults(run=run)


def run(context: Context, options: argparse.Namespace) -> int:
    """The endpoint, until it is ended."""
    settings = context.settings
    if options.rotate:
        return _rotate(context)
    need_ports(answer_ports(settings))
    stores = open_stores(settings)
    stores.city()
    services: list[Service] = [folder_use(settings), answer_server(settings, stores, context.clock)]
    return serve_until_ended(services, stores, [answers_line(settings)])


def _rotate(context: Context) -> int:
    if context.settings.alerts.answers.secret:
        raise UsageError("the secret is that of alerts.answers.secret: write another one there, and restart")
    secret_file(context.settings).rotate()
    say("Every link that was sent to a crew is void now. New messages have new ones.")
    return 0
