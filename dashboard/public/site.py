"""The folder of the site: only what changed is written, and what is no more is removed."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.public import files
from dashboard.public.packing import ENDINGS
from dashboard.public.sheets import Sheet
from dashboard.public.uncollected import uncollected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Written:
    """What a file was made of, and from when until when it may stay as it is; None: until its facts change."""

    facts: object
    at: datetime
    until: datetime | None


@dataclass(slots=True)
class _Faults:
    """What could not be made, with its error: a fault of one file is no reason to write no other."""

    paths: set[str] = field(default_factory=set)
    errors: list[tuple[str, Exception]] = field(default_factory=list)
    listed: bool = True
    """Whether it is known what the site consists of."""

    def listing(self, parts: Iterable[Iterable[Sheet]]) -> list[Sheet]:
        """The sheets of all parts, as far as they can be told."""
        found: list[Sheet] = []
        for part in parts:
            try:
                found.extend(part)
            except Exception as error:  # whatever it is: the other parts go out
                self.listed = False
                self.errors.append((f"what comes after {found[-1].path}" if found else "the first part", error))
        return found

    def rendered(self, sheet: Sheet) -> bytes | None:
        """The content of a file; None where it cannot be made."""
        try:
            return sheet.render()
        except Exception as error:  # whatever it is: the other files go out
            self.paths.add(sheet.path)
            self.errors.append((sheet.path, error))
            return None

    def told(self) -> str:
        """In words for staff; empty where there are none."""
        if not self.errors:
            return ""
        where, error = self.errors[0]
        return f"{len(self.errors)} parts could not be made, the first: {where}: {type(error).__name__}: {error}"


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
        self.fault = ""
        """What could not be made the last time; empty where all could."""
        files.sweep(folder)

    def bring(self, parts: Iterable[Iterable[Sheet]], common: object, now: datetime) -> int:
        """Write the sheets that changed, in their order, then remove what is no sheet any more; how many were written.

        ``common`` is what all of them depend on: where it changed all are written. A sheet that cannot be made stays as
        it is, and ``fault`` tells of it; where a whole part cannot be listed nothing is removed. Raises the OSError of
        the disk; then every file is whole, old or new, and the next call tries again.
        """
        faults = _Faults()
        wanted = faults.listing(parts)
        known = self._written if common == self._common else {}
        due = [sheet for sheet in wanted if self._is_due(sheet, known.get(sheet.path), now)]
        paths = {sheet.path for sheet in wanted}
        with uncollected() if len(due) >= files.MANY else nullcontext():
            made = self._write(due, paths, faults)
        gone = {sheet.path for sheet in due}.union(known.keys() - paths if faults.listed else ())
        kept = {**known, **{sheet.path: _written(sheet, now) for sheet in made}}
        for path in gone - {sheet.path for sheet in made}:
            kept.pop(path, None)
        self._common, self._written = common, kept
        self._tell(faults)
        if faults.listed:
            self._remove_others(paths)
        elif self._paths is not None:
            self._paths |= paths
        return len(made)

    def _write(self, due: Sequence[Sheet], paths: set[str], faults: _Faults) -> list[Sheet]:
        """What of it could be made. Should the disk refuse, it is due again: some of it may be in place."""
        made: list[Sheet] = []
        try:
            with files.Batch(self._folder) as batch:
                for sheet in due:
                    if sheet.needs <= paths and faults.paths.isdisjoint(sheet.needs):
                        body = faults.rendered(sheet)
                        if body is not None:
                            batch.put(sheet.path, body)
                            made.append(sheet)
        except BaseException:
            for sheet in due:
                self._written.pop(sheet.path, None)
            raise
        return made

    def _is_due(self, sheet: Sheet, written: _Written | None, now: datetime) -> bool:
        if written is None or (written.facts is not sheet.facts and written.facts != sheet.facts):
            return True
        if written.until is None:
            return not (self._folder / sheet.path).is_file()  # somebody may have removed it
        return not written.at <= now < written.until  # a clock set back is not fresh

    def _tell(self, faults: _Faults) -> None:
        """Once, until it is another fault."""
        told = faults.told()
        if told and told != self.fault:
            log.error("of the public site %s; it is tried again", told, exc_info=faults.errors[0][1])
        self.fault = told

    def _remove_others(self, wanted: set[str]) -> None:
        """Of a retired station, for example."""
        if self._paths is None:
            for stray in _strays(self._folder, self._owned, wanted):
                stray.unlink(missing_ok=True)
        for path in (self._paths or set()) - wanted:
            files.remove(self._folder / path)
        self._paths = wanted


def _written(sheet: Sheet, now: datetime) -> _Written:
    until = None if sheet.lasts_s is None else now + timedelta(seconds=sheet.lasts_s * _share(sheet.path))
    return _Written(sheet.facts, now, until)


def _share(path: str) -> float:
    """From 0.75 to 1, another for every file: those that were written together are not all due together again."""
    return 0.75 + zlib.crc32(path.encode()) % 1024 / 4096


def _strays(folder: Path, owned: Sequence[str], wanted: set[str]) -> Iterable[Path]:
    endings = ("", *ENDINGS)
    expected = {folder / f"{path}{ending}" for path in wanted for ending in endings}
    for name in owned:
        yield from (each for each in (folder / name).rglob("*") if each.is_file() and each not in expected)
