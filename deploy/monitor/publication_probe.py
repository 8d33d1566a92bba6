"""The probe of the public site: how old is what residents see."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.monitor.signs import Check, Sample, State
from deploy.monitor.store_probes import check_folder
from ingest.clock import JST
from ingest.pulse import Fault

NAME = "public page"
STAMP = "freshness.json"
NONE_YET_S = 60.0
"""Real seconds after which a city without any page is a fault."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The last publication: its own time, how many real seconds ago it was, and from when on its pages are old."""

    at: datetime
    age_s: float
    stale_after_s: float


def last_publication(folder: Path, now: datetime) -> Publication | None:
    """What the folder of the site says of itself; ``now`` is machine time. None where nothing was published.

    Raises OSError or ValueError for a stamp that cannot be read.
    """
    file = folder / STAMP
    try:
        said, written_s = json.loads(file.read_bytes()), file.stat().st_mtime
    except FileNotFoundError:
        return None
    at, speed = datetime.fromisoformat(said["published_at"]), float(said["clock_speed"])
    # The stamp of a replay is not by the clock of the machine.
    written_at = at if speed == 1 else datetime.fromtimestamp(written_s, UTC)
    return Publication(at, max(0.0, (now - written_at).total_seconds()), float(said["stale_after_s"]))


def check_publication(last: Publication) -> Check:
    """Failed as soon as the pages call themselves old: residents see old levels."""
    if last.age_s <= last.stale_after_s:
        return Check(NAME, State.OK, f"published {last.age_s:.0f} s ago")
    sentence = (
        f"residents see the levels of {last.at.astimezone(JST):%Y-%m-%d %H:%M} JST, published {last.age_s:.0f} s ago: "
        "start the service that writes the page, or look at its log and at the disk of public.folder"
    )
    figures: dict[str, float | str] = {"s": last.age_s, "published_at": last.at.isoformat()}
    return Check(NAME, State.FAILED, sentence, Fault.PUBLICATION_OLD, figures)


def check_site_folder(folder: Path) -> Iterable[Check]:
    """Failed where the site could not be written by whoever asks. A trial file is made and removed in the folder, or
    in the nearest one above it that is there."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    tried = check_folder(there)
    if tried.state is State.FAILED:
        sentence = f"no page can be written to {folder}: {tried.sentence}, or set public.folder"
        yield Check("public folder", State.FAILED, sentence, tried.fault, tried.figures)


@dataclass
class PublicationProbe:
    """Whether what is in ``folder`` is new. ``expected`` says whether there is a city to tell of.

    ``now`` is machine time, ``monotonic`` gives real seconds of any origin.
    """

    folder: Path
    expected: Callable[[], bool]
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    name: str = NAME
    _none_since_s: float | None = field(default=None, init=False)

    def samples(self) -> Iterable[Sample]:
        """The age; nothing before the first publication."""
        last = last_publication(self.folder, self.now())
        if last is not None:
            yield Sample("public_published_age_seconds", "since the public page was last published", last.age_s)

    def checks(self) -> Iterable[Check]:
        """One."""
        last = last_publication(self.folder, self.now())
        if last is not None:
            self._none_since_s = None
            return [check_publication(last)]
        return [self._check_none()]

    def _check_none(self) -> Check:
        if not self.expected():
            return Check(self.name, State.OK, "nothing to publish before the first import of a city")
        now_s = self.monotonic()
        self._none_since_s = now_s if self._none_since_s is None else self._none_since_s
        none_s = now_s - self._none_since_s
        if none_s <= NONE_YET_S:
            return Check(self.name, State.OK, "the first page is being written")
        sentence = f"no page in {self.folder} for {none_s:.0f} s: look at the log and at the disk of public.folder"
        return Check(self.name, State.FAILED, sentence, Fault.NOTHING_PUBLISHED, {"s": none_s})
