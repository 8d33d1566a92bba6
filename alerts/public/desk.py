"""What staff do with public messages: the same plain functions for the command line and for the dashboard.

Every act is one transaction: it asks anew what the message stands on, is refused in one sentence (Refused), or is
recorded with who did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.public import composing, lifecycle
from alerts.public.grounds import check
from alerts.public.publishing import Around, checked_cap, must_reach, publish, record
from alerts.public.records import Action, Content, Given, Out, PublicMessage, Step
from alerts.public.rendering import body, subject
from alerts.store import public as store
from ingest.clock import Clock
from ingest.store.tables import writing


class Desk:
    """The acts. ``around`` gives the registry, the people and the settings of the moment."""

    def __init__(self, engine: Engine, around: Callable[[], Around], clock: Clock) -> None:
        self._engine = engine
        self._around = around
        self._clock = clock

    def draft(self, by: str, given: Given) -> PublicMessage:
        """Begin a message by hand, with or without a station."""
        with self._act() as (connection, around, now):
            content = composing.first(given, around)
            return self._kept(connection, Step.FIRST, content, by, now, around)

    def edit(self, public_id: int, by: str, given: Given, seen: str = "") -> PublicMessage:
        """Change a draft; approvals given before are void. ``seen`` as in ``approve``: what somebody else changed
        meanwhile is not written over."""
        with self._act() as (connection, around, now):
            before = lifecycle.as_seen(store.one(connection, public_id), seen)
            after = lifecycle.edited(before, composing.changed(before.content, given), by, now)
            self._must_be_sayable(connection, after, around, now)
            store.save(connection, after)
            record(connection, after, by, Action.EDITED, now)
            return after

    def approve(self, public_id: int, by: str, despite: str = "", seen: str = "") -> PublicMessage:
        """Approve a draft; the same person counts once. ``seen`` is the ``content_mark`` of what they read: refused
        where it says something else by now. Empty: whatever it says."""
        with self._act() as (connection, around, now):
            before = lifecycle.as_seen(store.one(connection, public_id), seen)
            grounds = store.grounds(connection, before.content, now)
            chain = store.published(connection, before.chain_id)
            after = lifecycle.approved(before, by, now, around.settings, grounds, chain, despite)
            store.save(connection, after)
            record(connection, after, by, Action.APPROVED, now, approvals=len(after.approvals), despite=despite)
            return after

    def publish(self, public_id: int, by: str, despite: str = "", seen: str = "") -> Out:
        """Let an approved message out: CAP, deliveries and chronology in one transaction. One that nobody would get is
        refused without ``despite``."""
        with self._act() as (connection, around, now):
            before = lifecycle.as_seen(store.one(connection, public_id), seen)
            chain = self._must_fit(connection, before)
            grounds = store.grounds(connection, before.content, now)
            after = lifecycle.published(before, by, now, around.settings, grounds, chain, despite)
            must_reach(connection, after, around, now, despite)
            return publish(connection, after, around)

    def withdraw(self, public_id: int, by: str, why: str = "") -> PublicMessage:
        """Take a draft back."""
        with self._act() as (connection, _, now):
            return _withdraw(connection, store.one(connection, public_id), by, now, why)

    def update(self, public_id: int, by: str, given: Given) -> PublicMessage:
        """Draft what follows a published message. What the gauge said then is not said again: it is for people to
        write what holds now, or for the rule to draft it."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.UPDATE)
            content = composing.following(last, given)
            return self._kept(connection, Step.UPDATE, content, by, now, around, last)

    def all_clear(self, public_id: int, by: str, given: Given | None = None) -> PublicMessage:
        """Draft the end of a danger; it is approved and published as any message."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.ALL_CLEAR)
            content = composing.ending(last, given, around)
            return self._kept(connection, Step.ALL_CLEAR, content, by, now, around, last)

    def cancel(self, public_id: int, by: str, why: Mapping[str, str]) -> Out:
        """Take back a whole chain that should not have been: at once, to exactly those whom it may have reached. What
        was drafted to follow it waits for nobody any more."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.CANCEL)
            content = composing.taking_back(last, why)
            out = self._at_once(connection, Step.CANCEL, content, by, now, around, last)
            for each in store.open_drafts(connection):
                if each.chain_id == last.chain_id:
                    _withdraw(connection, each, by, now, f"message {out.message.id} took the whole chain back")
            return out

    def correct(
        self, public_id: int, by: str, why: Mapping[str, str], given: Given, last_seen: int | None = None
    ) -> Out:
        """Say what is right in place of a message that was wrong: at once, to exactly those whom the wrong one may
        have reached. What of it was not sent yet is taken back unsent: an update tells these. ``last_seen`` is the
        newest published message of the chain that somebody saw: refused where another followed it, so that a repeat
        reaches nobody twice. None: whatever it is."""
        with self._act() as (connection, around, now):
            wrong = store.one(connection, public_id)
            last = self._end_of_chain(connection, public_id, Step.CORRECTION)
            lifecycle.as_last(last, last_seen)
            lifecycle.may_correct(wrong, last)
            content = composing.putting_right(wrong, given, why)
            lifecycle.no_graver(wrong, last, content, around.settings)
            return self._at_once(connection, Step.CORRECTION, content, by, now, around, wrong)

    def preview(self, public_id: int, language: str = "ja", *, short: bool = False) -> str:
        """The text as a receiver would get it now."""
        with self._engine.connect() as connection:
            message = store.one(connection, public_id)
        around = self._around()
        return f"{subject(message, around.issuer, language)}\n\n{body(message, around.issuer, language, short=short)}"

    def _at_once(
        self,
        connection: Connection,
        step: Step,
        content: Content,
        by: str,
        now: datetime,
        around: Around,
        before: PublicMessage,
    ) -> Out:
        corrects = before.id if step is Step.CORRECTION else None
        made = lifecycle.drafted(step, content, lifecycle.person(by), now, **_following(before, around))
        kept = store.insert(connection, replace(made, corrects=corrects))
        return publish(connection, lifecycle.put_right(kept, by, now, around.settings), around)

    def _kept(
        self,
        connection: Connection,
        step: Step,
        content: Content,
        by: str,
        now: datetime,
        around: Around,
        before: PublicMessage | None = None,
    ) -> PublicMessage:
        more = _following(before, around) if before is not None else _beginning(content, around)
        made = store.insert(connection, lifecycle.drafted(step, content, lifecycle.person(by), now, **more))
        self._must_be_sayable(connection, made, around, now)
        record(connection, made, by, Action.DRAFTED, now)
        return made

    def _must_be_sayable(self, connection: Connection, message: PublicMessage, around: Around, now: datetime) -> None:
        """A draft that could not be published is refused when it is written, not in the middle of the night."""
        grounds = store.grounds(connection, message.content, now)
        if message.step is not Step.ALL_CLEAR:
            check(message.step, message.content, grounds, around.settings.draft_from)
        sent = replace(message, sent_at=now, expires_at=now + around.settings.lasts, identifier="draft")
        checked_cap(connection, sent, around)

    @staticmethod
    def _must_fit(connection: Connection, message: PublicMessage) -> list[PublicMessage]:
        """What was drafted before its chain ended, or began, no longer fits; what was published of that chain."""
        chain = store.published(connection, message.chain_id)
        if chain:
            lifecycle.may_follow(chain[-1], message.step)
        return chain

    def _end_of_chain(self, connection: Connection, public_id: int, step: Step) -> PublicMessage:
        named = store.one(connection, public_id)
        lifecycle.may_follow(named, step)
        last = store.published(connection, named.chain_id)[-1]
        lifecycle.may_follow(last, step)
        return last

    @contextmanager
    def _act(self) -> Iterator[tuple[Connection, Around, datetime]]:
        around = self._around()
        with writing(self._engine) as connection:
            yield connection, around, self._clock.now()


def _withdraw(connection: Connection, draft: PublicMessage, by: str, now: datetime, why: str) -> PublicMessage:
    after = lifecycle.withdrawn(draft, lifecycle.person(by), now, why)
    store.save(connection, after)
    record(connection, after, by, Action.WITHDRAWN, now, why=why)
    return after


def _beginning(content: Content, around: Around) -> dict[str, object]:
    return {"station_id": content.station_ids[0] if content.station_ids else "", "drill": around.drill}


def _following(before: PublicMessage, around: Around) -> dict[str, object]:
    return {"station_id": before.station_id, "chain_id": before.chain_id, "drill": around.drill}
