"""From which addresses a page may show live pictures: those of the registry and no others. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from ingest.devices import Live
from ingest.stations import Registry

# What a Content-Security-Policy takes for a host; anything else could end its rule and begin another.
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]")
_RULES = {"mjpeg": ("img-src", "connect-src"), "hls": ("connect-src", "media-src")}
"""What a page does with each kind: it draws the one as an image, and asks why where none comes; it fetches the other
for its player. A page of its own is opened apart and needs nothing."""


@cache
def origin(url: str) -> str | None:
    """Scheme, host and port of a web address as a policy names them; None where it is not one that can be named."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    named = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or parts.username is not None or not _HOST.fullmatch(named):
        return None
    return f"{parts.scheme}://{named}" + (f":{port}" if port else "")


def can_be_shown(live: Live | None) -> bool:
    """Whether there is a live view whose address can be opened."""
    return live is not None and origin(live.url) is not None


def origins(registry: Registry | None) -> Mapping[str, tuple[str, ...]]:
    """By rule of the policy, what the live views of these cameras need beside what every page may do."""
    found: dict[str, set[str]] = {}
    for camera in registry.cameras.values() if registry else ():
        named = origin(camera.live.url) if camera.live else None
        for rule in _RULES.get(camera.live.kind, ()) if camera.live and named else ():
            found.setdefault(rule, set()).add(named or "")
    return {rule: tuple(sorted(each)) for rule, each in found.items()}
