"""Active messages: what holds, the gravest first, what ran out unended, and where the rest is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from alerts.public.areas import areas
from alerts.public.feeds import feed_name
from dashboard.public.edition import Edition
from dashboard.public.messages import spoken
from dashboard.public.pages.frame import render, words_of
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language

PAGE = "messages.html"


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    at, told = edition.board.at, edition.messages
    facts = (
        *(told.active(at), told.lapsed(at), told.ended(at)),
        *(tuple(edition.issued), edition.day, documents(edition)),
    )
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), edition.every_minute.lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page of the messages in a language."""
    at, told = edition.board.at, edition.messages
    return render(
        "messages.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        active=told.active(at),
        lapsed=told.lapsed(at),
        ended=told.ended(at),
        documents=documents(edition),
        feed=feed_name("atom", spoken(language.code)[0]),
        feeds=feeds(edition, language),
    )


def documents(edition: Edition) -> frozenset[str]:
    """The identifiers of the messages whose CAP document is in the folder."""
    return frozenset(message.identifier for message, _ in edition.messages.published)


def feeds(edition: Edition, language: Language) -> list[tuple[Markup, str]]:
    """The feeds of the areas: their name in this language, and their address below the folder of the feeds."""
    words, own = words_of(edition, language), spoken(language.code)[0]
    found = areas(edition.board.registry)
    return [(words.marked(names), f"areas/{feed_name(slug, own)}") for slug, names in found.items()]
