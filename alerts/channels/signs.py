"""Sirens and road signs: what they were told, what they say they do, and since when the two differ. Pure.

A broker that took a command has moved no sign. So *commanded* and *confirmed* are kept apart, and a command counts as
confirmed only by what the device reports after it.

A message tells of some gauges, a sign stands for all that it is ever told of: it shows the highest level of them, so
that one gauge which is well again does not end what another still says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.records import Delivery

CHANNEL = "mqtt"
"""The channel of signs and sirens."""
STATE = "state"
"""The last part of the topic on which a device reports: its own topic, then this."""
LARGEST_REPORT_BYTES = 4096
STAGE = "stage"
DRILL = "drill "
"""Before the name of a gauge whose level was raised in a drill: it is never mixed with the real one."""


@dataclass(frozen=True, slots=True)
class GaugeLevel:
    """The level of a gauge, as the newest message about it says. ``at`` is when that was written."""

    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Command:
    """What a sign is to show. It must not act on it after ``expires_at``, nor after one with a later ``issued_at``."""

    topic: str
    key: str
    state: str
    level: int
    issued_at: datetime
    expires_at: datetime
    drill: bool = False
    gauges: tuple[str, ...] = ()

    def payload(self) -> bytes:
        """As it is published; times in UTC (RFC 3339), and as seconds since 1970 for small devices."""
        document = {
            "key": self.key,
            "state": self.state,
            "level": self.level,
            "gauges": list(self.gauges),
            "drill": self.drill,
            "issued_at": self.issued_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "issued_s": int(self.issued_at.timestamp()),
            "expires_s": int(self.expires_at.timestamp()),
        }
        return json.dumps(document, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Report:
    """What a sign says that it shows. ``at`` is when we got it; ``kept`` that the broker had it from before.

    ``key`` is that of the command which it answers, empty where nobody told it (a person at the switch).
    """

    topic: str
    state: str
    at: datetime
    key: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class SignState:
    """One sign. ``differs_since`` is None while it is confirmed to show what it was told, or was told nothing.

    ``levels`` are those of the gauges that it was told of, by name; those of a drill apart.
    """

    topic: str
    commanded: str = ""
    commanded_key: str = ""
    commanded_at: datetime | None = None
    level: int = 0
    levels: Mapping[str, GaugeLevel] = field(default_factory=dict)
    confirmed: str = ""
    confirmed_at: datetime | None = None
    differs_since: datetime | None = None


def told(sign: SignState, command: Command, now: datetime) -> SignState:
    """With a command: unconfirmed until the sign reports, though it should show that state already."""
    return replace(
        sign,
        commanded=command.state,
        commanded_key=command.key,
        commanded_at=now,
        level=command.level,
        differs_since=sign.differs_since or now,
    )


def reported(sign: SignState, report: Report) -> SignState:
    """After a report. One that the broker kept from before says what the sign showed then: it confirms its own key
    alone, and never hides that a newer command is unconfirmed."""
    sign = replace(sign, confirmed=report.state, confirmed_at=report.at)
    if not sign.commanded:
        return sign
    answers = report.key == sign.commanded_key or not report.kept
    if report.state == sign.commanded and answers:
        return replace(sign, differs_since=None)
    return replace(sign, differs_since=sign.differs_since or report.at)


def stage_levels(alerts: Any) -> dict[str, int]:
    """The levels of the gauges that a message tells of, by gauge; what is no stage moves no sign."""
    found = [each for each in alerts if isinstance(each, Mapping)] if isinstance(alerts, list | tuple) else []
    return {
        str(each["subject_id"]): each["level"]
        for each in found
        if each.get("rule") == STAGE and "subject_id" in each and isinstance(each.get("level"), int)
    }


def heard(sign: SignState, levels: Mapping[str, int], at: datetime, *, drill: bool) -> SignState | None:
    """The sign with what a message says of some gauges; None where newer ones have told of each of them already.

    Messages can overtake one another, and one that could not be passed on still says how high a gauge is.
    """
    prefix = DRILL if drill else ""
    named = {f"{prefix}{name}": GaugeLevel(level, at) for name, level in levels.items()}
    news = {name: each for name, each in named.items() if name not in sign.levels or sign.levels[name].at <= each.at}
    return replace(sign, levels={**sign.levels, **news}) if news else None


def highest(sign: SignState, *, drill: bool) -> int:
    """The level that a sign is to show, of the real ones or of those of a drill."""
    return max((each.level for name, each in sign.levels.items() if name.startswith(DRILL) == drill), default=0)


def recollected(sign: SignState, begun: Iterable[Delivery], state_at: Callable[[int], str]) -> SignState:
    """The sign with what the messages say that were begun since it was last written down.

    A service that was killed has sent commands which it could not write down any more, and the levels in them must not
    be forgotten: the next command would lower the sign. ``state_at`` is what a sign is told at a level.
    """
    for each in sorted(begun, key=lambda each: (each.began_at or each.due_at, each.id)):
        at = each.began_at or each.due_at
        levels = stage_levels(each.data.get("alerts"))
        known = heard(sign, levels, each.created_at or each.due_at, drill=each.drill)
        if known is None or (each.drill and highest(known, drill=False)):
            continue
        sign = known
        if each.key != sign.commanded_key and (sign.commanded_at is None or at > sign.commanded_at):
            level = highest(sign, drill=each.drill)
            sign = told(sign, Command(sign.topic, each.key, state_at(level), level, at, at, each.drill), at)
    return sign


def unconfirmed(signs: Iterable[SignState], now: datetime, after: timedelta) -> list[SignState]:
    """The signs that have not been known to show what they were told for that long, the longest first."""
    late = [each for each in signs if each.differs_since is not None and now - each.differs_since >= after]
    return sorted(late, key=lambda each: (each.differs_since, each.topic))


def read_report(topic: str, payload: bytes, at: datetime, kept: bool) -> Report | None:
    """What a device said on its state topic: JSON ``{"key": …, "state": …}``; None where it is not that."""
    own, _, last = topic.rpartition("/")
    document = _document(payload)
    state = document.get("state")
    if last != STATE or not own or not isinstance(state, str) or not 0 < len(state) <= 64 or not state.isprintable():
        return None
    key = document.get("key")
    return Report(own, state, at, key if isinstance(key, str) else "", kept)


def _document(payload: bytes) -> Mapping[str, Any]:
    if len(payload) > LARGEST_REPORT_BYTES:
        return {}
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
