"""An Atom feed (RFC 4287) of published CAP messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Xml

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. ``id`` never changes; ``href`` leads to its CAP file, from the feed's own address, and ``page`` to
    where people read it (empty: nowhere)."""

    id: str
    title: str
    summary: str
    updated: datetime
    href: str
    categories: tuple[str, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feed says of itself. ``href`` is its own address, empty where that is not known; ``page`` where people
    read the same, or empty.

    ``begun`` is the time of a feed without entries: a feed must have one.
    """

    id: str
    title: str
    author: str
    language: str
    begun: datetime
    href: str = ""
    page: str = ""


def atom_feed(entries: Sequence[Entry], feed: Feed) -> bytes:
    """The feed as a document in UTF-8, newest entry first. The same entries make the same bytes."""
    root = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    newest = sorted(entries, key=lambda each: (each.updated, each.id), reverse=True)
    _put(root, "id", feed.id)
    _put(root, "title", feed.title)
    _put(root, "updated", _time(newest[0].updated if newest else feed.begun))
    _put(Xml.SubElement(root, "author"), "name", feed.author)
    _put(root, "generator", "Mizumori")
    if feed.href:
        Xml.SubElement(root, "link", rel="self", href=feed.href, type="application/atom+xml")
    _page(root, feed.page)
    for each in newest:
        _entry(Xml.SubElement(root, "entry"), each)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'.encode()


def entry_xml(entry: Entry) -> str:
    """One entry alone, as it will stand in the feed."""
    root = Xml.Element("entry")
    _entry(root, entry)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode")


def _entry(parent: Xml.Element, entry: Entry) -> None:
    _put(parent, "id", entry.id)
    _put(parent, "title", entry.title)
    _put(parent, "updated", _time(entry.updated))
    _put(parent, "published", _time(entry.updated))
    Xml.SubElement(parent, "link", rel="alternate", href=entry.href, type=CAP_TYPE)
    _page(parent, entry.page)
    for each in entry.categories:
        Xml.SubElement(parent, "category", term=each)
    _put(parent, "summary", entry.summary)


def _page(parent: Xml.Element, href: str) -> None:
    if href:
        Xml.SubElement(parent, "link", rel="alternate", href=href, type="text/html")


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _put(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = text
