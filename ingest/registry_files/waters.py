"""Which station lies above which: that every one named is there, and that no water flows in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.registry_files.entries import Entry, Section
from ingest.registry_files.mistakes import Mistake
from ingest.stations import Station
from ingest.waters import circle


def upstream_mistakes(entries: Sequence[Entry], stations: Iterable[Station]) -> Iterator[Mistake]:
    """Every station named as upstream that is none, and the first circle that closes."""
    by_id = {entry.id: entry for entry in entries if entry.section is Section.STATION}
    above = {station.id: station.upstream for station in stations}
    for name, upstream in above.items():
        for index, each in enumerate(upstream):
            if each not in by_id:
                message = f"`upstream` names `{each}`, which is no station: write ids of stations of this registry"
                yield by_id[name].mistake(message, ("upstream", index))
    round_about = circle(above)
    if round_about:
        way = " → ".join((*round_about, round_about[0]))
        message = f"`upstream` leads in a circle ({way}): water flows one way, take one of them out"
        yield by_id[round_about[0]].mistake(message, ("upstream",))
