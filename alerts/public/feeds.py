"""What was published, as files: each CAP document as it was stored, and Atom feeds of the city and of each area.

Everything is made from the store, so a turn that was cut off is simply done again. A reader finds the old file or the
new one, whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.cap.atom import Entry, Feed, atom_feed
from alerts.cap.flood import TAGS, whole_second
from alerts.public.publishing import Around
from alerts.public.records import PublicMessage
from alerts.public.rendering import Issuer, mark
from alerts.public.words import LANGUAGES, line
from alerts.store.public import SqlPublicMessages

KEPT = timedelta(days=30)
"""How long a message stays in the feeds and its file beside them."""
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of a feed that has no entries yet."""
Published = Sequence[tuple[PublicMessage, bytes]]


class Feeds:
    """Woken from outside; writes only where something was published since, and once after a start."""

    def __init__(self, kept: SqlPublicMessages, around: Callable[[], Around], folder: Path) -> None:
        self._kept = kept
        self._around = around
        self._folder = folder
        self._written: tuple[str, ...] | None = None

    def turn(self, now: datetime) -> int:
        """Bring the files up to date; the number of messages in them, 0 where there was nothing to do."""
        names = self._kept.names_since(now - KEPT)
        if names == self._written:
            return 0
        found = self._kept.published_since(now - KEPT)
        write_feeds(self._folder, found, self._around().issuer)
        self._written = tuple(message.identifier for message, _ in found)
        return len(found)


def write_feeds(folder: Path, published: Published, issuer: Issuer) -> None:
    """Write all files below ``folder``, the documents before the feeds that lead to them; OSError where it cannot.

    Documents that are no longer in the feeds are removed last.
    """
    wanted = dict(documents(published, issuer))
    for name, content in sorted(wanted.items(), key=lambda each: not each[0].startswith("cap/")):
        _replace(folder / name, content)
    for old in (folder / "cap").glob("*"):
        if f"cap/{old.name}" not in wanted:
            old.unlink()


def documents(published: Published, issuer: Issuer) -> Iterator[tuple[str, bytes]]:
    """Every file by its name below the folder. Pure."""
    for message, cap in published:
        yield f"cap/{message.identifier}.xml", cap
    messages = [message for message, _ in published]
    for language in LANGUAGES:
        title = issuer.name(language)
        yield _name("atom", language), _feed(messages, issuer, language, "city", title, "")
    for slug, names in areas(issuer).items():
        of_it = [each for each in messages if names["ja"] in _areas_of(each, issuer)]
        for language in LANGUAGES:
            title = f"{issuer.name(language)} {names.get(language) or names['ja']}"
            yield f"areas/{_name(slug, language)}", _feed(of_it, issuer, language, f"area-{slug}", title, "../")


def areas(issuer: Issuer) -> Mapping[str, Mapping[str, str]]:
    """The areas of the registry by the name that their files have."""
    named = [each.area for each in issuer.registry.stations.values() if each.area]
    return {_slug(each): each for each in named}


def _feed(messages: Sequence[PublicMessage], issuer: Issuer, language: str, name: str, title: str, above: str) -> bytes:
    about = line("feed_title", language, name=title)
    base = issuer.settings.feed_url.rstrip("/")
    own = _name("atom", language) if name == "city" else f"areas/{_name(name.removeprefix('area-'), language)}"
    feed = Feed(
        id=f"tag:{issuer.sender},2026:mizumori-{name}-{language}",
        title=about,
        author=issuer.name(language),
        language=TAGS[language],
        begun=BEGUN,
        href=f"{base}/{own}" if base else "",
    )
    return atom_feed([entry_of(each, issuer, language, above) for each in messages], feed)


def entry_of(message: PublicMessage, issuer: Issuer, language: str, above: str) -> Entry:
    """The entry of a message that was sent; ``above`` leads from its feed to the folder of the documents."""
    assert message.sent_at is not None
    texts = message.content.texts[language]
    return Entry(
        id=f"tag:{issuer.sender},{message.sent_at:%Y}:{message.identifier}",
        title=f"{mark(message, issuer, language)}{texts.headline}",
        summary=f"{mark(message, issuer, language)}{texts.description}",
        updated=whole_second(message.sent_at),
        href=f"{above}cap/{message.identifier}.xml",
        categories=(str(message.step), *(["drill"] if message.drill else [])),
    )


def _areas_of(message: PublicMessage, issuer: Issuer) -> set[str]:
    stations = issuer.registry.stations
    found = [stations[each].area for each in message.content.station_ids if each in stations]
    return {each["ja"] for each in found if each}


def _slug(names: Mapping[str, str]) -> str:
    """A name for files: from the English one where there is one, told apart by the Japanese one."""
    plain = re.sub(r"[^a-z0-9]+", "-", names.get("en", "").lower()).strip("-")
    told_apart = hashlib.blake2b(names["ja"].encode(), digest_size=4).hexdigest()
    return f"{plain}-{told_apart}" if plain else told_apart


def _name(stem: str, language: str) -> str:
    return f"{stem}.xml" if language == "ja" else f"{stem}.{language}.xml"


def _replace(path: Path, content: bytes) -> None:
    """Write durably under another name, then put it in place; nothing is done where nothing changed."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
