"""Storms that move over the city: rain as a pure function of place and time.

Places are kilometres east and north of the city's centre, so a storm knows no map. Steady rain of some hours
leads up to a short violent core, as in the heavy rain that floods underpasses; storms follow each other for ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.stations import Station
from simulators.chance import between

PERIOD = timedelta(hours=12)
"""Mean time from the core of a storm to the core of the next."""
CORE_AFTER_ORIGIN = timedelta(minutes=7)
"""When the core of the first storm passes: at the origin the city is in the middle of it."""
RAIN_BEFORE = timedelta(hours=5)
"""How long before the core the rain begins."""
RAIN_AFTER = timedelta(hours=4)
"""How long after the core the last rain falls."""
KM_PER_DEGREE = 111.32
DEMONSTRATION_SEED = 9
"""Chosen so that the demonstration city shows every hazard from 0 to 5 within its first quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in kilometres east and north of the city's centre."""

    east_km: float = 0.0
    north_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A rain cell: bell-shaped in place and time, at ``place`` when it is strongest, ``peak_s`` after the core."""

    peak_s: float
    width_s: float
    place: Place
    east_km_per_h: float
    north_km_per_h: float
    radius_km: float
    peak_mm_per_h: float

    def rain_mm_per_h(self, place: Place, after_core_s: float) -> float:
        """Rain at a place, ``after_core_s`` seconds after the core of its storm."""
        late_s = after_core_s - self.peak_s
        hours = late_s / 3600
        east_km = place.east_km - self.place.east_km - self.east_km_per_h * hours
        north_km = place.north_km - self.place.north_km - self.north_km_per_h * hours
        away = (east_km * east_km + north_km * north_km) / (self.radius_km * self.radius_km)
        return self.peak_mm_per_h * math.exp(-0.5 * (away + (late_s / self.width_s) ** 2))


@dataclass(frozen=True, slots=True)
class Event:
    """One storm of the sequence, from its first to its last drop."""

    number: int
    core_at: datetime
    cells: tuple[Cell, ...]

    @property
    def begins_at(self) -> datetime:
        """The first drop."""
        return self.core_at - RAIN_BEFORE

    @property
    def ends_at(self) -> datetime:
        """The last drop."""
        return self.core_at + RAIN_AFTER

    def rain_mm_per_h(self, place: Place, at: datetime) -> float:
        """Rain of this storm alone; nothing before its beginning and after its end."""
        if not self.begins_at <= at <= self.ends_at:
            return 0.0
        after_core_s = (at - self.core_at).total_seconds()
        return sum(cell.rain_mm_per_h(place, after_core_s) for cell in self.cells)

    def rain_series(self, place: Place, step_s: float, steps: int) -> list[float]:
        """Rain (mm/h) at a place every ``step_s`` seconds from the beginning on."""
        first_s = (self.begins_at - self.core_at).total_seconds()
        wet = min(steps, int((self.ends_at - self.begins_at).total_seconds() / step_s) + 1)
        times = [first_s + step_s * index for index in range(wet)]
        return [sum(cell.rain_mm_per_h(place, time_s) for cell in self.cells) for time_s in times] + [0.0] * (
            steps - wet
        )


@dataclass(frozen=True, slots=True)
class Storm:
    """An endless sequence of storms; number 0 has its core shortly after ``origin`` (aware)."""

    origin: datetime
    seed: int = 0

    def event(self, number: int) -> Event:
        """One storm of the sequence; negative numbers lie before the origin."""
        jitter_s = 0.0 if number == 0 else between(-2700, 2700, self.seed, number, "jitter")
        core_at = self.origin + CORE_AFTER_ORIGIN + number * PERIOD + timedelta(seconds=jitter_s)
        return Event(number, core_at, tuple(_cells(self.seed, number)))

    def numbers(self, since: datetime, until: datetime) -> range:
        """The numbers of the storms whose core can lie between two times, with one to spare on either side."""
        first = math.floor((since - self.origin) / PERIOD) - 1
        return range(first, math.ceil((until - self.origin) / PERIOD) + 2)

    def rain_mm_per_h(self, place: Place, at: datetime) -> float:
        """Rain at a place and a time (aware)."""
        return sum(self.event(number).rain_mm_per_h(place, at) for number in self.numbers(at, at))


def demonstration_storm(origin: datetime, seed: int = DEMONSTRATION_SEED) -> Storm:
    """The storm of the demonstration.

    At ``origin`` (its first start) the rain of the last five hours has filled the city and the core is coming
    down: some stations are already high, some rise to 4 and 5 within 5 to 20 minutes, all fall again over the
    following hours, and new storms follow every twelve hours or so. Keep the origin over restarts.
    """
    return Storm(origin, seed)


def _cells(seed: int, number: int) -> Iterable[Cell]:
    yield from (_cell(seed, number, "band", index, peak_min) for index, peak_min in enumerate((-210, -120, -45, 70)))
    yield _cell(seed, number, "first wave", 0, -40)
    yield from (_cell(seed, number, "core", index, peak_min) for index, peak_min in enumerate((-2, 5)))


_CELL_RANGES = {
    "band": {"width_s": (2400, 3600), "radius_km": (18, 28), "peak_mm_per_h": (10, 16), "off_km": (-6, 6)},
    "first wave": {"width_s": (1200, 1500), "radius_km": (12, 18), "peak_mm_per_h": (18, 26), "off_km": (-5, 5)},
    "core": {"width_s": (540, 720), "radius_km": (9, 13), "peak_mm_per_h": (35, 50), "off_km": (-3, 3)},
}


def _cell(seed: int, number: int, sort: str, index: int, peak_min: float) -> Cell:
    ranges = _CELL_RANGES[sort]
    words = (seed, number, sort, index)
    return Cell(
        peak_s=60 * peak_min,
        width_s=between(*ranges["width_s"], *words, "width"),
        place=Place(between(*ranges["off_km"], *words, "east"), between(*ranges["off_km"], *words, "north")),
        east_km_per_h=between(15, 30, seed, number, "east"),
        north_km_per_h=between(-10, 15, seed, number, "north"),
        radius_km=between(*ranges["radius_km"], *words, "radius"),
        peak_mm_per_h=between(*ranges["peak_mm_per_h"], *words, "peak"),
    )


def places(stations: Sequence[Station]) -> dict[str, Place]:
    """Where stations lie, around their common centre, by station id. Good for a city, not for a country."""
    if not stations:
        return {}
    lat = sum(station.lat for station in stations) / len(stations)
    lon = sum(station.lon for station in stations) / len(stations)
    shrink = math.cos(math.radians(lat))
    return {
        station.id: Place((station.lon - lon) * KM_PER_DEGREE * shrink, (station.lat - lat) * KM_PER_DEGREE)
        for station in stations
    }
