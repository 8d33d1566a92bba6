"""``mizumori doctor``: everything that a running system needs, looked at once, with what to do."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from deploy.commands.context import Context, say
from deploy.monitor.signs import Check, State, worst
from deploy.wiring.doctor import examine
from ingest.pulse import Fault

MARKS = {State.OK: "✓", State.DEGRADED: "!", State.FAILED: "✗"}
SUMMARY = {
    State.OK: "All is well.",
    State.DEGRADED: "It works; look at the lines with an exclamation mark.",
    State.FAILED: "Something does not work: see the lines with a cross.",
}

NOTHING_RUNS = "Nothing is received, told or published before the services are started."


def add_to(commands: Any) -> None:
    """The command of this file."""
    text = "look at the broker, stores, disk, clock, messages and settings, and say what to do"
    command = commands.add_parser("doctor", help=text, description=text)
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=doctor)


def doctor(context: Context, options: argparse.Namespace) -> int:
    """Say every finding; 1 where something has failed."""
    checks = examine(context.settings, context.settings_file, context.clock.now())
    if options.json:
        rows = [{"name": each.name, "status": each.state.name.lower(), "sentence": each.sentence} for each in checks]
        say(json.dumps({"status": worst(checks).name.lower(), "checks": rows}, ensure_ascii=False, indent=2))
    else:
        width = max(len(each.name) for each in checks)
        for each in checks:
            say(f"{MARKS[each.state]} {each.name:<{width}}  {each.sentence}")
        say(_summary(checks))
    return 1 if worst(checks) is State.FAILED else 0


def _summary(checks: Sequence[Check]) -> str:
    stopped = any(each.fault is Fault.STOPPED for each in checks)
    return NOTHING_RUNS if stopped and worst(checks) is State.DEGRADED else SUMMARY[worst(checks)]
