"""One reading after another: the rows that each becomes, with those it has something to say about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ingest.quality.jumps import (
    WITHIN_S,
    goes_on,
    is_out_of_line,
    moved_alike,
    raves,
    speaks_against,
    speaks_for,
    stands,
)
from ingest.quality.limits import Limits, limits_of
from ingest.quality.memory import (
    CLOCK,
    STEADY,
    Entry,
    Memory,
    Standing,
    clock_after,
    is_repeat,
    mark_of,
    newest,
    without_the_future,
)
from ingest.readings import Quality, Reading, Reason
from ingest.roster import Watched

LINE = 24
"""So many readings in the time of the flat line test are the least that make a line."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The gauges that can speak for a jump, and what is remembered of them."""

    gauges: Callable[[], Sequence[Watched]]
    memory: Callable[[str], Memory]


def rows_of(reading: Reading, gauge: Watched, memory: Memory, beside: Beside) -> tuple[Reading, ...]:
    """The rows of one reading, itself the last: what it promotes or refutes stands before it."""
    memory = without_the_future(memory, reading)
    mark, last = mark_of(reading), newest(memory)
    if last is None:
        return (_of_its_clock(reading, memory),)
    if is_repeat(memory, reading):
        return (reading,)
    if reading.observed_at.timestamp() < last.at_s:
        return (_late(reading, mark, memory, limits_of(gauge)),)
    reading = _of_its_clock(reading, memory)
    if reading.quality is not Quality.GOOD:
        return (_also_a_jump(reading, memory, limits_of(gauge)),)
    return _present(reading, limits_of(gauge), _before(memory, mark, reading), beside)


def _late(reading: Reading, mark: int, memory: Memory, limits: Limits) -> Reading:
    """Judged at once against those around it in time, as far as they are remembered; it moves no present."""
    entry = Entry(reading.observed_at.timestamp(), reading.value, mark, Standing.BELIEVED)
    if reading.quality is Quality.GOOD and is_out_of_line(entry, memory.entries(), limits):
        return reading.marked(Quality.BAD, Reason.SPIKE, Reason.REFUTED)
    return reading


def _of_its_clock(reading: Reading, memory: Memory) -> Reading:
    """A clock that is wrong but runs has shown that its readings come at once: then the time of receipt will do."""
    if reading.quality is not Quality.SUSPECT or not reading.reasons or reading.reasons[-1] not in CLOCK:
        return reading
    clock = clock_after(memory, reading)
    return reading.marked(Quality.GOOD, Reason.CORROBORATED) if clock and clock[1] >= STEADY else reading


def _before(memory: Memory, mark: int, reading: Reading) -> Memory:
    """A correction of the newest reading is judged by what was before it."""
    if reading.key.startswith("m:") or all(each.mark != mark for each in memory.entries()):
        return memory
    return memory.without(mark, reading.key)


def _also_a_jump(reading: Reading, memory: Memory, limits: Limits) -> Reading:
    """Of a reading that is doubted already, staff are still told that it jumped."""
    anchor = _anchor(memory.entries())
    if reading.quality is not Quality.SUSPECT or anchor is None:
        return reading
    gap_s = reading.observed_at.timestamp() - anchor.at_s
    if limits.passes(reading.value - anchor.value, gap_s):
        return reading
    return replace(reading, reasons=(Reason.RATE_OF_CHANGE, *reading.reasons))


def _present(reading: Reading, limits: Limits, memory: Memory, beside: Beside) -> tuple[Reading, ...]:
    entries = memory.entries()
    at_s, value = reading.observed_at.timestamp(), reading.value
    if memory.held:
        return _after_a_jump(reading, memory, limits, beside)
    believed = [each for each in entries if each.standing == Standing.BELIEVED]
    anchor = believed[0] if believed else _anchor(entries, Standing.DOUBTED)
    if anchor is None or limits.passes(value - anchor.value, at_s - anchor.at_s) or goes_on(believed, at_s, value):
        return (_unless_stuck(reading, memory, limits),)
    return _jumped(reading, value - anchor.value, beside)


def _jumped(reading: Reading, jump_m: float, beside: Beside) -> tuple[Reading, ...]:
    """A jump is good at once where a gauge beside it went the same way, and then speaks for one that waits there."""
    at_s = reading.observed_at.timestamp()
    for other in beside.gauges():
        memory = beside.memory(other.id)
        if moved_alike(memory.entries(), at_s, jump_m):
            spoken_for = _answered(memory, at_s, jump_m)
            return (*spoken_for, reading.marked(Quality.GOOD, Reason.RATE_OF_CHANGE, Reason.CORROBORATED))
    return (reading.marked(Quality.SUSPECT, Reason.RATE_OF_CHANGE),)


def _answered(memory: Memory, at_s: float, jump_m: float) -> list[Reading]:
    """The rises held at another gauge that a rise here speaks for: those of the hour, of at most twice its size."""
    anchor = _anchor(memory.entries())
    return [
        promoted(each)
        for each in memory.held
        if anchor is not None
        and 0 < each.value - anchor.value <= 2 * jump_m
        and abs(each.observed_at.timestamp() - at_s) <= WITHIN_S
    ]


def _after_a_jump(reading: Reading, memory: Memory, limits: Limits, beside: Beside) -> tuple[Reading, ...]:
    entries = memory.entries()
    at_s, value = reading.observed_at.timestamp(), reading.value
    anchor, held = _anchor(entries), [_entry(each) for each in memory.held]
    heard = not raves(held, anchor, at_s, limits) and not stands(held, anchor, at_s, value, limits)
    if heard and speaks_for(held[-1], anchor, at_s, value, limits):
        return (*_promoted(memory.held, anchor, limits), _going_on(reading, held[-1], anchor, limits))
    if anchor is not None and speaks_against(held[-1], anchor, at_s, value, limits):
        return (*map(refuted, memory.held), _unless_stuck(reading, memory, limits))
    if anchor is None:
        return (reading.marked(Quality.SUSPECT, Reason.RATE_OF_CHANGE),)
    return _jumped(reading, value - anchor.value, beside)


def _promoted(held: Sequence[Reading], anchor: Entry | None, limits: Limits) -> list[Reading]:
    """The last of the jumps is spoken for; an earlier one where the one after it speaks for it."""
    rows = [promoted(held[-1])]
    for earlier, later in zip(reversed(held[:-1]), reversed(held), strict=False):
        agreed = rows[0].quality is Quality.GOOD and speaks_for(
            _entry(earlier), anchor, later.observed_at.timestamp(), later.value, limits
        )
        rows.insert(0, promoted(earlier) if agreed else refuted(earlier))
    return rows


def _going_on(reading: Reading, held: Entry, anchor: Entry | None, limits: Limits) -> Reading:
    """The reading that spoke for a jump is good, unless it jumps further still and has to wait itself."""
    at_s, value = reading.observed_at.timestamp(), reading.value
    jump_m = 0.0 if anchor is None else held.value - anchor.value
    further = (value - held.value) * jump_m > 0
    if not further or limits.passes(value - held.value, at_s - held.at_s):
        return reading
    if anchor is not None and goes_on([held, anchor], at_s, value):
        return reading
    return reading.marked(Quality.SUSPECT, Reason.RATE_OF_CHANGE)


def _unless_stuck(reading: Reading, memory: Memory, limits: Limits) -> Reading:
    """QARTOD flat line test. It takes readings to draw a line: one that reports once a day is asleep and not stuck."""
    last, at_s = newest(memory), reading.observed_at.timestamp()
    if last is None or last.value != reading.value or at_s - memory.still_since_s < limits.stuck_s:
        return reading
    if at_s - last.at_s > limits.stuck_s / LINE:
        return reading
    return reading.marked(Quality.SUSPECT, Reason.STUCK)


def promoted(reading: Reading) -> Reading:
    """The row that says of a held reading that it is good after all."""
    return _requalified(reading, Quality.GOOD, Reason.CORROBORATED)


def refuted(reading: Reading) -> Reading:
    """The row that says of a held reading that it was none of the water."""
    return _requalified(reading, Quality.BAD, Reason.SPIKE, Reason.REFUTED)


def _requalified(reading: Reading, quality: Quality, *reasons: Reason) -> Reading:
    return replace(reading.marked(quality, *reasons), requalified=True, redelivered=False, seq=0, revision=0)


def _anchor(entries: Sequence[Entry], least: Standing = Standing.BELIEVED) -> Entry | None:
    return next((each for each in entries if each.standing >= least), None)


def _entry(reading: Reading) -> Entry:
    return Entry(reading.observed_at.timestamp(), reading.value, mark_of(reading), Standing.HELD)
