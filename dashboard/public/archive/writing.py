"""Writes the files of the archive in small steps: generators that give the turn back after every piece of work."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alerts.records import Maintenance
from dashboard.public import files
from dashboard.public.archive.rows import HEAD, Source, section, span_of
from dashboard.public.archive.sections import Splice, day_of_line, station_of
from ingest.stations import City
from ingest.store.protocol import Archive

DAILY, STATIONS, HISTORY = "data/daily", "data/stations", "history.csv.gz"
LEVEL, GZIP = 6, 31
"""Of zlib: its usual effort, and a gzip frame."""

Works = Callable[[date], Sequence[Maintenance]]
"""The work on gauges that had not ended when a day began."""


@dataclass(frozen=True)
class Writer:
    """Writes below the site's ``folder`` what ``observed`` has."""

    folder: Path
    observed: Archive

    def daily(
        self, day: date, city: City, stations: Collection[Source], works: Works, *, even_empty: bool
    ) -> Iterator[None]:
        """A day: the rows of some stations anew, those of others as they are."""
        path = self.daily_file(day)
        splice = Splice(_read(path), station_of)
        for each in stations:
            splice.put(each.station_id, self._section(city, each, day, works(day)))
            yield
        if splice.changed and (even_empty or path.exists() or not splice.empty):
            yield from _written(path, splice)

    def monthly(self, month: date, days: Collection[int], city: City, source: Source, works: Works) -> Iterator[None]:
        """A month of a station: the rows of some of its days anew."""
        path = self.monthly_file(source.station_id, month)
        splice = Splice(_read(path), day_of_line)
        for number in sorted(days):
            day = month.replace(day=number)
            splice.put(day.isoformat(), self._section(city, source, day, works(day)))
            yield
        if splice.changed and (path.exists() or not splice.empty):
            yield from _written(path, splice)

    def history(self, station_id: str) -> Iterator[None]:
        """The whole history of a station, from its monthly files."""
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        packed = [packing.compress(HEAD)]
        for month in sorted(self.months(station_id)):
            body = self.monthly_file(station_id, month).read_bytes()
            packed.append(packing.compress(body.removeprefix(HEAD)))
            yield
        packed.append(packing.flush())
        path, body = self.history_file(station_id), b"".join(packed)
        if not path.exists() or path.read_bytes() != body:
            files.write(path, body)

    def daily_file(self, day: date) -> Path:
        """Where a day is."""
        return self.folder / DAILY / f"{day.isoformat()}.csv"

    def daily_size(self, day: date) -> int:
        """How long the file of a day is; 0 where there is none."""
        path = self.daily_file(day)
        return path.stat().st_size if path.exists() else 0

    def monthly_file(self, station_id: str, month: date) -> Path:
        """Where a month of a station is."""
        return self.folder / STATIONS / station_id / f"{month:%Y-%m}.csv"

    def history_file(self, station_id: str) -> Path:
        """Where the whole history of a station is."""
        return self.folder / STATIONS / station_id / HISTORY

    def days(self) -> list[date]:
        """The days that have a file."""
        return sorted(date.fromisoformat(each.stem) for each in (self.folder / DAILY).glob("????-??-??.csv"))

    def months(self, station_id: str) -> list[date]:
        """The months that a station has a file of."""
        found = (self.folder / STATIONS / station_id).glob("????-??.csv")
        return sorted(date.fromisoformat(f"{each.stem}-01") for each in found)

    def stations(self) -> list[str]:
        """The stations that have a folder, the retired ones included."""
        return sorted(each.name for each in (self.folder / STATIONS).glob("*/"))

    def _section(self, city: City, source: Source, day: date, works: Sequence[Maintenance]) -> bytes:
        since, until = span_of(day)
        observed = [each for gauge in source.gauges for each in self.observed.whole(gauge, since, until)]
        return section(city, source, observed, works)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _written(path: Path, splice: Splice) -> Iterator[None]:
    """A file and its smaller form, piece by piece; the smaller one takes its place first: a server that gives it must
    not give an older one."""
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    with files.Part(path.with_name(f"{path.name}.gz")) as small, files.Part(path) as plain:
        for piece in splice.pieces():
            plain.write(piece)
            small.write(packing.compress(piece))
            yield
        small.write(packing.flush())
        small.take_place()
        plain.take_place()
