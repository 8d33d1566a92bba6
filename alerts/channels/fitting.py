"""Texts that fit: cut or divided at a line or a word, with nothing lost that a person must see. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

CUT = "…"
TAIL = re.compile(r"(\s*(https?://\S+|【[^】\n]*】))+\s*$")
"""What stands at the end of a message and must not be cut off: its link, and the mark of a drill."""
MARK = re.compile(r"\s*(【[^】]*】|\[[^\]]*\])")


def units(text: str) -> int:
    """The length in UTF-16 code units, in which LINE and SMS count."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, most: int, size: Callable[[str], int] = units) -> str:
    """The text in at most ``most`` units, cut at a line or word and marked with an ellipsis.

    The link at its end stays whole, and so does the mark of a drill at its beginning and end: where these alone are
    more than ``most``, the result is longer than that rather than without one of them.
    """
    if size(text) <= most:
        return text
    found = TAIL.search(text)
    tail = f"\n{found.group().strip()}" if found else ""
    head = text[: found.start()].rstrip() if found else text
    kept = _first(head, most - size(tail) - size(CUT), size)
    mark = MARK.match(head)
    if mark and len(kept) < mark.end():
        kept = mark.group().strip()
    return f"{kept}{CUT}{tail}"


def in_pieces(text: str, most: int, pieces: int, size: Callable[[str], int] = units) -> list[str]:
    """The text in at most so many pieces of at most ``most`` units each; the last is cut where they do not suffice."""
    found: list[str] = []
    rest = text
    while size(rest) > most and len(found) < pieces - 1:
        piece = _first(rest, most, size)
        found.append(piece)
        rest = rest[len(piece) :].lstrip("\n ")
    return [*found, shortened(rest, most, size)]


def _first(text: str, most: int, size: Callable[[str], int]) -> str:
    """The longest beginning of at most ``most`` units that ends with a line, else with a word, else anywhere."""
    end = _longest(text, most, size)
    whole = text[:end]
    if end == len(text) or text[end].isspace():
        return whole.rstrip()
    for blank in ("\n", " ", "\u3000", "。", "、"):
        at = whole.rfind(blank) + (blank in "。、")
        if at > end // 2:
            return whole[:at].rstrip()
    return whole


def _longest(text: str, most: int, size: Callable[[str], int]) -> int:
    """How many characters of the text are at most so many units (by halving: sizes only grow)."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= most else (low, middle - 1)
    return low
