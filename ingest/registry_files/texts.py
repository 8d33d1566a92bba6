"""Names and labels go out in feeds, tables and messages: what would break there is refused when it comes in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ingest.registry_files.entries import Entry
from ingest.registry_files.mistakes import Mistake

NAMED = ("name", "area", "department", "water")
"""The keys that have a text per language."""
FORMULA = "=+-@"
"""A cell that begins so is worked out, not shown, by whoever opens a table; their wide forms too."""
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters and breaks of lines and paragraphs; with those that XML cannot hold."""
NO_CHARACTERS = "\ufffe\uffff"


def name_mistakes(entry: Entry) -> Iterator[Mistake]:
    """What is wrong with the texts of an entry's names, whatever the language."""
    for key in NAMED:
        names = entry.data.get(key)
        for language, text in names.items() if isinstance(names, dict) else ():
            if isinstance(text, str) and (found := fault_of(text)):
                spot = (key, language)
                yield entry.mistake(f"`{entry.place_of(spot).called(spot)}` {found}", spot)


def fault_of(text: str) -> str:
    """What is wrong with a text and what to do, as the end of a sentence; empty where nothing is."""
    odd = next((each for each in text if unicodedata.category(each) in UNPRINTABLE or each in NO_CHARACTERS), "")
    if odd:
        found = f"the control character U+{ord(odd):04X}"
        return f"holds {found} (a line break or tab of a cell, perhaps): write a space there"
    first = text.lstrip()[:1]
    if first and unicodedata.normalize("NFKC", first) in FORMULA:
        return f"begins with {first}, which a spreadsheet takes for a formula: write it without"
    return ""
