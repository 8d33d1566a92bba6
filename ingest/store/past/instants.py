"""Times as whole microseconds since 1970, which is what both stores of the past keep, and the reading made of a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite

from ingest.readings import Quality, Reading, Reason
from ingest.stations import Quantity
from ingest.store.past.protocol import PastRefused
from ingest.store.tables import EPOCH

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_QUALITIES = {each.value: each for each in Quality}
_QUANTITIES = {each.value: each for each in Quantity}
_REASONS = {"": ()} | {each.value: (each,) for each in Reason}


def instant(at_us: int) -> datetime:
    """The time of so many microseconds since 1970, in UTC."""
    return EPOCH + timedelta(microseconds=at_us)


def own_key(at_us: int) -> str:
    """The key of an observation whose device's time is believed: most have it, and need not keep it."""
    seconds, rest = divmod(at_us, 1_000_000)
    return f"t:{seconds}.{rest:06d}"


def check(readings: Sequence[Reading]) -> None:
    """Refuse what no store of the past can keep: a value that is no number, a name that is none."""
    for each in readings:
        if not isfinite(each.value):
            raise PastRefused(f"{each.gauge_id}: {each.value} is not a number that can be kept")
        if not NAME.fullmatch(each.gauge_id):
            raise PastRefused(f"{each.gauge_id!r} is not the name of a gauge")


def reading_of(
    gauge_id: str,
    quantity: str,
    observed_us: int,
    key: str,
    revision: int,
    value: float,
    received_us: int,
    device_us: int | None,
    device_seq: int | None,
    quality: str,
    reasons: str,
    seq: int,
) -> Reading:
    """A reading from what was kept of it. An empty key is that of its own time, by which the device dated it too."""
    observed_at = instant(observed_us)
    if key:
        device_at = None if device_us is None else instant(device_us)
    else:
        key, device_at = own_key(observed_us), observed_at
    return Reading(
        gauge_id=gauge_id,
        value=value,
        observed_at=observed_at,
        received_at=instant(received_us),
        key=key,
        quantity=_QUANTITIES[quantity],
        quality=_QUALITIES[quality],
        reasons=_reasons(reasons),
        device_at=device_at,
        device_seq=device_seq,
        seq=seq,
        revision=revision,
    )


def kept_key(reading: Reading, observed_us: int) -> str:
    """The key as it is kept: empty where it follows from the time that the device gave and that counts."""
    plain = reading.device_at == reading.observed_at and reading.key == own_key(observed_us)
    return "" if plain else reading.key


def _reasons(words: str) -> tuple[Reason, ...]:
    known = _REASONS.get(words)
    return known if known is not None else tuple(Reason(each) for each in words.split())
