"""The addresses of the pages: one row a page, in Japanese at the root and in the others below ``/en``.

Nobody else builds or reads one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from dashboard.i18n import LANGUAGES
from ingest.store.protocol import Copy

DAY_H = 24
LONGEST_WORD = 60
RANGES_H = (6, DAY_H, 3 * DAY_H, 7 * DAY_H, 30 * DAY_H, 365 * DAY_H)
"""Hours that a hydrograph can show."""
DEFAULT_RANGE_H = 6
PLACES: Mapping[str, str] = {
    "overview": "/",
    "station": "/station/{item}",
    "devices": "/devices",
    "health": "/health",
    "cameras": "/cameras",
    "wall": "/wall",
    "alerts": "/alerts",
    "incident": "/alerts/{item}",
    "chronology": "/chronology",
    "handover": "/handover",
    "audit": "/audit",
    "accounts": "/accounts",
    "messages": "/messages",
    "message": "/messages/{item}",
}
"""Every page by its name; its link stands in ``navigation``, what it is made of in ``pages``."""
_ITEM = "[a-z0-9][a-z0-9_-]{0,63}"
_PATTERNS = {
    place: re.compile("^" + address.rstrip("/").replace("{item}", f"({_ITEM})") + "/?$")
    for place, address in PLACES.items()
}


@dataclass(frozen=True, slots=True)
class Page:
    """Which page, in which language. ``place`` is a name of ``PLACES``, ``item`` the identifier in the address of those
    that have one.

    ``found`` is False for no page of ours.
    """

    language: str = "ja"
    place: str = "overview"
    item: str = ""
    found: bool = True

    @property
    def station_id(self) -> str | None:
        """The station of the page of one."""
        return self.item if self.place == "station" else None

    def path(self) -> str:
        """The address of the page."""
        prefix = "" if self.language == "ja" else f"/{self.language}"
        return prefix + PLACES[self.place].replace("{item}", self.item)

    def at(self, place: str, item: str = "") -> Page:
        """Another page in the same language."""
        return Page(self.language, place, item)

    def station(self, station_id: str) -> Page:
        """The page of a station in the same language."""
        return self.at("station", station_id)

    def overview(self) -> Page:
        """The overview in the same language."""
        return self.at("overview")

    def other_language(self) -> Page:
        """The same page in the next language."""
        following = (LANGUAGES.index(self.language) + 1) % len(LANGUAGES)
        return replace(self, language=LANGUAGES[following], found=True)


def page_at(pathname: str | None) -> Page:
    """The page that an address names."""
    path = pathname or "/"
    language = next((each for each in LANGUAGES[1:] if path == f"/{each}" or path.startswith(f"/{each}/")), "ja")
    rest = path if language == "ja" else path.removeprefix(f"/{language}") or "/"
    for place, pattern in _PATTERNS.items():
        if match := pattern.match(rest):
            return Page(language, place, match.group(1) if match.groups() else "")
    return Page(language, found=False)


def hours_in(search: str | None) -> int:
    """The range that ``?h=72`` asks for, or the usual one."""
    asked = parse_qs((search or "").removeprefix("?")).get("h", [""])[0]
    return int(asked) if asked in {str(each) for each in RANGES_H} else DEFAULT_RANGE_H


def chosen_in(search: str | None, known: Collection[str], usual: str, name: str = "p") -> str:
    """What ``?p=battery`` chooses of what is known (``name`` is the ``p``), or the usual choice."""
    asked = parse_qs((search or "").removeprefix("?")).get(name, [""])[0]
    return asked if asked in known else usual


def word_in(search: str | None, name: str) -> str:
    """The word that ``?q=asahi`` holds; empty where there is none, cut where it is endless."""
    return parse_qs((search or "").removeprefix("?")).get(name, [""])[0].strip()[:LONGEST_WORD]


def still_path(file: str, copy: Copy = Copy.WHOLE) -> str:
    """The address of the bytes of a still or of a copy of it."""
    return f"/still/{file}" if copy is Copy.WHOLE else f"/still/{file}?copy={copy}"
