"""How long readings are on their way, and whether what is late was only held back by an outage."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.rhythm import LATE_AFTER_INTERVALS

BOUNDS_S = (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 10800.0, 21600.0, 43200.0, 86400.0, 604800.0)
"""Upper ends of the classes of delay; one more class lies beyond."""
HALVED_AT = 200
"""After so many readings all classes are halved: the figures are those of about the last hundred or two."""


class Arrival(StrEnum):
    """How a reading came: in time, late, or made up after an outage."""

    PROMPT = "prompt"
    LATE = "late"
    MADE_UP = "made_up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """When a gauge was heard last, how long its readings take (those made up left out), and its last outage.

    Seconds since 1970. ``outage_from_s`` and ``outage_until_s`` are the receipts around the last silence; before the
    first one, the end is the very first receipt and there is no beginning.
    """

    heard_s: float
    outage_until_s: float
    outage_from_s: float | None = None
    delays: tuple[int, ...] = ()


def arrived(
    before: Delivery | None, received_s: float, delay_s: float | None, every_s: float, late_s: float
) -> tuple[Delivery, Arrival]:
    """The delivery after a reading. ``delay_s`` is None where the device has no believed clock.

    A late reading is made up where it was observed before the end of the last outage: a device that empties its
    memory, or a broker that hands on what it kept. What was observed before anything was ever heard counts as prompt;
    neither says how long readings usually take.
    """
    after = _heard(before, received_s, every_s)
    if delay_s is None:
        return after, Arrival.PROMPT
    if received_s - delay_s < after.outage_until_s:
        late = delay_s > late_s and after.outage_from_s is not None
        return after, Arrival.MADE_UP if late else Arrival.PROMPT
    arrival = Arrival.LATE if delay_s > late_s else Arrival.PROMPT
    return replace(after, delays=_counted(after.delays, delay_s)), arrival


def _heard(before: Delivery | None, received_s: float, every_s: float) -> Delivery:
    if before is None:
        return Delivery(received_s, received_s)
    if received_s - before.heard_s > LATE_AFTER_INTERVALS * every_s:
        return replace(before, heard_s=received_s, outage_from_s=before.heard_s, outage_until_s=received_s)
    return replace(before, heard_s=max(before.heard_s, received_s))


def _counted(delays: tuple[int, ...], delay_s: float) -> tuple[int, ...]:
    counts = list(delays or (0,) * (len(BOUNDS_S) + 1))
    if sum(counts) >= HALVED_AT:
        counts = [count // 2 for count in counts]
    counts[bisect_left(BOUNDS_S, delay_s)] += 1
    return tuple(counts)


def usual_s(delays: tuple[int, ...], share: float = 0.95) -> float | None:
    """The delay that a share of the readings keeps below: linear within its class, None before the first.

    Beyond the last class it is that class's lower end: more is not known.
    """
    wanted, seen = share * sum(delays), 0
    for place, count in enumerate(delays):
        if count and seen + count >= wanted:
            low_s = BOUNDS_S[place - 1] if place else 0.0
            high_s = BOUNDS_S[place] if place < len(BOUNDS_S) else low_s
            return low_s + (high_s - low_s) * (wanted - seen) / count
        seen += count
    return None
