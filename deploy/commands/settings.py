"""``mizumori settings``: every setting with its default and meaning, as the table of docs/settings.md."""

from __future__ import annotations

import argparse
from typing import Any

from deploy.commands.context import Context, say
from deploy.settings import describe

INTRODUCTION = """# Settings

One TOML file, named with `mizumori --settings FILE` or the variable `MIZUMORI_SETTINGS`, and environment variables
over it: `MIZUMORI_MQTT__HOST=broker.example` sets `mqtt.host`. A key that is not listed here is refused by name.
This page is what `mizumori settings` prints.
"""
PEOPLE = """
Who is told of what is no setting: see [people.md](people.md).
"""


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "show every setting with its default and its meaning"
    commands.add_parser("settings", help=text, description=text).set_defaults(run=settings)


def settings(_: Context, __: argparse.Namespace) -> int:
    """Print the page."""
    say(page().rstrip("\n"))
    return 0


def page() -> str:
    """The page in Markdown."""
    lines = [INTRODUCTION, "| key | default | meaning |", "|---|---|---|"]
    lines += [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in describe()]
    return "\n".join([*lines, PEOPLE])
