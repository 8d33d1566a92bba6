"""The states of an alert, the same for every rule: normal → pending → firing → recovering → normal. Pure.

A level is reached when it was found often and long enough, and left when it was undercut for the hold, each level for
itself. What is not believed raises, as unconfirmed, and never lowers. Nothing found at all changes nothing: silence
never resolves a danger, it only makes the level the last one known. All times are those of observation, so a replay
decides as the night itself did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.rules.findings import Cause, Change, Finding


class Phase(StrEnum):
    """Where an alert stands."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Timing:
    """How often and how long a level must be found before it counts, and how long undercut before it is left.

    An alert that rose again ``flap_turns`` times within ``flap_window`` is flapping: it stays at the highest of these
    levels until that was undercut for ``flap_quiet``, and so for every level below. 0 turns: never.
    """

    samples: int = 1
    duration: timedelta = timedelta(0)
    hold: timedelta = timedelta(minutes=20)
    flap_turns: int = 3
    flap_window: timedelta = timedelta(hours=3)
    flap_quiet: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A level that was found ``samples`` times since a time, and does not count yet. An observation that is judged
    anew is no further one."""

    since: datetime
    samples: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A fall, or a rise after one, and the highest level that it touched."""

    at: datetime
    level: int


@dataclass(frozen=True, slots=True)
class Flaps:
    """The rises that followed a fall, and the fall that no rise has followed yet."""

    turns: tuple[Turn, ...] = ()
    fallen: Turn | None = None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The alert of one rule and one subject.

    ``below`` says since when each level that still holds has been undercut, ``above`` what waits to count.
    ``since`` is when the alert left level 0, ``observed_at`` the newest believed finding. ``sure`` is the highest level
    that believed findings have reached and that still holds; below ``level`` where that is unconfirmed.
    """

    level: int = 0
    unconfirmed: bool = False
    unverified: bool = False
    observed_at: datetime | None = None
    since: datetime | None = None
    below: Mapping[int, datetime] = field(default_factory=dict)
    above: Mapping[int, Waiting] = field(default_factory=dict)
    flaps: Flaps = Flaps()
    sure: int = 0

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        if self.level == 0:
            return Phase.PENDING if self.above else Phase.NORMAL
        return Phase.RECOVERING if self.level in self.below else Phase.FIRING


def step(standing: Standing, finding: Finding, timing: Timing) -> tuple[Standing, tuple[Change, ...]]:
    """The alert after one more finding, and what changed. One that is older than the newest believed one is history:
    nothing changes."""
    if is_history(standing, finding):
        return standing, ()
    before = _not_ahead_of(standing, finding.at)
    above = _above(before, finding)
    risen = _counts(above, finding, timing)
    if risen > before.level:
        return _risen(replace(before, above=above), finding, risen, timing)
    after = replace(before, above=above)
    changes = [_by(Cause.PENDING, before, after, finding)] if above and not before.above else []
    settled, more = _held_or_fallen(after, finding, timing) if finding.believed else _doubted(after, finding)
    return settled, (*changes, *more)


def is_history(standing: Standing, finding: Finding) -> bool:
    """Older than the newest one considered. A newest one that lies after this one's receipt was dated by a clock of
    ours that has been set back since: it makes nothing look late, except what only judges an old observation anew.
    What was never received is our own clock's, and never late."""
    newest = standing.observed_at
    if newest is None or finding.at >= newest:
        return False
    return finding.corrects or (finding.received_at is not None and newest <= finding.received_at)


def lost(standing: Standing, at: datetime) -> tuple[Standing, tuple[Change, ...]]:
    """Its subject has fallen silent: a level that holds becomes the last one known. What was undercut before begins
    anew, for nobody knows what the water did meanwhile: silence is no part of a hold."""
    if standing.level == 0 or standing.unverified:
        return standing, ()
    after = replace(standing, unverified=True, below={})
    return after, (_change(Cause.UNVERIFIED, standing, after, at),)


def lapsed(standing: Standing, at: datetime) -> tuple[Standing, tuple[Change, ...]]:
    """The subject of a rule that only foresees has fallen silent: there is nothing to be foreseen any more."""
    after = Standing(observed_at=standing.observed_at)
    if standing.level == 0:
        return after, ()
    return after, (_change(Cause.FALL, standing, after, at),)


def closed(standing: Standing, at: datetime) -> tuple[Standing, tuple[Change, ...]]:
    """A person closes it. The next finding at a level raises it again."""
    return _ended(standing, at, Cause.CLOSED)


def unwatched(standing: Standing, at: datetime) -> tuple[Standing, tuple[Change, ...]]:
    """Its subject is not watched there any more. It begins anew wherever it is watched."""
    return _ended(standing, at, Cause.UNWATCHED)


def _ended(standing: Standing, at: datetime, cause: Cause) -> tuple[Standing, tuple[Change, ...]]:
    after = Standing(observed_at=standing.observed_at)
    if standing.level == 0:
        return after, ()
    return after, (replace(_change(cause, standing, after, at), unconfirmed=_was_doubt(standing, after)),)


def _not_ahead_of(standing: Standing, at: datetime) -> Standing:
    """Our clock was set back, and with it what a gauge without a clock observes: what was remembered of a time that
    is not yet begins now, or a hold would wait for it."""
    if standing.observed_at is None or standing.observed_at <= at:
        return standing
    return replace(
        standing,
        below={level: min(since, at) for level, since in standing.below.items()},
        above={level: replace(each, since=min(each.since, at)) for level, each in standing.above.items()},
        flaps=Flaps(frozen=standing.flaps.frozen),
    )


def _above(standing: Standing, finding: Finding) -> dict[int, Waiting]:
    """What is found above the level that holds, counted on. What is not believed takes nothing back."""
    found = {}
    for level in range(standing.level + 1, finding.reached + 1):
        before = standing.above.get(level)
        if before is None:
            found[level] = Waiting(finding.at, 1)
        else:
            found[level] = before if finding.corrects else replace(before, samples=before.samples + 1)
    return found if finding.believed else {**standing.above, **found}


def _counts(above: Mapping[int, Waiting], finding: Finding, timing: Timing) -> int:
    enough = [
        level
        for level, each in above.items()
        if level <= finding.reached and each.samples >= timing.samples and finding.at - each.since >= timing.duration
    ]
    return max(enough, default=0)


def _risen(standing: Standing, finding: Finding, level: int, timing: Timing) -> tuple[Standing, tuple[Change, ...]]:
    flaps = _turned(standing, finding, level, timing)
    freezes = flaps.frozen and not standing.flaps.frozen
    top = max(level, *(each.level for each in flaps.turns)) if freezes else level
    after = Standing(
        level=top,
        sure=top if finding.believed else standing.sure,
        unconfirmed=not finding.believed,
        # The time of a suspect reading may be made up: it must not make the good ones after it look late.
        observed_at=finding.at if finding.believed else standing.observed_at,
        since=standing.since if standing.level else finding.at,
        above={each: waiting for each, waiting in standing.above.items() if each > top},
        flaps=flaps,
    )
    return after, (_by(Cause.FLAPPING if freezes else Cause.RISE, standing, after, finding),)


def _turned(standing: Standing, finding: Finding, level: int, timing: Timing) -> Flaps:
    """The rises after a fall, with this one; frozen where they are too many."""
    before = standing.flaps
    turns = tuple(each for each in before.turns if finding.at - each.at <= timing.flap_window)
    if before.fallen is not None and finding.at - before.fallen.at <= timing.flap_window:
        turns = (*turns, Turn(finding.at, max(level, before.fallen.level)))
    return Flaps(turns, frozen=before.frozen or (0 < timing.flap_turns <= len(turns)))


def _fallen(flaps: Flaps, finding: Finding, before: int, after: int) -> Flaps:
    """After a fall. A flapping alert stays one until nothing of it is left."""
    if flaps.frozen:
        return Flaps(frozen=after > 0)
    top = max(before, flaps.fallen.level) if flaps.fallen else before
    return replace(flaps, fallen=Turn(finding.at, top))


def _doubted(standing: Standing, finding: Finding) -> tuple[Standing, tuple[Change, ...]]:
    """What is not believed ends no alert, but one that is not below a level starts that level's hold anew."""
    below = {level: since for level, since in standing.below.items() if level in finding.left}
    after = replace(standing, below=below)
    return after, tuple(_told_of(standing, after, finding))


def _held_or_fallen(standing: Standing, finding: Finding, timing: Timing) -> tuple[Standing, tuple[Change, ...]]:
    hold = max(timing.hold, timing.flap_quiet) if standing.flaps.frozen else timing.hold
    below = {
        level: standing.below.get(level, finding.at) for level in range(1, standing.level + 1) if level in finding.left
    }
    level = _level_left(standing.level, below, finding.at, hold)
    fallen = level < standing.level
    if standing.unconfirmed and standing.sure < finding.reached <= level:
        return _made_sure(standing, finding, below)
    after = replace(
        standing,
        level=level,
        sure=min(standing.sure, level),
        unconfirmed=standing.unconfirmed and not fallen,
        unverified=False,
        observed_at=finding.at,
        since=standing.since if level else None,
        below={each: since for each, since in below.items() if each <= level},
        flaps=_fallen(standing.flaps, finding, standing.level, level) if fallen else standing.flaps,
    )
    return after, tuple(_told_of(standing, after, finding))


def _made_sure(
    standing: Standing, finding: Finding, below: Mapping[int, datetime]
) -> tuple[Standing, tuple[Change, ...]]:
    """A danger that is believed takes the place of a higher one that was not: the doubt must not hide it."""
    level = finding.reached
    after = replace(
        standing,
        level=level,
        sure=level,
        unconfirmed=False,
        unverified=False,
        observed_at=finding.at,
        below={each: since for each, since in below.items() if each <= level},
        above={},
    )
    heard = replace(standing, unverified=False)
    changes = [_by(Cause.VERIFIED, standing, heard, finding)] if standing.unverified else []
    return after, (*changes, _by(Cause.CONFIRMED, heard, after, finding))


def _level_left(level: int, below: Mapping[int, datetime], at: datetime, hold: timedelta) -> int:
    """The highest level that has not been undercut for the hold; the present one while that itself has not."""

    def is_left(each: int) -> bool:
        return each in below and at - below[each] >= hold

    if level == 0 or not is_left(level):
        return level
    return max((each for each in range(1, level) if not is_left(each)), default=0)


def _told_of(before: Standing, after: Standing, finding: Finding) -> list[Change]:
    if after.level < before.level:
        return [replace(_by(Cause.FALL, before, after, finding), unconfirmed=_was_doubt(before, after))]
    changes = []
    if before.unverified and not after.unverified:
        changes.append(_by(Cause.VERIFIED, before, after, finding))
    if before.phase is Phase.FIRING and after.phase is Phase.RECOVERING:
        changes.append(_by(Cause.RECOVERING, before, after, finding))
    if before.phase is Phase.RECOVERING and after.phase is Phase.FIRING:
        changes.append(_by(Cause.RELAPSED, before, after, finding))
    return changes


def _was_doubt(before: Standing, after: Standing) -> bool:
    """Whether nothing ends but a danger that was never believed: who did not hear of it hears of no end either."""
    return before.unconfirmed and before.sure <= after.level


def _by(cause: Cause, before: Standing, after: Standing, finding: Finding) -> Change:
    return replace(_change(cause, before, after, finding.at), finding=finding)


def _change(cause: Cause, before: Standing, after: Standing, at: datetime) -> Change:
    return Change(cause, before.level, after.level, at, after.unconfirmed, after.unverified)
