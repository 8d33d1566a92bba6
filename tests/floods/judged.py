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

_Name = tuple[str, str, float]


@dataclass
class Course:
    """What became of one observation: its rows in order, when the last of them was made, and after how many further
    readings of its gauge. ``before_m`` is the stage that came before it."""

    row: Row
    number: int
    before_m: float
    rows: list[Reading] = field(default_factory=list)
    ended_at: datetime | None = None
    further: int | None = None

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
    def rose(self) -> bool:
        """Whether it is above what came before it."""
        return self.first.value > self.before_m

    @property
    def waited(self) -> timedelta | None:
        """From its receipt to that of the reading that spoke for or against it; None where none ever did."""
        return self.ended_at - self.first.received_at if self.ended_at and len(self.rows) > 1 else None


def courses(recording: Recording, clock: ClockLimits = PATIENT) -> list[Course]:
    """Every observation of a recording, in the order of receipt; repeats are left out, as the log leaves them out."""
    roster = Roster.of(recording.registry)
    control = QualityControl(_nothing, clock)
    notes = _Notes()
    for batch in _batches(recording.arriving()):
        readings = [check(reading_of(row), roster.gauges[row.gauge_id], clock) for row in batch]
        by_key = {(each.gauge_id, each.key, each.value): row for each, row in zip(readings, batch, strict=True)}
        judgement = control.judge(readings, roster)
        control.adopt(judgement)
        notes.take(judgement.readings, by_key)
    return list(notes.courses.values())


class _Notes:
    """Gathers the rows of each observation."""

    def __init__(self) -> None:
        self.courses: dict[_Name, Course] = {}
        self._newest: dict[str, Course] = {}
        self._waiting: list[Course] = []

    def take(self, rows: Sequence[Reading], by_key: Mapping[_Name, Row]) -> None:
        """The rows of a batch, in order; what is requalified waits for the reading that spoke for it."""
        for each in rows:
            name = (each.gauge_id, each.key, each.value)
            if each.requalified:
                self.courses[name].rows.append(each)
                self._waiting.append(self.courses[name])
            elif name not in self.courses:
                self._begin(name, by_key[name], each)

    def _begin(self, name: _Name, row: Row, reading: Reading) -> None:
        before = self._newest.get(row.gauge_id)
        number = before.number + 1 if before else 0
        course = Course(row, number, before.first.value if before else reading.value, [reading])
        self.courses[name] = self._newest[row.gauge_id] = course
        for each in self._waiting:
            each.ended_at, each.further = reading.received_at, number - each.number
        self._waiting = []


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
    """The counts of a recording. Of the readings that are truly bad: ``caught`` when they came, ``believed`` in the
    end. Of the others: ``rises`` and ``falls`` were held and then believed; ``denied`` were called bad in the end,
    ``lasting`` are suspect to the end. ``further``: for how many readings the longest held rise waited; ``waits_min``:
    how long the falls did."""

    readings: int
    bad: int
    caught: int
    believed: int
    rises: int
    further: int
    falls: int
    waits_min: tuple[float, ...]
    denied: int
    lasting: int
    stuck: int

    @property
    def held(self) -> int:
        """All good readings that had to wait."""
        return self.rises + self.falls + self.denied + self.lasting


def tally(found: Iterable[Course], is_bad: Callable[[Row], bool] = never) -> Tally:
    """The counts of a recording; ``is_bad`` knows its truly bad rows."""
    all_ = list(found)
    bad = [each for each in all_ if is_bad(each.row)]
    held = [each for each in all_ if each.was_held and not is_bad(each.row)]
    ended = [each for each in held if each.last.quality is Quality.GOOD]
    rises = [each for each in ended if each.rose]
    falls = [each for each in ended if not each.rose]
    return Tally(
        readings=len(all_),
        bad=len(bad),
        caught=sum(each.first.quality is not Quality.GOOD for each in bad),
        believed=sum(each.last.quality is Quality.GOOD for each in bad),
        rises=len(rises),
        further=max((each.further or 0 for each in rises), default=0),
        falls=len(falls),
        waits_min=tuple(sorted(each.waited.total_seconds() / 60 for each in falls if each.waited)),
        denied=sum(each.last.quality is Quality.BAD for each in held),
        lasting=sum(each.last.quality is Quality.SUSPECT for each in held),
        stuck=sum(Reason.STUCK in each.last.reasons for each in all_),
    )


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), TOGETHER):
        yield rows[begin : begin + TOGETHER]


def _nothing(_: Collection[str]) -> Mapping[str, Sequence[Reading]]:
    return {}
