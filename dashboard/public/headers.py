"""What is said of each address of the site over HTTP: pure. deploy/nginx/mizumori says the same; a test compares."""

from __future__ import annotations

import re
from collections.abc import Mapping

MEDIA_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".jsonld": "application/ld+json",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
}
"""The kinds of file of the site; no other kind is served."""
BY_PLACE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"feeds/cap/.+\.xml"), "application/cap+xml"),
    (re.compile(r"feeds/.+\.xml"), "application/atom+xml"),
    (re.compile(r"data/.+\.schema\.json"), "application/schema+json"),
    (re.compile(r"data/stations/[^/]+/history\.csv\.gz"), "application/gzip"),
)
"""Files whose kind their place tells; the first that fits counts."""

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
}
"""The nearest station is found in the reader's browser, so the page itself may ask for the place, and nobody else."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
OPEN: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
"""For pages of others."""
ASKED_BEFORE: Mapping[str, str] = {"Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since"}
"""What they may ask with, where their browser asks that first (OPTIONS)."""
CODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The smaller forms that lie beside a file, by their names in Accept-Encoding; the best first."""

_NEVER_CHANGES = re.compile(r"assets/")
_FOR_EVERYBODY = re.compile(r"(?:data|feeds)/.")


def media_type(path: str) -> str | None:
    """The kind of the file at a path below the site; None where the site has no such file."""
    for place, kind in BY_PLACE:
        if place.fullmatch(path):
            return kind
    name = path.rpartition("/")[2]
    return MEDIA_TYPES.get(f".{name.rpartition('.')[2]}") if "." in name else None


def headers_of(path: str) -> dict[str, str]:
    """What every answer with the file at a path says. Names with a hash never change; others may read open data."""
    cache = FOR_EVER if _NEVER_CHANGES.match(path) else ASK_AGAIN
    return {**SECURITY, "Vary": "Accept-Encoding", "Cache-Control": cache, **(OPEN if is_open(path) else {})}


def is_open(path: str) -> bool:
    """Whether pages of others may read what is, or would be, at a path."""
    return _FOR_EVERYBODY.match(path) is not None


def etag(modified_s: float, size_bytes: int) -> str:
    """The ETag of a file as nginx makes it, so that a copy on another host, with the same times, has the same."""
    return f'"{int(modified_s):x}-{size_bytes:x}"'


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether the asker has it already, going by the header If-None-Match."""
    known = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in known or "*" in known


def accepted(accept_encoding: str) -> list[tuple[str, str]]:
    """The codings of ``CODINGS`` that the header Accept-Encoding allows."""
    weights = dict(_weight(each) for each in accept_encoding.lower().split(",") if each.strip())
    return [(name, ending) for name, ending in CODINGS if weights.get(name, 0.0) > 0]


def _weight(written: str) -> tuple[str, float]:
    name, _, parameter = written.partition(";")
    key, _, value = parameter.partition("=")
    if key.strip() != "q":
        return name.strip(), 1.0
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), 0.0
