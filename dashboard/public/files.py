"""Writing files so that a reader finds the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from dashboard.public.packing import ENDINGS, packed

ENDING = ".part"
MANY = 100
"""From so many files on the disk is told once to keep all that it was given, instead of each file."""
THREADS = 2
"""Packing and writing go on beside the rendering: neither holds the interpreter."""


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
class _Prepared:
    """A file whose new content is on the disk under other names."""

    parts: list[tuple[Path, Path]] = field(default_factory=list)
    stale: list[Path] = field(default_factory=list)


class Batch:
    """Files that are replaced together, with the smaller forms beside them: a context manager.

    All of them are written before any is replaced, in the order in which they were put in: on an OSError of the
    writing every old file is as it was. ``expected`` is about how many there will be.
    """

    def __init__(self, folder: Path, expected: int) -> None:
        self._folder = folder
        self._each = expected < MANY
        self._threads = ThreadPoolExecutor(THREADS, "public-files")
        self._tasks: list[Future[_Prepared]] = []

    def __enter__(self) -> Self:
        return self

    def put(self, path: str, body: bytes) -> None:
        """Write a file, at a path below the folder, some time before the end."""
        self._tasks.append(self._threads.submit(_prepare, self._folder / path, body, self._each))

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=kind is not None)
        try:
            if kind is None:
                self._replace([task.result() for task in self._tasks])
        finally:
            for task in self._tasks:
                _discard(task)

    def _replace(self, found: list[_Prepared]) -> None:
        if not self._each:
            os.sync()
        for prepared in found:
            for part, path in prepared.parts:
                _put_in_place(part, path)
            for stale in prepared.stale:
                stale.unlink(missing_ok=True)
        _sync_folders({path.parent for prepared in found for _, path in prepared.parts})


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


def _prepare(path: Path, body: bytes, durably: bool) -> _Prepared:
    prepared = _Prepared()
    forms = dict(packed(path.name, body))
    try:
        for target, content in ((path, body), *((path.with_name(path.name + each), forms[each]) for each in forms)):
            part = _part_of(target)
            prepared.parts.append((part, target))
            _write(part, content, durably)
    except BaseException:
        _unlink(prepared)
        raise
    prepared.stale = [neighbour for ending, neighbour in _neighbours(path).items() if ending not in forms]
    return prepared


def _discard(task: Future[_Prepared]) -> None:
    """What was put in place has no part any more."""
    if task.done() and not task.cancelled() and task.exception() is None:
        _unlink(task.result())


def _unlink(prepared: _Prepared) -> None:
    for part, _ in prepared.parts:
        part.unlink(missing_ok=True)


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
