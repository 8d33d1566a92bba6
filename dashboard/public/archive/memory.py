"""What the archive remembers, and its file: where it was in the log, whom it knows, and what is still to be written."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.records import Maintenance
from dashboard.public import files
from dashboard.public.archive import due
from dashboard.public.archive.due import Due
from dashboard.public.archive.rows import Source

log = logging.getLogger(__name__)

FORM = 1
"""Of the files: where it is another, all of them are written anew."""


@dataclass(frozen=True, slots=True)
class Work:
    """What of work on gauges decides which of their readings are for everyone."""

    station_id: str
    begins_at: datetime
    ends_at: datetime
    gauge_ids: tuple[str, ...] = ()


def work_of(each: Maintenance) -> Work:
    """That of a record."""
    return Work(each.station_id, each.begins_at, each.ends_at, each.gauge_ids)


@dataclass
class Memory:
    """``seq`` is the last number of the log that was seen, ``looked_at`` when. ``surveyed`` are the gauges whose whole
    past was looked for; ``works`` the work on gauges by its number."""

    seq: int
    looked_at: datetime
    sources: dict[str, Source] = field(default_factory=dict)
    surveyed: set[str] = field(default_factory=set)
    works: dict[int, Work] = field(default_factory=dict)
    due: Due = field(default_factory=Due)


def keep(file: Path, memory: Memory, running: Iterable[Due]) -> None:
    """Write it, with what was begun and is not finished."""
    whole = Due()
    for each in (memory.due, *running):
        whole.add(each)
    value = {
        "form": FORM,
        "seq": memory.seq,
        "looked_at": memory.looked_at.isoformat(),
        "sources": [[each.station_id, each.name, list(each.gauges)] for each in memory.sources.values()],
        "surveyed": sorted(memory.surveyed),
        "works": {number: _work_json(each) for number, each in memory.works.items()},
        "due": due.as_json(whole),
    }
    files.write(file, (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


def recalled(file: Path) -> Memory | None:
    """What was kept; None where there is nothing, or nothing that can be used: then all is written anew."""
    try:
        value = json.loads(file.read_bytes())
        return _memory(value) if value["form"] == FORM else None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the archive of open data is written anew, since %s cannot be read: %r", file, error)
        return None


def _memory(value: dict[str, Any]) -> Memory:
    found = [Source(station_id, name, tuple(gauges)) for station_id, name, gauges in value["sources"]]
    return Memory(
        seq=int(value["seq"]),
        looked_at=datetime.fromisoformat(value["looked_at"]),
        sources={each.station_id: each for each in found},
        surveyed=set(value["surveyed"]),
        works={int(number): _work(each) for number, each in value["works"].items()},
        due=due.from_json(value["due"]),
    )


def _work_json(work: Work) -> list[Any]:
    return [work.station_id, work.begins_at.isoformat(), work.ends_at.isoformat(), list(work.gauge_ids)]


def _work(value: list[Any]) -> Work:
    station_id, begins_at, ends_at, gauge_ids = value
    return Work(station_id, datetime.fromisoformat(begins_at), datetime.fromisoformat(ends_at), tuple(gauge_ids))
