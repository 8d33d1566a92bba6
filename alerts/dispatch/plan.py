"""Who gets which runs in one message. Pure, given a directory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.messages.runs import Run
from alerts.people.directory import Directory
from alerts.people.matters import Address, Matter, Receiver, address_of, matter_of
from alerts.records import MessageKind
from ingest.stations import Registry

MOST_SINGLE = 5
"""So many urgent alerts of the same moment are told one by one; more of them together, and at once all the same."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The same runs told to several receivers."""

    runs: tuple[Run, ...]
    receivers: tuple[Receiver, ...]

    @property
    def kind(self) -> MessageKind:
        """One run is an alert, several are a digest."""
        return MessageKind.ALERT if len(self.runs) == 1 else MessageKind.DIGEST


def matter(run: Run, registry: Registry) -> Matter:
    """What a run is about: at its highest level."""
    return replace(matter_of(run.last, registry), level=run.level)


def told(
    runs: Sequence[Run], directory: Directory, registry: Registry, at: datetime
) -> Mapping[Receiver, tuple[int, ...]]:
    """Who hears of which of the runs, by their indices."""
    return directory.told([matter(each, registry) for each in runs], at) if runs else {}


def urgent(runs: Sequence[Run], heard: Mapping[Receiver, tuple[int, ...]]) -> list[Planned]:
    """The messages that cannot wait: one for each run, or one for all where a receiver would get too many."""
    single: dict[int, list[Receiver]] = defaultdict(list)
    several: dict[tuple[int, ...], list[Receiver]] = defaultdict(list)
    for receiver, indices in heard.items():
        if len(indices) > MOST_SINGLE:
            several[indices].append(receiver)
        else:
            for index in indices:
                single[index].append(receiver)
    alone = [Planned((runs[index],), tuple(receivers)) for index, receivers in sorted(single.items())]
    return alone + [_together(runs, indices, receivers) for indices, receivers in several.items()]


def digests(runs: Sequence[Run], heard: Mapping[Receiver, tuple[int, ...]], due: Collection[Address]) -> list[Planned]:
    """One message for each of the addresses that are due; those who hear the same share it."""
    by_indices: dict[tuple[int, ...], list[Receiver]] = defaultdict(list)
    for receiver, indices in heard.items():
        if address_of(receiver) in due:
            by_indices[indices].append(receiver)
    return [_together(runs, indices, receivers) for indices, receivers in by_indices.items()]


def _together(runs: Sequence[Run], indices: tuple[int, ...], receivers: Sequence[Receiver]) -> Planned:
    return Planned(tuple(runs[index] for index in indices), tuple(receivers))
