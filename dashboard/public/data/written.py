"""JSON as the site has it."""

from __future__ import annotations

import json
from collections.abc import Mapping


def as_json(value: Mapping[str, object]) -> bytes:
    """Small, and readable by people who read Japanese."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
