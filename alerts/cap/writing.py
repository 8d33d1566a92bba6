"""From a message to its XML. What a message holds is written as it is: ask ``checks.faults`` before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as Xml

from alerts.cap.message import Area, CapMessage, Circle, Info, Named, Point, Reference, Resource
from alerts.cap.vocabulary import NAMESPACE


def to_xml(message: CapMessage) -> bytes:
    """A message as a CAP 1.2 document in UTF-8."""
    alert = Xml.Element("alert", xmlns=NAMESPACE)
    _put(alert, "identifier", message.identifier)
    _put(alert, "sender", message.sender)
    _put(alert, "sent", written(message.sent))
    _put(alert, "status", message.status)
    _put(alert, "msgType", message.msg_type)
    _optional(alert, "source", message.source)
    _put(alert, "scope", message.scope)
    _optional(alert, "restriction", message.restriction)
    _optional(alert, "addresses", message.addresses)
    _all(alert, "code", message.codes)
    _optional(alert, "note", message.note)
    _optional(alert, "references", " ".join(map(_reference, message.references)))
    _optional(alert, "incidents", message.incidents)
    for info in message.infos:
        _info(Xml.SubElement(alert, "info"), info)
    Xml.indent(alert)
    document = Xml.tostring(alert, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()


def written(at: datetime) -> str:
    """A time as CAP writes it. Microseconds are kept where there are any: the schema refuses them, nobody rounds."""
    return at.isoformat()


def _reference(reference: Reference) -> str:
    return f"{reference.sender},{reference.identifier},{written(reference.sent)}"


def _info(parent: Xml.Element, info: Info) -> None:
    _put(parent, "language", info.language)
    _all(parent, "category", info.categories)
    _put(parent, "event", info.event)
    _all(parent, "responseType", info.response_types)
    _put(parent, "urgency", info.urgency)
    _put(parent, "severity", info.severity)
    _put(parent, "certainty", info.certainty)
    _optional(parent, "audience", info.audience)
    _named(parent, "eventCode", info.event_codes)
    for name in ("effective", "onset", "expires"):
        at: datetime | None = getattr(info, name)
        _optional(parent, name, "" if at is None else written(at))
    _optional(parent, "senderName", info.sender_name)
    for name in ("headline", "description", "instruction", "web", "contact"):
        _optional(parent, name, getattr(info, name))
    _named(parent, "parameter", info.parameters)
    for resource in info.resources:
        _resource(Xml.SubElement(parent, "resource"), resource)
    for area in info.areas:
        _area(Xml.SubElement(parent, "area"), area)


def _resource(parent: Xml.Element, resource: Resource) -> None:
    _put(parent, "resourceDesc", resource.description)
    _put(parent, "mimeType", resource.mime_type)
    _optional(parent, "size", "" if resource.size_bytes is None else str(resource.size_bytes))
    _optional(parent, "uri", resource.uri)
    _optional(parent, "derefUri", resource.deref_uri)
    _optional(parent, "digest", resource.digest)


def _area(parent: Xml.Element, area: Area) -> None:
    _put(parent, "areaDesc", area.description)
    _all(parent, "polygon", (" ".join(map(_point, each)) for each in area.polygons))
    _all(parent, "circle", map(_circle, area.circles))
    _named(parent, "geocode", area.geocodes)
    _optional(parent, "altitude", _number(area.altitude_ft))
    _optional(parent, "ceiling", _number(area.ceiling_ft))


def _circle(circle: Circle) -> str:
    return f"{_point(circle.centre)} {_number(circle.radius_km)}"


def _point(point: Point) -> str:
    return ",".join(map(_number, point))


def _number(value: float | None) -> str:
    """Never with an exponent, which the schema's decimals do not know; a ten-millionth of a degree is a centimetre."""
    if value is None:
        return ""
    text = f"{value:.7f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _named(parent: Xml.Element, tag: str, values: Iterable[Named]) -> None:
    for name, value in values:
        element = Xml.SubElement(parent, tag)
        _put(element, "valueName", name)
        _put(element, "value", value)


def _all(parent: Xml.Element, tag: str, texts: Iterable[str]) -> None:
    for text in texts:
        _put(parent, tag, text)


def _optional(parent: Xml.Element, tag: str, text: str) -> None:
    if text:
        _put(parent, tag, text)


def _put(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = str(text)
