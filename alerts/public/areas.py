"""The areas of the registry, and the names of the files about them. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from ingest.stations import Names, Registry


def areas(registry: Registry) -> Mapping[str, Names]:
    """The areas of the registry by the name that their files have, in the order of its stations."""
    found = {each.area["ja"]: each.area for each in registry.stations.values() if each.area}
    return {slug(names): names for names in found.values()}


def slug(names: Names) -> str:
    """A name for files: from the English one where there is one, told apart by the Japanese one."""
    plain = re.sub(r"[^a-z0-9]+", "-", names.get("en", "").lower()).strip("-")
    told_apart = hashlib.blake2b(names["ja"].encode(), digest_size=4).hexdigest()
    return f"{plain}-{told_apart}" if plain else told_apart
