"""What the log says of every gauge now: read whole once, then by what came after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboard.paces import Pace, pace_of
from dashboard.views import RECENT
from ingest.equipment.state import States
from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store.protocol import Latest, Log

MOST_AT_ONCE = 5_000
"""More new readings than this are not followed one by one: everything is read again."""
MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Heard:
    """What ``views.board`` is made of, as far as gauges, pumps and gates go.

    ``touched`` are the gauges of which something came since the one before, None where everything was read again. Where
    nothing came it is the same object.
    """

    latest: Mapping[str, Latest] = field(default_factory=dict)
    recent: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    paces: Mapping[str, Pace | None] = field(default_factory=dict)
    states: States = field(default_factory=dict)
    touched: frozenset[str] | None = None


class Following:
    """Follows a log by its growing number. Blocking; for one thread.

    A large city's last hour is a hundred thousand readings; what came since the last look are a few.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._seq: int | None = None
        self._good: dict[str, dict[str, Reading]] = {}
        self._heard = Heard()

    def heard(self, seq: int, now: datetime) -> Heard:
        """What is known when the log ends with ``seq``; a log that ends earlier than before is another one."""
        new = self._after(seq)
        if new is None:
            self._heard = self._whole(now)
        elif new:
            self._heard = self._further(new, now)
        self._seq = max(seq, new[-1].seq) if new else seq
        return self._heard

    def _after(self, seq: int) -> Sequence[Reading] | None:
        """What came since, None where everything is to be read."""
        if self._seq is None or seq < self._seq:
            return None
        if seq == self._seq:
            return ()
        found = self._log.readings_after(self._seq, MOST_AT_ONCE + 1)
        return found if len(found) <= MOST_AT_ONCE else None

    def _whole(self, now: datetime) -> Heard:
        recent = self._log.recent(now - RECENT - MARGIN)
        self._good = {gauge_id: {each.key: each for each in found} for gauge_id, found in recent.items()}
        paces = {gauge_id: pace_of(found) for gauge_id, found in recent.items()}
        return Heard(self._log.latest(), recent, paces, self._log.states())

    def _further(self, new: Sequence[Reading], now: datetime) -> Heard:
        before, touched = self._heard, {each.gauge_id for each in new if each.quantity is Quantity.STAGE}
        self._take(new)
        recent = {gauge_id: self._recent(gauge_id, now - RECENT - MARGIN) for gauge_id in touched}
        others = any(each.quantity is not Quantity.STAGE for each in new)
        return Heard(
            latest={**before.latest, **(self._log.latest(touched) if touched else {})},
            recent={**before.recent, **recent},
            paces={**before.paces, **{gauge_id: pace_of(found) for gauge_id, found in recent.items()}},
            states=self._log.states() if others else before.states,
            touched=frozenset(touched),
        )

    def _take(self, new: Iterable[Reading]) -> None:
        """Of each observation the last revision, as far as it is good."""
        for each in new:
            if each.quantity is not Quantity.STAGE:
                continue
            good = self._good.setdefault(each.gauge_id, {})
            if each.quality is Quality.GOOD:
                good[each.key] = each
            else:
                good.pop(each.key, None)

    def _recent(self, gauge_id: str, since: datetime) -> Sequence[Reading]:
        kept = [each for each in self._good.get(gauge_id, {}).values() if each.observed_at >= since]
        self._good[gauge_id] = {each.key: each for each in kept}
        return sorted(kept, key=lambda each: (each.observed_at, each.seq))
