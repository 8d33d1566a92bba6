"""Probes of what a service stands on: the database, the disk, the clock."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Disk, Fault
from ingest.store.protocol import DeadLetterSummary

GB = 1_000_000_000
LOCK_WAIT_S = 2.0
STEP_S = 2.0
DRIFT = 0.001
"""A clock that is drawn gently towards the right time moves by half of this at the most."""
STEP_SAID_FOR_S = 3600.0


def check_disk(folder: Path, name: str = "disk") -> Check:
    """Less than 10 % or 1 GB free is little, less than 2 % or 0.2 GB is too little to go on."""
    usage = shutil.disk_usage(folder)
    share, free_gb = usage.free / (usage.total or 1), usage.free / GB
    figures: dict[str, float | str] = {"gb": free_gb, "pct": 100 * share, "folder": str(folder)}
    said = f"{free_gb:.1f} GB ({share:.0%}) of the disk of {folder} are free"
    if share < 0.02 or free_gb < 0.2:
        sentence = f"{said}: make room now, soon nothing can be kept any more"
        return Check(name, State.FAILED, sentence, Fault.DISK_FULL, figures)
    if share < 0.10 or free_gb < 1.0:
        sentence = f"{said}: make room, or move it to a larger disk"
        return Check(name, State.DEGRADED, sentence, Fault.DISK_LOW, figures)
    return Check(name, State.OK, said)


def disks_of(folders: Mapping[str, Path]) -> tuple[Disk, ...]:
    """The disks of folders by their use, those on the same disk together. A folder that is not there, or that cannot be
    looked at, is left out: that is for whoever looks at the folder."""
    by_device: dict[int, list[str]] = {}
    for use, folder in folders.items():
        with suppress(OSError):
            by_device.setdefault(folder.stat().st_dev, []).append(use)
    return tuple(_disks(folders, by_device.values()))


def _disks(folders: Mapping[str, Path], together: Iterable[Sequence[str]]) -> Iterator[Disk]:
    for uses in together:
        with suppress(OSError):
            usage = shutil.disk_usage(folders[uses[0]])
            yield Disk(str(folders[uses[0]]), tuple(uses), usage.free, usage.total)


def size_of(file: Path) -> int:
    """Bytes of a database with its journal."""
    return sum(each.stat().st_size for each in (file, Path(f"{file}-wal")) if each.exists())


def check_database(name: str, file: Path) -> Check:
    """Whether a database can be read and written now: it takes the write lock for a moment and changes nothing."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=LOCK_WAIT_S)) as database:
            database.isolation_level = None
            database.execute("BEGIN IMMEDIATE")
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            sentence = f"{file} has been locked by another program for {LOCK_WAIT_S:.0f} s: find and end it"
            return Check(name, State.DEGRADED, sentence, Fault.DATABASE_LOCKED, {"file": file.name})
        sentence = f"{file} cannot be written ({error}): give this user the right to its folder"
        return Check(name, State.FAILED, sentence, Fault.DATABASE_CLOSED, {"file": file.name, "reason": str(error)})
    except sqlite3.DatabaseError as error:
        sentence = f"{file} is damaged ({error}): restore a backup (docs/operations.md)"
        return Check(name, State.FAILED, sentence, Fault.DATABASE_DAMAGED, {"file": file.name, "reason": str(error)})
    return Check(name, State.OK, f"{file} can be read and written")


def check_folder(folder: Path) -> Check:
    """Whether files can be made in a folder."""
    trial = folder / ".writable"
    try:
        trial.touch()
        trial.unlink(missing_ok=True)  # another look may have removed it
    except OSError as error:
        sentence = f"{folder} cannot be written ({error.strerror}): give this user the right to it"
        figures = {"folder": str(folder), "reason": str(error.strerror)}
        return Check("folder", State.FAILED, sentence, Fault.FOLDER_CLOSED, figures)
    return Check("folder", State.OK, f"{folder} can be written")


@dataclass(frozen=True)
class StoreProbe:
    """The files: databases, folder, and every disk that carries something. ``carrying`` are folders by their use."""

    folder: Path
    databases: Mapping[str, Path]
    carrying: Mapping[str, Path]
    name: str = "store"

    def samples(self) -> Iterable[Sample]:
        """Sizes in bytes."""
        for disk in disks_of(self.carrying):
            named = {"folder": disk.folder}
            yield Sample("disk_free_bytes", "free bytes of the disk of a folder", disk.free_bytes, named)
            yield Sample("disk_size_bytes", "bytes of the disk of a folder", disk.size_bytes, named)
        for name, file in self.databases.items():
            said = "bytes of a database with its journal"
            yield Sample("database_size_bytes", said, size_of(file), {"database": name})

    def checks(self) -> Iterable[Check]:
        """Whether all can be written, and how much room there is."""
        yield check_folder(self.folder)
        for name, file in self.databases.items():
            yield check_database(name, file)
        for disk in disks_of(self.carrying):
            uses = "" if "data" in disk.uses else f" {' '.join(disk.uses)}"
            yield check_disk(Path(disk.folder), f"disk{uses}")


@dataclass
class LogProbe:
    """The log: its end, readings by quality since the start, and what was refused.

    Qualities are counted here by what came since the last time that somebody asked, not where readings are written.
    """

    database: Engine
    dead_letters: Callable[[], DeadLetterSummary]
    name: str = "log"

    def __post_init__(self) -> None:
        self._seen = self._end()
        self._by_quality: dict[str, int] = dict.fromkeys(("good", "suspect", "bad"), 0)

    def _end(self) -> int:
        with self.database.connect() as connection:
            return int(connection.scalar(text("SELECT max(seq) FROM readings")) or 0)

    def _count(self) -> None:
        newer = text("SELECT quality, count(*), max(seq) FROM readings WHERE seq > :seen GROUP BY quality")
        with self.database.connect() as connection:
            for quality, count, last in connection.execute(newer, {"seen": self._seen}).all():
                self._by_quality[quality] = self._by_quality.get(quality, 0) + count
                self._seen = max(self._seen, last)

    def samples(self) -> Iterable[Sample]:
        """Counts since the start of this process, and totals of dead letters since the beginning."""
        self._count()
        yield Sample("log_end", "the newest sequence number of the log of readings", self._seen)
        for quality, count in self._by_quality.items():
            yield Sample("readings_total", "readings kept since the start, by quality", count, {"quality": quality})
        summary = self.dead_letters()
        for name, said, counts in (
            ("dead_letters_total", "messages refused since the beginning, by reason", summary.counts),
            ("dead_letters_passed_over_total", "of these counted but not kept", summary.passed_over),
            ("dead_letters_retried_total", "of these kept by a retry", summary.retried),
            ("dead_letters_kept", "dead letters that can be looked at now", summary.kept),
        ):
            for reason, count in counts.items():
                yield Sample(name, said, count, {"reason": reason})

    def checks(self) -> Iterable[Check]:
        """Nothing that the other probes do not say."""
        return ()


class ClockProbe:
    """Whether the clock was set while nobody looked: it must go as fast as the time that passes."""

    name = "clock"

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._monotonic = monotonic
        self._last = (now().timestamp(), monotonic())
        self._step: tuple[float, float] | None = None
        self._steps = 0

    def samples(self) -> Iterable[Sample]:
        """How often it was set."""
        self._look()
        yield Sample("clock_steps_total", "how often the machine's clock was set by more than 2 s", self._steps)

    def checks(self) -> Iterable[Check]:
        """A step is said for an hour."""
        self._look()
        if self._step is None or self._monotonic() - self._step[1] > STEP_SAID_FOR_S:
            yield Check("clock", State.OK, "the machine's clock goes evenly")
            return
        by_s, ago_s = self._step[0], self._monotonic() - self._step[1]
        sentence = f"the machine's clock was set by {by_s:+.0f} s {ago_s / 60:.0f} min ago, or the machine slept: "
        sentence += "look at its time service (chrony, systemd-timesyncd)"
        yield Check("clock", State.DEGRADED, sentence, Fault.CLOCK_STEPPED, {"s": by_s, "ago_s": ago_s})

    def _look(self) -> None:
        wall_s, passed_s = self._now().timestamp(), self._monotonic()
        elapsed_s = passed_s - self._last[1]
        by_s = wall_s - self._last[0] - elapsed_s
        if abs(by_s) > STEP_S + DRIFT * elapsed_s:
            self._step = (by_s, passed_s)
            self._steps += 1
        self._last = (wall_s, passed_s)
