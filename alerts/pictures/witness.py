"""What the cameras say to a change, asked when it is recorded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from alerts.pictures.album import Album
from alerts.pictures.tied import Tied
from alerts.records import STAGE, Transition
from alerts.rules.findings import UNTOLD, Cause

log = logging.getLogger(__name__)

ROSE = frozenset({Cause.RISE, Cause.FLAPPING, Cause.CONFIRMED, Cause.STILL})
"""Changes after which the water stands high."""
MOST_S = 0.5
"""Seconds that looking for pictures may hold up a turn: in a storm the second look ties what is left."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A change with the still to tie to it, if there is one."""

    transition: Transition
    tied: Tied | None = None


def _no_doubt(transition: Transition) -> str:
    del transition
    return ""


class Witness:
    """Ties a still to each change of some rules, and writes into the detail of a stage's change why picture and stage
    do not agree, where they do not (``doubt``: a name of ``ingest.sight.doubt.DoubtReason``).

    Nothing here may hold up an alert: what fails is logged, and the change goes without.
    """

    def __init__(
        self,
        album: Album,
        rules: Collection[str],
        doubt: Callable[[Transition], str] = _no_doubt,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._album = album
        self._rules = rules
        self._doubt = doubt
        self._monotonic = monotonic

    def see(self, transitions: Sequence[Transition]) -> list[Seen]:
        """All of them, in their order; of many the highest are looked at first, as long as there is time."""
        found = [Seen(each) for each in transitions]
        wanted = [place for place, each in enumerate(transitions) if self._is_wanted(each)]
        until_s = self._monotonic() + MOST_S if wanted else 0.0
        for place in sorted(wanted, key=lambda place: -transitions[place].highest):
            if self._monotonic() > until_s:
                break
            found[place] = self._seen(transitions[place])
        return found

    def _is_wanted(self, transition: Transition) -> bool:
        return transition.rule in self._rules and transition.cause not in UNTOLD

    def _seen(self, transition: Transition) -> Seen:
        try:
            tied = self._album.nearest(transition.station_id, transition.observed_at)
            return Seen(self._doubted(transition), tied)
        except Exception:
            log.exception("no picture could be looked up for %s at %s", transition.rule, transition.station_id)
            return Seen(transition)

    def _doubted(self, transition: Transition) -> Transition:
        if transition.rule != STAGE or not transition.live or transition.cause not in ROSE:
            return transition
        doubt = self._doubt(transition)
        return replace(transition, detail={**transition.detail, "doubt": doubt}) if doubt else transition
