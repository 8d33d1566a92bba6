"""What is remembered of a gauge: its newest readings and how far they are believed, packed to fit tens of thousands.

Memory is nothing but the fold of ``remember`` over the rows of the log, so a process that was started anew and has
read the last rows again judges as one that never stopped.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from ingest.readings import Quality, Reading, Reason

KEPT = 6
"""So many readings are remembered of a gauge: the newest by time of observation, the newest good one in any case."""
RECALLED = 4 * KEPT
"""So many rows, the newest by time of observation, and the newest good one bring a memory back: an observation may
have several."""
STEADY = 3
"""After so many readings by which a wrong clock is seen to run, the times of receipt follow the water."""
STEADY_WITHIN_S = 300.0
"""A clock runs where it went on as ours did between two receipts, to half of that time and never more than this."""

_ENTRY = Struct("<ddIB")
_SIZE = _ENTRY.size
_WHOLE = KEPT * _SIZE
_SHORTER = _WHOLE - _SIZE
_MARK = Struct("<I")

CLOCK = (Reason.CLOCK_AHEAD, Reason.CLOCK_BEHIND)
LASTING = (Reason.OUT_OF_RANGE, Reason.TILTED)
"""What no second voice cures."""
JUMP = (Reason.RATE_OF_CHANGE, Reason.SPIKE)


class Standing(IntEnum):
    """How far a remembered reading is believed. A held one is a jump that waits for a second voice."""

    BAD = 0
    DOUBTED = 1
    HELD = 2
    BELIEVED = 3


_GOOD, _BELIEVED = Quality.GOOD, int(Standing.BELIEVED)
"""Looked up once: an attribute of an enumeration costs a tenth of the time that a good reading may take."""


class Entry(NamedTuple):
    """One remembered reading. ``mark`` stands for its key."""

    at_s: float
    value: float
    mark: int
    standing: int


class Memory(NamedTuple):
    """A gauge's newest readings, packed, the newest first.

    ``still_since_s``: since when the value has not moved. ``held``: the jumps that wait, the oldest first.
    ``clock``: by how much a wrong clock is off, in seconds, and how many readings agree; None where it is right.
    """

    track: bytes = b""
    still_since_s: float = 0.0
    held: tuple[Reading, ...] = ()
    clock: tuple[float, int] | None = None

    def entries(self) -> list[Entry]:
        """The remembered readings, the newest first."""
        return [Entry(*each) for each in _ENTRY.iter_unpack(self.track)]

    def without(self, mark: int, key: str) -> Memory:
        """The memory as if one observation had not been."""
        kept = b"".join(_ENTRY.pack(*each) for each in self.entries() if each.mark != mark)
        return self._replace(track=kept, held=tuple(each for each in self.held if each.key != key))


NOTHING = Memory()


def mark_of(reading: Reading) -> int:
    """What stands for the key of a reading. Of an undated one it leaves out the time of receipt, which a redelivery
    does not repeat."""
    key = reading.key
    return crc32((key.rpartition(":")[0] if key.startswith("m:") else key).encode())


def newest(memory: Memory) -> Entry | None:
    """The newest remembered reading."""
    return Entry(*_ENTRY.unpack_from(memory.track)) if memory.track else None


def extended(memory: Memory, reading: Reading, spike_m: float, stuck_s: float) -> Memory | None:
    """The memory after a reading that is plainly good: newer than a believed one, near to it, and new.

    None where it takes a closer look. This is the path of nearly every reading, so it is written for speed.
    """
    track, still_since_s, held, clock = memory
    if held or clock is not None or reading.quality is not _GOOD or reading.reasons or not track:
        return None
    at_s = reading.observed_at.timestamp()
    last_s, last_m, _, standing = _ENTRY.unpack_from(track)
    step_m = reading.value - last_m
    if at_s <= last_s or standing != _BELIEVED or not -spike_m <= step_m <= spike_m:
        return None
    if step_m:
        still_since_s = at_s
    elif at_s - still_since_s >= stuck_s:
        return None
    mark = mark_of(reading)
    if _MARK.pack(mark) in track:
        return None
    return Memory(_ENTRY.pack(at_s, reading.value, mark, _BELIEVED) + track[:_SHORTER], still_since_s)


def remember(memory: Memory, row: Reading) -> Memory:
    """The memory after one more row of the log. Only what is newer than all else moves the present."""
    if row.requalified:
        return _requalified(memory, row)
    memory = without_the_future(memory, row)
    if is_repeat(memory, row):
        return memory
    before = newest(memory)
    entry = Entry(row.observed_at.timestamp(), row.value, mark_of(row), standing_of(row))
    track = _inserted(memory, entry, undated=row.key.startswith("m:"))
    if before is not None and entry.at_s < before.at_s:
        return memory._replace(track=track, held=tuple(each for each in memory.held if each.key != row.key))
    still = before is not None and before.value == row.value
    held = (*(each for each in memory.held if each.key != row.key), row)
    since_s = memory.still_since_s if still else entry.at_s
    # What was found stuck stays so until it moves, though a start has forgotten since when.
    since_s = 0.0 if Reason.STUCK in row.reasons else since_s
    return Memory(track, since_s, _in_sight(held, track), clock_after(memory, row))


def is_repeat(memory: Memory, row: Reading) -> bool:
    """The same observation with the same value. An undated one is a repeat only where the broker says so."""
    if row.key.startswith("m:") and not row.redelivered:
        return False
    mark = mark_of(row)
    return any(each.mark == mark and each.value == row.value for each in memory.entries())


def standing_of(row: Reading) -> Standing:
    """How far a row is believed. What is doubted for its clock or its range too waits for no second voice."""
    if row.quality is Quality.GOOD:
        return Standing.BELIEVED
    if row.quality is not Quality.SUSPECT:
        return Standing.BAD
    waits = row.reasons and row.reasons[-1] in JUMP and not any(each in row.reasons for each in LASTING)
    uncured = any(each in row.reasons for each in CLOCK) and Reason.CORROBORATED not in row.reasons
    return Standing.HELD if waits and not uncured else Standing.DOUBTED


def without_the_future(memory: Memory, row: Reading) -> Memory:
    """What lies after this row's receipt was dated by a clock of ours that has been set back: it is forgotten."""
    received_s = row.received_at.timestamp()
    last = newest(memory)
    if last is None or last.at_s <= received_s:
        return memory
    kept = b"".join(_ENTRY.pack(*each) for each in memory.entries() if each.at_s <= received_s)
    held = tuple(each for each in memory.held if each.observed_at <= row.received_at)
    return Memory(kept, min(memory.still_since_s, received_s), held, memory.clock)


def clock_after(memory: Memory, row: Reading) -> tuple[float, int] | None:
    """How a wrong clock stands after a row: the offset, and how many readings in a row agree that it runs."""
    if row.device_at is None or not any(each in row.reasons for each in CLOCK):
        return None
    offset_s = (row.device_at - row.received_at).total_seconds()
    last = newest(memory)
    if memory.clock is None or last is None:
        return offset_s, 1
    gap_s = row.received_at.timestamp() - last.at_s
    runs = abs(offset_s - memory.clock[0]) < min(gap_s / 2, STEADY_WITHIN_S)
    return offset_s, min(memory.clock[1] + 1, STEADY) if runs else 1


def _inserted(memory: Memory, entry: Entry, undated: bool) -> bytes:
    """Newest first; a correction takes the place of what it corrects."""
    others = [each for each in memory.entries() if undated or each.mark != entry.mark]
    ordered = sorted([entry, *others], key=lambda each: -each.at_s)
    return b"".join(_ENTRY.pack(*each) for each in _within_bounds(ordered))


def _within_bounds(ordered: list[Entry]) -> list[Entry]:
    """The newest, and always the newest believed one: however long a sensor raves, it is known what was true before."""
    kept, older = ordered[:KEPT], ordered[KEPT:]
    if all(each.standing != Standing.BELIEVED for each in kept):
        believed = next((each for each in older if each.standing == Standing.BELIEVED), None)
        kept = kept if believed is None else [*kept[: KEPT - 1], believed]
    return kept


def _in_sight(held: tuple[Reading, ...], track: bytes) -> tuple[Reading, ...]:
    """The held readings that are remembered still; one that five others have followed stays suspect for good."""
    remembered = {each.at_s for each in map(Entry._make, _ENTRY.iter_unpack(track)) if each.standing == Standing.HELD}
    return tuple(
        each for each in held if standing_of(each) is Standing.HELD and each.observed_at.timestamp() in remembered
    )


def _requalified(memory: Memory, row: Reading) -> Memory:
    mark, at_s, standing = mark_of(row), row.observed_at.timestamp(), standing_of(row)
    track = b"".join(
        _ENTRY.pack(*(each._replace(standing=standing) if each.mark == mark and each.at_s == at_s else each))
        for each in memory.entries()
    )
    return memory._replace(track=track, held=tuple(each for each in memory.held if each.key != row.key))
