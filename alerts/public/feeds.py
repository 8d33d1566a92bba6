"""What was published, as documents: each CAP message as it was stored, and Atom feeds of the city and of its areas.

Everything is made from what the store holds. Ids never change; links are absolute where the address is known that the
public reaches the feeds by, else relative to the document that they stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urljoin

from alerts.cap.atom import Entry, Feed, atom_feed
from alerts.cap.flood import TAGS, whole_second
from alerts.public.areas import areas
from alerts.public.records import PublicMessage
from alerts.public.rendering import Issuer, mark
from alerts.public.scope import scope_of
from alerts.public.words import LANGUAGES, line
from ingest.stations import Registry

KEPT = timedelta(days=30)
"""How long a message stays in the feeds and its document beside them."""
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of the feeds of a city that never published anything."""
PAGES = {"ja": "../messages.html", "en": "../en/messages.html"}
"""Where people read the messages, from the folder of the feeds."""
Published = Sequence[tuple[PublicMessage, bytes]]


@dataclass(frozen=True, slots=True)
class Document:
    """A document by its ``name`` below the folder of the feeds; ``facts`` are equal where its bytes are, for one
    registry and one issuer."""

    name: str
    facts: object
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class _About:
    """One feed: its own name below the folder, what its id says, its title, and its time where it has no entries."""

    name: str
    part: str
    title: str
    language: str
    begun: datetime


def documents(published: Published, issuer: Issuer, last: datetime | None = None) -> Iterator[Document]:
    """The documents of what was published, then the feeds that lead to them.

    ``last`` is when anything was published for the last time, however long ago: the time of a feed whose entries have
    all left, so that its time never goes back.
    """
    begun = BEGUN if last is None else whole_second(last)
    for message, cap in published:
        yield Document(cap_name(message), cap, partial(bytes, cap))
    messages = [message for message, _ in published]
    for language in LANGUAGES:
        yield _document(
            _About(feed_name("atom", language), "city", issuer.name(language), language, begun), messages, issuer
        )
    of_areas = _by_area(messages, issuer.registry)
    for slug, names in areas(issuer.registry).items():
        for language in LANGUAGES:
            title = f"{issuer.name(language)} {names.get(language) or names['ja']}"
            about = _About(f"areas/{feed_name(slug, language)}", f"area-{slug}", title, language, begun)
            yield _document(about, of_areas[names["ja"]], issuer)


def cap_name(message: PublicMessage) -> str:
    """Where the CAP document of a published message lies, below the folder of the feeds."""
    return f"cap/{message.identifier}.xml"


def entry_of(message: PublicMessage, issuer: Issuer, language: str, own: str = "atom.xml") -> Entry:
    """The entry of a message that was sent; ``own`` is the name of its feed below the folder."""
    assert message.sent_at is not None
    texts = message.content.texts[language]
    return Entry(
        id=f"tag:{issuer.sender},{message.sent_at:%Y}:{message.identifier}",
        title=f"{mark(message, issuer, language)}{texts.headline}",
        summary=f"{mark(message, issuer, language)}{texts.description}",
        updated=whole_second(message.sent_at),
        href=_link(cap_name(message), own, issuer),
        page=_link(f"{PAGES[language]}#m-{message.chain_id}", own, issuer),
        categories=(str(message.step), *(["drill"] if message.drill else [])),
    )


def _document(about: _About, messages: Sequence[PublicMessage], issuer: Issuer) -> Document:
    """What was published never changes, so its names are enough to compare."""
    facts = (about, tuple(each.identifier for each in messages))
    return Document(about.name, facts, partial(_feed, about, messages, issuer))


def _feed(about: _About, messages: Sequence[PublicMessage], issuer: Issuer) -> bytes:
    language = about.language
    feed = Feed(
        id=f"tag:{issuer.sender},2026:mizumori-{about.part}-{language}",
        title=line("feed_title", language, name=about.title),
        author=issuer.name(language),
        language=TAGS[language],
        begun=about.begun,
        href=_link(about.name, about.name, issuer),
        page=_link(PAGES[language], about.name, issuer),
    )
    return atom_feed([entry_of(each, issuer, language, about.name) for each in messages], feed)


def _by_area(messages: Sequence[PublicMessage], registry: Registry) -> Mapping[str, list[PublicMessage]]:
    """What concerns each area, by its Japanese name: whole chains, so that no end is missing where the beginning is."""
    chains: dict[int, list[PublicMessage]] = {}
    for each in messages:
        chains.setdefault(each.chain_id, []).append(each)
    scopes = {chain_id: scope_of(chain, registry) for chain_id, chain in chains.items()}
    names = [each["ja"] for each in areas(registry).values()]
    return {name: [each for each in messages if scopes[each.chain_id].has_area(name)] for name in names}


def _link(name: str, own: str, issuer: Issuer) -> str:
    """The address of a document below the folder (or beside it), as the feed ``own`` says it."""
    base = issuer.settings.feed_url.rstrip("/")
    return urljoin(f"{base}/", name) if base else "../" * own.count("/") + name


def feed_name(stem: str, language: str) -> str:
    """The file of a feed in a language."""
    return f"{stem}.xml" if language == "ja" else f"{stem}.{language}.xml"
