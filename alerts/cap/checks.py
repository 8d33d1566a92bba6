"""What CAP and this house ask of a message beyond the schema: each rule says in a sentence what is wrong.

The schema lets through an Update without references, an Alert without info, an identifier with a space, an open
polygon, a comma for the sign of an offset, and whatever stands in two languages that contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime

from alerts.cap.fault import Fault, in_languages
from alerts.cap.info_checks import info_faults, language_faults
from alerts.cap.message import CapMessage, in_force
from alerts.cap.vocabulary import MsgType, Scope, Status
from ingest.clock import JST

Earlier = Sequence[CapMessage]
NAMES = re.compile(r"[\s,<&]")
"""What an identifier or a sender must not hold (CAP 1.2, 3.2.1)."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
OURS = (Status.ACTUAL, Status.EXERCISE, Status.TEST)


def faults(message: CapMessage, earlier: Earlier = ()) -> list[str]:
    """Everything that is wrong with a message; ``earlier`` are those of its chain that were published, oldest first."""
    return [sentence for rule in RULES for sentence in rule(message, earlier)]


def _names(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    for what, name in (("identifier", message.identifier), ("sender", message.sender)):
        if not name or NAMES.search(name):
            yield f"the {what} {name!r} must have characters, and no space, comma, < or &"
    if message.reference in {each.reference for each in earlier} or message.identifier in {
        each.identifier for each in earlier
    }:
        yield f"the identifier {message.identifier} has been used already in this chain"
    if any(each.sender != message.sender for each in earlier):
        yield "a chain has one sender"


def _times(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    for what, at in _all_times(message):
        if at.microsecond or at.utcoffset() != JST.utcoffset(None):
            yield f"{what} {at.isoformat()} must be in Japan time (+09:00) and whole seconds"
    if any(each.sent > message.sent for each in earlier):
        yield "it was sent before an earlier message of its chain"


def _all_times(message: CapMessage) -> Iterator[tuple[str, datetime]]:
    yield "sent", message.sent
    for info in message.infos:
        for name in ("effective", "onset", "expires"):
            if (at := getattr(info, name)) is not None:
                yield name, at


def _status(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    if message.status not in OURS:
        yield f"the status {message.status} is not published: write Actual, Exercise or Test"
    if message.status is Status.EXERCISE and not message.note.strip():
        yield "an exercise needs a note that says which"
    if any(each.status is not message.status for each in earlier):
        yield "a chain has one status: an exercise never continues the real thing, nor the other way round"


def _audience(message: CapMessage, _: Earlier) -> Iterator[str]:
    if message.scope is not Scope.PUBLIC or message.restriction or message.addresses:
        yield "what is published has the scope Public, no restriction and no addresses"


def _kind(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    if message.msg_type not in (MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL):
        yield f"{message.msg_type} is not published: write Alert, Update or Cancel"
    if message.msg_type is MsgType.ALERT and (message.references or earlier):
        yield "an Alert begins a chain: what follows is an Update or a Cancel, and only these have references"
    if message.msg_type is MsgType.CANCEL and not message.note.strip():
        yield "a Cancel needs a note that says what was wrong"
    if message.msg_type is not MsgType.CANCEL and not message.infos:
        yield f"an {message.msg_type} needs an info in each language"
    if any(each.msg_type is MsgType.CANCEL for each in earlier):
        yield "the chain has been cancelled: begin a new one"


def _references(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    if message.msg_type not in (MsgType.UPDATE, MsgType.CANCEL):
        return
    given, known = set(message.references), {each.reference for each in earlier}
    if not given:
        yield f"{message.msg_type} needs references"
    if len(given) < len(message.references):
        yield "a reference stands twice"
    for each in earlier:
        if in_force(each, message.sent) and each.reference not in given:
            yield f"the earlier message {each.identifier} has not expired and is not among the references"
    for stranger in given - known:
        yield f"the reference to {stranger.identifier} is to no message of this chain"


def _incident(message: CapMessage, earlier: Earlier) -> Iterator[str]:
    if not message.incidents or NAMES.search(message.incidents):
        yield f"incidents {message.incidents!r} must name the incident, without space, comma, < or &"
    if any(each.incidents != message.incidents for each in earlier):
        yield "a chain belongs to one incident"


def _printable(message: CapMessage, _: Earlier) -> Iterator[str]:
    if any(UNPRINTABLE.search(text) for text in _texts(message)):
        yield Fault("a text holds a character that XML cannot: take control characters out", "unprintable")


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _infos(message: CapMessage, _: Earlier) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for info in message.infos:
        for sentence in info_faults(info, message):
            found.setdefault(sentence, []).append(info.language)
    for sentence, languages in found.items():
        yield in_languages(sentence, ", ".join(dict.fromkeys(languages)))
    if message.infos:
        yield from language_faults(message.infos)


RULES: tuple[Callable[[CapMessage, Earlier], Iterator[str]], ...] = (
    _names,
    _times,
    _status,
    _audience,
    _kind,
    _references,
    _incident,
    _printable,
    _infos,
)
