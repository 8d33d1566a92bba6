"""Tables on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of the same length as lines of equal columns."""
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(padded(cell, size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Japanese letters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "FW" else 1 for each in text)


def padded(text: str, size: int) -> str:
    """A text filled up to so many columns."""
    return text + " " * (size - width(text))
