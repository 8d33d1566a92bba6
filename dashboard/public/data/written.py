"""JSON as the site has it."""

from __future__ import annotations

import json
from collections.abc import Mapping


def as_json(value: Mapping[str, object]) -> bytes:
    """A file: small, and readable by people who read Japanese."""
    return (text_of(value) + "\n").encode()


def text_of(value: Mapping[str, object]) -> str:
    """The same as a part of a file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
