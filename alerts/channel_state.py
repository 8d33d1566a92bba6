"""How a channel to people goes: what it did last, what waits for it, and what its plan leaves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel that is set up, or that messages still wait for.

    ``failed_at`` is when a message over it was given up last, ``error`` why, in the words of the channel; ``unknown``
    that it may have arrived all the same. ``retried`` messages failed and are tried again, ``retry_error`` is the
    newest reason. ``waiting`` counts those included, ``waiting_since`` is when the first of all was made.
    ``used`` of ``per_month`` messages went out in this calendar month of Japan (0: no limit), ``ordinary`` of them are
    for what is not urgent, staff are warned from ``warned`` on; ``per_second`` and ``per_minute`` are its rate (0: no
    limit).
    """

    name: str
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    unknown: bool = False
    failed_day: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    retried: int = 0
    retry_error: str = ""
    used: int = 0
    per_month: int = 0
    ordinary: int = 0
    warned: float = 0.0
    per_second: int = 0
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class SignSeen:
    """A sign or siren: what it was told, and what it says that it shows; empty where nothing was.

    ``differs_since`` is None while it is confirmed to show what it was told.
    """

    topic: str
    told: str = ""
    told_at: datetime | None = None
    shown: str = ""
    shown_at: datetime | None = None
    differs_since: datetime | None = None
