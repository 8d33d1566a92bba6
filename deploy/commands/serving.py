"""What the commands that run services share."""

from __future__ import annotations

from collections.abc import Sequence

from deploy.commands.context import UsageError, say, wait_for_end
from deploy.services import House, Service
from deploy.settings import Settings
from deploy.wiring.stores import Stores


def broker_port(settings: Settings) -> list[tuple[str, str, int]]:
    """The port of the embedded broker as (use, host, port), where it is on."""
    return [("broker", "127.0.0.1", settings.broker.port)] if settings.broker.embedded else []


def public_port(settings: Settings) -> list[tuple[str, str, int]]:
    """The port of the public site's small server, as the same."""
    return [("public", settings.public.host, settings.public.port)]


def public_line(settings: Settings) -> str:
    """Where the public site is seen, for the screen."""
    return f"  public page      http://{settings.public.host}:{settings.public.port}/"


def need_no_drill(settings: Settings) -> None:
    """Refuse what has a house of its own already where a drill is set."""
    if settings.drill.enabled:
        raise UsageError("drill.enabled is set: run mizumori drill, or take it out for this command")


def serve_until_ended(services: Sequence[Service], stores: Stores, lines: Sequence[str]) -> int:
    """Run the services until Ctrl-C or a termination signal; ``lines`` are said once they run."""
    ended = wait_for_end()
    try:
        with House(services):
            say("Mizumori is running. Stop it with Ctrl-C.")
            for line in lines:
                say(line)
            ended.wait()
            say("Stopping …")
    finally:
        stores.close()
    say("Stopped. The data is kept; start again to go on.")
    return 0
