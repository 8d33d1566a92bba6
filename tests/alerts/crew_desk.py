"""A crew with links, an incident to answer for, and the endpoint behind the links."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import uvicorn
from sqlalchemy import Engine, func, select

from alerts.answers.app import create_app
from alerts.answers.desk import Services
from alerts.answers.limits import Limits
from alerts.answers.links import CrewLinks
from alerts.answers.tokens import Claim, issue, purpose_of
from alerts.incidents.course import Policy
from alerts.incidents.desk import Desk
from alerts.incidents.evidence import Evidence
from alerts.incidents.settings import ESCALATION, IncidentSettings
from alerts.people import Directory, People
from alerts.records import Incident
from alerts.store.answers import SqlAnswers
from alerts.store.incidents import incident, save
from ingest.stations import Registry
from ingest.store.tables import metadata, writing
from tests.alerts.scenes import REGISTRY, at

SECRET = b"s" * 32
VALID = timedelta(hours=24)
CREW = "crew-1"
PEOPLE = People.model_validate(
    {
        "contacts": [
            {"id": CREW, "name": {"ja": "第一分団"}, "addresses": [{"channel": "sms", "address": "+810000000000"}]},
            {"id": "crew-2", "name": {"ja": "第二分団"}, "addresses": [{"channel": "sms", "address": "+810000000001"}]},
        ],
        "groups": [{"id": "crew", "name": {"ja": "水防団"}, "kind": "crew", "members": [CREW, "crew-2"]}],
    }
)


@dataclass
class SetClock:
    """A clock that is set by hand."""

    minutes: float = 40

    @property
    def speed(self) -> float:
        """It stands."""
        return 1.0

    def now(self) -> Any:
        """The time that it was set to."""
        return at(self.minutes)


class CrewDesk:
    """Everything behind the endpoint on one database; the incident is that of the river, at hazard 4."""

    def __init__(self, database: Engine, registry: Registry = REGISTRY, *, drill: bool = False) -> None:
        self.database = database
        self.clock = SetClock()
        self.registry = registry
        self.people = PEOPLE
        self.secret = SECRET
        self.drill = drill
        self.answers = SqlAnswers(database)
        desk = Desk(database, Policy(ESCALATION), Evidence(lambda: self.registry, IncidentSettings()), self.clock)
        self.services = Services(
            answers=self.answers,
            registry=lambda: self.registry,
            directory=lambda: Directory(self.people, 1),
            acknowledge=desk.acknowledge,
            secret=lambda: self.secret,
            clock=self.clock,
            drill=drill,
        )
        self.incident_id = self.begins()

    def begins(self, **more: Any) -> int:
        """Another incident; its number."""
        values: dict[str, Any] = {
            "station_id": "fujii",
            "rule": "stage",
            "opened_at": at(10),
            "level": 4,
            "peak_level": 4,
            "escalate_at": at(45),
        }
        with writing(self.database) as connection:
            return save(connection, [Incident(**{**values, **more})])[0]

    def incident(self) -> Incident:
        """The incident as it stands."""
        with self.database.connect() as connection:
            found = incident(connection, self.incident_id)
        assert found is not None
        return found

    def change(self, **values: Any) -> None:
        """Let the incident be otherwise."""
        with writing(self.database) as connection:
            save(connection, [replace(self.incident(), **values)])

    def token(self, contact_id: str = CREW, incident_id: int | None = None) -> str:
        """The token of a link that was just sent."""
        number = self.incident_id if incident_id is None else incident_id
        claim = Claim(contact_id, number, self.clock.now() + VALID)
        return issue(claim, self.secret, purpose_of(drill=self.drill))

    def links(self, url: str = "https://kotae.example.jp") -> CrewLinks:
        """What the dispatch asks for links."""
        return CrewLinks(url, lambda: self.secret, VALID, drill=self.drill)

    def rows(self) -> dict[str, int]:
        """How many rows each table has, and how often the incident was acknowledged."""
        with self.database.connect() as connection:
            counted = {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }
        return counted | {"acknowledged": self.incident().acknowledged_level}

    @contextmanager
    def served(self, limits: Limits | None = None) -> Iterator[str]:
        """A real server on 127.0.0.1; gives its address."""
        app = create_app(self.services, limits)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            while thread.is_alive() and not server.started:
                time.sleep(0.01)
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()
