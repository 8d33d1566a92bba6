"""The crews' answers: the links that the dispatch writes, and the endpoint that they lead to."""

from __future__ import annotations

from collections.abc import Callable

from alerts.answers.app import create_app
from alerts.answers.desk import Services
from alerts.answers.links import CrewLinks
from alerts.answers.secret import NAME, SecretFile
from alerts.store.answers import SqlAnswers
from deploy.settings import Settings
from deploy.web import WebServer
from deploy.wiring.desk import desk
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.pulse import Part

MOST_CONNECTIONS = 200


def secret_file(settings: Settings) -> SecretFile:
    """Where the secret lies if the settings do not say it."""
    return SecretFile(settings.data_folder / NAME)


def secret_of(settings: Settings) -> Callable[[], bytes]:
    """What signs the links of this house; asked anew each time, so that another one counts at once."""
    said = settings.alerts.answers.secret.encode()
    return (lambda: said) if said else secret_file(settings)


def crew_links(settings: Settings) -> CrewLinks:
    """The links of the crews."""
    answers = settings.alerts.answers
    return CrewLinks(answers.url, secret_of(settings), answers.valid, drill=settings.drill.enabled)


def answer_server(settings: Settings, stores: Stores, clock: Clock) -> WebServer:
    """The endpoint on its own port."""
    answers = settings.alerts.answers
    services = Services(
        answers=SqlAnswers(stores.database),
        registry=stores.city,
        directory=stores.people.directory,
        acknowledge=desk(settings.alerts, stores, clock).acknowledge,
        secret=secret_of(settings),
        clock=clock,
        drill=settings.drill.enabled,
    )
    return WebServer(create_app(services), answers.host, answers.port, MOST_CONNECTIONS, Part.ANSWERS)
