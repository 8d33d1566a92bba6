"""A TOML file as its values and the lines on which they stand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ingest.registry_files.entries import Place
from ingest.registry_files.mistakes import FileMistakes, Mistake
from ingest.registry_files.positions import lines_of

_BROKEN_AT = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)")


def read_document(path: Path, refusal: type[FileMistakes]) -> tuple[dict[str, Any], Place]:
    """What a file holds and the place of its top.

    Raises ``refusal`` with the first mistake where it is no TOML in UTF-8, ``OSError`` where it cannot be read.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return tomllib.loads(text), Place(path.name, 1, (), {(): 1, **lines_of(text)})
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal([Mistake(path.name, line, "this is not UTF-8: save the file as UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        raise refusal([_broken(path.name, content, str(error))]) from error


def _broken(file: str, content: bytes, reason: str) -> Mistake:
    found = _BROKEN_AT.fullmatch(reason)
    words = found[1] if found else reason
    line = int(found[2]) if found and found[2] else max(1, len(content.rstrip().split(b"\n")))
    hint = 'texts stand in "quotes", a key and its value are joined by =, and no key or table comes twice'
    return Mistake(file, line, f"this is not valid TOML: {words[:1].lower()}{words[1:]}; mind that {hint}")
