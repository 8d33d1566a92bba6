"""A gauge keeps its station for good: what it said is kept under its id alone, and would be a level of the new place.

Cameras may move, for from when on each stands where it does is noted (``ingest/store/places.py``), and so may pumps and
gates: nobody is shown what they did long ago.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.registry_files.changes import Document, Key
from ingest.registry_files.entries import Section


def moved(before: Mapping[Key, Document], after: Mapping[Key, Document]) -> Iterator[str]:
    """What stands elsewhere in ``after``, each in a sentence; ``before`` holds what is retired too."""
    for key, document in after.items():
        section, name = key
        old = before[key]["station_id"] if section is Section.GAUGE and key in before else None
        if old is not None and old != (new := document["station_id"]):
            yield (
                f"gauge {name}: it is at the station {old} and cannot come to {new}, for what it measured is of that "
                f"place: give the gauge at {new} an id of its own and leave {name} out, which retires it"
            )
