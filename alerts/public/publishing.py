"""The moment of publishing: the message, its CAP document, its deliveries and its line in the chronology are written in
one transaction, which is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.cap.checks import faults
from alerts.cap.reading import from_xml
from alerts.cap.writing import to_xml
from alerts.chronology.words import line as chronicled
from alerts.people.directory import Directory
from alerts.people.matters import Form, Receiver
from alerts.public.records import Out, PublicMessage, Refused, Step
from alerts.public.rendering import Issuer, body, cap_of, machine, subject
from alerts.public.settings import PublicMessages
from alerts.public.words import line
from alerts.records import Delivery, Message, MessageKind
from alerts.store import public as store
from alerts.store.chronology import enter
from alerts.store.deliveries import add
from ingest.stations import Registry

KIND = "public"
"""The kind of the entries in the chronology."""
TO_THOSE_WHO_GOT_IT = (Step.CORRECTION, Step.CANCEL)


@dataclass(frozen=True, slots=True)
class Around:
    """What public messages are made with, as it is at this moment."""

    registry: Registry
    directory: Directory
    settings: PublicMessages
    new_key: Callable[[], str]
    drill: bool = False

    @property
    def issuer(self) -> Issuer:
        """Who speaks."""
        return Issuer(self.registry, self.settings)


@dataclass(frozen=True, slots=True)
class To:
    """One address of one recipient."""

    recipient_id: str
    channel: str
    address: str
    language: str
    form: str


def publish(connection: Connection, message: PublicMessage, around: Around) -> Out:
    """Write everything that follows from a message that lifecycle lets out. Refused where its CAP would be wrong."""
    assert message.sent_at is not None
    named = replace(message, identifier=_identifier(message, around.registry.city.id))
    document = checked_cap(connection, named, around)
    of = concerned(connection, named)
    taken_back = store.take_back(connection, of, message.sent_at, f"overtaken by public message {message.id}")
    to = recipients(connection, named, around, taken_back, message.sent_at)
    kind = MessageKind.CORRECTION if named.step in TO_THOSE_WHO_GOT_IT else MessageKind.PUBLIC
    row = Message(
        kind=kind,
        at=message.sent_at,
        level=named.content.gravity,
        station_id=named.station_id,
        public_id=named.id,
        drill=named.drill,
    )
    add(connection, row, [_delivery(named, each, around) for each in to])
    store.save(connection, named, document)
    record(connection, named, named.decisions[-1].actor, named.step, message.sent_at, told=len(to))
    return Out(named, len(to), len(taken_back))


def must_reach(connection: Connection, message: PublicMessage, around: Around, at: datetime, despite: str = "") -> None:
    """Raise Refused where a message would go to no address; ``despite`` is why a person publishes it all the same."""
    if despite.strip():
        return
    unsent = store.unsent(connection, concerned(connection, message))
    if not recipients(connection, message, around, unsent, at):
        sentence = "nobody would get it: see who is on the lists for this place and gravity, or say why with --despite"
        raise Refused(sentence, "nobody")


def checked_cap(connection: Connection, message: PublicMessage, around: Around) -> bytes:
    """The CAP document of a message; Refused with every sentence where anything is wrong with it."""
    earlier = [from_xml(each) for each in store.caps(connection, message.chain_id)]
    made = cap_of(message, around.issuer, earlier)
    if wrong := faults(made, earlier):
        raise Refused("; ".join(dict.fromkeys(wrong)), "faults", faults=tuple(dict.fromkeys(wrong)))
    return to_xml(made)


def record(
    connection: Connection, message: PublicMessage, actor: str, act: str, at: datetime, **detail: object
) -> None:
    """Enter into the chronology what somebody did with a public message."""
    values = {
        "number": message.id,
        "act": str(act),
        "step": str(message.step),
        "headlines": {language: each.headline for language, each in message.content.texts.items()},
        **detail,
    }
    entry = chronicled(at, KIND, "public", values, actor=actor, station_id=message.station_id, ref_id=message.id)
    enter(connection, entry)


def concerned(connection: Connection, message: PublicMessage) -> list[int]:
    """The published messages to whose receivers it speaks: a correction to those of the wrong one alone."""
    if message.step is Step.CORRECTION and message.corrects is not None:
        return [message.corrects]
    return [each.id for each in store.published(connection, message.chain_id)] if message.chain_id else []


def recipients(
    connection: Connection, message: PublicMessage, around: Around, unsent: Sequence[Delivery], at: datetime
) -> list[To]:
    """A correction goes to those whom the wrong message may have reached and to nobody else, a cancellation to those of
    the whole chain; anything else to these and to those who are on the lists now. ``unsent`` are deliveries of the
    messages before that nobody has got, ``at`` is when it goes out."""
    got = store.reached(connection, concerned(connection, message))
    if message.step in TO_THOSE_WHO_GOT_IT:
        return _once(map(_as_before, got))
    known = around.registry.stations
    # A place without a station may be anywhere in the city.
    stations = [known[each] for each in message.content.station_ids if each in known] or list(known.values())
    level = max([message.content.gravity, *_gravities(connection, message)])
    listed = around.directory.public_receivers(stations, level, at)
    return _once([*map(_as_before, [*got, *unsent]), *map(_as_listed, listed)])


def _gravities(connection: Connection, message: PublicMessage) -> list[int]:
    """The end of a grave danger concerns whom the danger concerned."""
    return [each.content.gravity for each in store.published(connection, message.chain_id)]


def _as_before(delivery: Delivery) -> To:
    form = str(delivery.data.get("form", Form.LONG))
    return To(delivery.recipient_id, delivery.channel, delivery.address, delivery.language, form)


def _as_listed(receiver: Receiver) -> To:
    return To(receiver.contact_id, receiver.channel, receiver.address, receiver.language, receiver.form)


def _once(to: Iterable[To]) -> list[To]:
    """One delivery an address, in the language and form that it had first."""
    found: dict[tuple[str, str, str], To] = {}
    for each in to:
        found.setdefault((each.recipient_id, each.channel, each.address), each)
    return list(found.values())


def _delivery(message: PublicMessage, to: To, around: Around) -> Delivery:
    """What takes something back goes before everything else, and has no time after which it is not sent."""
    assert message.sent_at is not None
    pressing = message.step in TO_THOSE_WHO_GOT_IT
    return Delivery(
        recipient_id=to.recipient_id,
        channel=to.channel,
        address=to.address,
        language=to.language,
        subject=subject(message, around.issuer, to.language),
        body=body(message, around.issuer, to.language, short=to.form == Form.SHORT),
        data=machine(message) | {"form": str(to.form)},
        due_at=message.sent_at,
        key=around.new_key(),
        level=5 if pressing else message.content.gravity,
        drill=message.drill,
        expires_at=None if pressing or message.ends_chain else message.expires_at,
    )


def _identifier(message: PublicMessage, city_id: str) -> str:
    assert message.sent_at is not None
    return f"mizumori.{city_id}.{message.sent_at:%Y%m%d%H%M%S}.{message.id}"


def tell_desk(connection: Connection, message: PublicMessage, around: Around, name: str, at: datetime) -> int:
    """Tell the people of the desk what waits for them; to how many."""
    receivers: Sequence[Receiver] = around.directory.group(around.settings.desk, at) if around.settings.desk else ()
    to = [_to_desk(message, each, around, name, at) for each in receivers]
    row = Message(
        MessageKind.REMINDER,
        at,
        message.content.gravity,
        message.station_id,
        public_id=message.id,
        drill=message.drill,
    )
    if to:
        add(connection, row, to)
    return len(to)


def _to_desk(message: PublicMessage, receiver: Receiver, around: Around, name: str, at: datetime) -> Delivery:
    language = receiver.language
    headline = message.content.texts["ja" if language == "ja" else "en"].headline
    expires = message.expires_at or at
    said = line(name, language, number=message.id, headline=headline, expires=expires)
    return Delivery(
        recipient_id=receiver.contact_id,
        channel=receiver.channel,
        address=receiver.address,
        language=language,
        subject=said.splitlines()[0],
        body=said if receiver.form is Form.LONG else " ".join(said.split()),
        data={"kind": "desk", "public_id": message.id, "form": str(receiver.form)},
        due_at=at,
        key=around.new_key(),
        level=message.content.gravity,
        drill=message.drill,
    )
