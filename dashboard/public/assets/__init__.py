"""The style, the scripts and the icon: named by their content, so that they can be cached for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from dashboard.public.sheets import Sheet

FOLDER = "assets"
NAMES = ("site.css", "station.css", "site.js", "find.js", "icon.svg")


@cache
def contents() -> Mapping[str, bytes]:
    """The bytes by plain name."""
    return {name: (Path(__file__).parent / name).read_bytes() for name in NAMES}


@cache
def hashed() -> Mapping[str, str]:
    """The path below the site's folder by plain name, for example ``assets/site.1f2e3d4c5b6a.css``."""
    return {name: _hashed(name, body) for name, body in contents().items()}


def _hashed(name: str, body: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{FOLDER}/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"


def sheets() -> Iterator[Sheet]:
    """As files of the site: they come before the pages that need them."""
    for name, path in hashed().items():
        yield Sheet(path, None, partial(contents().__getitem__, name))
