"""Writing files so that a reader finds the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from dashboard.public.packing import ENDINGS, packed

ENDING = ".part"
MANY = 100
"""From so many files on the disk is told once to keep all that it was given, instead of each file."""
THREADS = 2
"""Neither packing nor writing holds the interpreter."""


def write(path: Path, body: bytes) -> None:
    """Replace ``path`` with ``body``, durably. On an OSError the old file is as it was."""
    part = _part_of(path)
    try:
        _write(part, body, durably=True)
        _put_in_place(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folders([path.parent])


def remove(path: Path) -> None:
    """Remove a file and the smaller forms beside it, where they are."""
    for each in (path, *_neighbours(path).values()):
        each.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a crash in the middle of writing left below a folder."""
    for part in folder.rglob(f".*{ENDING}"):
        part.unlink(missing_ok=True)


@dataclass(slots=True)
class _File:
    """A file whose new content is written under other names before it takes its place."""

    path: Path
    body: bytes
    parts: list[tuple[Path, Path]] = field(default_factory=list)
    stale: list[Path] = field(default_factory=list)

    def write(self, durably: bool) -> None:
        """Write it and the smaller forms beside it."""
        path, forms = self.path, dict(packed(self.path.name, self.body))
        wanted = [(path, self.body), *((path.with_name(path.name + each), forms[each]) for each in forms)]
        for target, content in wanted:
            part = _part_of(target)
            self.parts.append((part, target))
            _write(part, content, durably)
        self.stale = [neighbour for ending, neighbour in _neighbours(path).items() if ending not in forms]

    def take_place(self) -> None:
        """Replace what was there; a smaller form that there is no more goes."""
        for part, path in self.parts:
            _put_in_place(part, path)
        for stale in self.stale:
            stale.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what was written and did not take its place."""
        for part, _ in self.parts:
            part.unlink(missing_ok=True)


class Batch:
    """Files that are replaced together, with the smaller forms beside them: a context manager.

    All of them are written before any is replaced, in the order in which they were put in: on an OSError of the
    writing every old file is as it was.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[_File] = []

    def __enter__(self) -> Self:
        return self

    def put(self, path: str, body: bytes) -> None:
        """Write a file, at a path below the folder, at the end."""
        self._files.append(_File(self._folder / path, body))

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:
            return
        try:
            self._write()
            for each in self._files:
                each.take_place()
        finally:
            for each in self._files:
                each.discard()
        _sync_folders({each.path.parent for each in self._files})

    def _write(self) -> None:
        """In threads, when all are rendered: beside rendering, which holds the interpreter, each of their small steps
        would wait for it."""
        few = len(self._files) < MANY
        with ThreadPoolExecutor(THREADS, "public-files") as threads:
            list(threads.map(partial(_File.write, durably=few), self._files))
        if not few:
            os.sync()


class Part:
    """A file that is written piece by piece under another name, durably, and then takes its place: a context manager.
    What did not take it is removed, and the old file is as it was."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, _part_of(path)

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("wb")
        return self

    def write(self, piece: bytes) -> None:
        """The next bytes. They are on the disk when this returns, so that none of many takes long."""
        self._file.write(piece)
        self._file.flush()
        os.fdatasync(self._file.fileno())

    def take_place(self) -> None:
        """Replace what was there with all that was written."""
        self._file.close()
        _put_in_place(self._part, self._path)
        _sync_folders([self._path.parent])

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)


def _put_in_place(part: Path, path: Path) -> None:
    """Replace a file, never by one of the same size and second: web servers and copies tell versions apart by them."""
    try:
        before = path.stat()
    except FileNotFoundError:
        part.replace(path)
        return
    after = part.stat()
    if after.st_size == before.st_size and int(after.st_mtime) <= int(before.st_mtime):
        os.utime(part, (after.st_atime, int(before.st_mtime) + 1))
    part.replace(path)


def _neighbours(path: Path) -> dict[str, Path]:
    return {ending: path.with_name(path.name + ending) for ending in ENDINGS}


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}{ENDING}")


def _write(path: Path, body: bytes, durably: bool) -> None:
    try:
        file = path.open("wb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("wb")
    with file:
        file.write(body)
        if durably:
            file.flush()
            os.fsync(file.fileno())


def _sync_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
