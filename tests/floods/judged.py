"""Recordings through quality control alone: which readings are held, for how long, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.quality import ClockLimits, QualityControl, check
from ingest.readings import Quality, Reading, Reason
from ingest.roster import Roster
from simulators.replay import Row
from tests.floods.recording import Recording

PATIENT = ClockLimits(behind=timedelta(days=10))
TOGETHER = 500


@dataclass
class Course:
    """What became of one observation: its rows in order, and when the last of them was made."""

    row: Row
    rows: list[Reading] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def first(self) -> Reading:
        """As it was judged when it came."""
        return self.rows[0]

    @property
    def last(self) -> Reading:
        """As it is judged in the end."""
        return self.rows[-1]

    @property
    def was_held(self) -> bool:
        """Whether it jumped and had to wait."""
        return self.first.quality is Quality.SUSPECT and Reason.RATE_OF_CHANGE in self.first.reasons

    @property
    def waited(self) -> timedelta | None:
        """From its receipt to that of the reading that spoke for or against it; None where none ever did."""
        return self.ended_at - self.first.received_at if self.ended_at and len(self.rows) > 1 else None


def courses(recording: Recording, clock: ClockLimits = PATIENT) -> list[Course]:
    """Every observation of a recording, in the order of receipt; repeats are left out, as the log leaves them out."""
    roster = Roster.of(recording.registry)
    control = QualityControl(_nothing, clock)
    found: dict[tuple[str, str, float], Course] = {}
    for batch in _batches(recording.arriving()):
        readings = [check(reading_of(row), roster.gauges[row.gauge_id], clock) for row in batch]
        by_key = {(each.gauge_id, each.key, each.value): row for each, row in zip(readings, batch, strict=True)}
        judgement = control.judge(readings, roster)
        control.adopt(judgement)
        _note(judgement.readings, by_key, found)
    return list(found.values())


def _note(
    rows: Sequence[Reading], by_key: Mapping[tuple[str, str, float], Row], found: dict[tuple[str, str, float], Course]
) -> None:
    waiting: list[Course] = []
    for each in rows:
        key = (each.gauge_id, each.key, each.value)
        if each.requalified:
            found[key].rows.append(each)
            waiting.append(found[key])
            continue
        for course in waiting:
            course.ended_at = each.received_at
        waiting = []
        if key not in found:
            found[key] = Course(by_key[key], [each])


def reading_of(row: Row) -> Reading:
    """The reading that ingest makes of a row."""
    received_at = row.due_at
    observed_at = min(row.observed_at, received_at)
    key = f"t:{row.observed_at.timestamp():.6f}"
    return Reading(row.gauge_id, round(row.stage_m, 3), observed_at, received_at, key, device_at=row.observed_at)


def never(_: Row) -> bool:
    """No reading of the recording is known to be bad."""
    return False


@dataclass(frozen=True)
class Tally:
    """The counts of a recording. ``waits`` are those of the good readings that were held, in minutes."""

    readings: int
    bad: int
    caught: int
    believed: int
    held: int
    lasting: int
    denied: int
    waits: tuple[float, ...]
    stuck: int


def tally(found: Iterable[Course], is_bad: Callable[[Row], bool] = never) -> Tally:
    """``caught``: of the truly bad ones, never good; ``believed``: good in the end. Of the others: ``held``, of these
    ``lasting`` suspect to the end of the recording, and ``denied``: called bad in the end."""
    all_ = list(found)
    bad = [each for each in all_ if is_bad(each.row)]
    good = [each for each in all_ if not is_bad(each.row)]
    held = [each for each in good if each.was_held]
    waits = [each.waited.total_seconds() / 60 for each in held if each.waited and each.last.quality is Quality.GOOD]
    return Tally(
        readings=len(all_),
        bad=len(bad),
        caught=sum(each.first.quality is not Quality.GOOD for each in bad),
        believed=sum(each.last.quality is Quality.GOOD for each in bad),
        held=len(held),
        lasting=sum(each.last.quality is Quality.SUSPECT for each in held),
        denied=sum(each.last.quality is Quality.BAD and Reason.REFUTED in each.last.reasons for each in good),
        waits=tuple(sorted(waits)),
        stuck=sum(Reason.STUCK in each.last.reasons for each in all_),
    )


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), TOGETHER):
        yield rows[begin : begin + TOGETHER]


def _nothing(_: Collection[str]) -> Mapping[str, Sequence[Reading]]:
    return {}
