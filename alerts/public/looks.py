"""What staff see of public messages before they decide: what would go out, to whom, and what stands against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.cap.atom import entry_xml
from alerts.cap.checks import faults
from alerts.cap.message import CapMessage
from alerts.cap.reading import from_xml
from alerts.cap.writing import to_xml
from alerts.people.models import Contact
from alerts.public import composing, lifecycle
from alerts.public.feeds import entry_of
from alerts.public.grounds import Grounds
from alerts.public.protocol import Form, Look, Missed, Preview, Reach, Sent
from alerts.public.publishing import TO_THOSE_WHO_GOT_IT, Around, To, concerned, must_reach, recipients
from alerts.public.records import Content, Given, PublicMessage, Refused, State, Step
from alerts.public.rendering import body, cap_of, subject
from alerts.public.settings import PublicMessages
from alerts.public.words import LANGUAGES
from alerts.store import public as store
from alerts.store import public_told
from ingest.clock import Clock

MOST_MISSED = 50
SOMEBODY = "?"
"""Who asks where it does not matter who."""


class Looks:
    """Reads only; ``around`` gives the registry, the people and the settings of the moment."""

    def __init__(self, engine: Engine, around: Callable[[], Around], clock: Clock) -> None:
        self._engine = engine
        self._around = around
        self._clock = clock
        self._kept = store.SqlPublicMessages(engine)

    def mark(self) -> int:
        """It grows with whatever is decided about any message."""
        return self._kept.mark()

    def newest(self, limit: int, states: Sequence[State] = tuple(State)) -> list[PublicMessage]:
        """The newest messages first."""
        return self._kept.newest(limit, states)

    def in_force(self) -> list[PublicMessage]:
        """The newest published message of every chain that has no end yet."""
        return self._kept.in_force()

    def settings(self) -> PublicMessages:
        """Who must agree."""
        return self._around().settings

    def needed(self, messages: Iterable[PublicMessage]) -> dict[int, int]:
        """How many persons must approve each of some messages, by its number."""
        settings = self._around().settings
        with self._engine.connect() as connection:
            return {
                each.id: lifecycle.needed(each, store.published(connection, each.chain_id), settings)
                for each in messages
            }

    def look(self, public_id: int, by: str) -> Look:
        """A message with what somebody may do with it now."""
        now, around = self._clock.now(), self._around()
        settings = around.settings
        with self._engine.connect() as connection:
            message = store.one(connection, public_id)
            chain = store.published(connection, message.chain_id)
            drafts = [each for each in store.open_drafts(connection) if each.chain_id == message.chain_id]
            grounds = store.grounds(connection, message.content, now)
            nobody = _refusal(lambda: must_reach(connection, message, around, now)) if message.is_open else None
        asked = _Asked(message, by or SOMEBODY, now, settings, grounds, chain)
        fits = _refusal(lambda: lifecycle.may_follow(chain[-1], message.step)) if chain and message.is_open else None
        approve, publish = asked.approving(), fits or asked.publishing()
        only_nobody = publish is None and nobody is not None
        return Look(
            message=message,
            chain=tuple(chain),
            drafts=tuple(drafts),
            needed=lifecycle.needed(message, chain, settings),
            not_approvable=approve,
            not_publishable=publish or nobody,
            despite=only_nobody or asked.despite_helps(),
            highest=grounds.highest,
            unverified=grounds.unverified,
            unconfirmed=grounds.unconfirmed,
        )

    def reach(self, public_id: int, step: Step) -> Reach:
        """Whom it would go to if it went out now as ``step``."""
        now, around = self._clock.now(), self._around()
        with self._engine.connect() as connection:
            message = store.one(connection, public_id)
            asked = replace(message, step=step, corrects=message.id) if step in TO_THOSE_WHO_GOT_IT else message
            unsent = store.unsent(connection, concerned(connection, asked))
            to = recipients(connection, asked, around, unsent, now)
        return Reach(dict(Counter(each.channel for each in to)), _names(to, around), len(unsent))

    def sent(self, public_id: int) -> Sent:
        """What became of it at those whom it was for."""
        with self._engine.connect() as connection:
            message = store.one(connection, public_id)
            counts = public_told.outcomes(connection, message.id)
            missed = public_told.missed(connection, message.id, MOST_MISSED)
        contacts = self._around().directory.contacts
        return Sent(counts, tuple(Missed(_name_of(each.recipient_id, contacts), each) for each in missed))

    def preview(
        self, step: Step, given: Given, public_id: int | None = None, why: Mapping[str, str] | None = None
    ) -> Preview:
        """What would go out."""
        now, around = self._clock.now(), self._around()
        with self._engine.connect() as connection:
            made = self._made(connection, step, given, public_id, why or {}, around, now)
            earlier = [from_xml(each) for each in store.caps(connection, made.chain_id)] if made.chain_id else []
        return _preview(made, earlier, around, now)

    def shown(self, public_id: int) -> Preview:
        """A message as it stands: what went out, or what would go out now."""
        now, around = self._clock.now(), self._around()
        with self._engine.connect() as connection:
            message = store.one(connection, public_id)
            caps = store.caps_before(connection, message)
        return _preview(message, [from_xml(each) for each in caps], around, now)

    @staticmethod
    def _made(
        connection: Connection,
        step: Step,
        given: Given,
        public_id: int | None,
        why: Mapping[str, str],
        around: Around,
        now: datetime,
    ) -> PublicMessage:
        if public_id is None:
            return lifecycle.drafted(Step.FIRST, composing.first(given, around), SOMEBODY, now, drill=around.drill)
        before = store.one(connection, public_id)
        if before.is_open:
            return replace(before, content=composing.changed(before.content, given))
        last = store.published(connection, before.chain_id)[-1:] or [before]
        content = _content(step, before, last[0], given, why, around)
        return lifecycle.drafted(step, content, SOMEBODY, now, chain_id=before.chain_id, drill=around.drill)


def _preview(made: PublicMessage, earlier: Sequence[CapMessage], around: Around, now: datetime) -> Preview:
    """What has gone out keeps its times and its name."""
    issuer = around.issuer
    sent = made
    if made.sent_at is None:
        sent = replace(made, sent_at=now, expires_at=now + around.settings.lasts, identifier="preview")
    cap = cap_of(sent, issuer, earlier)
    forms = {
        each: Form(
            subject(made, issuer, each),
            body(made, issuer, each),
            body(made, issuer, each, short=True),
            entry_xml(entry_of(sent, issuer, each)),
        )
        for each in LANGUAGES
    }
    return Preview(made, forms, to_xml(cap).decode(), tuple(dict.fromkeys(faults(cap, earlier))))


class _Asked:
    """Whether somebody may approve or publish a message now, tried without doing it."""

    def __init__(
        self,
        message: PublicMessage,
        by: str,
        now: datetime,
        settings: PublicMessages,
        grounds: Grounds,
        chain: Sequence[PublicMessage],
    ) -> None:
        self._of = (message, by, now, settings, grounds, chain)

    def approving(self, despite: str = "") -> Refused | None:
        """Why not."""
        return _refusal(lambda: lifecycle.approved(*self._of, despite))

    def publishing(self, despite: str = "") -> Refused | None:
        """Why not."""
        return _refusal(lambda: lifecycle.published(*self._of, despite))

    def despite_helps(self) -> bool:
        """Whether what stands against it is of the kind that a person may overrule with a reason."""
        return any(
            (said := ask()) is not None and (after := ask("?")) != said and _name(after) != said.name
            for ask in (self.approving, self.publishing)
        )


def _refusal(act: Callable[[], object]) -> Refused | None:
    try:
        act()
    except Refused as why:
        return why
    return None


def _name(why: Refused | None) -> str:
    return why.name if why is not None else ""


def _content(
    step: Step, named: PublicMessage, last: PublicMessage, given: Given, why: Mapping[str, str], around: Around
) -> Content:
    if step is Step.ALL_CLEAR:
        return composing.ending(last, given, around)
    if step is Step.CANCEL:
        return composing.taking_back(last, why)
    if step is Step.CORRECTION:
        lifecycle.may_correct(named, last)
        right = composing.putting_right(named, given, why)
        lifecycle.no_graver(named, last, right, around.settings)
        return right
    return composing.following(last, given)


def _names(to: Sequence[To], around: Around) -> tuple[Mapping[str, str], ...]:
    """Each person once; one that is no longer known by what it was called."""
    contacts = around.directory.contacts
    return tuple(_name_of(each, contacts) for each in dict.fromkeys(each.recipient_id for each in to))


def _name_of(recipient_id: str, contacts: Mapping[str, Contact]) -> Mapping[str, str]:
    return dict(contacts[recipient_id].name) if recipient_id in contacts else {"ja": recipient_id}
