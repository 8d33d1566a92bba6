"""What a message says when a person writes it: put together from what was entered and from what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.cap.flood import Place
from alerts.public.publishing import Around
from alerts.public.records import Content, Given, PublicMessage, Refused, Step, Where
from alerts.public.words import LANGUAGES, by_hand, over, put_right, taken_back
from ingest.stations import Station, named


def first(given: Given, around: Around) -> Content:
    """A message by hand, with or without a station."""
    if given.gravity is None:
        raise Refused("say how grave it is, from 1 to 5: --gravity", "no_gravity")
    if given.where and given.station_ids:
        sentence = "say either --station or --place: a place of its own would take the place of the stations"
        raise Refused(sentence, "two_places")
    where = given.where or tuple(where_of(_station(around, each), around) for each in given.station_ids)
    if not where:
        raise Refused("say where: --station ID, or --place NAME with --circle or --polygon", "no_place")
    texts = by_hand(_names(where), given.texts)
    return Content(given.gravity, texts, where, given.station_ids, issued=given.issued)


def following(last: PublicMessage, given: Given) -> Content:
    """An update. What the gauge said then is not said again: it is for people to write what holds now, or for the rule
    to draft it."""
    return changed(_of_people(last.content), given)


def ending(last: PublicMessage, given: Given | None, around: Around) -> Content:
    """The end of a danger."""
    content = all_clear_content(last, around)
    return content if given is None else changed(content, given)


def taking_back(last: PublicMessage, why: Mapping[str, str]) -> Content:
    """That all of it was wrong."""
    texts = taken_back(last.content.texts, _sent_at(last), _why(why))
    return replace(_of_people(last.content), texts=texts, note=_note(why))


def putting_right(wrong: PublicMessage, given: Given, why: Mapping[str, str]) -> Content:
    """What is right in place of a message that was wrong."""
    base = _of_people(wrong.content)
    if wrong.step is Step.ALL_CLEAR:
        # Nothing of a text that said that it is over may stand where it is not.
        base = replace(base, texts=by_hand(_names(base.where), {}))
    right = changed(base, given)
    texts = put_right(wrong.content.texts, right.texts, _sent_at(wrong), _why(why))
    return replace(right, texts=texts, note=_note(why))


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


def _station(around: Around, station_id: str) -> Station:
    if station_id not in around.registry.stations:
        sentence = f"there is no station {station_id}: mizumori levels shows those that there are"
        raise Refused(sentence, "no_station", station_id=station_id)
    return around.registry.stations[station_id]


def _of_people(content: Content) -> Content:
    """The same, no longer on the word of a gauge."""
    return replace(content, hazard=None, gauge_id="", observed_at=None, note="")


def _parts(given: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in given.items() if text.strip()}


def _names(where: tuple[Where, ...]) -> dict[str, str]:
    return {each: "、".join(named(place.names, each) for place in where) for each in LANGUAGES}


def _sent_at(message: PublicMessage) -> datetime:
    if message.sent_at is None:
        raise Refused(f"message {message.id} was not sent: edit it, or withdraw it", "not_published")
    return message.sent_at


def _why(why: Mapping[str, str]) -> Mapping[str, str]:
    if not why.get("ja", "").strip():
        raise Refused("say in Japanese what was wrong and why: --why", "no_why")
    return why


def _note(why: Mapping[str, str]) -> str:
    return "\n".join(text.strip() for text in why.values() if text.strip())
