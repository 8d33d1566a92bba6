"""The areas of the registry, and the names of the files about them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ingest.stations import Names, Registry


def areas(registry: Registry) -> Mapping[str, Names]:
    """The areas of the registry by the name that their files have, in the order of its stations."""
    return {slug(key): names for key, names in registry.areas.items()}


def slug(key: str) -> str:
    """A name for the files of an area, from its Japanese name alone: that is what an area is told apart by, so its
    addresses stay when its name in another language is corrected."""
    return hashlib.blake2b(key.encode(), digest_size=4).hexdigest()
