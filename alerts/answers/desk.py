"""What happens when a link is opened, and when a button is pressed. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from alerts.answers.given import Answer, Reply, note_of
from alerts.answers.pages import Link, View, matter_of, sent, view_at
from alerts.answers.tokens import EVERY_INCIDENT, Claim, issue, purpose_of, read, token_id
from alerts.chronology.words import jst
from alerts.people.directory import Directory
from alerts.people.models import Contact
from alerts.records import Incident
from ingest.clock import Clock
from ingest.stations import Registry, named

LEVELS = ("0", "1", "2", "3", "4", "5")


class Answers(Protocol):
    """Where answers are kept."""

    def incident(self, incident_id: int) -> Incident | None:
        """The incident that is answered for."""
        ...

    def told(self, contact_id: str) -> list[Incident]:
        """The open incidents that a contact was told of."""
        ...

    def of(self, incident_id: int, contact_id: str) -> list[Answer]:
        """What a contact answered, oldest first."""
        ...

    def record(self, answer: Answer, name: str) -> bool:
        """Keep an answer; False where it is the last one once more, or the incident is closed."""
        ...


@dataclass(frozen=True)
class Services:
    """What the endpoint works with. ``acknowledge`` takes the incident, who, and the level that they saw."""

    answers: Answers
    registry: Callable[[], Registry]
    directory: Callable[[], Directory]
    acknowledge: Callable[[int, str, int], object]
    secret: Callable[[], bytes]
    clock: Clock
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A good link: whose, for what, until when."""

    token: str
    claim: Claim
    contact: Contact


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown, with its HTTP status."""

    view: View
    status: int = 200


class AnswerDesk:
    """Every method may be called from several threads at once."""

    def __init__(self, services: Services) -> None:
        self._with = services
        self._purpose = purpose_of(drill=services.drill)

    def open(self, token: str) -> Opened | None:
        """The link of a token; None where it was not signed by us, or its contact is told of nothing any more."""
        claim = read(token, self._with.secret(), self._purpose)
        contact = self._with.directory().contacts.get(claim.contact_id) if claim else None
        return Opened(token, claim, contact) if claim and contact else None

    def show(self, opened: Opened, *, received: bool = False) -> Page:
        """The page of a link. Changes nothing, however often it is asked for."""
        claim = opened.claim
        if claim.expired(self._with.clock.now()):
            return self.apology("expired", 410)
        if claim.incident_id == EVERY_INCIDENT:
            return self._list(opened)
        found = self._with.answers.incident(claim.incident_id)
        if found is None:
            return self.apology("unknown", 404)
        if found.closed_at is not None:
            return self._closed(found.closed_at)
        given = self._with.answers.of(found.id, claim.contact_id)
        matter = matter_of(found, self._with.registry())
        return Page(replace(self._view(), matter=matter, given=sent(given), received=received and bool(given)))

    def answer(self, opened: Opened, reply: str, note: str, level: str) -> Page | None:
        """A button was pressed: None where it is recorded, or was already; else the page that says why not."""
        shown = self.show(opened)
        if shown.view.matter is None:
            return shown
        if level not in LEVELS:
            return self.apology("wrong", 400)
        try:
            given = Reply(reply)
            answer = Answer(
                incident_id=opened.claim.incident_id,
                contact_id=opened.contact.id,
                reply=given,
                note=note_of(note),
                at=self._with.clock.now(),
                token_id=token_id(opened.token),
            )
        except ValueError:
            return self.apology("wrong", 400)
        self._with.answers.record(answer, self._name(opened.contact))
        if given.acknowledges:
            self._acknowledge(answer, opened.contact, int(level))
        return None

    def apology(self, what: str, status: int) -> Page:
        """A page that says in plain words why nothing was recorded."""
        return Page(replace(self._view(), apology=what), status)

    def _acknowledge(self, answer: Answer, contact: Contact, level: int) -> None:
        """At the level that they saw. That the incident was closed in this moment is no mistake of theirs."""
        found = self._with.answers.incident(answer.incident_id)
        if found is not None and found.open:
            self._with.acknowledge(answer.incident_id, self._name(contact), level or found.level)

    def _closed(self, closed_at: datetime) -> Page:
        return Page(replace(self._view(), apology="closed", closed_at=jst(closed_at)), 410)

    def _list(self, opened: Opened) -> Page:
        found = self._with.answers.told(opened.contact.id)
        registry = self._with.registry()
        links = tuple(Link(self._href(opened, each), matter_of(each, registry)) for each in found)
        return Page(replace(self._view(), links=links))

    def _href(self, opened: Opened, incident: Incident) -> str:
        claim = replace(opened.claim, incident_id=incident.id)
        return issue(claim, self._with.secret(), self._purpose)

    def _name(self, contact: Contact) -> str:
        return named(contact.name, "ja")

    def _view(self) -> View:
        return view_at(self._with.clock.now(), self._with.registry(), drill=self._with.drill)
