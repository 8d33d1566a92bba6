"""The picture that goes along with a message: what channels know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from alerts.records import Delivery

KEY = "picture"
"""Where the data of a delivery says which still goes along."""
CARRIERS = frozenset({"email", "webhook", "apprise"})
"""The channels that take a picture. The others would fetch it from an address that the whole world can reach."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How large a picture may be: its longer side in pixels, and its bytes."""

    longest_px: int = 1280
    most_bytes: int = 200_000


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as JPEG. ``name`` is that of a file, in plain letters."""

    data: bytes
    name: str
    width_px: int
    height_px: int
    media_type: str = "image/jpeg"


class Photos(Protocol):
    """Where channels get the picture of a delivery from."""

    def photo(self, delivery: Delivery, fit: Fit | None = None) -> Photo | None:
        """The picture, at most so large; None where there is none, or where it cannot be had: never an error, because
        no message waits for a picture."""
        ...


class NoPhotos:
    """Where messages go without pictures."""

    def photo(self, delivery: Delivery, fit: Fit | None = None) -> Photo | None:
        """None."""
        del delivery, fit
        return None
