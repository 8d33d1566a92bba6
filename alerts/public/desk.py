"""What staff do with public messages: the same plain functions for the command line and for the dashboard.

Every act is one transaction: it asks anew what the message stands on, is refused in one sentence (Refused), or is
recorded with who did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.cap.flood import Issued, Place
from alerts.public import lifecycle
from alerts.public.grounds import check
from alerts.public.publishing import Around, Out, checked_cap, publish, record
from alerts.public.records import Action, Content, PublicMessage, Refused, Step, Texts, Where
from alerts.public.rendering import body, subject
from alerts.public.words import LANGUAGES, by_hand, over, put_right, taken_back
from alerts.store import public as store
from ingest.clock import Clock
from ingest.stations import Station, named
from ingest.store.tables import writing


@dataclass(frozen=True, slots=True)
class Given:
    """What a person enters; what is empty is taken from before, or filled with a general sentence.

    ``texts`` are by language and part (headline, description, instruction). ``issued`` is the alert level that the
    authority has issued: nobody but a person can enter it. ``gravity`` (1 to 5) is how grave it is.
    """

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    station_ids: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    gravity: int | None = None
    issued: Issued | None = None
    no_issued: bool = False
    """Take out the issued level that a message before had."""


class Desk:
    """The acts. ``around`` gives the registry, the people and the settings of the moment."""

    def __init__(self, engine: Engine, around: Callable[[], Around], clock: Clock) -> None:
        self._engine = engine
        self._around = around
        self._clock = clock

    def draft(self, by: str, given: Given) -> PublicMessage:
        """Begin a message by hand, with or without a station."""
        with self._act() as (connection, around, now):
            if given.gravity is None:
                raise Refused("say how grave it is, from 1 to 5: --gravity")
            where = given.where or tuple(where_of(self._station(around, each), around) for each in given.station_ids)
            if not where:
                raise Refused("say where: --station ID, or --place NAME with --circle or --polygon")
            content = Content(given.gravity, {}, where, given.station_ids, issued=given.issued)
            content = replace(content, texts=by_hand(_names(where), given.texts))
            return self._kept(connection, Step.FIRST, content, by, now, around)

    def edit(self, public_id: int, by: str, given: Given) -> PublicMessage:
        """Change a draft; approvals given before are void."""
        with self._act() as (connection, around, now):
            before = store.one(connection, public_id)
            after = lifecycle.edited(before, changed(before.content, given), by, now)
            self._must_be_sayable(connection, after, around, now)
            store.save(connection, after)
            record(connection, after, by, Action.EDITED, now)
            return after

    def approve(self, public_id: int, by: str, despite: str = "") -> PublicMessage:
        """Approve a draft; the same person counts once."""
        with self._act() as (connection, around, now):
            before = store.one(connection, public_id)
            grounds = store.grounds(connection, before.content, now)
            after = lifecycle.approved(before, by, now, around.settings, grounds, despite)
            store.save(connection, after)
            record(connection, after, by, Action.APPROVED, now, approvals=len(after.approvals), despite=despite)
            return after

    def publish(self, public_id: int, by: str, despite: str = "") -> Out:
        """Let an approved message out: CAP, deliveries and chronology in one transaction."""
        with self._act() as (connection, around, now):
            before = store.one(connection, public_id)
            self._must_fit(connection, before)
            grounds = store.grounds(connection, before.content, now)
            return publish(connection, lifecycle.published(before, by, now, around.settings, grounds, despite), around)

    def withdraw(self, public_id: int, by: str, why: str = "") -> PublicMessage:
        """Take a draft back."""
        with self._act() as (connection, _, now):
            return _withdraw(connection, store.one(connection, public_id), by, now, why)

    def update(self, public_id: int, by: str, given: Given) -> PublicMessage:
        """Draft what follows a published message. What the gauge said then is not said again: it is for people to
        write what holds now, or for the rule to draft it."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.UPDATE)
            content = changed(replace(last.content, hazard=None, gauge_id="", observed_at=None, note=""), given)
            return self._kept(connection, Step.UPDATE, content, by, now, around, last)

    def all_clear(self, public_id: int, by: str, given: Given | None = None) -> PublicMessage:
        """Draft the end of a danger; it is approved and published as any message."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.ALL_CLEAR)
            content = all_clear_content(last, around)
            content = content if given is None else changed(content, given)
            return self._kept(connection, Step.ALL_CLEAR, content, by, now, around, last)

    def cancel(self, public_id: int, by: str, why: Mapping[str, str]) -> Out:
        """Take back a whole chain that should not have been: at once, to exactly those whom it may have reached. What
        was drafted to follow it waits for nobody any more."""
        with self._act() as (connection, around, now):
            last = self._end_of_chain(connection, public_id, Step.CANCEL)
            texts = taken_back(last.content.texts, _sent_at(last), _why(why))
            content = replace(_of_people(last.content), texts=texts, note=_note(why))
            out = self._at_once(connection, Step.CANCEL, content, by, now, around, last)
            for each in store.open_drafts(connection):
                if each.chain_id == last.chain_id:
                    _withdraw(connection, each, by, now, f"message {out.message.id} took the whole chain back")
            return out

    def correct(self, public_id: int, by: str, why: Mapping[str, str], given: Given) -> Out:
        """Say what is right in place of a message that was wrong: at once, to exactly those whom the wrong one may
        have reached. What of it was not sent yet is taken back unsent: an update tells these."""
        with self._act() as (connection, around, now):
            wrong = store.one(connection, public_id)
            self._end_of_chain(connection, public_id, Step.CORRECTION)
            right = changed(_of_people(wrong.content), given)
            texts = put_right(wrong.content.texts, right.texts, _sent_at(wrong), _why(why))
            content = replace(right, texts=texts, note=_note(why))
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

    def _must_fit(self, connection: Connection, message: PublicMessage) -> None:
        """What was drafted before its chain ended, or began, no longer fits."""
        chain = store.published(connection, message.chain_id)
        if chain:
            lifecycle.may_follow(chain[-1], message.step)

    def _end_of_chain(self, connection: Connection, public_id: int, step: Step) -> PublicMessage:
        named = store.one(connection, public_id)
        lifecycle.may_follow(named, step)
        last = store.published(connection, named.chain_id)[-1]
        lifecycle.may_follow(last, step)
        return last

    @staticmethod
    def _station(around: Around, station_id: str) -> Station:
        if station_id not in around.registry.stations:
            raise Refused(f"there is no station {station_id}: mizumori levels shows those that there are")
        return around.registry.stations[station_id]

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


def changed(content: Content, given: Given) -> Content:
    """A content with what a person entered in place of what it had."""
    texts = {
        language: replace(content.texts[language], **_parts(given.texts.get(language, {}))) for language in LANGUAGES
    }
    issued = None if given.no_issued else given.issued or content.issued
    gravity = content.gravity if given.gravity is None else given.gravity
    return replace(content, texts=texts, issued=issued, gravity=gravity, where=given.where or content.where)


def all_clear_content(last: PublicMessage, around: Around) -> Content:
    """What the end of a chain says by itself."""
    stations = [around.registry.stations[each] for each in last.content.station_ids if each in around.registry.stations]
    texts = over(stations[0], None) if stations else by_hand(_names(last.content.where), {})
    return replace(_of_people(last.content), texts=texts, issued=None, hazard=0 if last.content.gauge_id else None)


def where_of(station: Station, around: Around) -> Where:
    """A station with the circle around it that a message is for."""
    circle = (round(station.lat, 6), round(station.lon, 6), around.settings.radius_km)
    return Where(dict(station.name), Place(circles=(circle,)))


def _of_people(content: Content) -> Content:
    """The same, no longer on the word of a gauge."""
    return replace(content, hazard=None, gauge_id="", observed_at=None, note="")


def _parts(given: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in given.items() if text.strip()}


def _beginning(content: Content, around: Around) -> dict[str, object]:
    return {"station_id": content.station_ids[0] if content.station_ids else "", "drill": around.drill}


def _following(before: PublicMessage, around: Around) -> dict[str, object]:
    return {"station_id": before.station_id, "chain_id": before.chain_id, "drill": around.drill}


def _names(where: tuple[Where, ...]) -> dict[str, str]:
    return {each: "、".join(named(place.names, each) for place in where) for each in LANGUAGES}


def _sent_at(message: PublicMessage) -> datetime:
    if message.sent_at is None:
        raise Refused(f"message {message.id} was not sent: edit it, or withdraw it")
    return message.sent_at


def _why(why: Mapping[str, str]) -> Mapping[str, str]:
    if not why.get("ja", "").strip():
        raise Refused("say in Japanese what was wrong and why: --why")
    return why


def _note(why: Mapping[str, str]) -> str:
    return "\n".join(text.strip() for text in why.values() if text.strip())


__all__ = ["Desk", "Given", "Issued", "Texts", "all_clear_content", "changed", "where_of"]
