"""The checks of what a message says in each language, and of the languages against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from alerts.cap.area_checks import area_faults
from alerts.cap.fault import Fault
from alerts.cap.flood import HAZARD, ISSUED_AT, ISSUED_BY, ISSUED_LEVEL
from alerts.cap.message import CapMessage, Info
from alerts.cap.vocabulary import Category, MsgType, ResponseType, Status, Urgency
from alerts.cap.wording import issued_levels_named, official_names, speaks_of_orders

LANGUAGES = ("ja-JP", "en-US")
LONGEST_HEADLINE = 160
"""Characters: what CAP 1.2 names as the length that some receivers show."""


def info_faults(info: Info, message: CapMessage) -> Iterator[str]:
    """What is wrong with one info of a message."""
    for rule in RULES:
        yield from rule(info, message)


def language_faults(infos: Sequence[Info]) -> Iterator[str]:
    """What is missing among the languages, and what they do not say alike."""
    languages = [each.language for each in infos]
    if len(set(languages)) < len(languages):
        yield "a language stands twice: one info a language"
    for language in LANGUAGES:
        if language not in languages:
            yield f"there is no info in {language}"
    for name in ALIKE:
        if len({getattr(each, name) for each in infos}) > 1:
            yield f"the languages differ in {name}"
    if len({_places(each) for each in infos}) > 1:
        yield "the languages differ in their areas"


ALIKE = (
    *("categories", "urgency", "severity", "certainty", "response_types"),
    *("effective", "onset", "expires", "parameters", "event_codes"),
)


def _places(info: Info) -> object:
    return tuple((each.polygons, each.circles, each.geocodes) for each in info.areas)


def _said(info: Info, _: CapMessage) -> Iterator[str]:
    for name in ("event", "sender_name", "headline", "description", "instruction"):
        if not getattr(info, name).strip():
            yield Fault(f"it has no {name}", f"no_{name}")
    if len(info.headline) > LONGEST_HEADLINE:
        sentence = f"its headline has {len(info.headline)} characters; {LONGEST_HEADLINE} are the most"
        yield Fault(sentence, "long_headline", n=len(info.headline), most=LONGEST_HEADLINE)
    if Category.MET not in info.categories:
        yield "a flood has the category Met"
    if info.web and (urlsplit(info.web).scheme not in ("http", "https") or not urlsplit(info.web).netloc):
        yield f"{info.web!r} is no address: write https://host/path"


def _named_by_law(info: Info, _: CapMessage) -> Iterator[str]:
    for name in ("event", "headline"):
        for word in official_names(getattr(info, name)):
            sentence = f"its {name} says {word}: only the Japan Meteorological Agency issues those"
            yield Fault(sentence, "official", word=word)


def _in_time(info: Info, message: CapMessage) -> Iterator[str]:
    if info.expires is None:
        yield "it does not say when it expires"
        return
    begins = info.effective or message.sent
    if begins < message.sent:
        yield "it takes effect before it is sent"
    if info.expires <= max(begins, message.sent):
        yield "it expires before it takes effect"


def _all_clear(info: Info, message: CapMessage) -> Iterator[str]:
    over = ResponseType.ALL_CLEAR in info.response_types
    if over and (message.msg_type is not MsgType.UPDATE or len(info.response_types) > 1):
        yield "an all-clear is an Update with the response type AllClear alone"
    if over and info.urgency is not Urgency.PAST:
        yield "an all-clear has the urgency Past"
    if not over and message.msg_type is not MsgType.CANCEL and info.urgency is Urgency.PAST:
        yield "what is past needs an all-clear"
    if not info.response_types:
        yield "it does not say how to respond"


def _levels(info: Info, _: CapMessage) -> Iterator[str]:
    """The hazard of a gauge and the level that people issued stand apart, and the second only where there is one."""
    given = dict(info.parameters)
    if len(given) < len(info.parameters):
        yield "a parameter stands twice"
    if HAZARD in given and given[HAZARD] not in tuple("012345"):
        yield f"the hazard {given[HAZARD]!r} is not one of 0 to 5"
    issued = [name in given for name in (ISSUED_LEVEL, ISSUED_BY, ISSUED_AT)]
    if any(issued) and not all(issued):
        yield "an issued alert level needs who issued it and when"
    if ISSUED_LEVEL in given and given[ISSUED_LEVEL] not in tuple("12345"):
        yield f"the issued alert level {given[ISSUED_LEVEL]!r} is not one of 1 to 5"
    yield from _unissued(info, given.get(ISSUED_LEVEL, ""))


def _unissued(info: Info, issued: str) -> Iterator[str]:
    text = "\n".join((info.event, info.headline, info.description, info.instruction))
    for level in issued_levels_named(text):
        if level != issued:
            yield Fault(f"it speaks of alert level {level}, which nobody entered as issued", "unissued", level=level)
    if speaks_of_orders(text) and not issued:
        yield Fault("it speaks of an evacuation order, and nobody entered an issued level", "orders")
    if ResponseType.EVACUATE in info.response_types and issued not in ("3", "4", "5"):
        yield "Evacuate is for an issued alert level of 3 to 5"


def _areas(info: Info, message: CapMessage) -> Iterator[str]:
    """Only a test may be about a place that has no code: the city of a demonstration has none."""
    if not info.areas:
        yield "it says no area"
    for area in info.areas:
        yield from area_faults(area, coded=message.status is not Status.TEST)


RULES: tuple[Callable[[Info, CapMessage], Iterator[str]], ...] = (
    _said,
    _named_by_law,
    _in_time,
    _all_clear,
    _levels,
    _areas,
)
