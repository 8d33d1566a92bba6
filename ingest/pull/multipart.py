"""The first picture of a stream of pictures (MJPEG: multipart/x-mixed-replace). Pure.

Cameras differ from RFC 2046: some name their boundary with the dashes that stand before it, some give no length. So
the dashes are not counted, and a length is used where there is one.
"""

from __future__ import annotations

import re

MOST_HEAD_BYTES = 8192
_BOUNDARY = re.compile(r';\s*boundary="?([^";]{1,200})"?', re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def boundary_of(content_type: str) -> bytes | None:
    """What divides the parts, without its dashes; None where the answer is one thing, or does not say."""
    if not content_type.lower().lstrip().startswith("multipart/"):
        return None
    found = _BOUNDARY.search(content_type)
    return found[1].strip().strip("-").encode("latin-1", "replace") or None if found else None


class FirstPart:
    """Takes the bytes of a stream as they come, and gives its first part as soon as that is whole."""

    def __init__(self, boundary: bytes) -> None:
        self._begin = re.compile(rb"(?:^|\n)-{2,}" + re.escape(boundary) + rb"[^\n]*\n")
        self._end = re.compile(rb"\r?\n-{2,}" + re.escape(boundary))
        self._longest = len(boundary) + 16
        self._data = bytearray()
        self._body_at: int | None = None
        self._length: int | None = None
        self._looked = 0

    def __len__(self) -> int:
        """How many bytes came."""
        return len(self._data)

    def take(self, piece: bytes) -> bytes | None:
        """The first part, or None while it is not whole; ValueError where this is no such stream."""
        self._data += piece
        if self._body_at is None:
            self._look_for_head()
        return None if self._body_at is None else self._whole(self._body_at)

    def _look_for_head(self) -> None:
        begin = self._begin.search(self._data, 0, MOST_HEAD_BYTES)
        end = _HEAD_END.search(self._data, begin.end() - 1, begin.end() + MOST_HEAD_BYTES) if begin else None
        if begin is not None and end is not None:
            length = _LENGTH.search(self._data[begin.end() : end.start()].replace(b"\r", b""))
            self._length = int(length[1]) if length else None
            self._body_at = self._looked = end.end()
        elif len(self._data) > 2 * MOST_HEAD_BYTES:
            raise ValueError("no part begins in it")

    def _whole(self, body_at: int) -> bytes | None:
        if self._length is not None:
            until = body_at + self._length
            return bytes(self._data[body_at:until]) if len(self._data) >= until else None
        end = self._end.search(self._data, self._looked)
        if end is not None:
            return bytes(self._data[body_at : end.start()])
        self._looked = max(body_at, len(self._data) - self._longest)
        return None
