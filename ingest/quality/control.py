"""Quality control of a stream of readings: what is remembered of each gauge, and the rows that a batch becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.quality.checks import ClockLimits
from ingest.quality.judging import Beside, rows_of
from ingest.quality.limits import limits_of
from ingest.quality.memory import NOTHING, Memory, extended, remember
from ingest.readings import Reading
from ingest.roster import Roster, Watched
from ingest.stations import Quantity

_STAGE = Quantity.STAGE

Recall = Callable[[Collection[str]], Mapping[str, Sequence[Reading]]]
"""The rows of the log that bring back the memory of these gauges: of each the ``RECALLED`` newest by time of
observation and, where it is older than those, the newest good one; requalified rows as rows of their own, in the order
of the log (oldest first). Gauges without any may be left out."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a batch becomes. ``readings`` are the rows to append, in order: each reading with its quality, and before it
    the requalified rows of those that it spoke for or against."""

    readings: tuple[Reading, ...] = ()
    memories: Mapping[str, Memory] = field(default_factory=dict)


class QualityControl:
    """Judges readings in the order of their receipt. One per writer of the log, made anew whenever another process may
    have written in between; not for several threads."""

    def __init__(self, recall: Recall, limits: ClockLimits) -> None:
        self._recall = recall
        self._limits = limits
        self._known: dict[str, Memory] = {}

    def judge(self, readings: Sequence[Reading], roster: Roster) -> Judgement:
        """The rows that a batch becomes; the readings have passed ``check``. Nothing is changed until ``adopt``, so a
        batch that could not be written is judged again alike. Raises only what ``recall`` raises."""
        self._learn({each.gauge_id for each in readings})
        rows: list[Reading] = []
        fresh: dict[str, Memory] = {}
        known, gauges = self._known, roster.gauges
        for reading in readings:
            gauge = gauges.get(reading.gauge_id)
            if gauge is None or reading.quantity is not _STAGE:
                rows.append(reading)
                continue
            memory = fresh.get(gauge.id) or known[gauge.id]
            limits = limits_of(gauge)
            after = extended(memory, reading, limits.spike_m, limits.stuck_s)
            if after is None:
                rows += self._closer_look(reading, gauge, memory, fresh, roster)
            else:
                rows.append(reading)
                fresh[gauge.id] = after
        return Judgement(tuple(rows), fresh)

    def adopt(self, judgement: Judgement) -> None:
        """Take over what a batch has taught, once it is durable."""
        self._known.update(judgement.memories)

    def _learn(self, gauge_ids: set[str]) -> None:
        """Bring back what was known before the start; asked once per gauge."""
        unknown = {each for each in gauge_ids if each not in self._known}
        if unknown:
            found = self._recall(unknown)
            for gauge_id in unknown:
                self._known[gauge_id] = remembered(found.get(gauge_id, ()))

    def _closer_look(
        self, reading: Reading, gauge: Watched, memory: Memory, fresh: dict[str, Memory], roster: Roster
    ) -> tuple[Reading, ...]:
        rows = rows_of(reading, gauge, memory, self._beside(gauge, fresh, roster))
        for row in rows:
            fresh[row.gauge_id] = remember(fresh.get(row.gauge_id) or self._known[row.gauge_id], row)
        return rows

    def _beside(self, gauge: Watched, fresh: Mapping[str, Memory], roster: Roster) -> Beside:
        def gauges() -> list[Watched]:
            found = [roster.gauges[each] for each in roster.company(gauge) if each in roster.gauges]
            self._learn({each.id for each in found})
            return [each for each in found if each.quantity is _STAGE]

        return Beside(gauges, lambda gauge_id: fresh.get(gauge_id) or self._known[gauge_id])


def remembered(rows: Sequence[Reading]) -> Memory:
    """The memory that rows of the log leave, oldest first. A row that says again what its observation said last can
    only be a requalification: the log keeps no repeats."""
    memory, said = NOTHING, dict[str, float]()
    for row in rows:
        if row.quantity is _STAGE:
            again = said.get(row.key) == row.value
            memory = remember(memory, replace(row, requalified=True) if again and not row.requalified else row)
            said[row.key] = row.value
    return memory
