"""What a process and those that it started have used, as Linux tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class NotTold(Exception):
    """This system does not tell: it has no /proc."""


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds until now, and the most memory that was ever held, of one process."""

    pid: int
    cpu_s: float
    peak_mb: float


def family(pid: int) -> list[Usage]:
    """The process first, then its descendants; NotTold where the system does not say."""
    if not (PROC / str(pid) / "stat").exists():
        raise NotTold("the use of other processes is only known on Linux")
    return [usage for each in _descent(pid) if (usage := _usage(each)) is not None]


def name_of(pid: int) -> str:
    """What a process calls itself; nothing where it has ended."""
    try:
        return (PROC / str(pid) / "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _descent(pid: int) -> Iterator[int]:
    yield pid
    for task in (PROC / str(pid) / "task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            yield from _descent(int(child))


def _usage(pid: int) -> Usage | None:
    """None for one that has ended meanwhile."""
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        status = (PROC / str(pid) / "status").read_text(encoding="utf-8")
    except OSError:
        return None
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if "VmHWM" not in lines:
        return None
    return Usage(pid, (int(fields[11]) + int(fields[12])) / TICKS_PER_S, int(lines["VmHWM"].split()[0]) / 1000)
