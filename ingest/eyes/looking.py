"""The eyes: they look at every still after it came, where many wait at the newest of each camera first, at none twice.

Copies are written first, then the look and what is remembered in one transaction: whoever is cut off in between begins
that still again, and the same copies are written once more. Nobody is shown a still that was not looked at.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.clock import Clock
from ingest.eyes.examiner import Closed
from ingest.messages import Message, Refusal
from ingest.pipeline import dead_letter
from ingest.quality import ClockLimits
from ingest.readings import DeadLetter, Still
from ingest.sight.look import MOVED, Look
from ingest.sight.masks import Masks
from ingest.sight.tasks import Examined, Task
from ingest.store.looks import Chosen, LookedAt, Remembered, SqlLooks
from ingest.store.protocol import Copy, Unavailable
from ingest.store.stills import StillFolder
from ingest.store.viewpoints import Viewpoint
from ingest.topics import Address, Subject

log = logging.getLogger(__name__)

MOST_PER_STEP = 16
"""Stills whose looks are written together: the write lock is taken seldom, and the first of them waits but little."""
LOOK_EVERY_S = 0.5
RETRY_S = 5.0
AHEAD = ClockLimits().ahead
NOTHING = Remembered()
GONE = Examined(Refusal.UNREADABLE_IMAGE, "its file is gone")
UNWRITABLE = f"{Refusal.UNEXPECTED}: what was seen in it could not be written"


@dataclass(frozen=True, slots=True)
class EyesCounts:
    """What was looked at since the start: stills, those that cannot be used, those with a fault."""

    looks: int = 0
    refused: int = 0
    faulty: int = 0


class Eyes:
    """Looks at what waits. ``examine`` may raise Closed, which ends it."""

    def __init__(
        self,
        looks: SqlLooks,
        folder: StillFolder,
        viewpoints: Callable[[], Mapping[str, Viewpoint]],
        examine: Callable[[Task], Examined],
        clock: Clock,
        ahead: timedelta = AHEAD,
    ) -> None:
        """``ahead`` is how far a camera's clock may be ahead of ours and be believed."""
        self._looks = looks
        self._folder = folder
        self._viewpoints = viewpoints
        self._examine = examine
        self._clock = clock
        self._ahead = ahead
        self._met: Mapping[str, Viewpoint] | None = None
        self.counts = EyesCounts()

    def run(self, stop: threading.Event) -> None:
        """Look at what comes until told to stop."""
        pause_s = 0.0
        while not stop.wait(pause_s):
            try:
                pause_s = 0.0 if self.turn() == MOST_PER_STEP else LOOK_EVERY_S
            except Closed:
                return
            except (Unavailable, OSError) as error:
                log.error("stills cannot be looked at now (%s); they wait, and it is tried again", error)
                pause_s = RETRY_S
            except Exception:  # the top of a loop that must outlive whatever it finds
                log.exception("stills could not be looked at; it is tried again")
                pause_s = RETRY_S

    def turn(self) -> int:
        """Look at the next stills; how many there were."""
        views = self._viewpoints()
        if views is not self._met:
            self._meet(views)
            self._met = views
        for reference in self._looks.due_references():
            self._learn(reference, views)
        waiting = self._looks.next(MOST_PER_STEP)
        if waiting:
            self._keep(list(self._look_at(waiting, views)))
        return len(waiting)

    def _look_at(self, waiting: Sequence[Still], views: Mapping[str, Viewpoint]) -> Iterator[LookedAt]:
        remembered = self._looks.remembered({each.camera_id for each in waiting})
        for still in waiting:
            view = views.get(still.camera_id)
            known = remembered.get(still.camera_id, NOTHING)
            data = self._bytes(still)
            done = GONE if data is None else self._examine(task_of(still, data, view, known, self._latest()))
            if done.refusal:
                yield self._refused(still, data or b"", view, done)
                continue
            look = self._look(still, done)
            self._write_copies(still.file, done, masks_for(view, look))
            after = Remembered(done.seen.memory, still.taken_at) if done.seen.memory != known.memory else None
            remembered[still.camera_id] = after or known
            yield LookedAt(still, look, after, begun_anew=done.seen.begun_anew)

    def _latest(self) -> datetime:
        """The latest time that a picture of now may have."""
        return self._clock.now() + self._ahead

    def _bytes(self, still: Still) -> bytes | None:
        """Of its file; None where that is gone. Where the whole folder is, no still is to blame."""
        data = self._folder.read(still.file)
        if data is None and not self._folder.is_there:
            raise OSError("the folder of the stills is not there: is its disk mounted, is data_folder right?")
        return data

    def _keep(self, done: Sequence[LookedAt]) -> None:
        try:
            self._note(done, self._looks.keep(done))
        except (Unavailable, OSError):
            raise
        except Exception as error:
            self._keep_apart(done, error)

    def _keep_apart(self, done: Sequence[LookedAt], error: Exception) -> None:
        """A look that the database can never take must not hold up those of other cameras."""
        if len(done) > 1:
            for each in done:
                self._keep([each])
            return
        (one,) = done
        log.error("the look at %s could not be written: %r", one.still.file, error)
        bare = Look(one.still.seq, one.still.camera_id, one.still.taken_at, self._clock.now(), False, UNWRITABLE)
        self._note([LookedAt(one.still, bare)], self._looks.keep([LookedAt(one.still, bare)]))

    def _note(self, done: Sequence[LookedAt], there: Collection[int]) -> None:
        """Count what was written, and remove the files that nobody can use."""
        for each in done:
            if each.useless or each.still.seq not in there:  # the latter was too old before it was looked at
                self._folder.remove(each.still.file)
        looked = [each.look for each in done]
        self.counts = EyesCounts(
            looks=self.counts.looks + len(looked),
            refused=self.counts.refused + sum(not each.usable for each in looked),
            faulty=self.counts.faulty + sum(bool(each.seen) for each in looked),
        )

    def _write_copies(self, file: str, done: Examined, masks: Masks | None) -> None:
        self._folder.write(file, done.thumb, Copy.THUMB)
        if masks is not None:
            self._folder.write(file, done.masked, Copy.MASKED, masks)
            self._folder.write(file, done.masked_thumb, Copy.MASKED_THUMB, masks)

    def _look(self, still: Still, done: Examined) -> Look:
        seen = done.seen
        return Look(
            still_seq=still.seq,
            camera_id=still.camera_id,
            taken_at=still.taken_at,
            looked_at=self._clock.now(),
            usable=not done.refusal,
            refused=f"{done.refusal}: {done.detail}" if done.refusal else "",
            faults=seen.faults,
            seen=seen.seen,
            figures=seen.figures,
            miniature=seen.miniature,
            unjudged=seen.unjudged,
        )

    def _refused(self, still: Still, data: bytes, view: Viewpoint | None, done: Examined) -> LookedAt:
        """A picture that cannot be opened is useless. One that could not be examined for a reason of ours is shown to
        nobody either, but it may be evidence: it stays as long as others do."""
        log.error("a still of %s cannot be used: %s, %s", still.camera_id, done.refusal, done.detail)
        useless = done.refusal != Refusal.UNEXPECTED
        return LookedAt(still, self._look(still, done), letter=_letter(still, data, view, done), useless=useless)

    def _meet(self, views: Mapping[str, Viewpoint]) -> None:
        """Take note of a new registry: masked copies that its masks do not allow any more are removed, and those of
        the newest stills are made again."""
        shown = self._looks.newest_shown()
        for camera_id in views.keys() | shown.keys():
            view, newest = views.get(camera_id), shown.get(camera_id)
            self._folder.keep_masked(camera_id, masks_of(view))
            if view is None or newest is None:
                continue
            masks = masks_for(view, newest.look)
            if not self._is_copied(newest.still.file, masks):
                self._copy_again(newest.still, masks)

    def _is_copied(self, file: str, masks: Masks | None) -> bool:
        masked = masks is None or self._folder.has(file, Copy.MASKED_THUMB, masks)
        return masked and self._folder.has(file, Copy.THUMB)

    def _copy_again(self, still: Still, masks: Masks | None) -> None:
        data = self._folder.read(still.file)
        if data is None:
            return
        done = self._examine(Task(data, still.taken_at, masks))
        if done.refusal:
            log.error("no copies can be made of %s: %s, %s", still.file, done.refusal, done.detail)
            return
        self._write_copies(still.file, done, masks)

    def _learn(self, reference: Chosen, views: Mapping[str, Viewpoint]) -> None:
        """Let recognition take a still that somebody chose for the normal day of its camera."""
        camera_id = reference.still.camera_id
        known = self._looks.remembered([camera_id]).get(camera_id, NOTHING)
        data = self._bytes(reference.still)
        done = GONE
        if data is not None:
            task = task_of(reference.still, data, views.get(camera_id), known, self._latest())
            done = self._examine(replace(task, masks=None, learn=True))
        if done.seen.judged:
            self._looks.learned(reference, done.seen.memory)
            return
        why = done.detail or "it cannot be judged"
        log.error("the reference of %s, %s, cannot be learned: %s", camera_id, reference.still.file, why)
        self._looks.give_up(reference)


def task_of(still: Still, data: bytes, view: Viewpoint | None, known: Remembered, latest: datetime) -> Task:
    """What is asked about a still, where no picture of now is later than ``latest``; of a camera that is retired only
    whether it can be opened."""
    if view is None:
        return Task(data, still.taken_at, memory=known.memory)
    area = view.camera.clock_area
    clock_area = None if area is None else (area.left, area.top, area.right, area.bottom)
    return Task(
        data=data,
        taken_at=still.taken_at,
        masks=masks_of(view),
        clock_area=clock_area,
        lit=view.camera.lit,
        place=(view.lat, view.lon),
        memory=known.memory,
        rewound=_is_rewound(still, known, latest),
    )


def masks_of(view: Viewpoint | None) -> Masks | None:
    """The masks of a camera whose pictures are copied for residents or have something to hide; None for others."""
    return view.camera.masks if view is not None and (view.camera.public or view.camera.masks) else None


def masks_for(view: Viewpoint | None, look: Look) -> Masks | None:
    """The same for one picture, by what was found in it: of one in which the view may have moved, or that could not be
    judged, there is no masked copy, because the masks may cover the wrong place."""
    masks, sure = masks_of(view), look.judged and MOVED.isdisjoint(look.faults | look.seen)
    return masks if sure or not masks else None


def _is_rewound(still: Still, known: Remembered, latest: datetime) -> bool:
    """Whether what is remembered is from a time that is still to come: our clock was set back since, and all that comes
    would count as late."""
    return known.changed_at is not None and known.changed_at > max(latest, still.taken_at)


def _letter(still: Still, data: bytes, view: Viewpoint | None, done: Examined) -> DeadLetter:
    """The trace of a still that cannot be used, as if its message had been refused when it came."""
    station_id = view.camera.station_id if view is not None else "-"
    topic = Address(station_id, still.camera_id, Subject.STILL).topic()
    message = Message(topic, data, still.received_at, len(data), properties={"taken_at": still.taken_at.isoformat()})
    return dead_letter(message, Refusal(done.refusal), done.detail)
