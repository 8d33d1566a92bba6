"""From XML to a message: any CAP 1.2 document, ours or another's. No document type, so no entities, is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as Xml

from alerts.cap.message import Area, CapMessage, Circle, Info, Named, Point, Reference, Resource
from alerts.cap.vocabulary import (
    NAMESPACE,
    Category,
    Certainty,
    MsgType,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)

LARGEST_BYTES = 4_000_000
"""The largest document that is looked at; ours have some 10 kB."""
SPACE = f"{{{NAMESPACE}}}"


class NotCap(ValueError):
    """A document that is no CAP 1.2 message; one sentence."""


class _NoDocumentType(Xml.TreeBuilder):
    """Refuses a document type before anything in it is read."""

    def doctype(self, name: str, public_id: str | None, system: str | None) -> None:
        """Entities could grow without end or read files."""
        del name, public_id, system
        raise NotCap("a document type is not accepted")


def from_xml(document: bytes) -> CapMessage:
    """The message of a document; NotCap where it is none."""
    if len(document) > LARGEST_BYTES:
        raise NotCap(f"it has {len(document)} bytes; {LARGEST_BYTES} are the most")
    try:
        alert = Xml.fromstring(document, Xml.XMLParser(target=_NoDocumentType()))
    except Xml.ParseError as error:
        raise NotCap(f"it is not well-formed XML: {error}") from error
    if alert.tag != f"{SPACE}alert":
        raise NotCap(f"its root is {alert.tag}, not the alert of CAP 1.2")
    try:
        return _message(alert)
    except ValueError as error:
        raise NotCap(str(error)) from error


def _message(alert: Xml.Element) -> CapMessage:
    return CapMessage(
        identifier=_text(alert, "identifier"),
        sender=_text(alert, "sender"),
        sent=_time(_text(alert, "sent")),
        status=Status(_text(alert, "status")),
        msg_type=MsgType(_text(alert, "msgType")),
        scope=Scope(_text(alert, "scope")),
        source=_text(alert, "source"),
        restriction=_text(alert, "restriction"),
        addresses=_text(alert, "addresses"),
        codes=tuple(_texts(alert, "code")),
        note=_text(alert, "note"),
        references=tuple(map(_reference, _text(alert, "references").split())),
        incidents=_text(alert, "incidents"),
        infos=tuple(_info(each) for each in alert.iterfind(f"{SPACE}info")),
    )


def _info(info: Xml.Element) -> Info:
    return Info(
        language=_text(info, "language") or "en-US",
        categories=tuple(map(Category, _texts(info, "category"))),
        event=_text(info, "event"),
        urgency=Urgency(_text(info, "urgency")),
        severity=Severity(_text(info, "severity")),
        certainty=Certainty(_text(info, "certainty")),
        response_types=tuple(map(ResponseType, _texts(info, "responseType"))),
        audience=_text(info, "audience"),
        event_codes=_named(info, "eventCode"),
        effective=_optional_time(info, "effective"),
        onset=_optional_time(info, "onset"),
        expires=_optional_time(info, "expires"),
        sender_name=_text(info, "senderName"),
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        web=_text(info, "web"),
        contact=_text(info, "contact"),
        parameters=_named(info, "parameter"),
        resources=tuple(_resource(each) for each in info.iterfind(f"{SPACE}resource")),
        areas=tuple(_area(each) for each in info.iterfind(f"{SPACE}area")),
    )


def _resource(resource: Xml.Element) -> Resource:
    size = _text(resource, "size")
    return Resource(
        _text(resource, "resourceDesc"),
        _text(resource, "mimeType"),
        int(size) if size else None,
        _text(resource, "uri"),
        _text(resource, "derefUri"),
        _text(resource, "digest"),
    )


def _area(area: Xml.Element) -> Area:
    altitude, ceiling = _text(area, "altitude"), _text(area, "ceiling")
    return Area(
        _text(area, "areaDesc"),
        tuple(tuple(map(_point, each.split())) for each in _texts(area, "polygon")),
        tuple(map(_circle, _texts(area, "circle"))),
        _named(area, "geocode"),
        float(altitude) if altitude else None,
        float(ceiling) if ceiling else None,
    )


def _circle(text: str) -> Circle:
    parts = text.split()
    if len(parts) != 2:
        raise ValueError(f"a circle is written lat,lon and a radius in km, not {text!r}")
    return Circle(_point(parts[0]), float(parts[1]))


def _point(text: str) -> Point:
    parts = text.split(",")
    if len(parts) != 2:
        raise ValueError(f"a point is written lat,lon, not {text!r}")
    return float(parts[0]), float(parts[1])


def _reference(text: str) -> Reference:
    parts = text.split(",")
    if len(parts) != 3:
        raise ValueError(f"a reference is written sender,identifier,sent, not {text!r}")
    return Reference(parts[0], parts[1], _time(parts[2]))


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text} has no offset")
    return at


def _optional_time(parent: Xml.Element, tag: str) -> datetime | None:
    text = _text(parent, tag)
    return _time(text) if text else None


def _named(parent: Xml.Element, tag: str) -> tuple[Named, ...]:
    return tuple((_text(each, "valueName"), _text(each, "value")) for each in parent.iterfind(f"{SPACE}{tag}"))


def _texts(parent: Xml.Element, tag: str) -> Iterable[str]:
    return (each.text or "" for each in parent.iterfind(f"{SPACE}{tag}"))


def _text(parent: Xml.Element, tag: str) -> str:
    return parent.findtext(f"{SPACE}{tag}") or ""
