"""Where in a TOML file a value stands: the standard parser tells only where the syntax breaks.

The scanner walks a text that ``tomllib`` has accepted, so it may assume that the syntax is right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and array indices from the top of the document, for example ``("stations", 0, "gauges", 1, "id")``."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{1,2})?', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{1,2})?", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table, key and array element of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that the file has; 1 where there is none."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


class _Scanner:
    """One walk over a text; ``at`` is the offset reached, ``table`` the path of the table being filled."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.table: Path = ()
        self.lines: dict[Path, int] = {}
        self._newest: dict[Path, int] = {}
        self._counted_to = 0
        self._line = 1

    def document(self) -> None:
        """The whole text: headers and pairs."""
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self.table)
            self._skip(_BLANK)

    def _header(self) -> None:
        repeated = self.text.startswith("[[", self.at)
        here = self._line_here()
        self.at += 2 if repeated else 1
        keys = self._keys()
        self.at += 2 if repeated else 1
        *parents, last = keys
        path = (*self._resolved(parents, here), last)
        if repeated:
            self.lines.setdefault(path, here)
            self._newest[path] = self._newest.get(path, -1) + 1
        self.table = self._inside(path)
        self.lines[self.table] = here

    def _resolved(self, keys: list[str], here: int) -> Path:
        path: Path = ()
        for key in keys:
            path = self._inside((*path, key))
            self.lines.setdefault(path, here)
        return path

    def _inside(self, path: Path) -> Path:
        return (*path, self._newest[path]) if path in self._newest else path

    def _pair(self, table: Path) -> None:
        here = self._line_here()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, here)
        self.at += 1
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self.text.startswith(".", self.at):
            self.at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip(_SPACE)
        start = self.at
        quoted = self.text[start] in "\"'"
        if quoted:
            self._skip_string()
        else:
            self._skip(_BARE_KEY)
        raw = self.text[start : self.at]
        self._skip(_SPACE)
        return str(tomllib.loads(f"key = {raw}")["key"]) if quoted else raw

    def _value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif opening in "\"'":
            self._skip_string()
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        index = 0
        while self.text[self.at] != "]":
            self.lines[(*path, index)] = self._line_here()
            self._value((*path, index))
            index += 1
            self._skip_comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)

    def _skip_string(self) -> None:
        for pattern in _STRINGS:
            if self.text[self.at] == pattern.pattern[0] and (found := pattern.match(self.text, self.at)):
                self.at = found.end()
                return

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.at):
            self.at = found.end()

    def _line_here(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line
