"""Carries the folder of the site one way: to a second folder, or over ssh to a host that residents reach.

rsync does it, step by step, so that the copy is safe and honest at every moment, also when it is cut off:

1. the other side is looked at: it holds ``.mizumori-copy``, or nothing is touched. A share that is not mounted and a
   mistyped folder are found out here, before anything could be deleted;
2. a site that was published later than ours stays: an old host that comes back changes nothing;
3. pictures that must go are deleted, before anything else is done;
4. styles, scripts and pictures come, then all the rest, put in place together at the end, and what is no more goes;
5. ``freshness.json`` comes last, as it was before step 4: the copy never says to be fresher than it is.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.public.push_settings import PushSettings
from dashboard.public.rsync import Interrupted, PushError, Rsync

log = logging.getLogger(__name__)

FRESHNESS = "freshness.json"
MARK = ".mizumori-copy"
MARK_TEXT = "The public levels site is copied into this folder; whatever else lies in it is deleted.\n"
NOT_OURS = (
    f"the folder {{target}} has no file {MARK}, so it is left alone: look whether it is the right one and mounted, "
    f"then create that file in it, empty"
)
NEWER = (
    "the site in {target} is newer than ours, and a copy does not go back in time: let one host alone carry the site; "
    f"if it is this one, and a clock was wrong, delete {FRESHNESS} there"
)
LONGEST_REST_S = 60.0
KEPT = ("P /.mizumori-copy", "P /.well-known/")
"""What rsync must not delete on the other side: the mark, and what renews the certificate of a web server."""
HALF_WRITTEN = "H .*"
"""Hidden names are not carried; those on the other side, left by a crash, go."""

Stamp = tuple[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class CopyState:
    """How a copy is: ``behind_s`` are real seconds for which there has been something that it does not have, 0 where it
    has all. ``failing`` says why the last try did not succeed; empty where it did."""

    target: str
    behind_s: float
    carried: int
    failed: int
    failing: str


class Push:
    """Carries one folder to one target, from one thread; ``state`` may be asked from others."""

    def __init__(
        self, folder: Path, target: str, settings: PushSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.target = target
        self._folder = folder
        self._settings = settings
        self._monotonic = monotonic
        self._carried_stamp: Stamp | None = None
        self._behind_since_s: float | None = None
        self._carried = self._failed = 0
        self._failing = ""

    def run(self, stop: threading.Event) -> None:
        """Carry whenever there is something new, until ``stop`` is set; a failure is logged once and tried again."""
        rest_s = self._settings.every_s
        while not stop.is_set():
            try:
                self.turn(stop)
                rest_s = self._settings.every_s
            except Interrupted:
                return
            except Exception as error:  # whatever it is: the copy is tried again, and staff are told that it is old
                self._note(str(error) or repr(error))
                rest_s = min(2 * rest_s, max(LONGEST_REST_S, self._settings.every_s))
            stop.wait(rest_s)

    def turn(self, stop: threading.Event) -> bool:
        """Carry if there is anything new; whether there was. Raises PushError where it does not succeed, and
        Interrupted where ``stop`` was set meanwhile."""
        stamp = _stamp(self._folder)
        if stamp is None or stamp == self._carried_stamp:
            return False
        began_s = self._monotonic()
        if self._behind_since_s is None:
            self._behind_since_s = began_s
        with tempfile.TemporaryDirectory(prefix="mizumori-push-") as kept:
            self._carry(Rsync(self._settings.shell, self._settings.limit_s, stop), Path(kept))
        if self._failing:
            log.info("the public site is copied to %s again", self.target)
        self._carried_stamp, self._failing = stamp, ""
        self._carried += 1
        self._behind_since_s = None if _stamp(self._folder) == stamp else began_s
        return True

    def state(self) -> CopyState:
        """How it is now."""
        since_s = self._behind_since_s
        behind_s = self._monotonic() - since_s if since_s is not None else 0.0
        return CopyState(self.target, behind_s, self._carried, self._failed, self._failing)

    def _carry(self, rsync: Rsync, kept: Path) -> None:
        look_at(rsync, self.target, kept)
        shutil.copy2(self._folder / FRESHNESS, kept / FRESHNESS)
        refuse_to_go_back(rsync, self.target, kept / FRESHNESS)
        here, there = f"{self._folder}/", _inside(self.target)
        for step in STEPS:
            rsync.run(*step, here, there)
        rsync.run("-t", "--ignore-times", str(kept / FRESHNESS), there)

    def _note(self, reason: str) -> None:
        self._failed += 1
        if reason != self._failing:
            log.error("the public site is not copied to %s: %s; it is tried again", self.target, reason)
        self._failing = reason


def look_at(rsync: Rsync, target: str, kept: Path, *, only_look: bool = False) -> None:
    """Refuse a target without the mark. ``kept`` is a folder for a file of ours.

    It works where we may write and not read.
    """
    (kept / MARK).write_text(MARK_TEXT, encoding="utf-8")
    trying = ["--dry-run"] if only_look else []
    found = rsync.run(*trying, "--existing", "--ignore-times", "--out-format=%n", str(kept / MARK), _inside(target))
    if MARK not in found:
        raise PushError(NOT_OURS.format(target=target))


def refuse_to_go_back(rsync: Rsync, target: str, freshness: Path) -> None:
    """Refuse a target whose site was published later than ours, whose ``freshness`` is given (a copy of it).

    The file gets the time of the publication, here and with it there: rsync compares them also where we may not read.
    """
    at_s = _published_at_s(freshness)
    os.utime(freshness, (at_s, at_s))
    looking = ("-t", "--dry-run", "--existing", "--ignore-times", "--out-format=%n")
    if FRESHNESS in rsync.run(*looking, "--update", str(freshness), _inside(target)):
        return
    if FRESHNESS in rsync.run(*looking, str(freshness), _inside(target)):
        raise PushError(NEWER.format(target=target))


def _published_at_s(freshness: Path) -> float:
    try:
        return datetime.fromisoformat(json.loads(freshness.read_text())["published_at"]).timestamp()
    except (ValueError, KeyError, TypeError) as error:
        raise PushError(f"{FRESHNESS} of the site cannot be read: {error!r}") from error


def _rules(*rules: str) -> tuple[str, ...]:
    return tuple(f"--filter={rule}" for rule in rules)


_PICTURES = ("+ /pictures/", "+ /pictures/**")
STEPS: Sequence[Sequence[str]] = (
    ("-r", "--delete", "--existing", "--ignore-existing", *_rules(*KEPT, HALF_WRITTEN, *_PICTURES, "- *")),
    ("-rt", *_rules(HALF_WRITTEN, "+ /assets/", "+ /assets/**", *_PICTURES, "- *")),
    ("-rt", "--delay-updates", "--delete-delay", *_rules(*KEPT, f"- /{FRESHNESS}", HALF_WRITTEN)),
)
"""The arguments of rsync for the steps between the look and the freshness."""


def _inside(target: str) -> str:
    """A target as rsync takes what is in a folder; ``host:`` alone is the folder that ssh opens there, not the root."""
    return target if target.endswith((":", "/")) else f"{target}/"


def _stamp(folder: Path) -> Stamp | None:
    """What a publication is told from another by; None where nothing was published yet. A picture that went counts
    though the disk refused the pages after it."""
    try:
        published = (folder / FRESHNESS).stat().st_mtime_ns
        return published, frozenset(each.name for each in (folder / "pictures").glob("*.jpg"))
    except FileNotFoundError:
        return None
