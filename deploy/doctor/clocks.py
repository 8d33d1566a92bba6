"""Checks of the machine's clock, with what there is to compare it with in a closed network."""

from __future__ import annotations

import ctypes
import ctypes.util
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from deploy.monitor.signs import Check, State

TOLERATED = timedelta(seconds=5)
NOT_SYNCHRONISED = 5
"""TIME_ERROR: what adjtimex(2) returns while nothing keeps the clock."""
TIMEX_BYTES = 512
"""More than struct timex takes anywhere; zeros ask and change nothing."""


def clock_checks(
    now: datetime, newest_received_at: datetime | None, files: Iterable[Path], server: str = ""
) -> Iterable[Check]:
    """The clock beside what the house wrote, the kernel's time service, and a server that tells its time."""
    yield _check_past(now, newest_received_at, files)
    yield check_synchronised(is_synchronised())
    if server:
        yield _check_server(now, server)


def _check_past(now: datetime, newest_received_at: datetime | None, files: Iterable[Path]) -> Check:
    times = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files if file.exists()]
    if newest_received_at is not None:
        times.append(newest_received_at)
    newest = max(times, default=None)
    if newest is not None and newest > now + TOLERATED:
        by = newest - now
        sentence = f"the clock is at least {by} behind what was written here: set it, and look at its time service"
        return Check("clock", State.FAILED, sentence)
    return Check("clock", State.OK, "the clock is not behind what was written here")


def check_synchronised(synchronised: bool | None) -> Check:
    """What the kernel knows of its time service."""
    if synchronised is None:
        sentence = "this system does not tell whether a time service keeps its clock: look yourself"
        return Check("time service", State.DEGRADED, sentence)
    if not synchronised:
        sentence = "no time service keeps the clock: let chrony or systemd-timesyncd follow a server of your network"
        return Check("time service", State.DEGRADED, sentence)
    return Check("time service", State.OK, "a time service keeps the clock")


def is_synchronised() -> bool | None:
    """Whether a time service keeps the machine's clock; None where the system does not tell."""
    try:
        libc = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6")
        state = int(libc.adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != NOT_SYNCHRONISED


def _check_server(now: datetime, url: str) -> Check:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            told = parsedate_to_datetime(answer.headers["Date"])
    except (OSError, ValueError, TypeError):
        return Check("clock beside server", State.DEGRADED, f"{url} does not tell its time, so it says nothing of ours")
    apart_s = (now - told).total_seconds()
    if abs(apart_s) > TOLERATED.total_seconds():
        sentence = f"our clock and that of {url} are {apart_s:+.0f} s apart: one of them is wrong, set it"
        return Check("clock beside server", State.FAILED, sentence)
    return Check("clock beside server", State.OK, f"the clock agrees with {url}")
