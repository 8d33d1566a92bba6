"""The addresses of the pages: ``/``, ``/station/<id>``, ``/devices``, ``/cameras``, and the same below ``/en``.

Nobody else builds or reads one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from dashboard.i18n import LANGUAGES
from ingest.store.protocol import Copy

DAY_H = 24
RANGES_H = (6, DAY_H, 3 * DAY_H, 7 * DAY_H, 30 * DAY_H, 365 * DAY_H)
"""Hours that a hydrograph can show."""
DEFAULT_RANGE_H = 6
DEVICES = "/devices"
CAMERAS = "/cameras"
_STATION = re.compile(r"^/station/([a-z0-9][a-z0-9_-]{0,63})/?$")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page, in which language: that of a station, that of the devices' health, that of the cameras,
    else the overview.

    ``found`` is False for no page of ours.
    """

    language: str = "ja"
    station_id: str | None = None
    found: bool = True
    devices: bool = False
    cameras: bool = False

    def path(self) -> str:
        """The address of the page."""
        prefix = "" if self.language == "ja" else f"/{self.language}"
        if self.devices:
            return f"{prefix}{DEVICES}"
        if self.cameras:
            return f"{prefix}{CAMERAS}"
        return f"{prefix}/" if self.station_id is None else f"{prefix}/station/{self.station_id}"

    def station(self, station_id: str) -> Page:
        """The page of a station in the same language."""
        return Page(self.language, station_id)

    def overview(self) -> Page:
        """The overview in the same language."""
        return Page(self.language)

    def health(self) -> Page:
        """The page of the devices' health in the same language."""
        return Page(self.language, devices=True)

    def wall(self) -> Page:
        """The page of all cameras in the same language."""
        return Page(self.language, cameras=True)

    def other_language(self) -> Page:
        """The same page in the next language."""
        following = (LANGUAGES.index(self.language) + 1) % len(LANGUAGES)
        return replace(self, language=LANGUAGES[following], found=True)


def page_at(pathname: str | None) -> Page:
    """The page that an address names."""
    path = pathname or "/"
    language = next((each for each in LANGUAGES[1:] if path == f"/{each}" or path.startswith(f"/{each}/")), "ja")
    rest = path if language == "ja" else path.removeprefix(f"/{language}") or "/"
    station = _STATION.match(rest)
    devices, cameras = rest.rstrip("/") == DEVICES, rest.rstrip("/") == CAMERAS
    found = rest == "/" or station is not None or devices or cameras
    return Page(language, station.group(1) if station else None, found, devices, cameras)


def hours_in(search: str | None) -> int:
    """The range that ``?h=72`` asks for, or the usual one."""
    asked = parse_qs((search or "").removeprefix("?")).get("h", [""])[0]
    return int(asked) if asked in {str(each) for each in RANGES_H} else DEFAULT_RANGE_H


def chosen_in(search: str | None, known: Collection[str], usual: str, name: str = "p") -> str:
    """What ``?p=battery`` chooses of what is known (``name`` is the ``p``), or the usual choice."""
    asked = parse_qs((search or "").removeprefix("?")).get(name, [""])[0]
    return asked if asked in known else usual


def still_path(file: str, copy: Copy = Copy.WHOLE) -> str:
    """The address of the bytes of a still or of a copy of it."""
    return f"/still/{file}" if copy is Copy.WHOLE else f"/still/{file}?copy={copy}"
