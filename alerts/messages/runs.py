"""Which transitions one message can tell as one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.records import Transition
from alerts.rules.findings import UNTOLD, Cause

DOWNWARDS = frozenset({Cause.FALL, Cause.CLOSED, Cause.UNWATCHED})
BESIDE_STAGE = frozenset({"rise"})
"""Of a silent gauge one word is enough: that of its stage."""


@dataclass(frozen=True, slots=True)
class Run:
    """Transitions of one rule and subject in one direction: told from where they began to where they ended."""

    transitions: tuple[Transition, ...]

    @property
    def first(self) -> Transition:
        """The earliest."""
        return self.transitions[0]

    @property
    def last(self) -> Transition:
        """The newest."""
        return self.transitions[-1]

    @property
    def urgent(self) -> bool:
        """Whether it may not wait."""
        return any(each.urgent for each in self.transitions)

    @property
    def level(self) -> int:
        """What it matters by."""
        return max(each.highest for each in self.transitions)


def worth_telling(transition: Transition) -> bool:
    """Whether people hear of it: it changes something for them, is of now, and nothing mutes it."""
    beside = transition.cause == Cause.UNVERIFIED and transition.rule in BESIDE_STAGE
    return transition.live and not transition.muted and transition.cause not in UNTOLD and not beside


def runs(transitions: Iterable[Transition]) -> list[Run]:
    """The runs of what is worth telling, in the order in which they ended.

    A straight rise or fall is one run; every change of direction begins another, and so does a doubtful danger after a
    confirmed one, which must not hide it.
    """
    found: list[list[Transition]] = []
    going: dict[tuple[str, str], list[Transition]] = {}
    for each in filter(worth_telling, transitions):
        key = (each.rule, each.subject_id)
        run = going.get(key)
        if run is not None and _goes_on(run[-1], each):
            run.append(each)
        else:
            going[key] = [each]
            found.append(going[key])
    return sorted((Run(tuple(each)) for each in found), key=lambda run: run.last.id)


def waiting(transitions: Sequence[Transition]) -> list[Run]:
    """Of what a recipient has not heard, what still makes sense in a digest.

    What was urgent went at once; what the same alert did before that is overtaken by it. A doubtful danger went to
    staff only, so it overtakes only what was doubtful as well.
    """
    urgent = [each for each in transitions if worth_telling(each) and each.urgent]
    believed_until = {(each.rule, each.subject_id): each.id for each in urgent if not each.unconfirmed}
    urgent_until = {(each.rule, each.subject_id): each.id for each in urgent}
    urgent_ids = {each.id for each in urgent}

    def waits(each: Transition) -> bool:
        until = urgent_until if each.unconfirmed else believed_until
        return each.id not in urgent_ids and each.id > until.get((each.rule, each.subject_id), 0)

    return runs(filter(waits, transitions))


def _goes_on(before: Transition, after: Transition) -> bool:
    same_direction = (before.cause in DOWNWARDS) == (after.cause in DOWNWARDS)
    if after.cause in DOWNWARDS:  # the end of a doubt is for those who heard of it
        return same_direction and before.unconfirmed == after.unconfirmed
    return same_direction and (before.unconfirmed or not after.unconfirmed)
