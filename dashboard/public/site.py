"""The folder of the site: only what changed is written, and what is no more is removed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.public import files
from dashboard.public.packing import ENDINGS
from dashboard.public.sheets import Sheet


@dataclass(frozen=True, slots=True)
class _Written:
    """What a file was made of, and when."""

    facts: object
    at: datetime


class Site:
    """Keeps the sheets in a folder; one per folder. What a crash left behind is removed when it is made.

    Below the folders ``owned`` the first call removes what is no sheet; elsewhere nothing is removed but what it wrote.
    """

    def __init__(self, folder: Path, owned: Sequence[str]) -> None:
        self._folder = folder
        self._owned = owned
        self._common: object = None
        self._written: dict[str, _Written] = {}
        self._paths: set[str] | None = None
        files.sweep(folder)

    def bring(self, sheets: Iterable[Sheet], common: object, now: datetime) -> int:
        """Write the sheets that changed, in their order, then remove what is no sheet any more; how many were written.

        ``common`` is what all of them depend on: where it changed all are written. Raises the OSError of the disk; then
        every file is whole, old or new, and the next call tries again.
        """
        wanted = list(sheets)
        known = self._written if common == self._common else {}
        due = [sheet for sheet in wanted if _is_due(sheet, known.get(sheet.path), now)]
        with files.Batch(self._folder) as batch:
            for sheet in due:
                batch.put(sheet.path, sheet.render())
        paths = {sheet.path for sheet in wanted}
        fresh = {sheet.path: _Written(sheet.facts, now) for sheet in due}
        self._common, self._written = common, {path: fresh.get(path) or known[path] for path in paths}
        self._remove_others(paths)
        return len(due)

    def _remove_others(self, wanted: set[str]) -> None:
        """Of a retired station, for example."""
        if self._paths is None:
            for stray in _strays(self._folder, self._owned, wanted):
                stray.unlink(missing_ok=True)
        for path in (self._paths or set()) - wanted:
            files.remove(self._folder / path)
        self._paths = wanted


def _is_due(sheet: Sheet, written: _Written | None, now: datetime) -> bool:
    if written is None or written.facts != sheet.facts:
        return True
    if sheet.lasts_s is None:
        return False
    age_s = (now - written.at).total_seconds()
    return not 0 <= age_s < sheet.lasts_s * _share(sheet.path)  # a clock set back is not fresh


def _share(path: str) -> float:
    """From 0.75 to 1, another for every file: those that were written together are not all due together again."""
    return 0.75 + zlib.crc32(path.encode()) % 1024 / 4096


def _strays(folder: Path, owned: Sequence[str], wanted: set[str]) -> Iterable[Path]:
    endings = ("", *ENDINGS)
    expected = {folder / f"{path}{ending}" for path in wanted for ending in endings}
    for name in owned:
        yield from (each for each in (folder / name).rglob("*") if each.is_file() and each not in expected)
